"""The indexes of AVI (OpenDML 1.02) that count from the start of the file: found, and told anew after a move.

``idx1`` counts from ``movi``, as a rule, and then needs nothing; a few writers count from the start of the file.
"""

import struct
from collections.abc import Callable, Iterator
from typing import BinaryIO

from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.structures.riff import riff
from zhengming.labels.structures.riff.riff import Chunk

OF_INDEXES, OF_CHUNKS = 0, 1
#: In a super index: its head, the size of an entry; in a plain one: where the base offset stands.
HEAD, ENTRY, BASE = 24, 16, 12
DEEPEST = 8
MOST_INDEXES = 10_000

#: From an old byte position to the new one.
Moved = Callable[[int], int]


def changes(file: BinaryIO, header: Chunk, moved: Moved) -> Iterator[tuple[int, bytes]]:
    """New bytes, with where they stood in the old file, for the indexes in the header list and those they name."""
    for chunk in _indexes(file, header, 0):
        data = riff.read(file, chunk)
        if len(data) < HEAD:
            continue
        kind, count = data[3], int.from_bytes(data[4:8], "little")
        if count > MOST_INDEXES and kind == OF_INDEXES:
            raise BadFile("AVI 索引过多", f"over {MOST_INDEXES} indexes of one stream in the AVI file", chunk.start)
        if kind == OF_CHUNKS:
            yield _base(file, chunk.first, moved)
        elif kind == OF_INDEXES:
            for at in range(HEAD, min(HEAD + ENTRY * count, len(data) - ENTRY + 1), ENTRY):
                (position,) = struct.unpack_from("<Q", data, at)
                if position:
                    yield chunk.first + at, _moved(position, moved)
                    yield _base(file, _named(file, position), moved)


def _indexes(file: BinaryIO, parent: Chunk, depth: int) -> Iterator[Chunk]:
    for chunk in riff.children(file, parent):
        if chunk.kind == b"indx":
            yield chunk
        elif chunk.kind == b"LIST" and depth < DEEPEST:
            yield from _indexes(file, chunk, depth + 1)


def _named(file: BinaryIO, position: int) -> int:
    """Where the data starts of the index that is named to stand at ``position``."""
    cursor = Cursor(file)
    cursor.at = min(position, cursor.stop)
    if not cursor.peek(4).startswith(b"ix"):
        raise _nowhere(position)
    return position + 8


def _base(file: BinaryIO, index: int, moved: Moved) -> tuple[int, bytes]:
    """The base offset of the index of chunks whose data starts at ``index``."""
    head = Cursor(file, index).peek(HEAD)
    if len(head) < HEAD or head[3] != OF_CHUNKS:
        raise _nowhere(index)
    (base,) = struct.unpack_from("<Q", head, BASE)
    return index + BASE, _moved(base, moved)


def _nowhere(position: int) -> Refused:
    return Refused(
        f"AVI 索引指向的位置 {position} 没有索引，移动媒体数据会损坏文件",
        f"an AVI index names one at byte {position} that is not there; moving the media would break the file",
    )


def _moved(position: int, moved: Moved, width: int = 8) -> bytes:
    new = moved(position)
    if new >> 8 * width:
        raise Refused(
            f"AVI 索引里的位置 {new} 超出 {8 * width} 位，移动媒体数据会损坏文件",
            f"position {new} does not fit {8 * width} bits of an AVI index; moving the media would break the file",
        )
    return new.to_bytes(width, "little")


def old_index(file: BinaryIO, chunk: Chunk, movi: Chunk, moved: Moved) -> bytes | None:
    """The data of ``idx1`` anew, or None where it counts from ``movi`` and so stays right."""
    first = Cursor(file, chunk.first, chunk.last).peek(ENTRY)
    if len(first) < ENTRY or int.from_bytes(first[8:12], "little") < movi.first:
        return None
    data = bytearray(riff.read(file, chunk))
    for at in range(8, len(data) - 7, ENTRY):
        (position,) = struct.unpack_from("<I", data, at)
        data[at : at + 4] = _moved(position, moved, 4)
    return bytes(data)
