"""BMP (Windows bitmap): the label in an XMP packet behind the pixels, which is our own choice.

BMP has no place for metadata, and the guides name none. Decoders take the pixels by the offset and the sizes of the
headers and ignore what follows; an XMP packet is made to be found in any file by its ``<?xpacket`` wrapper (ISO
16684-1 §7.3, ``exiftool -scanForXMP``). So a packet follows the image, and of the headers only the size of the file
changes: ImageMagick fails on a wrong one. Tools that write the picture anew drop the packet: where the service may
choose, PNG is the better format.
"""

import re
import struct
from collections.abc import Iterator
from typing import BinaryIO

from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile
from zhengming.labels.edit import Edit, Kept, Piece, new_size, tidy
from zhengming.labels.format import Entry, Format, Medium, Place, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.structures.picture import xmp

#: How much of what follows the image is searched for packets, from its end.
LARGEST_TAIL = 4 * 1024 * 1024
_BEGIN, _END = b"<?xpacket begin=", re.compile(rb"<\?xpacket end=.{0,8}?\?>")
#: Sizes of the information headers there are, from OS/2 1.x to BITMAPV5HEADER.
_CORE, _INFO, _V5 = 12, 40, 124
#: Where the size of the file stands.
_SIZE = Kept(2, 6)
_HEADERS = (_CORE, 16, _INFO, 52, 56, 64, 108, _V5)


class Bmp(Format):
    name = "bmp"
    title = "BMP 图像"
    medium = Medium.IMAGE
    suffixes = (".bmp", ".dib")
    media_type = "image/bmp"
    place = Place("XMP（像素数据之后的数据包；BMP 没有元数据位置）", "ISO 16684-1", "own")

    def score(self, sample: Sample) -> int:
        known = sample.start[:2] == b"BM" and int.from_bytes(sample.start[14:18], "little") in _HEADERS
        return 95 if known else 0

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        for span in _packets(file):
            yield from xmp.entries(_read(file, span))

    def write(self, file: BinaryIO, label: MetadataLabel) -> Edit:
        end = Cursor(file).stop
        spans = list(_packets(file))
        if not spans:
            return _sized(file, [Kept(0, end), xmp.labelled(None, label.json())])
        pieces: list[Piece] = []
        at = 0
        for span in spans:
            first = not pieces
            old = _read(file, span)
            pieces += [Kept(at, span.start), xmp.labelled(old, label.json()) if first else xmp.unlabelled(old)]
            at = span.stop
        return _sized(file, [*pieces, Kept(at, end)])

    def body(self, file: BinaryIO) -> Iterator[Kept]:
        end = _end_of_image(file)
        yield Kept(0, _SIZE.start)
        yield Kept(_SIZE.stop, end)

    def example(self) -> bytes:
        info = struct.pack("<IiiHHIIiiII", _INFO, 1, 1, 1, 24, 0, 4, 2835, 2835, 0, 0)
        return b"BM" + struct.pack("<IHHI", 58, 0, 0, 54) + info + b"\x80\x80\x80\0"


FORMAT = Bmp()


def _sized(file: BinaryIO, pieces: list[Piece]) -> Edit:
    """The edit of ``pieces``, the first of which keeps the headers; they state its size if they did before."""
    cursor = Cursor(file, _SIZE.start)
    (stated,) = cursor.unpack("<I")
    size = new_size(pieces)
    if stated != cursor.stop or size > 0xFFFFFFFF:
        return tidy(pieces)
    headers, *rest = pieces
    return tidy([Kept(0, _SIZE.start), struct.pack("<I", size), Kept(_SIZE.stop, len(headers)), *rest])


def _packets(file: BinaryIO) -> Iterator[Kept]:
    """The XMP packets behind the image."""
    cursor = Cursor(file, _end_of_image(file))
    cursor.skip(max(0, cursor.left - LARGEST_TAIL))
    start, tail = cursor.at, cursor.peek(LARGEST_TAIL)
    at = tail.find(_BEGIN)
    while at >= 0:
        end = _END.search(tail, at)
        if not end:
            raise BadFile("XMP 包没有结尾", "an XMP packet has no end", start + at)
        yield Kept(start + at, start + end.end())
        at = tail.find(_BEGIN, end.end())


def _read(file: BinaryIO, span: Kept) -> bytes:
    return Cursor(file, span.start).take(len(span))


def _end_of_image(file: BinaryIO) -> int:
    """Where headers, colour table, pixels and colour profile end. Raises BadFile where the file is shorter."""
    cursor = Cursor(file)
    if cursor.take(2) != b"BM":
        raise BadFile("不是 BMP：签名不符", "not a BMP: wrong signature", 0)
    pixels = cursor.unpack("<IHHI")[3]
    (size,) = cursor.unpack("<I")
    if size not in _HEADERS:
        raise BadFile(f"BMP 信息头长 {size}，不可识别", f"a BMP information header of {size} bytes is unknown", 14)
    ends = [cursor.at + size - 4, pixels + _size_of_pixels(cursor, size), _end_of_profile(file, size)]
    if max(ends) > cursor.stop:
        raise BadFile("BMP 的像素数据超出文件", "the pixels of the BMP run past the end of the file", pixels)
    return max(ends)


def _size_of_pixels(cursor: Cursor, size: int) -> int:
    """In bytes: by width, height and depth; for compressed pixels as the header states."""
    compression = stated = 0
    if size == _CORE:
        width, height, _, depth = cursor.unpack("<HHHH")
    else:
        width, height, _, depth = cursor.unpack("<iiHH")
    if size >= _INFO:
        compression, stated = cursor.unpack("<II")
    if compression in (0, 3, 6):  # not compressed, with or without masks
        return (abs(width) * depth + 31) // 32 * 4 * abs(height)
    return stated


def _end_of_profile(file: BinaryIO, size: int) -> int:
    if size != _V5:
        return 0
    start, length = struct.unpack("<II", Cursor(file, 14 + 112).take(8))
    return 14 + start + length if start and length else 0
