"""Matroska (RFC 9559): the one format behind .mkv and .webm, apart from its name.

A label goes where no media data has to move: over old Tags, into a Void before the first Cluster, or behind
the last element with a Void in the old place. Only where none of these is open does what follows move, and
then every stated position moves with it (:mod:`zhengming.labels.structures.matroska.matroska_layout`).
"""

from collections.abc import Iterator
from typing import BinaryIO

from zhengming.ground.cursor import LARGEST_STRUCTURE, Cursor
from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.edit import Edit, Kept
from zhengming.labels.format import Entry, Format, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.reading import is_label
from zhengming.labels.structures.matroska import ebml, matroska_tags
from zhengming.labels.structures.matroska.ebml import Element
from zhengming.labels.structures.matroska.matroska_layout import (
    ATTACHMENTS,
    CHAPTERS,
    CLUSTER,
    CUES,
    INFO,
    SEEK_HEAD,
    SEGMENT,
    TAGS,
    TRACKS,
    Layout,
    Segment,
)

HEADER, DOCUMENT_TYPE = 0x1A45DFA3, 0x4282
#: The elements that end a Cluster whose size is not stated.
_AFTER_CLUSTER = {HEADER, SEGMENT, SEEK_HEAD, INFO, TRACKS, CLUSTER, CUES, ATTACHMENTS, CHAPTERS, TAGS}
_INFO_TEXTS = {0x7BA9: "Title", 0x4D80: "MuxingApp", 0x5741: "WritingApp", 0x7384: "SegmentFilename"}
#: More elements than this in one Segment are not a film but an attack on memory.
MOST_ELEMENTS = 100_000
#: Elements beside the Segment that are looked at; none is known to matter.
MOST_OUTSIDE = 1000


class Matroska(Format):
    """What .mkv and .webm share; each names itself and its DocType."""

    document_type: str

    def score(self, sample: Sample) -> int:
        if not sample.start.startswith(HEADER.to_bytes(4, "big")):
            return 0
        return 100 if _document_type(sample.file) == self.document_type else 0

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        for element in _segment(file).elements:
            if element.id == INFO:
                yield from _info_entries(data_of(file, element))
            elif element.id == TAGS:
                yield from matroska_tags.entries(data_of(file, element))

    def write(self, file: BinaryIO, label: MetadataLabel) -> Edit:
        segment = _segment(file)
        data, guarded = b"", False
        for element in segment.of(TAGS):
            content, has_crc = ebml.without_crc(data_of(file, element))
            data, guarded = data + content, guarded or has_crc
        tags = matroska_tags.labelled(data, label.json())
        replaced = {info.start: _info_without_labels(file, info) for info in segment.of(INFO)}
        return Layout(file, segment, ebml.with_crc(tags) if guarded else tags, replaced).edit()

    def body(self, file: BinaryIO) -> Iterator[Kept]:
        for element in _segment(file).elements:
            if element.id == TRACKS:
                yield Kept(element.data, element.stop)
            elif element.id == CLUSTER:
                yield from _blocks(file, element)

    def example(self) -> bytes:
        header = _integers({0x4286: 1, 0x42F7: 1, 0x42F2: 4, 0x42F3: 8}) + ebml.element(
            DOCUMENT_TYPE, self.document_type.encode()
        )
        header += _integers({0x4287: 2, 0x4285: 2})
        info = _integers({0x2AD7B1: 1_000_000}) + ebml.element(0x4D80, b"zm") + ebml.element(0x5741, b"zm")
        frame = ebml.element(0xA3, b"\x81\0\0\x80" + _VP8_FRAME)
        segment = (
            ebml.element(INFO, info)
            + ebml.element(TRACKS, ebml.element(0xAE, _VIDEO_TRACK))
            + ebml.element(CLUSTER, _integers({0xE7: 0}) + frame)
        )
        return ebml.element(HEADER, header) + ebml.element(SEGMENT, segment, 8)


def _integers(values: dict[int, int]) -> bytes:
    return b"".join(
        ebml.element(id_, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))
        for id_, value in values.items()
    )


