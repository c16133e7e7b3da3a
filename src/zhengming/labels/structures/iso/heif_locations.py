"""Where the items of a still image lie: the table ``iloc`` (ISO/IEC 14496-12 §8.11.3), read, moved and written."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

from zhengming.ground.errors import BadFile
from zhengming.labels.edit import Kept
from zhengming.labels.structures.iso.box_changes import Layout
from zhengming.labels.structures.iso.boxes import make_full

IN_FILE, IN_IDAT = 0, 1
MOST_EXTENTS = 200_000


@dataclass(frozen=True)
class Extent:
    """One stretch of an item, ``offset`` bytes after the item's base; ``index`` as it stands."""

    offset: int
    length: int
    index: int = 0


@dataclass(frozen=True)
class Location:
    """Where one item lies: ``method`` 0 in the file, 1 in ``idat``, 2 in another item."""

    item: int
    method: int
    reference: int
    base: int
    extents: tuple[Extent, ...]

    @property
    def in_this_file(self) -> bool:
        return self.method == IN_FILE and self.reference == 0

    def spans(self) -> list[Kept]:
        """The stretches in bytes from the start of the file, or of ``idat``."""
        return [
            Kept(start, start + extent.length) for extent in self.extents for start in [self.base + extent.offset]
        ]

    def following(self, layout: Layout) -> "Location":
        """The same bytes after a move: by the base where all move alike, else each extent for itself."""
        if not self.in_this_file or not (self.base or any(extent.offset for extent in self.extents)):
            return self
        for span in self.spans():
            if len(span) and layout.shift(span.start) != layout.shift(span.stop - 1):
                raise BadFile("图像项跨越了要改动的结构", "an item spans what has to change", span.start)
        shifts = {layout.shift(self.base + extent.offset) for extent in self.extents}
        if len(shifts) <= 1 and self.base:
            return replace(self, base=self.base + (shifts.pop() if shifts else 0))
        moved = (replace(e, offset=layout.moved(self.base + e.offset)) for e in self.extents)
        return replace(self, base=0, extents=tuple(moved))


@dataclass(frozen=True)
class Locations:
    """The whole ``iloc``: the widths of its four fields in bytes, and every item's location."""

    version: int
    flags: int
    offset_width: int
    length_width: int
    base_width: int
    index_width: int
    items: tuple[Location, ...]

    def following(self, layout: Layout) -> "Locations":
        return replace(self, items=tuple(item.following(layout) for item in self.items))

    def with_item(self, location: Location) -> "Locations":
        """This table with one more item, or with the item's new place."""
        others = tuple(item for item in self.items if item.item != location.item)
        return replace(self, items=(*others, location))

    def box(self) -> bytes:
        """The ``iloc``, in the narrowest fields that hold it, none narrower than it was."""
        version = 2 if any(item.item > 0xFFFF for item in self.items) else self.version
        extents = [extent for item in self.items for extent in item.extents]
        offset = _width(self.offset_width, (extent.offset for extent in extents))
        length = _width(self.length_width, (extent.length for extent in extents))
        base = _width(self.base_width, (item.base for item in self.items))
        index = self.index_width if version else 0
        count = struct.pack(">I" if version == 2 else ">H", len(self.items))
        widths = bytes((offset << 4 | length, base << 4 | index))
        body = b"".join(_location(item, version, (offset, length, base, index)) for item in self.items)
        return make_full(b"iloc", widths, count, body, version=version, flags=self.flags)


def _width(least: int, values: Iterator[int]) -> int:
    highest = max(values, default=0)
    needed = 0 if not highest else 4 if highest < 1 << 32 else 8
    return max(least, needed)


def _location(item: Location, version: int, widths: tuple[int, int, int, int]) -> bytes:
    offset, length, base, index = widths
    parts = [struct.pack(">I" if version == 2 else ">H", item.item)]
    parts += [struct.pack(">H", item.method)] if version else []
    parts += [
        struct.pack(">H", item.reference),
        item.base.to_bytes(base, "big"),
        struct.pack(">H", len(item.extents)),
    ]
    for extent in item.extents:
        parts += [extent.index.to_bytes(index, "big"), extent.offset.to_bytes(offset, "big")]
        parts.append(extent.length.to_bytes(length, "big"))
    return b"".join(parts)


class Fields:
    """Numbers read one after another from bytes, every one checked."""

    def __init__(self, data: bytes, name: str) -> None:
        self.data, self.at, self.name = data, 0, name

    def number(self, width: int) -> int:
        stop = self.at + width
        if stop > len(self.data):
            raise BadFile(f"{self.name} 不完整", f"{self.name} is incomplete")
        value = int.from_bytes(self.data[self.at : stop], "big")
        self.at = stop
        return value


def parsed_locations(data: bytes) -> Locations:
    """The ``iloc`` whose contents are ``data``."""
    fields = Fields(data, "iloc")
    version, flags = fields.number(1), fields.number(3)
    if version > 2:
        raise BadFile(f"不认识的 iloc 版本 {version}", f"unknown version {version} of iloc")
    first, second = fields.number(1), fields.number(1)
    widths = first >> 4, first & 15, second >> 4, second & 15 if version else 0
    if any(width not in (0, 4, 8) for width in widths):
        raise BadFile("iloc 的字段宽度不是 0、4、8", "a field of iloc is not 0, 4 or 8 bytes wide")
    count = fields.number(4 if version == 2 else 2)
    left = [MOST_EXTENTS]
    items = tuple(_parsed_location(fields, version, widths, left) for _ in range(count))
    return Locations(version, flags, *widths, items)


def _parsed_location(fields: Fields, version: int, widths: tuple[int, ...], left: list[int]) -> Location:
    offset, length, base, index = widths
    item = fields.number(4 if version == 2 else 2)
    method = fields.number(2) & 15 if version else IN_FILE
    reference, base_offset, count = fields.number(2), fields.number(base), fields.number(2)
    left[0] -= count + 1
    if left[0] < 0:
        raise BadFile("iloc 的项过多", "iloc has too many entries")
    extents = []
    for _ in range(count):
        number, start = fields.number(index), fields.number(offset)
        extents.append(Extent(start, fields.number(length), number))
    return Location(item, method, reference, base_offset, tuple(extents))
