"""Metadata in items of still images, as holders: XMP packets and EXIF blocks."""

from collections.abc import Iterator
from dataclasses import dataclass

from zhengming.ground.errors import Refused
from zhengming.labels.edit import Kept
from zhengming.labels.format import Entry
from zhengming.labels.reading import is_label
from zhengming.labels.structures.iso.box_changes import Change
from zhengming.labels.structures.iso.boxes import Box, Boxes
from zhengming.labels.structures.iso.heif_items import Item, Items, items_of
from zhengming.labels.structures.picture import exif, xmp


def item_tables(boxes: Boxes, top: list[Box]) -> Iterator[Items]:
    """The items of every ``meta`` that may have some: in the file, in ``moov`` and in its tracks."""
    for around in _metas(boxes, top):
        if items := items_of(boxes, around):
            yield items


def _metas(boxes: Boxes, top: list[Box]) -> Iterator[tuple[Box, ...]]:
    for box in top:
        if box.kind == b"meta":
            yield (box,)
        elif box.kind == b"moov":
            for child in boxes.within(box):
                if child.kind == b"meta":
                    yield (box, child)
                elif child.kind == b"trak":
                    yield from ((box, child, meta) for meta in boxes.within(child) if meta.kind == b"meta")


def item_holders(boxes: Boxes, top: list[Box]) -> Iterator["XmpItem | ExifItem"]:
    """Every item that holds metadata we read, and only once what a picture and its track share."""
    seen: set[tuple[Kept, ...]] = set()
    for items in item_tables(boxes, top):
        for holder in _holders_in(items):
            spans = tuple(items.spans(holder.item))
            if spans not in seen:
                seen.add(spans)
                yield holder


def _holders_in(items: Items) -> Iterator["XmpItem | ExifItem"]:
    for item in items.items:
        if item.protected:
            continue
        if item.is_xmp:
            yield XmpItem(items, item)
        elif item.kind == b"Exif":
            yield ExifItem(items, item)


@dataclass(frozen=True)
class XmpItem:
    """An item that is an XMP packet."""

    items: Items
    item: Item

    def entries(self) -> Iterator[Entry]:
        packet = self.items.bytes_of(self.item)
        if packet.strip():
            yield from xmp.entries(packet)

    def without_labels(self) -> Iterator[Change]:
        """The packet keeps its length: nothing moves."""
        packet = self.items.bytes_of(self.item)
        if packet.strip() and any(map(is_label, xmp.entries(packet))):
            new = xmp.unlabelled(packet).ljust(len(packet))
            if len(new) > len(packet):
                raise Refused("第二个 XMP 包不是 UTF-8，无法原位改动", "a second XMP packet is not in UTF-8")
            yield from overwritten(self.items.spans(self.item), new)


@dataclass(frozen=True)
class ExifItem:
    """An item that is an EXIF block behind the four bytes that tell where its TIFF header is."""

    items: Items
    item: Item

    def _block(self) -> tuple[bytes, bytes]:
        data = self.items.bytes_of(self.item)
        start = 4 + int.from_bytes(data[:4], "big")
        return data[:start], data[start:]

    def entries(self) -> Iterator[Entry]:
        block = self._block()[1]
        if block:
            yield from exif.entries(block)

    def without_labels(self) -> Iterator[Change]:
        before, block = self._block()
        if block and (new := exif.unlabelled(block)) != block:
            yield from overwritten(self.items.spans(self.item), before + new)


def overwritten(spans: list[Kept], data: bytes) -> Iterator[Change]:
    """``data`` laid over ``spans``, whose lengths together are its own."""
    at = 0
    for span in spans:
        yield Change((), span.start, span.stop, data[at : at + len(span)])
        at += len(span)
