"""What an anchor is: a way to keep a checkpoint where whoever could rewrite the ledger cannot reach it.

A Merkle log shows every change but one: that its keeper cuts off the tail, or writes all anew, and signs that. Only
a checkpoint kept elsewhere shows this. Nothing is retried here: whoever schedules anchors does, and logs failures.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from zhengming.ground.shelf import Shelf
from zhengming.ground.words import Words
from zhengming.ledger.note import Note, VerifierKey

#: Gives the proof that the tree of one size grew into that of another.
Prove = Callable[[int, int], Sequence[bytes]]


@dataclass(frozen=True)
class Place:
    """Where an anchor keeps checkpoints, and what it needs to believe what comes back.

    ``address``: a file's path or a URL. ``key``: of the witness. ``authorities``: certificates (DER) of the
    timestamping authority. ``patience``: seconds to wait for an answer.
    """

    address: str
    key: VerifierKey | None = None
    authorities: tuple[bytes, ...] = ()
    patience: float = 10.0


@dataclass(frozen=True)
class Anchored:
    """A checkpoint that is kept elsewhere: with the cosignature, or beside it the RFC 3161 token, that came back."""

    note: Note
    token: bytes = b""


class Anchor(ABC):
    """One way. ``keep`` has the checkpoint kept when it returns, and checked what came back.

    Raises Unavailable when the place cannot be reached or does not take it, Refused or BadFile for a false answer.
    """

    name: ClassVar[str]
    title: ClassVar[Words]

    @abstractmethod
    def keep(self, note: Note, place: Place, prove: Prove) -> Anchored:
        """Have ``note`` kept at ``place``; ``prove`` is asked for consistency proofs where the place wants them."""


ANCHORS: Shelf[Anchor] = Shelf("zhengming.ledger.anchors", "ANCHOR")
