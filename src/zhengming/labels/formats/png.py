"""PNG (ISO/IEC 15948, with APNG): the label in the XMP packet of an iTXt chunk (TC260-PG-20259A)."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile
from zhengming.labels.edit import Edit, Kept, Piece, tidy
from zhengming.labels.format import Entry, Format, Medium, Place, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.reading import is_label
from zhengming.labels.structures.inflate import inflated
from zhengming.labels.structures.picture import exif, xmp

SIGNATURE = b"\x89PNG\r\n\x1a\n"
XMP_KEYWORD = b"XML:com.adobe.xmp"
TEXT_KINDS = (b"tEXt", b"zTXt", b"iTXt")
#: Under these keywords ImageMagick and its heirs write XMP and EXIF as hexadecimal digits.
RAW_XMP = (b"Raw profile type xmp",)
RAW_EXIF = (b"Raw profile type exif", b"Raw profile type APP1")
#: The most that a compressed text may unfold to, and how many times its size.
LARGEST_TEXT = 16 * 1024 * 1024
LARGEST_RATIO = 200


@dataclass(frozen=True)
class Chunk:
    """One chunk: its four-letter kind, and where it starts and stops with length and checksum."""

    kind: bytes
    start: int
    stop: int

    @property
    def data(self) -> Kept:
        return Kept(self.start + 8, self.stop - 4)


class Png(Format):
    name = "png"
    title = "PNG 图像"
    medium = Medium.IMAGE
    suffixes = (".png", ".apng")
    media_type = "image/png"
    place = Place("XMP（iTXt 块，关键字 XML:com.adobe.xmp）", "TC260-PG-20259A", "H")

    def score(self, sample: Sample) -> int:
        return 100 if sample.start.startswith(SIGNATURE) else 0

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        for chunk in chunks(file):
            if chunk.kind in TEXT_KINDS:
                yield from _text_entries(chunk.kind, _data(file, chunk))
            elif chunk.kind == b"eXIf":
                yield from exif.entries(_data(file, chunk))

    def write(self, file: BinaryIO, label: MetadataLabel) -> Edit:
        packet: bytes | None = None
        pieces: list[Piece] = []
        place: int | None = None
        has_image = False
        for chunk in chunks(file):
            has_image = has_image or chunk.kind == b"IDAT"
            if chunk.kind in (b"IDAT", b"fcTL") and place is None:
                place = len(pieces)  # an animation's fcTL wants the data of its frame right behind it
            data = _data(file, chunk) if chunk.kind in (*TEXT_KINDS, b"eXIf") else b""
            if _is_xmp(data) and packet is None:
                packet = _text(chunk.kind, data)
            else:
                pieces.append(_taken_over(chunk, data))
        if not has_image:
            raise BadFile("PNG 里没有图像数据块 IDAT", "the PNG has no image data (IDAT)")
        label_chunk = _xmp_chunk(xmp.labelled(packet, label.json()))
        return tidy([Kept(0, len(SIGNATURE)), *pieces[:place], label_chunk, *pieces[place:]])

    def body(self, file: BinaryIO) -> Iterator[Kept]:
        for chunk in chunks(file):
            if chunk.kind in (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"fcTL", b"fdAT", b"acTL"):
                yield chunk.data

    def example(self) -> bytes:
        header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
        pixel = zlib.compress(b"\0\x80", 9)
        return SIGNATURE + b"".join(
            _chunk(kind, data) for kind, data in ((b"IHDR", header), (b"IDAT", pixel), (b"IEND", b""))
        )


FORMAT = Png()


def chunks(file: BinaryIO) -> Iterator[Chunk]:
    """The chunks of a PNG, up to and with IEND; what follows IEND is a chunk of kind ``b""``."""
    cursor = Cursor(file)
    if cursor.take(8) != SIGNATURE:
        raise BadFile("不是 PNG：签名不符", "not a PNG: wrong signature", 0)
    kind = b""
    while kind != b"IEND":
        start = cursor.at
        (size,) = cursor.unpack(">I")
        kind = cursor.take(4)
        cursor.skip(size + 4)
        yield Chunk(kind, start, cursor.at)
    if cursor.left:
        yield Chunk(b"", cursor.at, cursor.stop)


def _data(file: BinaryIO, chunk: Chunk) -> bytes:
    return Cursor(file, chunk.data.start).take(len(chunk.data))


def _taken_over(chunk: Chunk, data: bytes) -> Piece:
    """A chunk as it stands in the new file: whole, or without the label in it."""
    whole = Kept(chunk.start, chunk.stop)
    if chunk.kind == b"eXIf":
        clean = exif.unlabelled(data)
        return whole if clean == data else _chunk(chunk.kind, clean)
    if not data or not any(map(is_label, _text_entries(chunk.kind, data))):
        return whole
    if _is_xmp(data):
        return _xmp_chunk(xmp.unlabelled(_text(chunk.kind, data)))
    keyword = _keyword(data)
    if keyword not in (*RAW_XMP, *RAW_EXIF):
        return b""
    profile = _raw_profile(_text(chunk.kind, data))
    clean = xmp.unlabelled(profile) if keyword in RAW_XMP else exif.unlabelled(profile)
    return _chunk(b"tEXt", keyword + b"\0" + _as_raw_profile(keyword, clean))


def _text_entries(kind: bytes, data: bytes) -> Iterator[Entry]:
    text, keyword = _text(kind, data), _keyword(data)
    if keyword == XMP_KEYWORD:
        yield from xmp.entries(text)
    elif keyword in RAW_XMP:
        profile = _raw_profile(text)
        yield from xmp.entries(profile) if profile else ()
    elif keyword in RAW_EXIF:
        yield from exif.entries(_raw_profile(text))
    else:
        encoding = "utf-8" if kind == b"iTXt" else _encoding(text)
        yield Entry(f"PNG {kind.decode()}", keyword.decode("latin-1"), text.decode(encoding, "replace"))


def _text(kind: bytes, data: bytes) -> bytes:
    """The text of a chunk after its keyword, unfolded where it is compressed."""
    rest = data.partition(b"\0")[2]
    if kind == b"iTXt":
        return _international(rest)
    return rest if kind == b"tEXt" else _inflated(rest[1:])


def _keyword(data: bytes) -> bytes:
    return data.partition(b"\0")[0]


def _raw_profile(text: bytes) -> bytes:
    """The bytes of a raw profile: a line with its name, one with its length, lines of hexadecimal digits."""
    try:
        return bytes.fromhex("".join(text.decode("latin-1").split("\n")[3:]))
    except ValueError:
        return b""


def _as_raw_profile(keyword: bytes, profile: bytes) -> bytes:
    digits = profile.hex()
    lines = [digits[at : at + 72] for at in range(0, len(digits), 72)]
    return "\n".join(["", keyword.decode().split()[-1], f"{len(profile):8}", *lines, ""]).encode()


def _encoding(text: bytes) -> str:
    """Latin-1 by the standard; UTF-8 where the bytes are that, as most tools write."""
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _is_xmp(data: bytes) -> bool:
    return data.startswith(XMP_KEYWORD + b"\0")


def _international(rest: bytes) -> bytes:
    """The text of an iTXt chunk after its keyword: flag, method, language, translated keyword, text."""
    parts = rest[2:].split(b"\0", 2)
    if len(parts) != 3:
        raise BadFile("iTXt 块不完整", "an iTXt chunk is incomplete")
    return _inflated(parts[2]) if rest[0] else parts[2]


def _inflated(data: bytes) -> bytes:
    return inflated(data, min(LARGEST_TEXT, 65536 + LARGEST_RATIO * len(data)), ("文本块", "a text chunk"))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _xmp_chunk(packet: bytes) -> bytes:
    return _chunk(b"iTXt", XMP_KEYWORD + b"\0\0\0\0\0" + packet)
