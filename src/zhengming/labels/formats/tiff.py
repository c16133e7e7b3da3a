"""TIFF 6.0 and BigTIFF: the label in the XMP packet of tag 700 of the first directory (TC260-PG-20259A).

Strips and tiles never move. A packet that fits where the old one was goes there; else it goes to the end of the file,
and the old one is overwritten with zeros, so that no former label lingers in bytes that nothing points to.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.edit import Edit, Kept, Piece, tidy
from zhengming.labels.format import Entry, Format, Medium, Place, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.structures.picture import exif, xmp
from zhengming.labels.structures.picture.exif import XMP_TAG
from zhengming.labels.structures.picture.tiff_directories import (
    UNDEFINED,
    Directory,
    Layout,
    Tag,
    directories,
    layout,
    numbers,
)

#: Where image data lies: strips, tiles, and the JPEG stream of old-style JPEG in TIFF; each with its sizes.
IMAGE_DATA = ((273, 279), (324, 325), (513, 514))


@dataclass(frozen=True)
class Patch:
    """Bytes that take the place of as many old ones."""

    start: int
    data: bytes

    @property
    def stop(self) -> int:
        return self.start + len(self.data)


class Tiff(Format):
    name = "tiff"
    title = "TIFF 图像"
    medium = Medium.IMAGE
    suffixes = (".tif", ".tiff", ".btf")
    media_type = "image/tiff"
    place = Place("XMP（IFD0 的 700 号标签）", "TC260-PG-20259A", "M")

    def score(self, sample: Sample) -> int:
        return 100 if sample.start[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+") else 0

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        for _, entry in exif.texts(file):
            yield entry

    def write(self, file: BinaryIO, label: MetadataLabel) -> Edit:
        form = layout(file)
        first = _first_of_whole(file)
        old = first.tag(XMP_TAG)
        packet = xmp.labelled(_value(file, old) if old else None, label.json())
        patches = [Patch(span.start, data) for span, data in exif.erasures(file) if old is None or span != old.value]
        if old is None:
            stop, tail, links = _with_new_tag(file, form, first, packet)
        else:
            stop, tail, links = _with_old_tag(file, form, old, packet)
        dropped = Patch(stop, bytes(Cursor(file).stop - stop))
        _check_apart([*patches, *links, dropped], [*self.body(file)])
        return _patched([*patches, *links], stop, tail)

    def body(self, file: BinaryIO) -> Iterator[Kept]:
        form = layout(file)
        end = Cursor(file).stop
        for directory in directories(file):
            for starts, sizes in IMAGE_DATA:
                yield from _spans(file, form, directory, (starts, sizes), end)

    def example(self) -> bytes:
        tags = (
            (256, 3, 1),
            (257, 3, 1),
            (258, 3, 8),
            (259, 3, 1),
            (262, 3, 1),
            (273, 4, 8),
            (278, 3, 1),
            (279, 4, 1),
        )
        rows = b"".join(struct.pack("<HHII", number, kind, 1, value) for number, kind, value in tags)
        return b"II*\0" + struct.pack("<I", 10) + b"\x80\0" + struct.pack("<H", len(tags)) + rows + bytes(4)


FORMAT = Tiff()


def _spans(file: BinaryIO, form: Layout, directory: Directory, pair: tuple[int, int], end: int) -> Iterator[Kept]:
    starts, sizes = (directory.tag(number) for number in pair)
    if starts is None or sizes is None:
        return
    for start, size in zip(numbers(file, starts, form), numbers(file, sizes, form), strict=False):
        if start + size > end:
            raise BadFile("TIFF 的图像数据超出文件", "image data of the TIFF runs past the end of the file", start)
        yield Kept(start, start + size)


def _first_of_whole(file: BinaryIO) -> Directory:
    """The first directory, when all of them lie within the file."""
    all_of_them = list(directories(file))
    if not all_of_them:
        raise BadFile("TIFF 里没有图像目录", "the TIFF has no directory")
    for directory in all_of_them:
        if not directory.whole:
            raise BadFile("TIFF 不完整：目录指向文件之外", "the TIFF points outside itself", directory.start)
    return all_of_them[0]


def _value(file: BinaryIO, tag: Tag) -> bytes:
    return Cursor(file, tag.value.start).take(len(tag.value))


def _with_new_tag(file: BinaryIO, form: Layout, first: Directory, packet: bytes) -> tuple[int, bytes, list[Patch]]:
    """The first directory again at the end of the file, with one more tag and the packet behind it.

    Gives where the old file stops, what follows there, and what changes before.
    """
    cursor = Cursor(file, first.start)
    end = cursor.stop
    rows_start = first.start + struct.calcsize(form.count)
    rows = Cursor(file, rows_start, first.link).take(first.link - rows_start)
    link = Cursor(file, first.link).peek(form.width).ljust(form.width, b"\0")
    start = -(-end // form.width) * form.width
    size = struct.calcsize(form.count) + len(rows) + form.tag_size + form.width
    row = _row(form, len(packet), start + size)
    sizes = range(0, len(rows), form.tag_size)
    before = [rows[at : at + form.tag_size] for at in sizes]
    place = sum(struct.unpack_from(form.order + "H", old)[0] < XMP_TAG for old in before)
    if not form.big and len(before) == 0xFFFF:
        raise Refused("TIFF 目录已满，放不下标识", "the directory of the TIFF is full, the label does not fit")
    table = struct.pack(form.count, len(before) + 1) + b"".join([*before[:place], row, *before[place:]]) + link
    patch = Patch(8 if form.big else 4, struct.pack(form.offset, start))
    return end, bytes(start - end) + table + packet, [patch]


def _with_old_tag(file: BinaryIO, form: Layout, old: Tag, packet: bytes) -> tuple[int, bytes, list[Patch]]:
    """The packet in the place of the old one where nothing follows or it fits; else at the end of the file."""
    end = Cursor(file).stop
    room, start = len(old.value), old.value.start
    if old.value.stop == end and room > form.width:
        return start, packet, [Patch(old.entry, _row(form, len(packet), start))]
    if len(packet) <= room and room > form.width:
        row = Patch(old.entry, _row(form, len(packet), start))
        return end, b"", [row, Patch(start, packet.ljust(room, b"\0"))]
    fresh = end + end % 2
    erased = [Patch(start, bytes(room))] if room > form.width else []
    return end, bytes(fresh - end) + packet, [Patch(old.entry, _row(form, len(packet), fresh)), *erased]


def _row(form: Layout, size: int, start: int) -> bytes:
    """The entry of tag 700 in a directory; its type is 7 as the guide says. Raises Refused out of reach."""
    if not form.big and start + size > 0xFFFFFFFF:
        raise Refused(
            "加标识后超过 TIFF 的 4 GiB 上限，请先转为 BigTIFF",
            "with a label the file would exceed the 4 GiB that TIFF can hold; convert it to BigTIFF first",
        )
    return struct.pack(form.order + ("HHQQ" if form.big else "HHII"), XMP_TAG, UNDEFINED, size, start)


def _patched(patches: Iterable[Patch], stop: int, tail: bytes) -> Edit:
    pieces: list[Piece] = []
    at = 0
    for patch in sorted(patches, key=lambda patch: patch.start):
        if patch.start < at:
            raise BadFile("TIFF 的值互相重叠", "TIFF values overlap", patch.start)
        pieces += [Kept(at, patch.start), patch.data]
        at = patch.stop
    if at > stop:
        raise BadFile("TIFF 的值互相重叠", "TIFF values overlap", stop)
    return tidy([*pieces, Kept(at, stop), tail])


def _check_apart(patches: list[Patch], images: list[Kept]) -> None:
    """No patch may touch image data: where a broken file lets them overlap, it is left alone."""
    ordered = iter(sorted(images, key=lambda span: span.start))
    span = next(ordered, None)
    for patch in sorted(patches, key=lambda patch: patch.start):
        while span is not None and span.stop <= patch.start:
            span = next(ordered, None)
        if span is not None and span.start < patch.stop:
            raise BadFile("TIFF 的元数据与图像数据重叠", "metadata of the TIFF overlaps its image data", patch.start)
