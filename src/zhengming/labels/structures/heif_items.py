"""Items of still images (ISO/IEC 23008-12, 14496-12 §8.11): what they are, where they lie, and adding XMP.

A label is the item of type ``mime`` with content type ``application/rdf+xml`` that describes (``cdsc``) the
primary item.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.edit import Kept
from zhengming.labels.structures.box_changes import Change, Layout
from zhengming.labels.structures.boxes import Box, Boxes, make, make_full, meta_skip

XMP_TYPE = b"application/rdf+xml"
IN_FILE, IN_IDAT = 0, 1
#: Items that tell about the picture instead of being it.
METADATA_KINDS = (b"mime", b"Exif", b"uri ")
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


class _Fields:
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
    fields = _Fields(data, "iloc")
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


def _parsed_location(fields: _Fields, version: int, widths: tuple[int, ...], left: list[int]) -> Location:
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


@dataclass(frozen=True)
class Item:
    """One item: its number, its four-letter type, the content type of a ``mime``, and its ``infe``."""

    number: int
    kind: bytes
    content_type: bytes
    box: Box
    protected: bool

    @property
    def is_xmp(self) -> bool:
        return self.kind == b"mime" and self.content_type.lower() == XMP_TYPE


@dataclass(frozen=True)
class Items:
    """The item tables of one ``meta``. ``around`` are the boxes up to and with it."""

    boxes: Boxes
    around: tuple[Box, ...]
    tables: dict[bytes, Box]
    items: tuple[Item, ...]
    locations: Locations
    _idat: Kept | None = field(default=None)

    def of_kind(self, *kinds: bytes) -> Iterator[Item]:
        return (item for item in self.items if item.kind in kinds)

    def xmp(self) -> list[Item]:
        return [item for item in self.items if item.is_xmp]

    @property
    def primary(self) -> int | None:
        pitm = self.tables.get(b"pitm")
        if pitm is None:
            return None
        data = self.boxes.bytes_of(pitm)
        return int.from_bytes(data[4:8] if data[:1] == b"\1" else data[4:6], "big")

    def location(self, item: Item) -> Location | None:
        return next((place for place in self.locations.items if place.item == item.number), None)

    def spans(self, item: Item) -> list[Kept]:
        """Where an item's bytes lie in this file; empty when elsewhere. Raises BadFile when they run past it."""
        place = self.location(item)
        if place is None or place.reference or place.method not in (IN_FILE, IN_IDAT):
            return []
        if place.method == IN_FILE:
            return [self._whole(span, Kept(0, self.boxes.size)) for span in place.spans()]
        idat = self._idat or Kept(0, 0)
        moved = (Kept(span.start + idat.start, span.stop + idat.start) for span in place.spans())
        return [self._whole(span, idat) for span in moved]

    def _whole(self, span: Kept, container: Kept) -> Kept:
        if not container.start <= span.start <= span.stop <= container.stop:
            raise BadFile("图像项超出其容器", "an item runs past what holds it", span.start)
        return span

    def bytes_of(self, item: Item) -> bytes:
        """An item's bytes, all extents together, within the bound for one structure."""
        from zhengming.ground.cursor import LARGEST_STRUCTURE, Cursor

        spans = self.spans(item)
        if item.protected or sum(map(len, spans)) > LARGEST_STRUCTURE:
            raise BadFile("图像项受保护或过大", "an item is protected or too large", item.box.start)
        return b"".join(Cursor(self.boxes.file, span.start).take(len(span)) for span in spans)


def check_spans(items: Items) -> None:
    """Raise BadFile when an item runs past what holds it: nothing can be moved safely then."""
    for item in items.items:
        items.spans(item)


def items_of(boxes: Boxes, around: tuple[Box, ...]) -> Items | None:
    """The items of the innermost of ``around``, a ``meta``; None when it has no tables of items."""
    meta = around[-1]
    tables = {box.kind: box for box in boxes.within(meta, meta_skip(boxes, meta))}
    if b"iinf" not in tables or b"iloc" not in tables:
        return None
    idat = tables.get(b"idat")
    return Items(
        boxes,
        around,
        tables,
        tuple(_items(boxes, tables[b"iinf"])),
        parsed_locations(boxes.bytes_of(tables[b"iloc"])),
        Kept(idat.data, idat.stop) if idat else None,
    )


