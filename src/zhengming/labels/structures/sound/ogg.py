"""Ogg (RFC 3533) with any codec that has a comment header: the format behind .ogg and .opus.

The label stands in the comment header of the first stream that has one, and in no other. Its pages are made
anew; the pages behind them keep their bytes, and where one page more or less is needed, all but their number.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.edit import Edit, Kept, Piece, tidy
from zhengming.labels.format import Entry, Format, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.structures.sound import ogg_pages, vorbis_comment
from zhengming.labels.structures.sound.ogg_pages import MOST_SEGMENTS, Page
from zhengming.labels.structures.sound.vorbis_comment import Comments

#: How the first packet of a stream starts, by codec; and how its comment header, the second packet, does.
_COMMENT_STARTS = {
    b"\x01vorbis": b"\x03vorbis",
    b"OpusHead": b"OpusTags",
    b"\x80theora": b"\x81theora",
    b"\x7fFLAC": b"",
    b"Speex   ": b"",
}
_FLAC = b"\x7fFLAC"
_SKELETON_INDEX = b"index\0"
#: A comment header larger than this, over many pages, is not believed.
LARGEST_HEADER = 64 * 1024 * 1024
MOST_STREAMS = 1000


@dataclass
class Stream:
    """One logical stream: how its comment header starts, and the pages that hold it as a whole."""

    first: Page
    comment_start: bytes
    is_flac: bool
    pages: list[Page] = field(default_factory=list)
    data: bytearray = field(default_factory=bytearray)
    complete: bool = False

    def add(self, page: Page, data: bytes) -> None:
        """Take the next page in, until the comment header ends on it."""
        if len(self.data) > LARGEST_HEADER:
            raise BadFile("Ogg 注释头过大", "the comment header of an Ogg stream is too large", page.start)
        self.pages.append(page)
        self.data += data
        self.complete = any(size < 255 for size in page.segments)

    @property
    def segments(self) -> bytes:
        return b"".join(page.segments for page in self.pages)

    @property
    def header_segments(self) -> int:
        """How many segments the comment header takes."""
        return next((at for at, size in enumerate(self.segments) if size < 255), -1) + 1

    @property
    def header(self) -> bytes:
        return bytes(self.data[: sum(self.segments[: self.header_segments])])

    def behind_header(self) -> Iterator[tuple[int, int]]:
        """Where each of :attr:`pages` starts, and where in it the comment header stops."""
        left = len(self.header)
        for page in self.pages:
            size = min(left, page.stop - page.first)
            yield page.start, page.first + size
            left -= size

    def comments(self) -> Comments:
        """The comment header. Raises BadFile where it is none."""
        is_block = not self.is_flac or self.header[:1] in (b"\x04", b"\x84")
        if not (self.complete and is_block and self.header.startswith(self.comment_start)):
            raise BadFile("Ogg 流的第二个包不是注释头", "the second packet of an Ogg stream is no comment header")
        return vorbis_comment.read(self.header[self._prefix :])

    @property
    def _prefix(self) -> int:
        """The bytes before the comments: in FLAC the head of a metadata block."""
        return 4 if self.is_flac else len(self.comment_start)

    def packet(self, comments: Comments) -> bytes:
        """The comment header anew."""
        data = comments.packed()
        if self.is_flac and len(data) >= 1 << 24:
            raise Refused("FLAC 注释块已满（16 MiB）", "the comment block of the FLAC stream is full (16 MiB)")
        start = self.header[:1] + len(data).to_bytes(3, "big") if self.is_flac else self.comment_start
        return start + data

    def rewritten(self, comments: Comments) -> list[bytes]:
        """The pages of :attr:`pages` with ``comments``, as many as before where the segments allow."""
        packet, kept = self.packet(comments), self.segments[self.header_segments :]
        sizes = bytes([255] * (len(packet) // 255) + [len(packet) % 255]) + kept
        data = packet + bytes(self.data[len(self.header) :])
        count = max(min(len(self.pages), len(sizes)), -(-len(sizes) // MOST_SEGMENTS))
        return list(self._paged(sizes, data, count))

    def _paged(self, sizes: bytes, data: bytes, count: int) -> Iterator[bytes]:
        at = done = 0
        for place in range(count):
            stop = len(sizes) * (place + 1) // count
            segments = sizes[done:stop]
            flags = self.pages[0].flags if place == 0 else 1 if sizes[done - 1] == 255 else 0
            flags |= self.pages[-1].flags & ogg_pages.LAST if place == count - 1 else 0
            ends = any(size < 255 for size in segments)
            granule = 0 if ends else ogg_pages.NO_PACKET_ENDS
            if place == count - 1 and ends:
                granule = self.pages[-1].granule
            size = sum(segments)
            number = self.pages[0].number + place
            yield ogg_pages.page(self.pages[0], number, flags, granule, segments, data[at : at + size])
            at, done = at + size, stop


class Ogg(Format):
    """What .ogg and .opus share; each names itself and says which first stream is its own."""

    def is_own(self, first_packet: bytes) -> bool:
        """Whether a file whose first stream starts so is of this format."""
        raise NotImplementedError

    def score(self, sample: Sample) -> int:
        if not sample.start.startswith(ogg_pages.SIGNATURE):
            return 0
        first = ogg_pages.page_at(Cursor(sample.file))
        return 100 if first and self.is_own(sample.start[first.first : first.stop]) else 0

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        for stream in _streams(file):
            yield from stream.comments().entries()

    def write(self, file: BinaryIO, label: MetadataLabel) -> Edit:
        fresh: dict[int, list[bytes]] = {}
        dropped: set[int] = set()
        for place, stream in enumerate(_streams(file)):
            old = stream.comments()
            new = old.labelled(label.json()) if place == 0 else old.unlabelled()
            if new != old:
                fresh[stream.pages[0].start] = stream.rewritten(new)
                dropped |= {page.start for page in stream.pages}
        if fresh and _has_index(file):
            raise Refused(
                "Ogg Skeleton 带字节位置索引，写入标识会使其失效",
                "the Ogg Skeleton has an index of byte positions, which a label would make wrong",
            )
        return tidy(_edit(file, fresh, dropped))

    def body(self, file: BinaryIO) -> Iterator[Kept]:
        behind = dict(behind for stream in _streams(file) for behind in stream.behind_header())
        for page in ogg_pages.pages(file):
            yield Kept(behind.get(page.start, page.first), page.stop)


def _streams(file: BinaryIO) -> list[Stream]:
    """The streams that have a comment header, each with the pages that hold it, in the order of the file."""
    found: list[Stream] = []
    reading: dict[int, Stream] = {}
    for page in ogg_pages.pages(file):
        if page.flags & ogg_pages.FIRST:
            stream = _stream(page, ogg_pages.data_of(file, page))
            reading.pop(page.stream, None)
            if stream:
                reading[page.stream] = stream
                found.append(stream)
        elif stream := reading.get(page.stream):
            stream.add(page, ogg_pages.data_of(file, page))
            if stream.complete:
                del reading[page.stream]
        if len(found) > MOST_STREAMS:
            raise BadFile("Ogg 内的流过多", f"over {MOST_STREAMS} streams in the Ogg file", page.start)
    if not found:
        raise BadFile("Ogg 里没有认识的音视频流", "no known stream in the Ogg file")
    return found


def _stream(page: Page, data: bytes) -> Stream | None:
    for start, comment_start in _COMMENT_STARTS.items():
        if data.startswith(start):
            return Stream(page, comment_start, start == _FLAC)
    return None


def _has_index(file: BinaryIO) -> bool:
    """Whether a Skeleton 4 stream states where in the file the key frames are."""
    skeletons: set[int] = set()
    for page in ogg_pages.pages(file):
        if page.flags & ogg_pages.FIRST and ogg_pages.data_of(file, page).startswith(b"fishead\0"):
            skeletons.add(page.stream)
        elif page.stream in skeletons and ogg_pages.data_of(file, page).startswith(_SKELETON_INDEX):
            return True
        if page.granule not in (0, ogg_pages.NO_PACKET_ENDS):
            break
    return False


def _edit(file: BinaryIO, fresh: dict[int, list[bytes]], dropped: set[int]) -> Iterator[Piece]:
    """The whole file with fresh pages for the dropped ones, and with later pages of their streams renumbered."""
    shifts: dict[int, int] = {}
    at = 0
    for page in ogg_pages.pages(file):
        yield Kept(at, page.start)
        at = page.stop
        if page.flags & ogg_pages.FIRST:
            shifts[page.stream] = 0
        shift = shifts.get(page.stream, 0)
        if page.start in dropped:
            made = fresh.get(page.start, [])
            shifts[page.stream] = shift + len(made) - 1
            yield from made
        elif shift:
            number = (page.number + shift) % (1 << 32)
            yield from (Kept(page.start, page.start + 18), ogg_pages.renumbered(page, number))
            yield Kept(page.start + 26, page.stop)
        else:
            yield Kept(page.start, page.stop)
    yield Kept(at, file.seek(0, 2))
