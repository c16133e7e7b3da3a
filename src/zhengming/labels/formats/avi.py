"""AVI (Microsoft RIFF, OpenDML 1.02): the label as the text AIGC in the LIST INFO (TC260-PG-20257A).

The list stands before the media, where every reader looks; the JUNK that writers leave there gives way. Only
where it is too small does the media move, and then the indexes that count from the start of the file follow.
"""

import struct
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from zhengming.ground.errors import BadFile
from zhengming.labels.edit import Edit, Kept, Piece, new_size, tidy
from zhengming.labels.format import Entry, Format, Medium, Place, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.reading import is_label
from zhengming.labels.structures.picture import xmp
from zhengming.labels.structures.riff import avi_index, riff, riff_info
from zhengming.labels.structures.riff.riff import Chunk, Riff

LABEL, JUNK, XMP, OLD_INDEX = b"AIGC", b"JUNK", b"_PMX", b"idx1"
DEEPEST = 8


@dataclass(frozen=True)
class Part:
    """A chunk of the new file, and the old one that it is or replaces, if any."""

    pieces: tuple[Piece, ...]
    old: Chunk | None = None

    @property
    def size(self) -> int:
        return new_size(self.pieces)


class Avi(Format):
    name = "avi"
    title = "AVI 视频"
    medium = Medium.VIDEO
    suffixes = (".avi",)
    media_type = "video/x-msvideo"
    place = Place("RIFF LIST INFO 子块 AIGC", "TC260-PG-20257A", "H")

    def score(self, sample: Sample) -> int:
        return 100 if sample.start[:4] == b"RIFF" and sample.start[8:12] == b"AVI " else 0

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        for whole in _riffs(file):
            for chunk in whole.chunks(file):
                yield from _entries(file, chunk)

    def write(self, file: BinaryIO, label: MetadataLabel) -> Edit:
        riffs = _riffs(file)
        parts = [list(_parts(file, whole)) for whole in riffs]
        parts[0] = _labelled(file, parts[0], label.json())
        edit = list(_joined(file, riffs, parts))
        return tidy(_with(edit, _index_changes(file, riffs, parts)))

    def body(self, file: BinaryIO) -> Iterator[Kept]:
        for whole in _riffs(file):
            for chunk in whole.chunks(file):
                if chunk.form == b"movi":
                    yield from _media(file, chunk)

    def example(self) -> bytes:
        main = struct.pack("<14I", 1_000_000, 0, 0, 0x10, 1, 0, 1, 0, 2, 2, 0, 0, 0, 0)
        stream = struct.pack("<4s4s10I4H", b"vids", b"DIB ", 0, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0, 0, 2, 2)
        shape = struct.pack("<IiiHHIIiiII", 40, 2, 2, 1, 24, 0, 16, 0, 0, 0, 0)
        streams = riff.list_chunk(b"strl", [riff.chunk(b"strh", stream), riff.chunk(b"strf", shape)])
        header = riff.list_chunk(b"hdrl", [riff.chunk(b"avih", main), *streams])
        movi = riff.list_chunk(b"movi", [riff.chunk(b"00db", b"\x80" * 16)])
        index = riff.chunk(OLD_INDEX, struct.pack("<4s3I", b"00db", 0x10, 4, 16))
        inside = b"".join(piece for piece in (*header, *movi, index) if isinstance(piece, bytes))
        return riff.chunk(b"RIFF", b"AVI " + inside)


FORMAT = Avi()


def _riffs(file: BinaryIO) -> list[Riff]:
    """The first RIFF, and those behind it in which OpenDML goes on."""
    found = list(riff.riffs(file))
    if not found or found[0].form != b"AVI ":
        raise BadFile("不是 AVI", "not an AVI file", 0)
    return [whole for at, whole in enumerate(found) if at == 0 or whole.form == b"AVIX"]


def _entries(file: BinaryIO, chunk: Chunk) -> Iterator[Entry]:
    if riff_info.is_info(chunk):
        yield from riff_info.entries(file, chunk)
    elif chunk.kind == XMP:
        yield from xmp.entries(riff.read(file, chunk))
    elif chunk.kind == LABEL:
        yield riff_info.text_entry(file, chunk, "AVI")


def _parts(file: BinaryIO, whole: Riff) -> Iterator[Part]:
    """The chunks of one RIFF, without the labels in them."""
    for chunk in whole.chunks(file):
        if not any(map(is_label, _entries(file, chunk))):
            yield Part(tuple(chunk.pieces()), chunk)
        elif riff_info.is_info(chunk):
            yield Part(tuple(riff_info.without_labels(file, chunk)), chunk)
        elif chunk.kind == XMP:
            yield Part((riff.chunk(XMP, xmp.unlabelled(riff.read(file, chunk))),), chunk)
        else:
            yield Part((), chunk)