def _items(boxes: Boxes, iinf: Box) -> Iterator[Item]:
    fields = _Fields(boxes.peek(iinf, 8), "iinf")
    wide = fields.number(1) == 1
    fields.number(3)
    count = fields.number(4 if wide else 2)
    children = [box for box in boxes.within(iinf, fields.at) if box.kind == b"infe"]
    if len(children) != count or (children and children[-1].stop != iinf.stop):
        raise BadFile(
            f"iinf 声明 {count} 项，实有 {len(children)} 项", f"iinf states {count} items, not what it holds"
        )
    yield from (_item(box, boxes.bytes_of(box)) for box in children)


def _item(box: Box, data: bytes) -> Item:
    fields = _Fields(data, "infe")
    version = fields.number(1)
    fields.number(3)
    number = fields.number(4 if version == 3 else 2)
    protected = fields.number(2) != 0
    if version < 2:  # name, content type: every such item is a file of a MIME type
        _, content_type = _strings(data[fields.at :])
        return Item(number, b"mime", content_type, box, protected)
    kind = fields.number(4).to_bytes(4, "big")
    _, content_type = _strings(data[fields.at :])
    return Item(number, kind, content_type, box, protected)


def _strings(data: bytes) -> tuple[bytes, bytes]:
    """The first two of several strings that zeros end."""
    parts = data.split(b"\0", 2)
    return parts[0], parts[1] if len(parts) > 1 else b""


def with_new_item(items: Items) -> tuple[int, list[Change]]:
    """The number of a new XMP item, and the changes to ``iinf`` and ``iref`` that announce it."""
    number = 1 + max((place for place in _numbers(items)), default=0)
    if number > 0xFFFF_FFFF:
        raise Refused("图像项编号已用尽", "no item number is left")
    return number, [_announced(items, number), *described(items, number)]


def _numbers(items: Items) -> Iterator[int]:
    yield from (item.number for item in items.items)
    yield from (place.item for place in items.locations.items)
    yield from [items.primary] if items.primary is not None else []


def _announced(items: Items, number: int) -> Change:
    iinf = items.tables[b"iinf"]
    data = items.boxes.bytes_of(iinf)
    wide = data[:1] == b"\1"
    count = int.from_bytes(data[4:8] if wide else data[4:6], "big") + 1
    start = 8 if wide else 6
    entries = data[start:]
    wide = wide or count > 0xFFFF
    counted = struct.pack(">I" if wide else ">H", count)
    new = make(b"iinf", b"\1" if wide else b"\0", data[1:4], counted, entries, _entry(number))
    return Change(items.around, iinf.start, iinf.stop, new)


def _entry(number: int) -> bytes:
    """The ``infe`` of a hidden XMP item."""
    version = 3 if number > 0xFFFF else 2
    identity = struct.pack(">IH" if version == 3 else ">HH", number, 0)
    return make_full(b"infe", identity, b"mime", b"\0", XMP_TYPE, b"\0", version=version, flags=1)


def meta_of_track(place: Location) -> bytes:
    """A ``meta`` for a track of pictures with nothing but the XMP item at ``place``."""
    hdlr = make_full(b"hdlr", bytes(4), b"pict", bytes(12), b"\0")
    iinf = make_full(b"iinf", struct.pack(">H", 1), _entry(place.item))
    return make_full(b"meta", hdlr, Locations(0, 0, 4, 4, 4, 0, (place,)).box(), iinf)


def described(items: Items, number: int) -> Iterator[Change]:
    """The reference from the XMP item to the primary item, unless it is there; readers go by it."""
    primary = items.primary
    if primary is None or _refers(items, number):
        return
    iref = items.tables.get(b"iref")
    wide = max(number, primary) > 0xFFFF
    if iref is None:
        new = make_full(b"iref", _reference(number, primary, wide), version=int(wide))
        end = items.tables[b"iloc"].stop
        yield Change(items.around, end, end, new)
        return
    wide_now = items.boxes.peek(iref, 1) == b"\1"
    if wide and not wide_now:
        raise Refused("iref 的编号只有 16 位，放不下新项", "the numbers of iref have 16 bits, too few for a new item")
    around = (*items.around, iref)
    end = items.boxes.end(iref, 4)
    yield Change(around, end, end, _reference(number, primary, wide_now))


def _refers(items: Items, number: int) -> bool:
    """Whether an item describes another one."""
    iref = items.tables.get(b"iref")
    if iref is None:
        return False
    width = 4 if items.boxes.peek(iref, 1) == b"\1" else 2
    references = (box for box in items.boxes.within(iref, 4) if box.kind == b"cdsc")
    return any(int.from_bytes(items.boxes.peek(box, width), "big") == number for box in references)


def _reference(number: int, primary: int, wide: bool) -> bytes:
    return make(b"cdsc", struct.pack(">IHI" if wide else ">HHH", number, 1, primary))
