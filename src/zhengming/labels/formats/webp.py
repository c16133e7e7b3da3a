"""WebP (RFC 9649), still and animated: the label in the chunk ``XMP `` (TC260-PG-20259A)."""

import struct
from base64 import b85decode
from collections.abc import Iterator
from typing import BinaryIO

from zhengming.ground.errors import BadFile
from zhengming.labels.edit import Edit, Kept, Piece, tidy
from zhengming.labels.format import Entry, Format, Medium, Place, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.structures.picture import exif, xmp
from zhengming.labels.structures.riff import riff
from zhengming.labels.structures.riff.riff import Chunk, Riff

HAS_ALPHA, HAS_XMP = 0x10, 0x04
IMAGE_DATA = (b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP")


class Webp(Format):
    name = "webp"
    title = "WebP 图像"
    medium = Medium.IMAGE
    suffixes = (".webp",)
    media_type = "image/webp"
    place = Place("XMP（“XMP ”块）", "TC260-PG-20259A", "H")

    def score(self, sample: Sample) -> int:
        return 100 if sample.start[:4] == b"RIFF" and sample.start[8:12] == b"WEBP" else 0

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        for chunk in _riff(file).chunks(file):
            if chunk.kind == b"EXIF":
                yield from exif.entries(riff.read(file, chunk))
            elif chunk.kind == b"XMP ":
                yield from xmp.entries(riff.read(file, chunk))

    def write(self, file: BinaryIO, label: MetadataLabel) -> Edit:
        whole = _riff(file)
        chunks = list(whole.chunks(file))
        pieces: list[Piece] = []
        packet: bytes | None = None
        for chunk in chunks:
            if chunk.kind == b"XMP " and packet is None:
                packet = riff.read(file, chunk)
            elif chunk.kind == b"XMP ":  # the format allows one, so readers may not see it
                pieces.append(riff.chunk(b"XMP ", xmp.unlabelled(riff.read(file, chunk))))
            elif chunk.kind == b"EXIF":
                pieces += _cleaned(file, chunk)
            elif chunk.kind != b"VP8X":
                pieces += chunk.pieces()
        fresh = riff.chunk(b"XMP ", xmp.labelled(packet, label.json()))
        place = next((at for at, piece in enumerate(pieces) if _is_xmp(piece)), len(pieces))
        inside = [_header(file, chunks), *pieces[:place], fresh, *pieces[place:]]
        return tidy([*whole.rebuilt(file, inside), Kept(whole.whole.stop, file.seek(0, 2))])

    def body(self, file: BinaryIO) -> Iterator[Kept]:
        for chunk in _riff(file).chunks(file):
            if chunk.kind in IMAGE_DATA:
                yield chunk.data

    def example(self) -> bytes:
        return b85decode(_EXAMPLE)


FORMAT = Webp()


def _riff(file: BinaryIO) -> Riff:
    first = next(riff.riffs(file), None)
    if first is None or first.form != b"WEBP" or first.is_64_bit:
        raise BadFile("不是 WebP", "not a WebP", 0)
    return first


def _is_xmp(piece: Piece) -> bool:
    return isinstance(piece, bytes) and piece.startswith(b"XMP ")


def _header(file: BinaryIO, chunks: list[Chunk]) -> bytes:
    """The VP8X chunk with the XMP flag set; a new one for a simple file."""
    for chunk in chunks:
        if chunk.kind == b"VP8X":
            data = bytearray(riff.read(file, chunk))
            if len(data) < 10:
                raise BadFile("VP8X 块不完整", "the VP8X chunk is incomplete", chunk.start)
            data[0] |= HAS_XMP
            return riff.chunk(b"VP8X", bytes(data))
    for chunk in chunks:
        if chunk.kind in (b"VP8 ", b"VP8L"):
            width, height, alpha = _canvas(file, chunk)
            sizes = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
            return riff.chunk(b"VP8X", bytes((HAS_XMP | (HAS_ALPHA if alpha else 0), 0, 0, 0)) + sizes)
    raise BadFile("WebP 里没有图像数据", "the WebP has no image data")


def _canvas(file: BinaryIO, chunk: Chunk) -> tuple[int, int, bool]:
    """Width and height in pixels and whether there is alpha, from a frame header (RFC 9649 §2.5, RFC 6386 §9.1)."""
    file.seek(chunk.first)
    head = file.read(min(10, len(chunk.data)))
    if chunk.kind == b"VP8L" and len(head) >= 5 and head[0] == 0x2F:
        (bits,) = struct.unpack_from("<I", head, 1)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bool(bits >> 28 & 1)
    if chunk.kind == b"VP8 " and len(head) == 10 and head[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", head, 6)
        if width & 0x3FFF and height & 0x3FFF:
            return width & 0x3FFF, height & 0x3FFF, False
    raise BadFile("WebP 的帧头不可识别", "the frame header of the WebP is not readable", chunk.start)


def _cleaned(file: BinaryIO, chunk: Chunk) -> list[Piece]:
    data = riff.read(file, chunk)
    clean = exif.unlabelled(data)
    return chunk.pieces() if clean == data else [riff.chunk(chunk.kind, clean)]


#: One grey pixel: Pillow 13, Image.new("L", (1, 1), 128).save(format="WEBP", quality=1).
_EXAMPLE = "Qb|TeBme*aS4BclR!}$~7ytkOPyqm)0V)9i0RRlZ&LyM(1atrZ00000"
