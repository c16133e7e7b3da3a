"""What somebody might do to an export, and what the verification says of it."""

import base64
import re
import tracemalloc
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.making import FORGER, SIGNER, WITNESS, entry, exported, grown, viewed
from zhengming.ground.errors import ZhengmingError
from zhengming.ledger.anchor import Anchored
from zhengming.ledger.anchoring import notes_in
from zhengming.ledger.note import Note
from zhengming.ledger.proof_file import ProofFile, prove, verify_proof
from zhengming.ledger.tree import leaf_hash
from zhengming.ledger.verification import Trust, Verification, verify_export

KEY = Trust((SIGNER.key,))


def verified(data: bytes, trust: Trust = KEY) -> Verification:
    return verify_export(BytesIO(data), trust)


def codes(data: bytes, trust: Trust = KEY) -> set[str]:
    return {finding.code for finding in verified(data, trust).findings}


def sealed(body: bytes) -> bytes:
    """``body`` with the last line that an attacker would not forget to write anew."""
    from hashlib import sha256

    body = body[: body.rindex(b"end sha256:")] if b"\nend sha256:" in body else body
    return body + b"end sha256:%b\n" % sha256(body).hexdigest().encode()


def line(number: int, count: int = 0) -> bytes:
    """The line of entry ``number`` as an export has it, in the place of ``count`` when that is given."""
    data = entry(number).encoded
    return b"%d %b %b\n" % (count or number, base64.b64encode(leaf_hash(data)), data)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return grown(tmp_path_factory.mktemp("attacks") / "ledger", 0, 3, 600)


@pytest.fixture(scope="module")
def good(folder: Path) -> bytes:
    return exported(folder)


def anchor(folder: Path) -> Anchored:
    """The latest checkpoint, kept elsewhere."""
    with viewed(folder) as view:
        note = view.checkpoint
    assert note
    return Anchored(note)


def test_a_whole_export_is_verified(good: bytes) -> None:
    found = verified(good)
    assert found.good
    assert (found.size, found.entries, found.checkpoints, found.trusted) == (600, 600, 3, True)
    assert not verified(good, Trust()).trusted


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257])
def test_exports_of_any_size_are_verified(tmp_path: Path, size: int) -> None:
    found = verified(exported(grown(tmp_path / "ledger", size)))
    assert (found.good, found.size, found.entries) == (True, size, size)


@pytest.mark.parametrize("step", [13, pytest.param(1, marks=pytest.mark.slow)])
def test_every_bit_that_flips_is_seen(tmp_path: Path, step: int) -> None:
    data = exported(grown(tmp_path / "ledger", 1, 3))
    for bit in range(0, len(data) * 8, step):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        assert not verified(bytes(flipped)).good, bit


def test_every_bit_that_flips_in_entries_is_seen_though_the_checksum_is_made_anew(tmp_path: Path) -> None:
    data = exported(grown(tmp_path / "ledger", 2))
    start = data.index(b"\nentries ")
    for bit in range(start * 8, data.rindex(b"end ") * 8, 3):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        assert not verified(sealed(bytes(flipped))).good, bit


def test_a_changed_entry_is_named(good: bytes) -> None:
    changed = good.replace(line(300), line(300).replace(b"passed", b"failed"))
    findings = [(each.code, each.index) for each in verified(sealed(changed)).findings]
    assert findings[0] == ("changed-entry", 300)
    assert "root" in codes(changed)


def test_a_changed_entry_whose_hash_is_made_anew_is_bounded(good: bytes) -> None:
    found = verified(sealed(good.replace(line(300), line(999, 300))))
    assert [(each.code, each.index) for each in found.findings] == [("changed-tile", 256), ("root", None)]
    assert "511" in found.findings[0].words.zh


def test_a_changed_hash_beside_a_right_entry_is_named(good: bytes) -> None:
    wrong = line(300).replace(line(300).split()[1], line(301).split()[1])
    findings = [(each.code, each.index) for each in verified(sealed(good.replace(line(300), wrong))).findings]
    assert findings == [("changed-hash", 300)]


