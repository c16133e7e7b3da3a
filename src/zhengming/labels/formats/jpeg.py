"""JPEG (ITU-T T.81, JFIF, EXIF): the label in the XMP packet of an APP1 segment (TC260-PG-20259A).

Nothing behind the first SOS is read: scans, further images (MPF) and the video of a motion photo stay as they are.
"""

import re
import struct
from base64 import b85decode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.edit import Edit, Kept, Piece, new_size, tidy
from zhengming.labels.format import Entry, Format, Medium, Place, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.reading import is_label
from zhengming.labels.structures.picture import exif, mpf, xmp
from zhengming.labels.structures.picture.extended_xmp import Extended, moved_out

SOI, SOS, EOI, APP0, APP1, APP2, APP15, COM = 0xD8, 0xDA, 0xD9, 0xE0, 0xE1, 0xE2, 0xEF, 0xFE
#: Markers that stand alone: TEM and the restart markers.
ALONE = (0x01, *range(0xD0, 0xD8))
XMP = b"http://ns.adobe.com/xap/1.0/\0"
#: The most a segment holds: its two-byte length counts itself.
LARGEST_SEGMENT = 0xFFFF - 2
#: More segments than any camera writes; extended XMP and colour profiles of a gigabyte stay below.
MOST_SEGMENTS = 1 << 14
#: A label written into a segment without any structure, as some services do in APP9 and APP11.
_BARE = re.compile(rb"[\s\0]*(?:AIGC[\s\0:=]*)?(\{.*\})[\s\0]*", re.DOTALL)


@dataclass(frozen=True)
class Segment:
    """One marker segment: where its marker starts, where its data does, where it stops."""

    marker: int
    start: int
    first: int
    stop: int

    @property
    def whole(self) -> Kept:
        return Kept(self.start, self.stop)

    @property
    def name(self) -> str:
        return "JPEG COM" if self.marker == COM else f"JPEG APP{self.marker - APP0}"

    @property
    def is_metadata(self) -> bool:
        """Whether it may hold a text: every APPn but Adobe's APP14, which says what the colours mean; comments."""
        return (APP0 <= self.marker <= APP15 and self.marker != 0xEE) or self.marker == COM


class Jpeg(Format):
    name = "jpeg"
    title = "JPEG 图像"
    medium = Medium.IMAGE
    suffixes = (".jpg", ".jpeg", ".jpe", ".jfif")
    media_type = "image/jpeg"
    place = Place("XMP（APP1 段）", "TC260-PG-20259A", "H")

    def score(self, sample: Sample) -> int:
        return 100 if sample.start.startswith(b"\xff\xd8\xff") else 0

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        extended = Extended()
        for segment in segments(file):
            if segment.is_metadata:
                data = _data(file, segment)
                if segment.marker != APP1 or not extended.take(data):
                    yield from _entries(segment, data)
        yield from extended.entries()

    def write(self, file: BinaryIO, label: MetadataLabel) -> Edit:
        rewriting = _Rewriting()
        for segment in segments(file):
            rewriting.take(segment, _data(file, segment) if segment.is_metadata else b"")
        return rewriting.edit(label.json())

    def body(self, file: BinaryIO) -> Iterator[Kept]:
        for segment in segments(file):
            if not segment.is_metadata:
                yield segment.whole

    def example(self) -> bytes:
        return b85decode(_EXAMPLE)


FORMAT = Jpeg()


def segments(file: BinaryIO) -> Iterator[Segment]:
    """The segments of a JPEG before its first scan; the last one begins with SOS and runs to the end of the file."""
    cursor = Cursor(file)
    if cursor.take(2) != bytes((0xFF, SOI)):
        raise BadFile("不是 JPEG：缺少 SOI", "not a JPEG: no SOI", 0)
    for _ in range(MOST_SEGMENTS):
        start = cursor.at
        marker = _marker(cursor)
        if marker == SOS:
            yield Segment(SOS, start, cursor.at, cursor.stop)
            return
        if marker in ALONE:
            continue
        if marker in (0, SOI, EOI):
            raise BadFile("JPEG 里没有图像数据", "the JPEG has no image data", start)
        (size,) = cursor.unpack(">H")
        first = cursor.at
        cursor.skip(size - 2)
        yield Segment(marker, start, first, cursor.at)
    raise BadFile("JPEG 的段过多", f"the JPEG has over {MOST_SEGMENTS} segments", cursor.at)


def _marker(cursor: Cursor) -> int:
    if cursor.take(1) != b"\xff":
        raise BadFile("JPEG 段错位：应为 0xFF", "JPEG segments are out of step: expected 0xFF", cursor.at - 1)
    marker = 0xFF
    while marker == 0xFF:  # any number of fill bytes may stand before a marker
        (marker,) = cursor.take(1)
    return marker


