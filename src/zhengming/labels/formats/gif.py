"""GIF (GIF89a, CompuServe 1990), still and animated: the label in the XMP application extension (TC260-PG-20259A)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from zhengming.ground.cursor import LARGEST_STRUCTURE, Cursor
from zhengming.ground.errors import BadFile
from zhengming.labels.edit import Edit, Kept, Piece, tidy
from zhengming.labels.format import Entry, Format, Medium, Place, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.reading import is_label
from zhengming.labels.structures.picture import xmp

EXTENSION, IMAGE, TRAILER = b"\x21", b"\x2c", b"\x3b"
GRAPHIC_CONTROL, COMMENT, PLAIN_TEXT, APPLICATION = 0xF9, 0xFE, 0x01, 0xFF
XMP = b"XMP DataXMP"
#: Ends an XMP packet: a reader of sub-blocks that lands anywhere in it is led to the closing zero (XMP part 3).
MAGIC_TRAILER = b"\x01" + bytes(range(0xFF, -1, -1)) + b"\0"
#: Sub-blocks are walked in windows of the file that grow up to this many bytes.
LARGEST_WINDOW = 1 << 20
#: More blocks than the frames of any animation need.
MOST_BLOCKS = 1 << 17


@dataclass(frozen=True)
class Block:
    """One block: ``kind`` is an extension's label or the byte that opens an image or the trailer.

    ``first`` is where its sub-blocks begin; ``application`` the eleven bytes that name an application extension.
    """

    kind: int
    start: int
    first: int
    stop: int
    application: bytes = b""

    @property
    def whole(self) -> Kept:
        return Kept(self.start, self.stop)


class Gif(Format):
    name = "gif"
    title = "GIF 图像"
    medium = Medium.IMAGE
    suffixes = (".gif",)
    media_type = "image/gif"
    place = Place("XMP（应用扩展块 XMP DataXMP）", "TC260-PG-20259A", "M")

    def score(self, sample: Sample) -> int:
        return 100 if sample.start[:6] in (b"GIF87a", b"GIF89a") else 0

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        for block in blocks(file):
            yield from _entries(file, block)

    def write(self, file: BinaryIO, label: MetadataLabel) -> Edit:
        packet: bytes | None = None
        pieces: list[Piece] = []
        place: int | None = None
        for block in blocks(file):
            if block.application == XMP:
                if packet is not None:
                    pieces.append(_extension(xmp.unlabelled(_packet(file, block))))
                    continue
                packet = _packet(file, block)
                place = len(pieces) if place is None else place
                continue
            if place is None and block.kind in (GRAPHIC_CONTROL, PLAIN_TEXT, *IMAGE, *TRAILER):
                place = len(pieces)
            if not any(map(is_label, _entries(file, block))):
                pieces.append(block.whole)
        fresh = _extension(xmp.labelled(packet, label.json()))
        head = _end_of_head(Cursor(file))
        return tidy([b"GIF89a", Kept(6, head), *pieces[:place], fresh, *pieces[place:]])

    def body(self, file: BinaryIO) -> Iterator[Kept]:
        yield Kept(6, _end_of_head(Cursor(file)))
        for block in blocks(file):
            if block.kind in (GRAPHIC_CONTROL, PLAIN_TEXT, *IMAGE) or block.application in (
                b"NETSCAPE2.0",
                b"ANIMEXTS1.0",
            ):
                yield block.whole

    def example(self) -> bytes:
        screen = struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\x80\x80\x80\xff\xff\xff"
        image = IMAGE + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0"
        return b"GIF89a" + screen + image + TRAILER


FORMAT = Gif()


def blocks(file: BinaryIO) -> Iterator[Block]:
    """The blocks behind the colour table, up to and with the trailer; what follows it is part of the trailer block.

    A file that stops after a whole block without a trailer is taken as decoders take it.
    """
    cursor = Cursor(file)
    cursor.at = _end_of_head(cursor)
    count = 0
    while cursor.left:
        start = cursor.at
        opening = cursor.take(1)
        count += 1
        if count > MOST_BLOCKS:
            raise BadFile("GIF 的块过多", f"the GIF has over {MOST_BLOCKS} blocks", start)
        if opening == TRAILER:
            yield Block(TRAILER[0], start, cursor.at, cursor.stop)
            return
        if opening == EXTENSION:
            (kind,) = cursor.take(1)
            yield _extension_at(cursor, start, kind)
        elif opening == IMAGE:
            flags = cursor.take(9)[8]
            cursor.skip(_colours(flags) + 1)
            first = cursor.at
            _skip_sub_blocks(cursor)
            yield Block(IMAGE[0], start, first, cursor.at)
        elif opening == b"\0":  # some writers leave stray terminators; readers pass over them
            window = cursor.peek(LARGEST_WINDOW)
            cursor.skip(len(window) - len(window.lstrip(b"\0")))
        else:
            raise BadFile(f"GIF 块错位：0x{opening.hex()}", f"GIF blocks are out of step: 0x{opening.hex()}", start)


def _end_of_head(cursor: Cursor) -> int:
    """Where the first block begins: behind header, screen and colour table."""
    cursor.at = 0
    if cursor.take(6) not in (b"GIF87a", b"GIF89a"):
        raise BadFile("不是 GIF：签名不符", "not a GIF: wrong signature", 0)
    flags = cursor.take(7)[4]
    cursor.skip(_colours(flags))
    return cursor.at


def _colours(flags: int) -> int:
    """The size in bytes of the colour table that the flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _extension_at(cursor: Cursor, start: int, kind: int) -> Block:
    first = cursor.at
    application = b""
    if kind == APPLICATION and cursor.peek(1) == b"\x0b":
        application = cursor.take(12)[1:]
        first = cursor.at
    _skip_sub_blocks(cursor)
    return Block(kind, start, first, cursor.at, application)


