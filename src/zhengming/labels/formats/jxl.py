"""JPEG XL (ISO/IEC 18181-2): the label in the XMP packet of an ``xml `` box; the guides name no place for it.

A bare codestream is put into a container. An XMP box that is part of a losslessly recompressed JPEG keeps its length,
else the JPEG could not be made again from it bit by bit: the label then stands in a box of its own.
"""

import struct
from base64 import b85decode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile, Unavailable
from zhengming.labels.edit import Edit, Kept, Piece, tidy
from zhengming.labels.format import Entry, Format, Medium, Place, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.reading import is_label
from zhengming.labels.structures.iso.boxes import Box, Boxes, make
from zhengming.labels.structures.picture import exif, xmp
from zhengming.labels.structures.picture.jbrd import rebuilds_xmp

SIGNATURE = b"\0\0\0\x0cJXL \r\n\x87\n"
BARE = b"\xff\x0a"
CODESTREAM = (b"jxlc", b"jxlp")
#: The most that a compressed box may unfold to.
LARGEST_TEXT = 16 * 1024 * 1024


@dataclass(frozen=True)
class Text:
    """A box of text: its ``kind`` (that of what it unfolds to, for ``brob``) and what it holds, unfolded.

    ``data`` is None where it is compressed and no decoder is installed.
    """

    kind: bytes
    data: bytes | None


class Jxl(Format):
    name = "jxl"
    title = "JPEG XL 图像"
    medium = Medium.IMAGE
    suffixes = (".jxl",)
    media_type = "image/jxl"
    place = Place("XMP（“xml ”盒）", "ISO/IEC 18181-2", "own")

    def score(self, sample: Sample) -> int:
        if sample.start.startswith(SIGNATURE):
            return 100
        return 80 if sample.start.startswith(BARE) else 0

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        boxes = Boxes(file)
        for box in _boxes(boxes):
            text = _text(boxes, box)
            if text and text.data is not None:
                yield from xmp.entries(text.data) if text.kind == b"xml " else exif.entries(_exif(text.data))

    def write(self, file: BinaryIO, label: MetadataLabel) -> Edit:
        boxes = Boxes(file)
        if _is_bare(file):
            return [*_container(boxes.size, xmp.labelled(None, label.json())), Kept(0, boxes.size)]
        rewriting = _Rewriting(boxes, label)
        for box in _boxes(boxes):
            rewriting.take(box)
        return rewriting.edit()

    def body(self, file: BinaryIO) -> Iterator[Kept]:
        boxes = Boxes(file)
        if _is_bare(file):
            yield Kept(0, boxes.size)
            return
        for box in _boxes(boxes):
            if box.kind in CODESTREAM:
                yield Kept(box.data, box.stop)

    def example(self) -> bytes:
        return b85decode(_EXAMPLE)


FORMAT = Jxl()


class _Rewriting:
    """The pieces of the new file as the boxes of the old one are walked."""

    def __init__(self, boxes: Boxes, label: MetadataLabel) -> None:
        self.boxes, self.label = boxes, label
        self.pieces: list[Piece] = []
        self.place: int | None = None  # among the pieces, where a new XMP box goes
        self.packet: bytes | None = None
        self.has_image = False
        # The first XMP box of a recompressed JPEG is a piece of it.
        self.bound = any(box.kind == b"jbrd" and rebuilds_xmp(boxes.bytes_of(box)) for box in _boxes(boxes))

    def take(self, box: Box) -> None:
        """Take the next box over: kept, or changed."""
        text = _text(self.boxes, box)
        self.has_image = self.has_image or box.kind in CODESTREAM
        if self.place is None and box.kind not in (b"JXL ", b"ftyp", b"jxll"):
            self.place = len(self.pieces)
        if text is None:
            self.pieces.append(Kept(box.start, box.stop))
        elif text.data is None:
            raise Unavailable(
                "XMP 用 Brotli 压缩，无法确认其中没有标识；请安装 zhengming[jxl]",
                "the XMP is Brotli-compressed and may hold a label; install zhengming[jxl]",
            )
        elif text.kind == b"Exif":
            self._replace(box, text.data, _clean_exif(text.data))
        else:
            self._take_packet(box, text.data)

    def _take_packet(self, box: Box, packet: bytes) -> None:
        clean = xmp.unlabelled(packet) if any(map(is_label, xmp.entries(packet))) else packet
        if self.bound:
            self.bound = False
            self._replace(box, packet, clean.ljust(len(packet), b" "))
            self.place = len(self.pieces)
        elif self.packet is None:
            self.packet = packet
            self.place = len(self.pieces)
        else:
            self._replace(box, packet, clean)

    def _replace(self, box: Box, old: bytes, new: bytes) -> None:
        kind = b"Exif" if _kind(self.boxes, box) == b"Exif" else b"xml "
        self.pieces.append(Kept(box.start, box.stop) if old == new else make(kind, new))

    def edit(self) -> Edit:
        """The whole edit, when every box was taken."""
        if not self.has_image:
            raise BadFile("JPEG XL 里没有码流", "the JPEG XL has no codestream")
        fresh = make(b"xml ", xmp.labelled(self.packet, self.label.json()))
        return tidy([*self.pieces[: self.place], fresh, *self.pieces[self.place :]])


