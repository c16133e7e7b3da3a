"""Putting the label into the XMP item of a still image file (TC260-PG-20259A; ISO/IEC 23008-12).

A packet that fits where the old one was is written over it. Otherwise it goes into an ``mdat`` of its own at the
end of the file, with its place in the base field of ``iloc`` (other writers lose an item whose base is zero), and
the bytes of the old one are cut out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from zhengming.ground.errors import BadFile
from zhengming.labels.edit import Edit, Kept
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.structures.iso.box_changes import Change, Layout
from zhengming.labels.structures.iso.box_metadata import XMP_UUID, Packet
from zhengming.labels.structures.iso.boxes import Box, handler, make
from zhengming.labels.structures.iso.heif_holders import XmpItem, item_tables, overwritten
from zhengming.labels.structures.iso.heif_items import (
    METADATA_KINDS,
    Item,
    Items,
    described,
    meta_of_track,
    with_new_item,
)
from zhengming.labels.structures.iso.heif_locations import IN_FILE, Extent, Location
from zhengming.labels.structures.iso.iso_media import Opened, Tables, closed, settled
from zhengming.labels.structures.picture import xmp


def labelled(file: BinaryIO, label: MetadataLabel) -> Edit:
    """The edit that leaves ``label`` as the one label of a still image or an image sequence."""
    opened = Opened.of(file)
    tables = list(item_tables(opened.boxes, opened.top))
    items = next((items for items in tables if len(items.around) == 1), None)
    if items is None:
        return _in_box(opened, label.json())
    item = next((item for item in items.xmp() if not item.protected and items.spans(item)), None)
    if item is None:
        return _at_end(opened, items, None, list(_without_labels(opened, [])), xmp.labelled(None, label.json()))
    place = _Place(tables, items.spans(item))
    if place.shared():
        raise BadFile(
            "XMP 项与其他项共用字节，改动会损坏图像",
            "the XMP item shares bytes with other items",
        )
    changes = [*_without_labels(opened, place.spans), *described(items, item.number)]
    packet = items.bytes_of(item)
    new = xmp.labelled(packet if packet.strip() else None, label.json())
    if place.size >= len(new):
        return settled(opened, [*changes, *overwritten(place.spans, new.ljust(place.size))]).edit()
    return _at_end(opened, items, place, changes, new)


@dataclass(frozen=True)
class _Place:
    """Where the packet is that gets the label, among all tables of items of the file."""

    tables: list[Items]
    spans: list[Kept]

    @property
    def size(self) -> int:
        return sum(map(len, self.spans))

    def owners(self) -> list[tuple[Items, Item]]:
        """The items that are this packet: that of the picture, and of its track where they share it."""
        return [(items, item) for items in self.tables for item in items.xmp() if items.spans(item) == self.spans]

    def shared(self) -> bool:
        """Whether other items use some of these bytes, as no honest file has it."""
        owners = self.owners()
        others = [
            span
            for items in self.tables
            for item in items.items
            if (items, item) not in owners
            for span in items.spans(item)
        ]
        return any(a.start < b.stop and b.start < a.stop for b in others for a in self.spans)


def _without_labels(opened: Opened, spared: list[Kept]) -> Iterator[Change]:
    for holder in opened.holders():
        list(holder.entries())  # a place too broken to read is too broken to vouch for
        if not (spared and isinstance(holder, XmpItem) and holder.items.spans(holder.item) == spared):
            yield from holder.without_labels()


def _in_box(opened: Opened, json_text: str) -> Edit:
    """A sequence without items has no XMP item: its packet is a ``uuid`` box of the file."""
    if not any(box.kind == b"moov" for box in opened.top):
        raise BadFile("既没有图像项，也没有 moov", "neither image items nor a moov")
    place = next((h for h in opened.holders() if isinstance(h, Packet) and len(h.around) == 1), None)
    changes: list[Change] = []
    for holder in opened.holders():
        list(holder.entries())
        changes += [] if holder == place else holder.without_labels()
    if place:
        box = place.around[0]
        new = xmp.labelled(opened.boxes.bytes_of(box)[16:], json_text)
        changes.append(Change(place.around, place.start, box.stop, new))
    else:
        changes += _appended(opened, make(b"uuid", XMP_UUID, xmp.labelled(None, json_text)), changes)
    return settled(opened, changes).edit()


def _appended(opened: Opened, box: bytes, changes: list[Change]) -> list[Change]:
    """``box`` behind every other, the last one closed if it was open."""
    last = opened.top[-1]
    growth = sum(change.growth for change in changes if change.around[:1] == (last,))
    closing = closed(last, growth)
    if last.open_end and not closing:
        raise BadFile("最后一个盒没有大小且超过 4 GiB", "the last box states no size and exceeds 4 GiB", last.start)
    return [*closing, Change((), last.stop, last.stop, box)]


def _at_end(opened: Opened, items: Items, place: _Place | None, changes: list[Change], packet: bytes) -> Edit:
    if place is None:
        number, announced = with_new_item(items)
        tables = _TablesWithLabel(opened, {items.around: number}, packet, _track_without_items(opened))
        changes = [*changes, *announced]
    else:
        owners = {table.around: item.number for table, item in place.owners()}
        tables = _TablesWithLabel(opened, owners, packet)
        changes = [*changes, *_cut_out(opened, place)]
    return settled(opened, changes, tables).edit()


def _track_without_items(opened: Opened) -> tuple[Box, ...]:
    """The first track of pictures, when it has no ``meta``: players of a sequence ask it, not the still picture."""
    boxes = opened.boxes
    for moov in (box for box in opened.top if box.kind == b"moov"):
        for trak in (box for box in boxes.within(moov) if box.kind == b"trak"):
            mdia = boxes.first(trak, b"mdia")
            if mdia and handler(boxes, mdia, 0) == b"pict" and not boxes.first(trak, b"meta"):
                return moov, trak
    return ()


def _cut_out(opened: Opened, place: _Place) -> Iterator[Change]:
    """The old packet out of its ``mdat``, with it where it holds nothing else; blanks for it in ``idat``."""
    for span in place.spans:
        mdat = next((box for box in opened.top if box.data <= span.start and span.stop <= box.stop), None)
        if mdat is None or mdat.kind != b"mdat":
            yield Change((), span.start, span.stop, b" " * len(span))
        elif span == Kept(mdat.data, mdat.stop):
            yield Change((), mdat.start, mdat.stop, b"")
        else:
            yield Change((mdat,), span.start, span.stop, b"")


class _TablesWithLabel(Tables):
    """The tables of items, in which ``owners`` get the label's packet, in an ``mdat`` at the end.

    ``owners``: the number of the item, by the boxes around its table. ``track``: the boxes down to a track that
    gets a table of its own for it.
    """

    def __init__(
        self, opened: Opened, owners: dict[tuple[Box, ...], int], packet: bytes, track: tuple[Box, ...] = ()
    ) -> None:
        super().__init__(opened)
        self._opened, self._owners, self._packet, self._track = opened, owners, packet, track

    def following(self, layout: Layout) -> Iterator[Change]:
        end = layout.moved(self._opened.top[-1].stop) - (8 + len(self._packet) if self._is_appended(layout) else 0)
        place = Location(0, IN_FILE, 0, end + 8, (Extent(0, len(self._packet)),))
        for items in self.all:
            locations = items.locations.following(layout)
            if (number := self._owners.get(items.around)) is not None:
                locations = locations.with_item(replace(place, item=number))
            if locations != items.locations:
                iloc = items.tables[b"iloc"]
                yield Change(items.around, iloc.start, iloc.stop, locations.box())
        if self._track:
            at, (number, *_) = self._opened.boxes.end(self._track[-1]), self._owners.values()
            yield Change(self._track, at, at, meta_of_track(replace(place, item=number)))
        yield from _appended(self._opened, make(b"mdat", self._packet), [c for c in layout.changes if c.around])

    def _is_appended(self, layout: Layout) -> bool:
        end = self._opened.top[-1].stop
        return any(change.start == change.stop == end and not change.around for change in layout.changes)


def image_data(file: BinaryIO) -> Iterator[Kept]:
    """Every ``mdat`` without the items that tell about the picture, and the items in ``idat`` that are of it."""
    opened = Opened.of(file)
    tables = list(item_tables(opened.boxes, opened.top))
    about = [span for items in tables for item in items.of_kind(*METADATA_KINDS) for span in items.spans(item)]
    for box in opened.top:
        if box.kind == b"mdat":
            yield from _without(Kept(box.data, box.stop), about)
    for items in tables:
        yield from _in_idat(items)


def _in_idat(items: Items) -> Iterator[Kept]:
    for item in items.items:
        place = items.location(item)
        if item.kind not in METADATA_KINDS and place and place.method != IN_FILE:
            yield from items.spans(item)


def _without(whole: Kept, holes: list[Kept]) -> Iterator[Kept]:
    at = whole.start
    for hole in sorted(holes, key=lambda span: span.start):
        if hole.start < whole.stop and hole.stop > at:
            if hole.start > at:
                yield Kept(at, hole.start)
            at = max(at, hole.stop)
    if at < whole.stop:
        yield Kept(at, whole.stop)
