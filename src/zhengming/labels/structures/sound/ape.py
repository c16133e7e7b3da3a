"""APEv2 tags, which stand at the end of some MP3 files: read, and kept free of labels."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile
from zhengming.labels.edit import Kept, Piece
from zhengming.labels.format import Entry
from zhengming.labels.reading import is_label

PREAMBLE = b"APETAGEX"
SIZE = 32
HAS_HEADER, IS_HEADER = 1 << 31, 1 << 29
MOST_ITEMS = 10_000


@dataclass(frozen=True)
class Item:
    """One item: the entry it is, and all its bytes."""

    entry: Entry
    is_text: bool
    raw: bytes


@dataclass(frozen=True)
class Tag:
    """One tag: where it lies, its version, the flags of its footer, its items."""

    start: int
    stop: int
    version: int
    flags: int
    items: tuple[Item, ...]

    def entries(self) -> Iterator[Entry]:
        """The texts of the tag."""
        return (item.entry for item in self.items if item.is_text)

    def unlabelled(self) -> Piece:
        """The tag as it is, or anew without the labels in it."""
        kept = [item for item in self.items if not (item.is_text and is_label(item.entry))]
        if len(kept) == len(self.items):
            return Kept(self.start, self.stop)
        body = b"".join(item.raw for item in kept)
        head = self._end(len(body) + SIZE, len(kept), self.flags | IS_HEADER) if self.flags & HAS_HEADER else b""
        return head + body + self._end(len(body) + SIZE, len(kept), self.flags)

    def _end(self, size: int, count: int, flags: int) -> bytes:
        return PREAMBLE + struct.pack("<4I8x", self.version, size, count, flags)


def read_from_end(file: BinaryIO, stop: int) -> Tag | None:
    """The tag whose footer ends at ``stop``, or None. Raises BadFile for a broken one."""
    footer = Cursor(file, max(0, stop - SIZE), stop).peek(SIZE)
    if len(footer) < SIZE or not footer.startswith(PREAMBLE):
        return None
    version, size, count, flags = struct.unpack("<4I", footer[8:24])
    start = stop - size
    if size < SIZE or start < 0 or count > MOST_ITEMS:
        raise BadFile("APEv2 标签的长度不合规", "the size of an APEv2 tag is wrong", stop - SIZE)
    items = tuple(_items(Cursor(file, start, stop - SIZE).take(size - SIZE), count))
    return Tag(max(0, start - (SIZE if flags & HAS_HEADER else 0)), stop, version, flags, items)


def _items(body: bytes, count: int) -> Iterator[Item]:
    at = 0
    for _ in range(count):
        end_of_key = body.find(b"\0", at + 8)
        if end_of_key < 0:
            raise BadFile("APEv2 标签不完整", "an APEv2 tag is incomplete")
        size, flags = struct.unpack_from("<2I", body, at)
        stop = end_of_key + 1 + size
        if stop > len(body):
            raise BadFile("APEv2 标签不完整", "an APEv2 tag is incomplete")
        key = body[at + 8 : end_of_key].decode("latin-1")
        text = body[end_of_key + 1 : stop].decode("utf-8", "replace") if not flags & 6 else ""
        yield Item(Entry("APEv2", key, text.rstrip("\0")), not flags & 6, body[at:stop])
        at = stop