def _labelled(file: BinaryIO, parts: list[Part], json_text: str) -> list[Part]:
    """The parts of the first RIFF with the label in its LIST INFO, the media where it was if that can be."""
    movi = next((at for at, part in enumerate(parts) if part.old and part.old.form == b"movi"), None)
    if movi is None:
        raise BadFile("AVI 里没有媒体数据（movi）", "the AVI file has no media data (movi)")
    text = riff.chunk(LABEL, json_text.encode() + b"\0")
    front = next((at for at in range(movi) if (old := parts[at].old) and riff_info.is_info(old)), None)
    if front is None:
        parts = [*parts[:movi], Part(tuple(riff.list_chunk(b"INFO", [text]))), *parts[movi:]]
        movi += 1
    else:
        info = parts[front].old
        kept = riff_info.unlabelled(file, info) if info else []
        parts = [*parts[:front], Part(tuple(riff.list_chunk(b"INFO", [*kept, text])), info), *parts[front + 1 :]]
    return _fitted(parts, movi)


def _fitted(parts: list[Part], movi: int) -> list[Part]:
    """The parts with one JUNK before the media made smaller or larger by what the others have grown or shrunk."""
    start = next(part.old.start for part in parts if part.old)
    media = parts[movi].old
    growth = sum(part.size for part in parts[:movi]) - (media.start - start if media else 0)
    for at, part in enumerate(parts[:movi]):
        if part.old and part.old.kind == JUNK:
            room = part.size - growth
            if room == 0 or room >= 8:
                filled = (riff.chunk(JUNK, bytes(room - 8)),) if room else ()
                return [*parts[:at], Part(filled, part.old), *parts[at + 1 :]]
    return parts


def _joined(file: BinaryIO, riffs: list[Riff], parts: list[list[Part]]) -> Iterator[Piece]:
    """The whole file, with what lies between and behind its RIFFs."""
    at = 0
    for whole, inside in zip(riffs, parts, strict=True):
        yield Kept(at, whole.whole.start)
        yield from whole.rebuilt(file, [piece for part in inside for piece in part.pieces])
        at = whole.whole.stop
    yield Kept(at, file.seek(0, 2))


def _index_changes(file: BinaryIO, riffs: list[Riff], parts: list[list[Part]]) -> dict[int, bytes]:
    """What indexes that count from the start of the file have to say anew; nothing where no media has moved."""
    starts, shifts = _shifts(riffs, parts)

    def moved(position: int) -> int:
        return position + shifts[max(0, bisect_right(starts, position) - 1)]

    olds = [part.old for inside in parts for part in inside if part.old]
    if all(moved(old.start) == old.start for old in olds if old.form == b"movi"):
        return {}
    fresh: dict[int, bytes] = {}
    for header in (old for old in olds if old.form == b"hdrl"):
        fresh |= dict(avi_index.changes(file, header, moved))
    movi = next(old for old in olds if old.form == b"movi")
    for index in (old for old in olds if old.kind == OLD_INDEX):
        if data := avi_index.old_index(file, index, movi, moved):
            fresh[index.first] = data
    return fresh


def _shifts(riffs: list[Riff], parts: list[list[Part]]) -> tuple[list[int], list[int]]:
    """Where each old chunk starts, in order, and by how much it has moved."""
    starts, shifts = [0], [0]
    shift = 0
    for whole, inside in zip(riffs, parts, strict=True):
        at = whole.whole.first + shift
        for part in inside:
            if part.old:
                starts.append(part.old.start)
                shifts.append(at - part.old.start)
            at += part.size
        shift = at - whole.whole.stop
    return starts, shifts


def _with(edit: Iterable[Piece], fresh: dict[int, bytes]) -> Iterator[Piece]:
    """The edit with the bytes at each old position in ``fresh`` replaced by as many new ones."""
    positions = sorted(fresh)
    for piece in edit:
        if isinstance(piece, bytes):
            yield piece
            continue
        at = piece.start
        for position in positions[bisect_right(positions, at - 1) :]:
            if position >= piece.stop:
                break
            if position < at:
                raise BadFile("AVI 索引互相重叠", "the indexes of the AVI file overlap", position)
            yield from (Kept(at, position), fresh[position])
            at = position + len(fresh[position])
        yield Kept(at, piece.stop)


def _media(file: BinaryIO, movi: Chunk, depth: int = 0) -> Iterator[Kept]:
    """The samples in a movi list: all of it but the indexes among them, which state positions."""
    if depth > DEEPEST:
        raise BadFile("AVI 列表嵌套过深", "the lists of the AVI file are nested too deeply", movi.start)
    for chunk in riff.children(file, movi):
        if chunk.form:
            yield from _media(file, chunk, depth + 1)
        elif not chunk.kind.startswith(b"ix"):
            yield chunk.data
