"""What a fold is: the contract of the shelf :mod:`zhengming.screening.folds`.

A fold undoes one way of writing a word so that a plain search misses it. It does one of five things:

    Alike     single characters mean other single characters: ａ a, 藍 蓝
    Inserted  characters that may stand between those of a word
    Decoded   stretches of text that stand for other text: &#x84dd; %E8%93%9D
    Spelled   other sequences of characters that mean the word: lanmei, lm, 莓蓝
    Arranged  the characters of a text read in another order: columns

All folds are always searched; whether a feature may be found under one is decided hit by hit, so strictness is a
choice of each feature. ``certainty``: how much a hit under the fold is worth, 0 to 1. Our choice, not measured.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, NamedTuple

from zhengming.ground.shelf import Shelf
from zhengming.ground.words import Words

#: The last character that Unicode 17 assigns outside tags and private use; what is beyond shows nothing.
LAST_CHARACTER = 0x3347F
#: Stands between two readings of a text: a noncharacter that no word holds, and nothing is found across it.
BARRIER = "\ufffe"


class Example(NamedTuple):
    """A content and a text that is meant by it under the fold, ``beside`` which others may be needed."""

    content: str
    text: str
    beside: tuple[str, ...] = ()


class Fold(ABC):
    """One way of writing undone. Instances have no state."""

    name: ClassVar[str]
    title: ClassVar[Words]
    certainty: ClassVar[float] = 1.0
    #: Texts that hold the content under this fold and not without it; texts that look alike and do not hold it.
    examples: ClassVar[tuple[Example, ...]]
    others: ClassVar[tuple[Example, ...]]


class Alike(Fold):
    """Single characters that mean other single characters."""

    #: Folds of smaller order come first: width before case.
    order: ClassVar[int]

    @abstractmethod
    def meanings(self) -> Mapping[str, str]:
        """For each character, those it may mean. A character maps to others only, never to itself."""


class Inserted(Fold):
    """Characters that may stand between those of a word."""

    #: How many of them may stand in one gap.
    widest: ClassVar[int]
    #: Whether they are never part of a word; otherwise they are left out only where words are compared by sound.
    always: ClassVar[bool] = True

    @abstractmethod
    def holds(self, character: str, category: str) -> bool:
        """Whether ``character``, of Unicode ``category``, is one of them."""


class Piece(NamedTuple):
    """The characters ``start`` to ``stop`` of a text stand for ``text``."""

    start: int
    stop: int
    text: str


class Decoded(Fold):
    """Stretches of text that stand for other text."""

    #: One of these characters is in each such stretch; texts without any are not looked at.
    triggers: ClassVar[str]

    @abstractmethod
    def pieces(self, text: str) -> Iterable[Piece]:
        """The stretches, in order and apart from each other. Linear in the text, and decided near each stretch."""


class Spelling(NamedTuple):
    """Another sequence for a content. ``marks``: for each mark, where the content's character it means stands.

    ``sound``: the marks are compared by sound.
    """

    marks: tuple[str, ...]
    means: tuple[int, ...]
    sound: bool = False


class Spelled(Fold):
    """Other sequences of characters that mean the word, made when the library is compiled."""

    @abstractmethod
    def spellings(self, content: str) -> Iterator[Spelling]:
        """Every other sequence for ``content`` (folded); none where it would be found too easily in other words."""


class Arranged(Fold):
    """The characters of a text read in another order."""

    triggers: ClassVar[str]

    @abstractmethod
    def views(self, text: str) -> Iterator[tuple[str, list[int], list[int]]]:
        """Texts to be read besides, with the start and stop in ``text`` of each of their characters."""


FOLDS: Shelf[Fold] = Shelf("zhengming.screening.folds", "FOLD")
