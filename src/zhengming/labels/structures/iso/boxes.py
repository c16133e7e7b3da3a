"""Boxes of ISO/IEC 14496-12 and atoms of QuickTime: walking them, and making them.

Only boxes that the grammar names are looked into, never "whatever might be a box", so a box inside itself a
thousand times over costs nothing. A walk keeps count of the boxes it met and ends at a bound.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile

#: The most boxes of one file that are looked at: a day of fragments of a second each, two boxes a fragment.
MOST_BOXES = 200_000
LONGEST_PADDING = 1 << 20


@dataclass(frozen=True, slots=True)
class Box:
    """One box: its four-letter kind, where its header starts, how long that is, and where the box stops.

    ``open_end`` is true for a box of size 0, which reaches to the end of the file.
    """

    kind: bytes
    start: int
    head: int
    stop: int
    open_end: bool = False

    @property
    def data(self) -> int:
        """Where what it holds starts."""
        return self.start + self.head

    def __len__(self) -> int:
        return self.stop - self.start


class Boxes:
    """The boxes of one file, read on demand and counted."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.size = file.seek(0, 2)
        self._met = 0

    def top(self) -> Iterator[Box]:
        """The boxes of the file itself, in order."""
        return self._walk(0, self.size, nested=False)

    def within(self, box: Box, skip: int = 0) -> Iterator[Box]:
        """The boxes in ``box``, after ``skip`` bytes of its own fields. Ends at a terminating zero."""
        return self._walk(box.data + skip, box.stop, nested=True)

    def first(self, box: Box, *kinds: bytes) -> Box | None:
        """The first box on the way ``kinds`` down from ``box``."""
        found: Box | None = box
        for kind in kinds:
            found = next((child for child in self.within(found) if child.kind == kind), None) if found else None
        return found

    def end(self, box: Box, skip: int = 0) -> int:
        """Where one more box may stand in ``box``: behind the others, before a terminating zero."""
        return max((child.stop for child in self.within(box, skip)), default=box.data + skip)

    def bytes_of(self, box: Box) -> bytes:
        """What ``box`` holds, without its header. Raises BadFile when that is unreasonably much."""
        return Cursor(self.file, box.data, box.stop).take(box.stop - box.data)

    def peek(self, box: Box, size: int) -> bytes:
        """Up to ``size`` bytes of what ``box`` holds."""
        return Cursor(self.file, box.data, box.stop).peek(size)

    def _walk(self, start: int, stop: int, nested: bool) -> Iterator[Box]:
        cursor = Cursor(self.file, start, stop)
        while cursor.left >= 8:
            box = _header(cursor, nested)
            if box is None:
                return
            self._met += 1
            if self._met > MOST_BOXES:
                raise BadFile(f"超过 {MOST_BOXES} 个盒", f"more than {MOST_BOXES} boxes", box.start)
            yield box
            cursor.at = box.stop


def _header(cursor: Cursor, nested: bool) -> Box | None:
    start = cursor.at
    head = cursor.peek(16)
    size, kind = struct.unpack(">I4s", head[:8])
    length = 8
    if size == 0 and nested and _is_padding(cursor):
        return None
    if size == 0 and not nested:
        return Box(kind, start, 8, cursor.stop, open_end=True)
    if size == 1:
        size, length = int.from_bytes(head[8:16], "big"), 16
    if not length <= size <= cursor.left:
        raise BadFile(
            f"盒 {_shown(kind)} 声明 {size} 字节，此处有 {cursor.left} 字节",
            f"the box {_shown(kind)} states {size} bytes, {cursor.left} are there",
            start,
        )
    return Box(kind, start, length, start + size)


def _is_padding(cursor: Cursor) -> bool:
    """Whether nothing but zeros follows: the terminator of a QuickTime list and room left behind it."""
    return cursor.left <= LONGEST_PADDING and not cursor.peek(cursor.left).strip(b"\0")


def _shown(kind: bytes) -> str:
    return repr(kind.decode("latin-1"))


def make(kind: bytes, *parts: bytes) -> bytes:
    """A box of ``kind`` that holds ``parts``."""
    return struct.pack(">I4s", 8 + sum(map(len, parts)), kind) + b"".join(parts)


def make_full(kind: bytes, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    """A full box: one that starts with a version and flags."""
    return make(kind, struct.pack(">I", version << 24 | flags), *parts)


def handler(boxes: Boxes, parent: Box, skip: int) -> bytes:
    """The handler type stated by the ``hdlr`` in ``parent``, ``b""`` without one."""
    for child in boxes.within(parent, skip):
        if child.kind == b"hdlr":
            return boxes.peek(child, 12)[8:12]
    return b""


def meta_skip(boxes: Boxes, meta: Box) -> int:
    """How many bytes of its own a ``meta`` starts with: 4 in ISO files, 0 in the QuickTime form."""
    start = boxes.peek(meta, 12)
    return 0 if start[4:8] == b"hdlr" and start[8:12] != b"hdlr" else min(4, len(start))
