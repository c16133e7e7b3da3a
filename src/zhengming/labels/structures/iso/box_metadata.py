"""Where files of boxes hold metadata: keyed and unkeyed item lists, user data strings, XMP packets.

Each place is a holder: it tells its entries, and which changes take the labels out of it and nothing else.
Places read: ``meta`` in ``moov``, ``moov/udta``, ``trak``, ``trak/udta`` and the file itself, ``udta`` atoms,
and XMP in a ``uuid`` box or an ``XMP_`` atom.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from zhengming.ground.errors import BadFile
from zhengming.labels.format import Entry
from zhengming.labels.reading import is_label
from zhengming.labels.structures.iso.box_changes import Change
from zhengming.labels.structures.iso.box_text import item_text, text_of, udta_strings
from zhengming.labels.structures.iso.boxes import Box, Boxes, make, make_full, meta_skip
from zhengming.labels.structures.picture import xmp

Around = tuple[Box, ...]
XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
KEY = b"AIGC"
UTF8 = 1
SKIPPED = (b"free", b"skip", b"meta", b"XMP_", b"uuid")


class Holder(Protocol):
    """One place that holds metadata."""

    def entries(self) -> Iterator[Entry]:
        """What it holds, as text."""

    def without_labels(self) -> Iterator[Change]:
        """The changes that take its labels out."""


def holders(boxes: Boxes, top: list[Box]) -> Iterator[Holder]:
    """Every place for metadata, in the order of the file, but items of still images."""
    for box in top:
        if box.kind == b"moov":
            yield from _in_movie(boxes, box)
        elif box.kind == b"meta":
            yield from in_meta(boxes, (box,))
        elif box.kind == b"udta":
            yield from _in_user_data(boxes, (box,))
        else:
            yield from _xmp_box(boxes, (box,))


def _in_movie(boxes: Boxes, moov: Box) -> Iterator[Holder]:
    for child in boxes.within(moov):
        yield from _in_place(boxes, (moov, child))
        if child.kind == b"trak":
            for grandchild in boxes.within(child):
                yield from _in_place(boxes, (moov, child, grandchild))


def _in_place(boxes: Boxes, around: Around) -> Iterator[Holder]:
    if around[-1].kind == b"udta":
        yield from _in_user_data(boxes, around)
    elif around[-1].kind == b"meta":
        yield from in_meta(boxes, around)
    else:
        yield from _xmp_box(boxes, around)


def _in_user_data(boxes: Boxes, around: Around) -> Iterator[Holder]:
    for atom in boxes.within(around[-1]):
        if atom.kind == b"meta":
            yield from in_meta(boxes, (*around, atom))
        elif atom.kind in SKIPPED:
            yield from _xmp_box(boxes, (*around, atom))
        else:
            yield Strings(boxes, (*around, atom))


def in_meta(boxes: Boxes, around: Around) -> Iterator[Holder]:
    """The item list of a ``meta``, with its keys where it has them, and XMP packets in boxes of their own."""
    children = list(boxes.within(around[-1], meta_skip(boxes, around[-1])))
    keys = next((child for child in children if child.kind == b"keys"), None)
    for child in children:
        if child.kind == b"ilst":
            yield KeyedList(boxes, around, keys, child) if keys else ItemList(boxes, (*around, child))
        else:
            yield from _xmp_box(boxes, (*around, child))


def _xmp_box(boxes: Boxes, around: Around) -> Iterator[Holder]:
    box = around[-1]
    if box.kind == b"XMP_":
        yield Packet(boxes, around, box.data)
    elif box.kind == b"uuid" and boxes.peek(box, 16) == XMP_UUID:
        yield Packet(boxes, around, box.data + 16)


def _path(around: Around) -> str:
    return "/".join(box.kind.decode("latin-1") for box in around)


@dataclass(frozen=True)
class Packet:
    """An XMP packet from ``start`` to the end of the innermost box."""

    boxes: Boxes
    around: Around
    start: int

    def _packet(self) -> bytes:
        return self.boxes.bytes_of(self.around[-1])[self.start - self.around[-1].data :]

    def entries(self) -> Iterator[Entry]:
        packet = self._packet()
        if packet.strip(b"\0 \r\n\t"):  # a box kept in reserve holds zeros or blanks
            yield from xmp.entries(packet)

    def without_labels(self) -> Iterator[Change]:
        """The packet keeps its length, so that nothing behind it moves."""
        packet = self._packet()
        if any(map(is_label, self.entries())):
            new = xmp.unlabelled(packet).ljust(len(packet))
            yield Change(self.around, self.start, self.around[-1].stop, new)


@dataclass(frozen=True)
class Strings:
    """An atom of user data: one string, or several in different languages."""

    boxes: Boxes
    around: Around

    def _strings(self) -> list[tuple[int, int, str]]:
        atom = self.around[-1]
        return udta_strings(atom.kind, self.boxes.bytes_of(atom)) if atom.stop - atom.data <= 1 << 24 else []

    def entries(self) -> Iterator[Entry]:
        for _, _, text in self._strings():
            yield self._entry(text)

    def _entry(self, text: str) -> Entry:
        atom = self.around[-1]
        return Entry("MP4 udta", atom.kind.decode("latin-1"), text, detail=_path(self.around[:-1]))

    def without_labels(self) -> Iterator[Change]:
        atom, strings = self.around[-1], self._strings()
        labels = [(start, stop) for start, stop, text in strings if is_label(self._entry(text))]
        if labels and len(labels) == len(strings):
            yield Change(self.around[:-1], atom.start, atom.stop, b"")
            return
        for start, stop in labels:
            yield Change(self.around, atom.data + start, atom.data + stop, b"")


@dataclass(frozen=True)
class ItemList:
    """An item list without keys, as iTunes writes it (``hdlr`` ``mdir``); the kind of an item is its name."""

    boxes: Boxes
    around: Around

    def entries(self) -> Iterator[Entry]:
        for _, found in self._items():
            yield from found

    def _items(self) -> Iterator[tuple[Box, list[Entry]]]:
        detail = _path(self.around)
        for item in self.boxes.within(self.around[-1]):
            name, texts = item_text(self.boxes, item)
            key = name or _kind(item.kind)
            yield item, [Entry("MP4 ilst", key, text, detail) for text in texts]

    def without_labels(self) -> Iterator[Change]:
        for item, found in self._items():
            if any(map(is_label, found)):
                yield Change(self.around, item.start, item.stop, b"")


def _kind(kind: bytes) -> str:
    return f"#{int.from_bytes(kind, 'big')}" if kind[0] == 0 else kind.decode("latin-1")


@dataclass(frozen=True)
class KeyedList:
    """An item list whose items are numbers of names in ``keys`` (``hdlr`` ``mdta``): the guide's place."""

    boxes: Boxes
    around: Around  # up to and with the meta
    keys: Box
    ilst: Box

    def entries(self) -> Iterator[Entry]:
        names = self.names()
        for item in self._items():
            yield from self._entries_of(item, names)

    def _entries_of(self, item: Box, names: list[bytes]) -> Iterator[Entry]:
        number = int.from_bytes(item.kind, "big")
        key = text_of(names[number - 1][8:]) if 0 < number <= len(names) else _kind(item.kind)
        for text in item_text(self.boxes, item)[1]:
            yield Entry("MP4 keys", key, text, _path(self.around))

    def names(self) -> list[bytes]:
        """The entries of ``keys`` whole: size, namespace, name."""
        data = self.boxes.bytes_of(self.keys)
        count, at, names = int.from_bytes(data[4:8], "big"), 8, list[bytes]()
        while len(names) < count:
            size = int.from_bytes(data[at : at + 4], "big")
            if not 8 <= size <= len(data) - at:
                raise BadFile(f"keys 声明 {count} 项，内容不足", f"keys states {count} entries", self.keys.start)
            names.append(data[at : at + size])
            at += size
        return names

    def _items(self) -> list[Box]:
        return list(self.boxes.within(self.ilst))

    def without_labels(self) -> Iterator[Change]:
        return self._changes(None)

    def labelled(self, json_text: str) -> Iterator[Change]:
        """The changes that leave ``json_text`` as the one label in this list."""
        return self._changes(json_text)

    def _changes(self, json_text: str | None) -> Iterator[Change]:
        names = self.names()
        labels, kept = self._parted(names)
        if not labels and json_text is None:
            return
        left = self._numbers_left(len(names), labels, kept)
        renumbered = {old: new for new, old in enumerate(left, 1)}
        keys = [names[number - 1] for number in left]
        items = [self._item(item, renumbered) for item in kept]
        if json_text is not None:
            keys.append(_key(KEY))
            items.append(label_item(len(keys), json_text))
        yield Change(self.around, self.keys.start, self.keys.stop, keys_box(keys))
        yield Change(self.around, self.ilst.start, self.ilst.stop, make(b"ilst", *items))

    def _parted(self, names: list[bytes]) -> tuple[list[Box], list[Box]]:
        """The items that are labels, and the others."""
        parted: tuple[list[Box], list[Box]] = [], []
        for item in self._items():
            parted[not any(map(is_label, self._entries_of(item, names)))].append(item)
        return parted

    def _numbers_left(self, count: int, labels: list[Box], kept: list[Box]) -> list[int]:
        """The numbers of keys without those that only labels used."""
        gone = {item.kind for item in labels} - {item.kind for item in kept}
        return [number for number in range(1, count + 1) if struct.pack(">I", number) not in gone]

    def names_left(self) -> list[bytes]:
        """The names that remain when the labels are out."""
        names = self.names()
        return [names[number - 1] for number in self._numbers_left(len(names), *self._parted(names))]

    def _item(self, item: Box, renumbered: dict[int, int]) -> bytes:
        number = int.from_bytes(item.kind, "big")
        return make(struct.pack(">I", renumbered.get(number, number)), self.boxes.bytes_of(item))


def _key(name: bytes) -> bytes:
    return make(b"mdta", name)


def keys_box(names: list[bytes]) -> bytes:
    """A ``keys`` of whole entries."""
    return make_full(b"keys", struct.pack(">I", len(names)), *names)


def label_item(number: int, json_text: str) -> bytes:
    """The item of ``ilst`` that holds the label as UTF-8 without a locale."""
    return make(struct.pack(">I", number), make(b"data", struct.pack(">II", UTF8, 0), json_text.encode()))


def label_meta(json_text: str, names: list[bytes] | None = None) -> bytes:
    """A whole ``meta`` with the label in it, laid out as ffmpeg does; ``names`` stand before its key.

    ffmpeg takes the first ``keys`` of a film for all of them. Where the film has a list of its own, giving its
    names here too, without items, keeps its numbers right and the label's number beyond them.
    """
    keys = [*(names or []), _key(KEY)]
    mdta = make_full(b"hdlr", bytes(4), b"mdta", bytes(12), b"\0")
    return make_full(b"meta", mdta, keys_box(keys), make(b"ilst", label_item(len(keys), json_text)))