def test_two_swapped_entries_are_named(good: bytes) -> None:
    swapped = good.replace(line(5), b"@").replace(line(9), line(5)).replace(b"@", line(9))
    found = {(each.code, each.index) for each in verified(sealed(swapped)).findings}
    assert found >= {("moved-entry", 5), ("moved-entry", 9)}


def test_two_swapped_entries_that_are_renumbered_are_bounded(good: bytes) -> None:
    swapped = good.replace(line(5), b"@").replace(line(9), line(5, 9)).replace(b"@", line(9, 5))
    assert ("changed-tile", 0) in {(each.code, each.index) for each in verified(sealed(swapped)).findings}


def test_a_dropped_entry_is_named(good: bytes) -> None:
    found = {(each.code, each.index) for each in verified(sealed(good.replace(line(5), b""))).findings}
    assert ("moved-entry", 5) in found
    assert ("cut", 599) in found


def test_an_inserted_entry_is_named(good: bytes) -> None:
    found = {(each.code, each.index) for each in verified(sealed(good.replace(line(5), line(5) + line(5)))).findings}
    assert ("moved-entry", 6) in found


def test_a_file_cut_anywhere_is_seen(good: bytes) -> None:
    for size in range(0, len(good), 1009):
        assert not verified(good[:size]).good


def test_a_cut_tail_shows_with_an_anchor_only(folder: Path, good: bytes, tmp_path: Path) -> None:
    short = exported(grown(tmp_path / "short", 0, 3))
    assert verified(short).good
    found = verified(short, Trust((SIGNER.key,), (anchor(folder),)))
    assert [(each.code, each.index) for each in found.findings] == [("cut-tail", 3)]
    assert "600" in found.findings[0].words.zh
    assert verified(good, Trust((SIGNER.key,), (anchor(folder),))).good


def test_an_old_anchor_fits_a_grown_ledger(good: bytes, tmp_path: Path) -> None:
    old = anchor(grown(tmp_path / "old", 77))
    assert verified(good, Trust((SIGNER.key,), (old,))).good


def test_a_history_written_anew_by_the_holder_of_the_key_shows_with_an_anchor(folder: Path, tmp_path: Path) -> None:
    anew = exported(grown(tmp_path / "anew", 0, 3, 600, kind="work.refused"))
    assert verified(anew).good
    assert codes(anew, Trust((SIGNER.key,), (anchor(folder),))) == {"fork"}


def test_two_checkpoints_over_the_same_entries_with_two_roots_are_a_fork(good: bytes, tmp_path: Path) -> None:
    other = anchor(grown(tmp_path / "other", 600, kind="work.refused"))
    start = good.index(b"\ntiles ") + 1
    forked = good[:start] + b"checkpoint 0\n" + other.note.encoded() + b"\n" + good[start:]
    assert "fork" in codes(sealed(forked))


def test_an_old_checkpoint_played_again_is_seen(good: bytes) -> None:
    first = good.index(b"checkpoint ")
    second = good.index(b"\ncheckpoint ", first) + 1
    start = good.index(b"\ntiles ") + 1
    assert "order" in codes(sealed(good[:start] + good[first:second] + good[start:]))


def test_entries_that_no_checkpoint_covers_are_seen(good: bytes) -> None:
    longer = good.replace(b"\nsize 600\n", b"\nsize 601\n").replace(b"\nentries 600\n", b"\nentries 601\n")
    longer = longer.replace(line(599), line(599) + line(600))
    assert codes(sealed(longer)) == {"uncovered"}


def test_a_checkpoint_that_did_not_grow_is_seen(good: bytes) -> None:
    proof = re.search(rb"checkpoint [1-9]\d*\n(\S+\n)", good)
    assert proof
    assert codes(sealed(good.replace(proof[1], b"A" * 43 + b"=\n"))) == {"inconsistent"}


