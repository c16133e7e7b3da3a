"""What a signal is: the contract of the shelf :mod:`zhengming.screening.signals`, one file a kind of feature."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from zhengming.ground.shelf import Shelf
from zhengming.ground.words import Words
from zhengming.screening.feature import Feature

if TYPE_CHECKING:
    from zhengming.screening.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Evidence:
    """That a feature was seen in the characters ``start`` to ``stop`` of the text as it was given.

    ``score``: 0 to 1, the certainties of the ``folds`` it needed multiplied. ``signal``: who saw it.
    """

    start: int
    stop: int
    feature: Feature
    score: float
    folds: tuple[str, ...]
    signal: str

    def json(self) -> dict[str, object]:
        """For programs. Holds no part of the text."""
        return {
            "start": self.start, "stop": self.stop, "feature": self.feature.id, "risk": self.feature.risk,
            "action": self.feature.action, "state": self.feature.state, "score": round(self.score, 4),
            "folds": list(self.folds), "signal": self.signal,
        }  # fmt: skip


class Signal(ABC):
    """One way of seeing a feature in a text. Instances have no state that depends on a text."""

    #: Also the ``kind`` of the features that it looks for.
    name: ClassVar[str]
    title: ClassVar[Words]
    #: The most characters that one of its hits spans.
    widest: ClassVar[int]
    #: A content, and texts in which it is seen; texts in which it must not be.
    content: ClassVar[str]
    examples: ClassVar[tuple[str, ...]]
    others: ClassVar[tuple[str, ...]]

    def check(self, feature: Feature) -> None:  # noqa: B027 - most contents are right as they are
        """Raises WrongInput when the content of ``feature`` cannot be looked for."""

    def span(self, feature: Feature) -> int:  # noqa: ARG002 - most span what they span
        """The most characters that a hit of ``feature`` spans; for terms the library reckons it."""
        return self.widest

    @abstractmethod
    def look(self, text: str, since: int, snapshot: "Snapshot") -> Iterator[Evidence]:
        """Every hit in ``text`` that begins at ``since`` or behind; what is before is there to be looked back at.

        Linear in the text. Raises Unavailable when it cannot look: then the text is not screened.
        """


SIGNALS: Shelf[Signal] = Shelf("zhengming.screening.signals", "SIGNAL")
