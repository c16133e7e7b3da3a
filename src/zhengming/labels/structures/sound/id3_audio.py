"""Audio frames with ID3v2 tags in front and other tags behind: what MP3 and AAC (ADTS) files are."""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile
from zhengming.labels.edit import Edit, Kept, Piece, tidy
from zhengming.labels.format import Entry, Format, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.structures.sound import ape, id3

#: How far behind the tags the first audio frame is looked for.
FARTHEST = 64 * 1024
MOST_TAGS = 64
_ID3V1_FIELDS = (("title", 3, 33), ("artist", 33, 63), ("album", 63, 93), ("comment", 97, 127))


@dataclass(frozen=True)
class Parts:
    """A file taken apart: tags in front, audio, and from there to the end, in order, whatever else stands."""

    front: tuple[id3.Tag, ...]
    audio: Kept
    tail: tuple[id3.Tag | ape.Tag | Kept, ...]


class Id3Audio(Format):
    """A format whose audio frames need no other wrapping than their tags."""

    @abstractmethod
    def frame_size(self, header: bytes) -> int:
        """The size in bytes of the audio frame that starts with ``header`` (8 bytes); 0 when none does."""

    def score(self, sample: Sample) -> int:
        tagged = sample.start.startswith(b"ID3")
        if not tagged and not self.frame_size(sample.start[:8]) and sample.suffix not in self.suffixes:
            return 0
        front = tuple(_front_tags(sample.file))
        start = front[-1].stop if front else 0
        return 90 if self._first_frame(Cursor(sample.file, start)) is not None else 0

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        parts = self.parts(file)
        for tag in parts.front:
            yield from tag.entries()
        for part in parts.tail:
            if not isinstance(part, Kept):
                yield from part.entries()
            elif len(part) == 128:
                yield from _id3v1_entries(Cursor(file, part.start).take(128))

    def write(self, file: BinaryIO, label: MetadataLabel) -> Edit:
        parts = self.parts(file)
        if parts.front:
            first = parts.front[0]
            pieces: list[Piece] = [first.labelled(label.json()).packed(first.stop - first.start)]
        else:
            pieces = [id3.new_tag(label.json())]
        pieces += [_unlabelled(tag) for tag in parts.front[1:]]
        return tidy([*pieces, parts.audio, *map(_unlabelled, parts.tail)])

    def body(self, file: BinaryIO) -> Iterator[Kept]:
        yield self.parts(file).audio

    def parts(self, file: BinaryIO) -> Parts:
        """The file taken apart. Raises BadFile where no audio frame follows the tags."""
        front = tuple(_front_tags(file))
        start = front[-1].stop if front else 0
        if self._first_frame(Cursor(file, start)) is None:
            raise BadFile(f"标签之后没有{self.title}帧", f"no {self.name} frame follows the tags", start)
        tail = tuple(_tail(file, start))
        stop = tail[0].start if tail else file.seek(0, 2)
        return Parts(front, Kept(start, stop), tail)

    def _first_frame(self, cursor: Cursor) -> int | None:
        """Where the first frame starts that another, or the end, follows."""
        start, window = cursor.at, cursor.peek(FARTHEST)
        at = window.find(b"\xff")
        while at >= 0:
            size = self.frame_size(window[at : at + 8])
            if size and self._goes_on(Cursor(cursor.file, start + at), size):
                return start + at
            at = window.find(b"\xff", at + 1)
        return None

    def _goes_on(self, cursor: Cursor, size: int) -> bool:
        if size >= cursor.left:
            return size == cursor.left
        cursor.skip(size)
        following = cursor.peek(8)
        return bool(self.frame_size(following)) or following[:3] in (b"TAG", b"APE", b"ID3", b"LYR")


def _front_tags(file: BinaryIO) -> Iterator[id3.Tag]:
    at = 0
    for _ in range(MOST_TAGS):
        tag = id3.read(file, at)
        if tag is None:
            return
        yield tag
        at = tag.stop


def _tail(file: BinaryIO, start: int) -> list[id3.Tag | ape.Tag | Kept]:
    """The tags at the end of the file, found backwards as their footers stand, in the order of the file."""
    stop = file.seek(0, 2)
    found: list[id3.Tag | ape.Tag | Kept] = []
    while len(found) < MOST_TAGS:
        part = ape.read_from_end(file, stop) or id3.read_from_end(file, stop) or _older_tag(file, stop)
        if part is None or part.start < start:
            break
        found.insert(0, part)
        stop = part.start
    return found


def _older_tag(file: BinaryIO, stop: int) -> Kept | None:
    """An ID3v1 tag, its extension or a Lyrics3 tag that ends at ``stop``; none can hold a label."""
    if Cursor(file, max(0, stop - 128), stop).peek(3) == b"TAG" and stop >= 128:
        return Kept(stop - 128, stop)
    if Cursor(file, max(0, stop - 227), stop).peek(4) == b"TAG+" and stop >= 227:
        return Kept(stop - 227, stop)
    end = Cursor(file, max(0, stop - 15), stop).peek(15)
    if end[6:] == b"LYRICS200" and end[:6].isdigit() and int(end[:6]) + 15 <= stop:
        return Kept(stop - 15 - int(end[:6]), stop)
    return None


def _unlabelled(part: id3.Tag | ape.Tag | Kept) -> Piece:
    if isinstance(part, Kept):
        return part
    if isinstance(part, ape.Tag):
        return part.unlabelled()
    bare = part.unlabelled()
    if bare.frames == part.frames:
        return Kept(part.start, part.stop)
    return bare.packed(part.stop - part.start)


def _id3v1_entries(tag: bytes) -> Iterator[Entry]:
    for name, start, stop in _ID3V1_FIELDS:
        if value := tag[start:stop].split(b"\0")[0].decode("latin-1").strip():
            yield Entry("ID3v1", name, value)
