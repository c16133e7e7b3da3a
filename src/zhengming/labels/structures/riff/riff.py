"""RIFF and RF64 (Microsoft/IBM RIFF 1991, EBU Tech 3306): walking chunks, and rewriting what states their size.

WebP, AVI and WAV are RIFF. A walk reads headers only, so media data of any size costs nothing; it never believes
a stated size: what runs past its parent is BadFile, except the placeholders that streaming writers leave.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.edit import Kept, Piece, new_size, tidy

FORMS = (b"RIFF", b"RF64", b"BW64")
LISTS = (*FORMS, b"LIST")
#: Written by tools that stream and so do not know the size; in RF64 it says that the size stands in ds64.
UNKNOWN = 0xFFFFFFFF
LARGEST_RIFF = 0xFFFFFFFE
MOST_CHUNKS = 100_000


@dataclass(frozen=True)
class Chunk:
    """One chunk: its four-letter kind; for a list its ``form``; and where it lies, all in bytes of the file.

    ``start`` is that of the header, ``first`` that of what it holds (for a list: behind the form), ``last``
    the end of it, ``stop`` the end with the padding byte, when there is one. ``open_end`` is true where a writer
    that streamed left the size open, so that the chunk takes in all that follows it.
    """

    kind: bytes
    form: bytes
    start: int
    first: int
    last: int
    stop: int
    open_end: bool = False

    @property
    def data(self) -> Kept:
        """What the chunk holds, without header, form and padding."""
        return Kept(self.first, self.last)

    def pieces(self) -> list[Piece]:
        """The whole chunk as it is, with the size or the padding byte that a careless writer left out at the end."""
        odd = (self.last - self.first) % 2 and self.stop == self.last
        size = self.last - self.start - 8
        head: Piece = Kept(self.start, self.start + 8)
        if self.open_end and size < UNKNOWN:
            head = struct.pack("<4sI", self.kind, size)
        return tidy([head, Kept(self.start + 8, self.stop), b"\0" if odd else b""])


@dataclass(frozen=True)
class Riff:
    """One outermost chunk and, where it is RF64 or BW64, the 64-bit sizes from its ds64 chunk by kind."""

    whole: Chunk
    sizes: tuple[tuple[bytes, int], ...] = ()

    @property
    def form(self) -> bytes:
        return self.whole.form

    @property
    def is_64_bit(self) -> bool:
        return self.whole.kind != b"RIFF"

    def chunks(self, file: BinaryIO) -> Iterator[Chunk]:
        """The chunks directly inside, in order. Raises BadFile for a swarm of them, which would fill memory."""
        for count, found in enumerate(_walk(file, self.whole.first, self.whole.last, dict(self.sizes))):
            if count >= MOST_CHUNKS:
                raise BadFile("RIFF 内的块过多", f"over {MOST_CHUNKS} chunks in the RIFF", found.start)
            yield found

    def rebuilt(self, file: BinaryIO, pieces: Iterable[Piece]) -> list[Piece]:
        """This RIFF holding ``pieces`` (everything behind the form), its stated sizes made right.

        In RF64 ``pieces`` still begin with the old ds64 chunk, Kept whole. Raises Refused where the result
        is too large for a RIFF of 32-bit sizes.
        """
        inside = tidy(pieces)
        size = 4 + new_size(inside)
        if self.is_64_bit:
            return tidy([struct.pack("<4sI4s", self.whole.kind, UNKNOWN, self.form), *_resized(file, inside, size)])
        if size > LARGEST_RIFF:
            raise Refused(
                "加标识后超过 RIFF 的 4 GiB 上限，请先转为 RF64",
                "with a label the file would exceed the 4 GiB that RIFF can hold; convert it to RF64 first",
            )
        return tidy([struct.pack("<4sI4s", b"RIFF", size, self.form), *inside])


def riffs(file: BinaryIO, start: int = 0) -> Iterator[Riff]:
    """Every outermost RIFF from ``start``: one, or several in an OpenDML AVI. Stops before foreign bytes.

    Raises BadFile when the first is none. Where the last one stops, trailing bytes of no RIFF may follow.
    """
    cursor = Cursor(file, start)
    while cursor.left or cursor.at == start:
        if cursor.peek(4) not in FORMS:
            if cursor.at == start:
                raise BadFile("不是 RIFF 文件", "not a RIFF file", start)
            return
        riff = _outermost(file, cursor)
        yield riff
        cursor.at = riff.whole.stop


def children(file: BinaryIO, parent: Chunk) -> Iterator[Chunk]:
    """The chunks directly inside a LIST, in order."""
    yield from _walk(file, parent.first, parent.last, {})


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk holding ``data``, padded to an even size."""
    return struct.pack("<4sI", kind, len(data)) + data + b"\0" * (len(data) % 2)


