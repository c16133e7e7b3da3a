"""Items of still images (ISO/IEC 23008-12, 14496-12 §8.11): what they are, where they lie, and adding XMP.

A label is the item of type ``mime`` with content type ``application/rdf+xml`` that describes (``cdsc``) the
primary item.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from zhengming.ground.cursor import LARGEST_STRUCTURE, Cursor
from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.edit import Kept
from zhengming.labels.structures.iso.box_changes import Change
from zhengming.labels.structures.iso.boxes import Box, Boxes, make, make_full, meta_skip
from zhengming.labels.structures.iso.heif_locations import (
    IN_FILE,
    IN_IDAT,
    Fields,
    Location,
    Locations,
    parsed_locations,
)

XMP_TYPE = b"application/rdf+xml"
#: Items that tell about the picture instead of being it.
METADATA_KINDS = (b"mime", b"Exif", b"uri ")


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
    fields = Fields(boxes.peek(iinf, 8), "iinf")
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
    fields = Fields(data, "infe")
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