class _Rewriting:
    """The pieces of the new file as the old one is walked; what depends on the whole is settled at the end."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = [Kept(0, 2)]
        self.place: int | None = None  # among the pieces, where the new XMP goes
        self.packet: bytes | None = None
        self.extended = Extended()
        self.index: tuple[int, Segment, bytes] | None = None  # that of MPF: its place, itself, its data

    def take(self, segment: Segment, data: bytes) -> None:
        """Take the next segment over: kept, changed or dropped."""
        if segment.marker == APP1 and data.startswith(XMP):
            self._take_packet(data.removeprefix(XMP))
        elif segment.marker != APP1 or not self.extended.take(data):
            if self.place is None and segment.marker != APP0 and not data.startswith(exif.PREFIX):
                self.place = len(self.pieces)  # behind JFIF and EXIF, which want to be first
            self._take_other(segment, data)

    def _take_packet(self, packet: bytes) -> None:
        if self.packet is not None:
            self.pieces.append(_segment(APP1, XMP + xmp.unlabelled(packet)))
            return
        self.packet = packet
        if self.index is None:
            self.place = len(self.pieces)

    def _take_other(self, segment: Segment, data: bytes) -> None:
        if segment.marker == APP1 and data.startswith(exif.PREFIX):
            cleaned = exif.unlabelled(data)
            self.pieces.append(segment.whole if cleaned == data else _segment(APP1, cleaned))
            return
        if any(map(is_label, _entries(segment, data))):
            return
        if segment.marker == APP2 and data.startswith(mpf.PREFIX) and self.index is None:
            self.index = len(self.pieces), segment, data
        self.pieces.append(segment.whole)

    def edit(self, json_text: str) -> Edit:
        """The whole edit, when every segment was taken."""
        fresh = self._fresh(json_text)
        if self.index is not None:
            self.pieces[self.index[0]] = self._moved_index(fresh)
        return tidy([*self.pieces[: self.place], *fresh, *self.pieces[self.place :]])

    def _fresh(self, json_text: str) -> list[bytes]:
        main, parts = self.extended.relabelled(self.packet)
        packet = _trimmed(xmp.labelled(main, json_text))
        if len(packet) > LARGEST_SEGMENT - len(XMP):
            if parts or main is None:
                raise Refused("XMP 已满，放不下标识", "the XMP is full, the label does not fit")
            packet, parts = moved_out(main, json_text)
        return [_segment(APP1, XMP + packet), *(_segment(APP1, part) for part in parts)]

    def _moved_index(self, fresh: list[bytes]) -> bytes:
        assert self.index is not None
        at, segment, data = self.index
        old_end = self.pieces[-1].stop if isinstance(self.pieces[-1], Kept) else 0
        total = new_size(self.pieces) + new_size(fresh) - old_end
        before = new_size(self.pieces[:at]) + new_size(fresh) - segment.start
        return _segment(APP2, mpf.moved(data, total, total - before))


def _entries(segment: Segment, data: bytes) -> Iterator[Entry]:
    """The texts of one segment; for most kinds of segment none."""
    if segment.marker == APP1 and data.startswith(XMP):
        yield from xmp.entries(data.removeprefix(XMP))
    elif segment.marker == APP1 and data.startswith(exif.PREFIX):
        yield from exif.entries(data)
    elif segment.is_metadata:
        bare = _BARE.fullmatch(data)
        if bare and is_label(Entry("", "", text := bare[1].decode("utf-8", "replace"))):
            yield Entry(segment.name, "AIGC", text)
        elif segment.marker == COM:
            yield Entry(segment.name, "Comment", data.decode("utf-8", "replace").rstrip("\0"))


def _data(file: BinaryIO, segment: Segment) -> bytes:
    return Cursor(file, segment.first, segment.stop).take(segment.stop - segment.first)


def _segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def _trimmed(packet: bytes) -> bytes:
    """The packet, without its padding where it would not fit into a segment otherwise."""
    if len(packet) <= LARGEST_SEGMENT - len(XMP):
        return packet
    end = packet.rfind(b"<?xpacket end")
    return packet[:end].rstrip() + packet[end:] if end >= 0 else packet.rstrip()


#: One grey pixel: Pillow 13, Image.new("L", (1, 1), 128).save(format="JPEG", quality=10, optimize=True).
_EXAMPLE = (
    b"|JeWF01!$>Nk#wx0RR9200961|JwjV08lqPMm#c5MnOheRZw4e$bxuoZg};txsk~K|NsC0|NsC0|NsC0|NsC0|NsC0|NsC0|NsC0"
    b"|NsC0|NsC0|Np=M3kU!K009935di<h02BZL00000000000000000000|HJ?k5CH%H0000000000000000095m00;pA002J#KmXY"
)
