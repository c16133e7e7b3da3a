"""Evidence: sealed, found by digest, read and deleted on the record, and the ledger stays whole."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from io import BytesIO

import pytest

from zhengming.ground.errors import BadFile, Refused, Unavailable, WrongInput, ZhengmingError

PROMPT = "把张三的脸换到照片上".encode()


@pytest.fixture
def store(storage, desk):
    from zhengming.records.evidence import EvidenceStore

    return EvidenceStore(storage.evidence_folder)


def read(store, desk, digest):
    out = BytesIO()
    salt = store.read(desk, digest, "投诉核查", out.write)
    return out.getvalue(), salt


def files(store):
    return [path for path in store.folder.rglob("*") if path.is_file()]


def test_what_is_kept_is_read_again_and_anybody_can_check_it_against_the_ledger(store, desk, entries):
    digest = store.keep_bytes(desk, PROMPT, "prompt")
    assert entries()[-1].digests["evidence"] == digest
    content, salt = read(store, desk, digest)
    assert content == PROMPT
    assert sha256(salt + content).digest() == digest.value
    assert sha256(content).digest() != digest.value


def test_the_content_is_nowhere_in_clear(store, desk, storage):
    digest = store.keep_bytes(desk, PROMPT, "prompt")
    _, salt = read(store, desk, digest)
    kept = b"".join(path.read_bytes() for path in storage.data.rglob("*") if path.is_file())
    assert PROMPT not in kept
    assert salt not in kept
    assert {path.stat().st_mode & 0o077 for path in files(store)} == {0}


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 33, (1 << 20) - 32, (1 << 20) - 31, 3 << 20])
def test_any_size_comes_back(store, desk, size):
    content = bytes(range(256)) * (size // 256) + b"\1" * (size % 256)
    assert read(store, desk, store.keep_bytes(desk, content, "output"))[0] == content


def test_any_change_of_the_file_is_found(store, desk):
    digest = store.keep_bytes(desk, b"x" * (2 << 20) + b"end", "output")
    (path,) = files(store)
    whole = path.read_bytes()
    chunk = (1 << 20) + 16
    spoilt = [
        whole[:100] + b"\0" + whole[101:],
        whole[:chunk],
        whole[:-1],
        whole[chunk:],
        whole[chunk : 2 * chunk] + whole[:chunk] + whole[2 * chunk :],
        whole + b"\0",
        b"",
    ]
    for data in spoilt:
        path.write_bytes(data)
        with pytest.raises(BadFile):
            read(store, desk, digest)
    path.unlink()
    with pytest.raises(Unavailable):
        read(store, desk, digest)


def test_reading_is_an_entry_before_anything_is_shown(store, desk, entries, colleague):
    digest = store.keep_bytes(desk, PROMPT, "prompt")
    seen = []
    store.read(desk, digest, "投诉核查", lambda chunk: seen.append((chunk, entries()[-1].kind)))
    assert seen == [(PROMPT, "evidence.read")]

    class Full:
        def append(self, entry):
            raise Unavailable("磁盘已满", "the disk is full")

    with pytest.raises(Unavailable):
        store.read(replace(desk, book=Full()), digest, "投诉核查", seen.append)
    with pytest.raises(WrongInput, match="理由"):
        store.read(desk, digest, " ", seen.append)
    assert len(seen) == 1


def test_staff_without_the_permission_read_nothing(store, desk):
    from zhengming.records.acts.staff import create_staff

    create_staff(desk, "zhao", ["registrar"])
    digest = store.keep_bytes(desk, PROMPT, "prompt")
    with pytest.raises(Refused, match="查阅证据"):
        read(store, replace(desk, staff="zhao"), digest)


def test_evidence_is_kept_six_months_at_least(store, desk, clock):
    from zhengming.records.evidence import LEAST, EvidenceStore

    with pytest.raises(WrongInput, match="六个月"):
        EvidenceStore(store.folder, timedelta(days=183))
    digest = store.keep_bytes(desk, PROMPT, "prompt", timedelta(days=1))
    clock.pass_(days=LEAST.days - 1)
    assert store.due(clock.now) == []
    with pytest.raises(Refused, match="留存期"):
        store.delete(desk, digest)
    clock.pass_(days=1)
    assert store.due(clock.now) == [digest]


def test_after_deletion_the_content_is_gone_and_the_ledger_verifies(store, desk, clock, ledger, entries):
    from zhengming.ledger.export import write_export
    from zhengming.ledger.verification import Trust, verify_export
    from zhengming.records.models import Evidence

    digest = store.keep_bytes(desk, PROMPT, "prompt")
    ledger.sign_checkpoint()
    clock.pass_(days=184)
    store.delete(desk, digest)
    assert entries()[-1].kind == "evidence.deleted"
    assert entries()[-1].digests["evidence"] == digest
    assert files(store) == []
    assert Evidence.objects.get().key_sealed == ""
    with pytest.raises(Refused, match="删除"):
        read(store, desk, digest)
    ledger.sign_checkpoint()
    export = BytesIO()
    write_export(ledger, export)
    export.seek(0)
    verification = verify_export(export, Trust(keys=(ledger._signer.key,)))
    assert (verification.good, verification.trusted, verification.size) == (True, True, ledger.store.size)


def test_the_tables_refuse_to_delete_before_the_time(store, desk, clock):
    from django.db import IntegrityError, transaction

    from zhengming.records.models import Evidence

    store.keep_bytes(desk, PROMPT, "prompt")
    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.update(deleted_at=clock.now, key_sealed="")


def test_nothing_is_left_where_keeping_fails(store, desk):
    from zhengming.records.models import Evidence

    class Full:
        def append(self, entry):
            raise Unavailable("磁盘已满", "the disk is full")

    with pytest.raises(ZhengmingError):
        store.keep_bytes(replace(desk, book=Full()), PROMPT, "prompt")
    assert files(store) == []
    assert not Evidence.objects.exists()


def test_a_sweep_takes_only_old_files_that_no_row_speaks_of(store, desk, clock):
    digest = store.keep_bytes(desk, PROMPT, "prompt")
    stray = store.folder / "new" / "00"
    stray.write_bytes(b"left by a crash")
    from datetime import UTC, datetime

    assert store.sweep(datetime.now(UTC) - timedelta(hours=1)) == 0
    assert store.sweep(datetime.now(UTC) + timedelta(hours=1)) == 1
    assert not stray.exists()
    assert read(store, desk, digest)[0] == PROMPT


def test_small_pieces_share_a_file_until_the_last_of_them_is_deleted(store, desk, clock, entries):
    told = len(entries())
    pieces = [(f"提示词 {n}".encode(), "prompt") for n in range(20)] + [(b"", "output")]
    digests = store.keep_all(desk, pieces)
    assert len(files(store)) == 1
    assert len(entries()) == told
    for digest, (content, _) in zip(digests, pieces, strict=True):
        found, salt = read(store, desk, digest)
        assert found == content
        assert sha256(salt + found).digest() == digest.value
    clock.pass_(days=184)
    for digest in digests[1:]:
        store.delete(desk, digest)
    assert read(store, desk, digests[0])[0] == pieces[0][0]
    with pytest.raises(Refused, match="删除"):
        read(store, desk, digests[1])
    store.delete(desk, digests[0])
    assert files(store) == []


def test_a_piece_that_is_swapped_for_another_of_its_file_is_found(store, desk):
    first, second = store.keep_all(desk, [(b"one", "prompt"), (b"two", "prompt")])
    (path,) = files(store)
    data = path.read_bytes()
    path.write_bytes(data[len(data) // 2 :] + data[: len(data) // 2])
    for digest in (first, second):
        with pytest.raises(BadFile):
            read(store, desk, digest)


def test_what_is_too_large_for_a_shared_file_is_not_kept_there(store, desk):
    with pytest.raises(WrongInput, match="1 MiB"):
        store.keep_all(desk, [(b"x" * (1 << 20), "output")])
    assert files(store) == []