def _boxes(boxes: Boxes) -> Iterator[Box]:
    """The boxes of a container; none for a bare codestream."""
    if _is_bare(boxes.file):
        return
    if Cursor(boxes.file).peek(len(SIGNATURE)) != SIGNATURE:
        raise BadFile("不是 JPEG XL：签名不符", "not a JPEG XL: wrong signature", 0)
    stop = 0
    for box in boxes.top():
        yield box
        stop = box.stop
    if stop != boxes.size:
        raise BadFile("JPEG XL 末尾有残余字节", "stray bytes at the end of the JPEG XL", stop)


def _is_bare(file: BinaryIO) -> bool:
    return Cursor(file).peek(2) == BARE


def _container(size: int, packet: bytes) -> list[Piece]:
    """What stands before a bare codestream of ``size`` bytes when it becomes the last box of a container."""
    head = struct.pack(">I4s", size + 8, b"jxlc") if size + 8 < 2**32 else struct.pack(">I4sQ", 1, b"jxlc", size + 16)
    return [SIGNATURE + make(b"ftyp", b"jxl \0\0\0\0jxl ") + make(b"xml ", packet) + head]


def _kind(boxes: Boxes, box: Box) -> bytes:
    return boxes.peek(box, 4) if box.kind == b"brob" else box.kind


def _text(boxes: Boxes, box: Box) -> Text | None:
    """The XMP or EXIF in a box, unfolded where it is compressed; None for a box of another kind."""
    kind = _kind(boxes, box)
    if kind not in (b"xml ", b"Exif"):
        return None
    data = boxes.bytes_of(box)
    return Text(kind, _unfolded(data[4:]) if box.kind == b"brob" else data)


def _unfolded(data: bytes) -> bytes | None:
    try:
        import brotli
    except ImportError:
        return None
    decoder = brotli.Decompressor()
    try:
        text: bytes = decoder.process(data, output_buffer_limit=LARGEST_TEXT)
    except brotli.error as error:
        raise BadFile(f"Brotli 解压失败：{error}", f"Brotli does not unfold: {error}") from None
    if not decoder.is_finished():
        raise BadFile("压缩的文本不完整或过大", f"a compressed text is incomplete or over {LARGEST_TEXT} bytes")
    return text


def _exif(data: bytes) -> bytes:
    """The TIFF structure in an Exif box: its first four bytes say how far behind them it begins."""
    return data[4 + int.from_bytes(data[:4], "big") :]


def _clean_exif(data: bytes) -> bytes:
    block = _exif(data)
    return data[: len(data) - len(block)] + exif.unlabelled(block)


#: One grey pixel in a container: cjxl 0.7, from a PGM of 1 × 1, with --container=1 -d 1.
_EXAMPLE = (
    "0000CN?1%F4GM<}0000KW^{RQYItlQ00000YItlQ0000>YItm8{|W#QkQ5gJ01}7-0MGzk<q`k@6)K~Q8@!zB`SL@D#k7s<3~jY-"
    "VM(IMI5tTqa7Yr1FvbNKh5-P~T);4zN)iA"
)
