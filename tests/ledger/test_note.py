"""Signed notes and checkpoints are those of C2SP, and every bit of them counts."""

import pytest

from ledger.making import FORGER, ORIGIN, SIGNER, WITNESS
from zhengming.ground.errors import BadFile, WrongInput, ZhengmingError
from zhengming.ledger.checkpoint import Checkpoint, checkpoint_of
from zhengming.ledger.note import Note, VerifierKey
from zhengming.ledger.tree import EMPTY_ROOT

#: Key and note from the documentation of golang.org/x/mod/sumdb/note, where this format was made.
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SAYING = """\
If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""
CHECKPOINT = Checkpoint(ORIGIN, 7, EMPTY_ROOT)


def test_a_note_of_the_reference_is_read_and_verified() -> None:
    note, key = Note.parsed(SAYING.encode()), VerifierKey.parsed(NEUMANN)
    assert note.by(key)
    assert note.encoded() == SAYING.encode()
    assert str(key) == NEUMANN


def test_a_checkpoint_is_signed_by_the_log_and_cosigned_by_a_witness() -> None:
    note = CHECKPOINT.signed(SIGNER).with_([WITNESS.sign(CHECKPOINT.text, 1_700_000_000)])
    again = Note.parsed(note.encoded())
    assert again == note
    assert checkpoint_of(again) == CHECKPOINT
    assert again.by(SIGNER.key)
    cosignature = again.by(WITNESS.key)
    assert cosignature
    assert cosignature.time == 1_700_000_000
    assert again.by(FORGER.key) is None


def test_every_flipped_bit_is_seen() -> None:
    data = CHECKPOINT.signed(SIGNER).with_([WITNESS.sign(CHECKPOINT.text, 5)]).encoded()
    for bit in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        try:
            note = Note.parsed(bytes(flipped))
        except ZhengmingError:
            continue
        assert not (note.by(SIGNER.key) and note.by(WITNESS.key)), bit


def test_every_flipped_bit_of_a_key_is_seen() -> None:
    data = str(SIGNER.key).encode()
    for bit in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(WrongInput):
            VerifierKey.parsed(flipped.decode("utf-8", "replace"))


@pytest.mark.parametrize(
    "text",
    ["", "a\n1\n", "a\n01\nx\n", f"a b\n1\n{CHECKPOINT.text[-45:]}", f"a\n-1\n{CHECKPOINT.text[-45:]}",
     f"a\n1\n{CHECKPOINT.text[-45:]}extension\n", f"a\n1\n{CHECKPOINT.text[-45:-1]}"],
)  # fmt: skip
def test_other_texts_are_no_checkpoint(text: str) -> None:
    with pytest.raises(BadFile):
        Checkpoint.parsed(text)


@pytest.mark.parametrize(
    "data", [b"", b"a\n\n", b"a\n\n- b c\n", b"\xff\n\n", b"a\n\n" + "— b AAAAAAA=\n".encode() * 65, b"a\r\n\n\x00"]
)
def test_other_bytes_are_no_note(data: bytes) -> None:
    with pytest.raises(BadFile):
        Note.parsed(data)
