"""Changes to a file of boxes: stated sizes and stored offsets follow of themselves.

A change says which bytes give way to which, and which boxes are around them. From all changes together come
the new sizes of those boxes, the way every old offset moves, and in the end the edit.
"""

import struct
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from zhengming.ground.errors import BadFile
from zhengming.labels.edit import Kept, Piece, tidy
from zhengming.labels.structures.iso.boxes import Box


@dataclass(frozen=True)
class Change:
    """The bytes ``start`` to ``stop`` give way to ``new``; ``around`` are the boxes they lie in, outermost first."""

    around: tuple[Box, ...]
    start: int
    stop: int
    new: bytes

    @property
    def growth(self) -> int:
        return len(self.new) - (self.stop - self.start)


class Layout:
    """What a file of ``size`` bytes becomes under ``changes``. Raises BadFile when they overlap."""

    def __init__(self, size: int, changes: Iterable[Change]) -> None:
        changes = list(changes)
        self.size = size
        self.changes = sorted((*changes, *_new_sizes(changes)), key=_order)
        self._marks: list[int] = []
        self._shifts: list[int] = [0]
        self._measure()

    def _measure(self) -> None:
        at = 0
        for change in self.changes:
            if change.start < at or change.stop > self.size:
                raise BadFile(
                    "两处改动重叠，文件结构自相矛盾", "two changes overlap: the file contradicts itself", at
                )
            at = change.stop
            if change.growth:
                self._marks.append(change.stop)
                self._shifts.append(self._shifts[-1] + change.growth)

    def shift(self, offset: int) -> int:
        """By how much what stood at ``offset`` moves."""
        return self._shifts[bisect_right(self._marks, offset)]

    def moved(self, offset: int) -> int:
        """Where what stood at ``offset`` comes to stand."""
        return offset + self.shift(offset)

    def uniform(self, low: int, high: int) -> bool:
        """Whether everything from ``low`` to ``high`` moves by the same distance."""
        return bisect_right(self._marks, low) == bisect_right(self._marks, high)

    def moves_like(self, other: "Layout") -> bool:
        """Whether every byte moves as in ``other``."""
        return self._marks == other._marks and self._shifts == other._shifts

    @property
    def bytes_moved(self) -> int:
        """How many kept bytes come to stand elsewhere."""
        stops = [*self._marks[1:], self.size]
        moving = zip(self._marks, stops, self._shifts[1:], strict=True)
        return sum(stop - start for start, stop, shift in moving if shift)

    def edit(self) -> list[Piece]:
        """The edit that makes the new file."""
        return tidy(self.pieces(0, self.size))

    def pieces(self, start: int, stop: int) -> list[Piece]:
        """What the changes make of the bytes ``start`` to ``stop``, which cut through none of them."""
        result: list[Piece] = []
        at = start
        for change in self.changes:
            if start <= change.start and change.stop <= stop:
                result += [Kept(at, change.start), change.new]
                at = change.stop
        return [*result, Kept(at, stop)]


def _order(change: Change) -> tuple[int, bool, int]:
    """By place; an insertion before what it stands in front of, and what belongs deeper first."""
    return change.start, change.stop > change.start, -len(change.around)


def _new_sizes(changes: Sequence[Change]) -> list[Change]:
    growth: dict[Box, int] = {}
    around: dict[Box, tuple[Box, ...]] = {}
    for change in changes:
        for depth, box in enumerate(change.around):
            growth[box] = growth.get(box, 0) + change.growth
            around[box] = change.around[:depth]
    return [
        Change(around[box], *_size_field(box, len(box) + grown))
        for box, grown in growth.items()
        if grown and not box.open_end
    ]


def _size_field(box: Box, size: int) -> tuple[int, int, bytes]:
    if box.head == 16:
        return box.start + 8, box.start + 16, struct.pack(">Q", size)
    if size >= 1 << 32:
        raise BadFile("盒将超过 4 GiB", "a box would exceed 4 GiB", box.start)
    return box.start, box.start + 4, struct.pack(">I", size)