def _skip_sub_blocks(cursor: Cursor) -> None:
    """Move behind the terminator of a run of sub-blocks, looking at the file a window at a time."""
    size = 256
    while True:
        window = cursor.peek(size)
        size = min(4 * size, LARGEST_WINDOW)
        at = 0
        while at < len(window) and window[at]:
            at += window[at] + 1
        if at < len(window):
            cursor.skip(at + 1)
            return
        if at > cursor.left or not window:
            raise BadFile("GIF 在子块中截断", "the GIF ends within sub-blocks", cursor.at)
        cursor.skip(at)


def _entries(file: BinaryIO, block: Block) -> Iterator[Entry]:
    if block.application == XMP:
        yield from xmp.entries(_packet(file, block))
    elif block.kind == COMMENT and block.stop - block.first > 1:
        yield Entry("GIF comment", "Comment", _joined(file, block).decode("utf-8", "replace"))
    elif block.application:
        text = _joined(file, block).decode("utf-8", "replace").strip("\0")
        entry = Entry("GIF application", block.application.decode("latin-1"), text)
        if is_label(entry) or is_label(Entry("", block.application[:8].decode("latin-1").strip(" \0"), text)):
            yield Entry("GIF application", "AIGC", text)


def _packet(file: BinaryIO, block: Block) -> bytes:
    """An XMP packet: bare before the magic trailer, as it should be, or in sub-blocks, as some tools write."""
    data = _raw(file, block)
    if data.endswith(MAGIC_TRAILER):
        return data.removesuffix(MAGIC_TRAILER)
    return _joined(file, block)


def _joined(file: BinaryIO, block: Block) -> bytes:
    data = _raw(file, block)
    parts: list[bytes] = []
    at = 0
    while data[at]:
        parts.append(data[at + 1 : at + 1 + data[at]])
        at += data[at] + 1
    return b"".join(parts)


def _raw(file: BinaryIO, block: Block) -> bytes:
    return Cursor(file, block.first).take(block.stop - block.first, LARGEST_STRUCTURE)


def _extension(packet: bytes) -> bytes:
    return EXTENSION + bytes((APPLICATION, len(XMP))) + XMP + packet.replace(b"\0", b" ") + MAGIC_TRAILER