#: Track 1: video, VP8, 16 by 16.
_VIDEO_TRACK = (
    _integers({0xD7: 1, 0x73C5: 1, 0x83: 1})
    + ebml.element(0x86, b"V_VP8")
    + ebml.element(0xE0, _integers({0xB0: 16, 0xBA: 16}))
)
#: One grey frame of 16 by 16, as libvpx makes it: ffmpeg -f lavfi -i color=gray:s=16x16 -frames:v 1 -c:v libvpx
_VP8_FRAME = bytes.fromhex("1002009d012a100010000047088585889984880202000c0d6000fec3e000")


def data_of(file: BinaryIO, element: Element) -> bytes:
    """The data of an element that is metadata. Raises BadFile when it is larger than any such is."""
    return Cursor(file, element.data, element.stop).take(element.stop - element.data, LARGEST_STRUCTURE)


def _document_type(file: BinaryIO) -> str:
    header = ebml.head(Cursor(file))
    if header.id != HEADER or not header.sized:
        raise BadFile("不是 Matroska：没有 EBML 头", "not Matroska: no EBML header", 0)
    parts = {node.id: node.data for node in ebml.nodes(data_of(file, header))}
    return ebml.text(parts.get(DOCUMENT_TYPE, b"matroska"))


def _segment(file: BinaryIO) -> Segment:
    """The one Segment of the file, with its elements. Raises Refused where there are several."""
    cursor = Cursor(file)
    _document_type(file)
    cursor.at = ebml.head(cursor).stop
    found: Element | None = None
    for _ in range(MOST_OUTSIDE):
        if not cursor.left:
            break
        element = ebml.head(cursor)
        if element.id == SEGMENT and found:
            raise _several()
        if element.id == SEGMENT:
            found = element
        elif not element.sized:
            raise BadFile("EBML 元素未给出长度", "an EBML element states no size", element.start)
        cursor.at = element.stop
    if found is None:
        raise BadFile("Matroska 里没有 Segment", "the Matroska file has no Segment")
    return Segment(found, tuple(_elements(file, found)), cursor.stop)


def _several() -> Refused:
    return Refused("文件有多个 Segment，不能只留一个标识", "the file has several Segments: one label cannot serve")


def _elements(file: BinaryIO, segment: Element) -> Iterator[Element]:
    cursor = Cursor(file, segment.data, segment.stop)
    count = 0
    while cursor.left:
        element = ebml.head(cursor)
        if element.id in (HEADER, SEGMENT):
            raise _several()
        if not element.sized:
            element = _measured(cursor, element)
        cursor.at = element.stop
        count += 1
        if count > MOST_ELEMENTS:
            raise BadFile("Segment 内元素过多", f"over {MOST_ELEMENTS} elements in the Segment", element.start)
        yield element


def _measured(cursor: Cursor, cluster: Element) -> Element:
    """A live Cluster with its real end: the next element that cannot be inside one, or the end of all."""
    if cluster.id != CLUSTER:
        raise BadFile("EBML 元素未给出长度", "an EBML element states no size", cluster.start)
    while cursor.left:
        child = ebml.head(cursor)
        if child.id in _AFTER_CLUSTER:
            return Element(cluster.id, cluster.start, cluster.data, child.start, False)
        if not child.sized:
            raise BadFile("EBML 元素未给出长度", "an EBML element states no size", child.start)
        cursor.at = child.stop
    return Element(cluster.id, cluster.start, cluster.data, cursor.stop, False)


def _blocks(file: BinaryIO, cluster: Element) -> Iterator[Kept]:
    for child in ebml.children(Cursor(file, cluster.data, cluster.stop)):
        if child.id in (0xA3, 0xA0, 0xE7):  # SimpleBlock, BlockGroup, Timestamp
            yield Kept(child.start, child.stop)


def _info_entries(data: bytes) -> Iterator[Entry]:
    for node in ebml.nodes(data):
        if node.id in _INFO_TEXTS:
            yield Entry("Matroska Info", _INFO_TEXTS[node.id], ebml.text(node.data))


def _info_without_labels(file: BinaryIO, info: Element) -> bytes:
    """The Info element in its own size: a label in one of its texts has become a Void."""
    data, guarded = ebml.without_crc(data_of(file, info))
    parts = [
        ebml.void(len(node.raw)) if any(map(is_label, _info_entries(node.raw))) else node.raw
        for node in ebml.nodes(data)
    ]
    head = Cursor(file, info.start, info.data).take(info.data - info.start)
    return head + (ebml.with_crc(b"".join(parts)) if guarded else b"".join(parts))
