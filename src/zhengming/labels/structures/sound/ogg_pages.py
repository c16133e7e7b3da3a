"""Ogg pages (RFC 3533): walking them, and making them anew with right checksums."""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile

SIGNATURE = b"OggS"
HEAD = 27
CONTINUED, FIRST, LAST = 1, 2, 4
#: The granule position of a page on which no packet ends.
NO_PACKET_ENDS = (1 << 64) - 1
MOST_SEGMENTS = 255
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
#: Small, because a file of false page starts is searched anew behind each.
_STEP = 4096


@dataclass(frozen=True, slots=True)
class Page:
    """One page: where it starts, its flags, granule position, stream, number in it, checksum, segment sizes."""

    start: int
    flags: int
    granule: int
    stream: int
    number: int
    checksum: int
    segments: bytes

    @property
    def first(self) -> int:
        """Where its data starts."""
        return self.start + HEAD + len(self.segments)

    @property
    def stop(self) -> int:
        return self.first + sum(self.segments)


def pages(file: BinaryIO, start: int = 0) -> Iterator[Page]:
    """The pages in order. Bytes that are no page, and a page cut off at the end, are passed over."""
    cursor = Cursor(file, start)
    while cursor.left >= HEAD:
        page = page_at(cursor)
        if page:
            cursor.at = page.stop
            yield page
        elif not _find(cursor):
            return


def page_at(cursor: Cursor) -> Page | None:
    """The page that starts at the cursor, or None. The cursor stays."""
    head = cursor.peek(HEAD + MOST_SEGMENTS)
    if len(head) < HEAD or not head.startswith(b"OggS\0"):
        return None
    _, _, flags, granule, stream, number, checksum, count = struct.unpack_from("<4sBBQIIIB", head)
    segments = head[HEAD : HEAD + count]
    page = Page(cursor.at, flags, granule, stream, number, checksum, segments)
    return page if len(segments) == count and page.stop <= cursor.stop else None


def _find(cursor: Cursor) -> bool:
    """Move to the next place that looks like a page."""
    cursor.skip(1)
    while cursor.left >= HEAD:
        window = cursor.peek(_STEP)
        found = window.find(SIGNATURE)
        if found >= 0:
            cursor.skip(found)
            return True
        cursor.skip(len(window) - 3)
    return False


def data_of(file: BinaryIO, page: Page) -> bytes:
    """The data of a page whose checksum is right. Raises BadFile where it is not."""
    cursor = Cursor(file, page.start, page.stop)
    raw = cursor.take(page.stop - page.start)
    if checksum(raw[:22] + bytes(4) + raw[26:]) != page.checksum:
        raise BadFile("Ogg 页校验和不符", "an Ogg page's checksum does not fit", page.start)
    return raw[HEAD + len(page.segments) :]


def checksum(data: bytes) -> int:
    """CRC-32 as Ogg has it: zlib's polynomial, the bits of each byte in the other order, nothing inverted."""
    mirrored = zlib.crc32(data.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(_REVERSED), "big")


def page(model: Page, number: int, flags: int, granule: int, segments: Sequence[int], data: bytes) -> bytes:
    """A page of the stream of ``model``."""
    head = struct.pack("<4sBBQII", SIGNATURE, 0, flags, granule, model.stream, number)
    tail = bytes([len(segments), *segments]) + data
    return head + struct.pack("<I", checksum(head + bytes(4) + tail)) + tail


def renumbered(old: Page, number: int) -> bytes:
    """Number and checksum of ``old``, as ``number``. The data is not read: the checksum is linear in the bits."""
    difference = struct.pack("<I", old.number ^ number) + bytes(old.stop - old.start - 22)
    return struct.pack("<II", number, old.checksum ^ checksum(difference))
