"""A checkpoint (c2sp.org/tlog-checkpoint): the size and root of a log, signed; it speaks for every entry below it."""

import re
from dataclasses import dataclass

from zhengming.ground.errors import BadFile
from zhengming.ledger.note import KEY_NAME, Note, Signer, base64, unbase64
from zhengming.ledger.tree import HASH

SIZE = re.compile(r"0|[1-9][0-9]{0,15}")


@dataclass(frozen=True)
class Checkpoint:
    """``size`` entries of the log ``origin`` have the root hash ``root``."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64(self.root)}\n"

    @classmethod
    def parsed(cls, text: str) -> "Checkpoint":
        """The checkpoint that ``text`` is. Extension lines, which nobody can audit, raise BadFile like the rest."""
        lines = text.split("\n")
        if len(lines) != 4 or lines[3] or not KEY_NAME.fullmatch(lines[0]) or not SIZE.fullmatch(lines[1]):
            raise BadFile("不是检查点（C2SP tlog-checkpoint）", "not a C2SP tlog-checkpoint")
        return cls(lines[0], int(lines[1]), unbase64(lines[2], HASH))

    def signed(self, signer: Signer) -> Note:
        """The checkpoint as a note that ``signer`` signed."""
        return Note(self.text, (signer.sign(self.text),))


def checkpoint_of(note: Note) -> Checkpoint:
    """What ``note`` states. Raises BadFile when that is no checkpoint."""
    return Checkpoint.parsed(note.text)