def test_a_ledger_forged_under_another_key_shows_with_the_key_only(tmp_path: Path) -> None:
    forged = exported(grown(tmp_path / "forged", 5, signer=FORGER))
    assert verified(forged, Trust()).good
    assert codes(forged) == {"foreign-key"}


def test_an_anchor_shows_a_forged_ledger_without_the_key(tmp_path: Path) -> None:
    real, forged = grown(tmp_path / "real", 5), grown(tmp_path / "forged", 5, signer=FORGER)
    assert codes(exported(forged), Trust((), (anchor(real),))) == {"anchor"}


def test_an_anchor_of_somebody_elses_is_refused(good: bytes, tmp_path: Path) -> None:
    assert codes(good, Trust((SIGNER.key,), (anchor(grown(tmp_path / "other", 5, signer=FORGER)),))) == {"anchor"}


def test_a_witness_vouches_for_an_anchor_whose_log_key_is_not_known(folder: Path, good: bytes) -> None:
    note = anchor(folder).note
    cosigned = Anchored(Note(note.text, (WITNESS.sign(note.text, 9),)))
    assert verified(good, Trust((SIGNER.key, WITNESS.key), (cosigned,))).good
    assert codes(good, Trust((SIGNER.key,), (cosigned,))) == {"anchor"}


def test_a_false_signature_beside_the_right_one_is_seen(good: bytes, folder: Path) -> None:
    note = anchor(folder).note
    false = note.with_([WITNESS.sign("another text\n", 9)])
    data = sealed(good.replace(note.encoded(), false.encoded()))
    assert codes(data) == codes(data, Trust((SIGNER.key, WITNESS.key))) == {"signature"}


def test_findings_are_counted_beyond_what_anybody_reads(good: bytes) -> None:
    found = verified(sealed(good.replace(b"passed", b"failed")))
    assert (len(found.findings), found.more) == (100, 501)


def test_anchors_stand_one_after_the_other_in_a_file(folder: Path) -> None:
    note = anchor(folder).note
    for gap in (b"", b"\n", b"\n\n"):
        assert notes_in(gap + note.encoded() + gap + note.encoded() + gap) == [note, note]


@settings(max_examples=300)
@given(st.data())
def test_any_bytes_are_told_apart_from_an_export(good: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, 3000))
    change: Callable[[bytes], bytes] = data.draw(
        st.sampled_from(
            [lambda junk: good[:start] + junk + good[start:], lambda junk: good[:start] + junk, lambda junk: junk]
        )
    )
    assert not verified(sealed(change(data.draw(st.binary(min_size=1, max_size=60))))).good


@pytest.mark.parametrize("step", [13, pytest.param(1, marks=pytest.mark.slow)])
def test_every_bit_that_flips_in_a_proof_is_seen(folder: Path, step: int) -> None:
    with viewed(folder) as view:
        data = prove(view, 300).encoded()
    assert verify_proof(ProofFile.parsed(data), (SIGNER.key,)) == []
    for bit in range(0, len(data) * 8, step):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        try:
            assert verify_proof(ProofFile.parsed(bytes(flipped)), (SIGNER.key,)), bit
        except ZhengmingError:
            continue


def test_numbers_that_an_export_states_take_no_memory(good: bytes) -> None:
    huge = 2**50
    stated = good.replace(b"\nsize 600\n", b"\nsize %d\n" % huge).replace(
        b"\ntiles 2\n", b"\ntiles %d\n" % (huge // 256)
    )
    tracemalloc.start()
    try:
        assert not verified(stated).good
        assert not verified(good.replace(b"\nentries 600\n", b"\nentries %d\n" % huge)).good
        lines = good[good.index(b"\ntiles 2\n") + 9 :][:45] * 100_000
        many = stated.replace(b"\ntiles %d\n" % (huge // 256), b"\ntiles %d\n" % (huge // 256) + lines)
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        assert not verified(many).good
        assert tracemalloc.get_traced_memory()[1] - before < 1_000_000
    finally:
        tracemalloc.stop()
