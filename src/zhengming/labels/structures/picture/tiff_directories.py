"""The directories of a TIFF structure (TIFF 6.0, BigTIFF), of which EXIF blocks and MPF indexes are made too."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile
from zhengming.labels.edit import Kept

SUB_IFDS, EXIF_IFD = 330, 0x8769
BYTE, ASCII, UNDEFINED, UTF_8 = 1, 2, 7, 129
_SIZES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
    129: 1,
}
_NUMBERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}


@dataclass(frozen=True)
class Layout:
    """How numbers lie in a TIFF structure: ``order`` is ``<`` or ``>``; ``big`` is true for BigTIFF."""

    order: str
    big: bool

    @property
    def offset(self) -> str:
        """The struct layout of an offset, and of what counts values."""
        return self.order + ("Q" if self.big else "I")

    @property
    def count(self) -> str:
        """The struct layout of the number of tags in a directory."""
        return self.order + ("Q" if self.big else "H")

    @property
    def width(self) -> int:
        """The size in bytes of an offset, up to which a value stands in the tag itself."""
        return 8 if self.big else 4

    @property
    def tag_size(self) -> int:
        return 20 if self.big else 12


@dataclass(frozen=True)
class Tag:
    """One tag: the byte where its entry starts, what it is, and where its value lies."""

    number: int
    kind: int
    count: int
    entry: int
    value: Kept


@dataclass(frozen=True)
class Directory:
    """One image file directory: ``name`` is IFD0, IFD1, … , Exif or SubIFD; ``link`` where the next one is named.

    ``whole`` is false where something of it lies outside the file: it would come alive if the file grew.
    """

    name: str
    start: int
    link: int
    tags: tuple[Tag, ...]
    whole: bool

    def tag(self, number: int) -> Tag | None:
        return next((tag for tag in self.tags if tag.number == number), None)


def layout(file: BinaryIO) -> Layout:
    """The byte order and width that a TIFF header states. Raises BadFile when it is none."""
    head = Cursor(file).peek(8)
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order and len(head) == 8:
        (version,) = struct.unpack_from(order + "H", head, 2)
        if version in (42, 0x4F52, 0x5352, 0x55) or (version == 43 and head[4:8] == struct.pack(order + "HH", 8, 0)):
            return Layout(order, version == 43)
    raise BadFile("不是 TIFF 结构", "not a TIFF structure", 0)


def directories(file: BinaryIO) -> Iterator[Directory]:
    """Every directory: the chain from IFD0, each followed by its SubIFDs and Exif IFD. Raises BadFile.

    Directories that overlap or form a ring cannot make it long: together they may not be larger than the file.
    """
    form = layout(file)
    cursor = Cursor(file, 8 if form.big else 4)
    waiting: list[tuple[str, int]] = [("IFD0", cursor.unpack(form.offset)[0])]
    seen: set[int] = set()
    room, pages = cursor.stop, 0
    while waiting:
        name, at = waiting.pop()
        if at in seen or not at:
            continue
        seen.add(at)
        directory, following = _directory(file, form, name, at)
        room -= directory.link - directory.start
        if room < 0:
            raise BadFile("TIFF 目录互相重叠", "TIFF directories overlap", at)
        yield directory
        if name.startswith("IFD"):
            pages += 1
            waiting.append((f"IFD{pages}", following))
        waiting += reversed(list(_below(file, form, directory)))


def numbers(file: BinaryIO, tag: Tag, form: Layout) -> tuple[int, ...]:
    """The whole numbers a tag holds; none when it holds something else. Raises BadFile."""
    if tag.kind not in _NUMBERS:
        return ()
    data = Cursor(file, tag.value.start).take(len(tag.value))
    return struct.unpack(f"{form.order}{tag.count}{_NUMBERS[tag.kind]}", data)


def _directory(file: BinaryIO, form: Layout, name: str, at: int) -> tuple[Directory, int]:
    cursor = Cursor(file)
    cursor.skip(at)
    (count,) = cursor.unpack(form.count)
    start = cursor.at
    rows = cursor.take(count * form.tag_size)
    tags = tuple(_tags(rows, form, start))
    inside = tuple(tag for tag in tags if tag.value.stop <= cursor.stop)  # what points outside is not read
    link = cursor.at
    has_link = cursor.left >= form.width  # some writers leave the last one out
    following = cursor.unpack(form.offset)[0] if has_link else 0
    return Directory(name, at, link, inside, has_link and len(inside) == len(tags)), following


def _tags(rows: bytes, form: Layout, start: int) -> Iterator[Tag]:
    row = struct.Struct(form.order + ("HHQQ" if form.big else "HHII"))
    for at, (number, kind, count, offset) in enumerate(row.iter_unpack(rows)):
        entry = start + at * form.tag_size
        if kind in _SIZES:  # a type from after our time is not read, as TIFF 6.0 demands
            size = _SIZES[kind] * count
            first = entry + form.tag_size - form.width if size <= form.width else offset
            yield Tag(number, kind, count, entry, Kept(first, first + size))


def _below(file: BinaryIO, form: Layout, directory: Directory) -> Iterator[tuple[str, int]]:
    for number, name in ((EXIF_IFD, "Exif"), (SUB_IFDS, "SubIFD")):
        if tag := directory.tag(number):
            yield from ((name, at) for at in numbers(file, tag, form))