def list_chunk(form: bytes, pieces: Iterable[Piece], kind: bytes = b"LIST") -> list[Piece]:
    """A LIST of ``form`` that holds ``pieces``, which are whole chunks."""
    inside = tidy(pieces)
    return tidy([struct.pack("<4sI4s", kind, 4 + new_size(inside), form), *inside])


def read(file: BinaryIO, chunk_: Chunk) -> bytes:
    """What a chunk holds. Raises BadFile where it is too large to be metadata."""
    return Cursor(file, chunk_.first).take(len(chunk_.data))


def _outermost(file: BinaryIO, cursor: Cursor) -> Riff:
    start = cursor.at
    kind = cursor.take(4)
    (size,) = cursor.unpack("<I")
    form = cursor.take(4)
    sizes = _sizes_of_ds64(file, cursor) if kind != b"RIFF" else {}
    if size == UNKNOWN or (size == 0 and cursor.left):
        size = sizes.get(b"RIFF", cursor.stop - start - 8)
    last = start + 8 + size
    if not cursor.at <= last <= cursor.stop:
        raise BadFile("RIFF 声明的大小超出文件", "the stated size of the RIFF runs past the end of the file", start)
    whole = Chunk(kind, form, start, start + 12, last, min(last + size % 2, cursor.stop))
    return Riff(whole, tuple(sizes.items()))


def _sizes_of_ds64(file: BinaryIO, cursor: Cursor) -> dict[bytes, int]:
    """The 64-bit sizes by kind, ``RIFF`` for the outermost (EBU Tech 3306 §2)."""
    inner = Cursor(file, cursor.at)
    if inner.take(4) != b"ds64":
        raise BadFile("RF64 缺少 ds64 块", "an RF64 file without its ds64 chunk", cursor.at)
    (size,) = inner.unpack("<I")
    table = Cursor(file, inner.at, min(inner.at + size, inner.stop))
    riff, data, _samples, count = table.unpack("<QQQI")
    sizes = {b"RIFF": riff, b"data": data}
    for _ in range(min(count, table.left // 12)):
        kind = table.take(4)
        (sizes[kind],) = table.unpack("<Q")
    return sizes


def _walk(file: BinaryIO, start: int, stop: int, sizes: dict[bytes, int]) -> Iterator[Chunk]:
    cursor = Cursor(file, start, stop)
    while cursor.left >= 8:
        at = cursor.at
        kind = cursor.take(4)
        (size,) = cursor.unpack("<I")
        open_end = size == UNKNOWN and kind not in sizes
        if size == UNKNOWN:
            size = sizes.get(kind, cursor.left)
        first, last = cursor.at, cursor.at + size
        cursor.skip(size)
        if kind in LISTS and size < 4:
            raise BadFile("LIST 块不足 4 字节", "a LIST chunk of less than 4 bytes", at)
        form = Cursor(file, first, last).take(4) if kind in LISTS else b""
        cursor.skip(min(size % 2, cursor.left))
        yield Chunk(kind, form, at, first + len(form), last, cursor.at, open_end)
    if any(cursor.peek(8)):
        raise BadFile("块的末尾有残余字节", "stray bytes behind the last chunk", cursor.at)


def _resized(file: BinaryIO, inside: list[Piece], size: int) -> list[Piece]:
    """The same pieces with the new RIFF size in the ds64 chunk they begin with."""
    head = inside[0] if inside else b""
    if not isinstance(head, Kept) or len(head) < 16:
        raise BadFile("RF64 的 ds64 块不在最前", "the ds64 chunk of an RF64 file does not come first")
    name = Cursor(file, head.start, head.stop).take(8)
    return [name, struct.pack("<Q", size), Kept(head.start + 16, head.stop), *inside[1:]]
