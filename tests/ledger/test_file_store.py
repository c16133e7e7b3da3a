"""A ledger in a folder survives torn writes, full disks and lost side files, and damage is never taken for a tear."""

import errno
import os
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ledger.making import NEVER, SIGNER, entry, grown, viewed
from zhengming.ground.errors import BadFile, Unavailable
from zhengming.ledger import file_store
from zhengming.ledger.file_store import FileStore
from zhengming.ledger.ledger import Ledger


def contents(folder: Path) -> list[bytes]:
    with closing(FileStore(folder)) as store:
        return list(store.read(0, store.size))


def expected(count: int) -> list[bytes]:
    return [entry(number).encoded for number in range(count)]


def test_a_write_torn_at_any_byte_loses_nothing_acknowledged_and_leaves_no_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda handle: None)  # the tear is made here, so no disk need be waited for
    folder = tmp_path / "ledger"
    with closing(FileStore(folder)) as store:
        store.append(expected(3))
        store.settle()
        mark, whole = (folder / "mark").read_bytes(), (folder / "entries").stat().st_size
        store.append([entry(3).encoded])
    data = (folder / "entries").read_bytes()
    for size in range(whole, len(data) + 1):
        count = 4 if size == len(data) else 3
        for grown_on in {False, size % 8 == 0}:
            (folder / "entries").write_bytes(data[:size])
            (folder / "mark").write_bytes(mark)
            if grown_on:
                with closing(FileStore(folder)) as store:
                    store.append([entry(count).encoded])
            assert contents(folder) == expected(count + grown_on), size


def test_a_page_of_the_last_write_that_never_reached_the_disk_is_a_tear(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    with closing(FileStore(folder)) as store:
        store.append(expected(3))
        store.settle()
        start = (folder / "entries").stat().st_size
        shutil.copytree(folder, tmp_path / "before")
        store.append(expected(60)[3:])
    data = bytearray((folder / "entries").read_bytes())
    data[start + 4096 : start + 8192] = bytes(4096)
    (tmp_path / "before" / "entries").write_bytes(data)
    assert contents(tmp_path / "before") == expected(3)


def test_a_broken_commit_before_a_whole_one_is_damage_and_nothing_is_cut(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    with closing(FileStore(folder)) as store:
        for number in range(4):
            store.append([entry(number).encoded])
    (folder / "mark").unlink()
    data = bytearray((folder / "entries").read_bytes())
    data[len(data) // 2] ^= 1
    (folder / "entries").write_bytes(data)
    with pytest.raises(BadFile):
        FileStore(folder)
    assert (folder / "entries").read_bytes() == data


@pytest.mark.parametrize("lost", ["mark", "offsets", "hashes-0", "hashes-1"])
def test_what_can_be_made_again_is_made_again(tmp_path: Path, lost: str) -> None:
    folder = grown(tmp_path / "ledger", 100, 700)
    (folder / lost).unlink()
    with Ledger(FileStore(folder), SIGNER, NEVER) as ledger:
        assert list(ledger.store.read(0, 700)) == expected(700)
        assert ledger.store.hashed(1) == 2
        assert ledger.prove_consistency(100, 700)


def test_a_mark_of_nonsense_is_passed_over(tmp_path: Path) -> None:
    folder = grown(tmp_path / "ledger", 10)
    odd = [b'"x","hashed":[1],"size":1}', b'0,"hashed":[],"size":0}', b'0,"hashed":[0],"size":0}', b'0,"size":0}']
    for nonsense in (b"", b"{}", b"[]", *(b'{"checkpoint":-1,"end":' + each for each in odd)):
        (folder / "mark").write_bytes(nonsense)
        assert contents(folder) == expected(10)


def test_entries_that_a_checkpoint_vouches_for_are_missed(tmp_path: Path) -> None:
    folder = grown(tmp_path / "ledger", 5, 9)
    data = (folder / "entries").read_bytes()
    (folder / "entries").write_bytes(data[: data.rindex(b"\n#") + 1])
    with pytest.raises(BadFile, match="9"):
        Ledger(FileStore(folder), SIGNER, NEVER)


def test_a_changed_entry_is_missed_when_its_commit_was_framed_anew(tmp_path: Path) -> None:
    folder = grown(tmp_path / "ledger", 5)
    other = tmp_path / "other"
    with closing(FileStore(other)) as store:
        store.append([*expected(4), entry(99).encoded])
    shutil.copy(other / "entries", folder / "entries")
    (folder / "mark").unlink()
    with pytest.raises(BadFile):
        Ledger(FileStore(folder), SIGNER, NEVER)


def test_lost_checkpoints_are_missed(tmp_path: Path) -> None:
    folder = grown(tmp_path / "ledger", 5, 9)
    (folder / "checkpoints").write_bytes(b"")
    with pytest.raises(BadFile):
        FileStore(folder)


def failing(after: int, error: int) -> Callable[..., int]:
    """A pwrite that writes ``after`` bytes and then fails."""
    left, real = after, os.pwrite

    def pwrite(handle: int, data: bytes, at: int) -> int:
        nonlocal left
        if not left:
            raise OSError(error, os.strerror(error))
        written = real(handle, bytes(data[:left]), at)
        left -= written
        return written

    return pwrite


@pytest.mark.parametrize("after", [0, 1, 100])
def test_a_full_disk_is_told_and_the_ledger_goes_on_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    with Ledger(FileStore(tmp_path / "ledger"), SIGNER, NEVER) as ledger:
        ledger.append(entry(0))
        with monkeypatch.context() as patch:
            patch.setattr(file_store.os, "pwrite", failing(after, errno.ENOSPC))
            with pytest.raises(Unavailable, match="磁盘已满"):
                ledger.append(entry(7))
        assert ledger.append(entry(1)).index == 1
    assert contents(tmp_path / "ledger") == expected(2)


def test_after_a_failed_sync_nothing_is_acknowledged_until_opened_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(handle: int) -> None:
        raise OSError(errno.EIO, "broken")

    with Ledger(FileStore(tmp_path / "ledger"), SIGNER, NEVER) as ledger:
        ledger.append(entry(0))
        with monkeypatch.context() as patch:
            patch.setattr(file_store.os, "fdatasync", broken)
            with pytest.raises(Unavailable):
                ledger.append(entry(1))
        with pytest.raises(Unavailable):
            ledger.append(entry(2))
    found = contents(tmp_path / "ledger")
    assert found in (expected(1), expected(2))


def test_a_reader_sees_what_was_settled_while_the_writer_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    with Ledger(FileStore(folder), SIGNER, NEVER) as ledger:
        ledger.append_all([entry(number) for number in range(300)])
        note = ledger.sign_checkpoint()
        ledger.append(entry(300))
        with viewed(folder) as view:
            assert view.checkpoint == note
            assert view.entry(299) == entry(299).encoded
            assert view.prove_inclusion(0, 300) == ledger.prove_inclusion(0, 300)
            with pytest.raises(Unavailable):
                view.store.append([entry(1).encoded])


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        FileStore(tmp_path / "nothing", writing=False)
