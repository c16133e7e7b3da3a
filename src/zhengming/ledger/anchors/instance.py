"""Another instance of this software, or any witness (c2sp.org/tlog-witness): it cosigns what is consistent."""

from collections.abc import Sequence

from zhengming.ground.errors import BadFile, Refused, Unavailable, WrongInput
from zhengming.ground.words import Words
from zhengming.ledger.anchor import Anchor, Anchored, Place, Prove
from zhengming.ledger.checkpoint import SIZE, checkpoint_of
from zhengming.ledger.note import Note, Signature, VerifierKey, base64
from zhengming.ledger.posting import post

#: How often we learn from the witness where it stands; between two tries another may have been quicker.
TRIES = 3


class Instance(Anchor):
    name = "instance"
    title = Words("另一实例联署", "cosigned by another instance")

    def keep(self, note: Note, place: Place, prove: Prove) -> Anchored:
        if place.key is None:
            raise WrongInput("需要见证方的公钥", "the key of the witness is needed")
        old, size = 0, checkpoint_of(note).size
        for _ in range(TRIES):
            proof = prove(old, size)
            status, answer = post(place, _question(old, proof, note), "text/plain; charset=utf-8")
            if status != 409:
                return _cosigned(note, place.key, status, answer)
            old = _size(answer, place)
            if old > size:
                break
        raise Refused(
            f"见证方已见过 {old} 条，与此检查点（{size} 条）冲突",
            f"the witness has seen {old} entries, which this checkpoint over {size} contradicts",
        )


ANCHOR = Instance()


def _question(old: int, proof: Sequence[bytes], note: Note) -> bytes:
    lines = [f"old {old}", *map(base64, proof), "", ""]
    return "\n".join(lines).encode() + note.encoded()


def _size(answer: bytes, place: Place) -> int:
    """The size that a witness says it stands at."""
    text = answer.decode("ascii", "replace").removesuffix("\n")
    if not SIZE.fullmatch(text):
        raise Unavailable(f"{place.address} 的答复看不懂", f"{place.address} gave an answer that is none")
    return int(text)


def _cosigned(note: Note, key: VerifierKey, status: int, answer: bytes) -> Anchored:
    """The note with the witness's cosignature, once that is found right."""
    if status != 200:
        raise Unavailable(f"{key.name} 未联署（{status}）", f"{key.name} did not cosign ({status})")
    try:
        found = note.with_(map(Signature.parsed, answer.decode("utf-8").splitlines()))
    except UnicodeDecodeError:
        raise BadFile("联署不是 UTF-8", "the cosignature is not UTF-8") from None
    mine = found.by(key)
    if mine is None:
        raise Refused("联署不是所给公钥的", "the cosignature is not by the key given")
    return Anchored(note.with_([mine]))
