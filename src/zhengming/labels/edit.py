"""An edit: how a labelled file is made of pieces of the old one and a few new bytes.

Every format answers "label this" with an edit instead of a file. So media data is never decoded, never held
in memory and, where the place allows, never even moved; size, progress and a dry run come for free; and that
nothing but metadata changed can be seen by looking.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from zhengming.ground.errors import BadFile

#: Told after each step how many bytes were done and how many there are.
Progress = Callable[[int, int], None]
#: How much is moved between two reports, and the most that goes through memory at once.
STEP = 8 * 1024 * 1024


@dataclass(frozen=True)
class Kept:
    """The bytes ``start`` to ``stop`` (exclusive) of the old file, taken over unchanged."""

    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start


Piece = bytes | Kept
Edit = Sequence[Piece]


def tidy(pieces: Iterable[Piece]) -> list[Piece]:
    """The same edit without empty pieces and with neighbours joined."""
    result: list[Piece] = []
    for piece in pieces:
        if not len(piece):
            continue
        last = result[-1] if result else None
        if isinstance(piece, Kept) and isinstance(last, Kept) and last.stop == piece.start:
            result[-1] = Kept(last.start, piece.stop)
        elif isinstance(piece, bytes) and isinstance(last, bytes):
            result[-1] = last + piece
        else:
            result.append(piece)
    return result


def new_size(edit: Edit) -> int:
    """The size in bytes of the file that the edit makes."""
    return sum(len(piece) for piece in edit)


def copy(edit: Edit, source: BinaryIO, sink: BinaryIO, progress: Progress | None = None) -> None:
    """Write the file that ``edit`` makes of ``source`` to ``sink``; memory stays within a step.

    Raises BadFile when the source ends before a kept piece does.
    """
    total, done = new_size(edit), 0
    for piece in edit:
        for size in _steps(piece, source, sink):
            done += size
            if progress:
                progress(done, total)


def _steps(piece: Piece, source: BinaryIO, sink: BinaryIO) -> Iterator[int]:
    if isinstance(piece, bytes):
        _write(sink, piece)
        yield len(piece)
        return
    at = piece.start
    while at < piece.stop:
        size = _move(source, sink, at, min(STEP, piece.stop - at))
        if not size:
            raise BadFile("复制过程中源文件变短", "the source became shorter while it was copied", at)
        at += size
        yield size


def _move(source: BinaryIO, sink: BinaryIO, at: int, size: int) -> int:
    """Move bytes, inside the kernel where both ends are files (shares blocks on btrfs, xfs, nfs)."""
    moved = _move_in_kernel(source, sink, at, size)
    if moved:
        return moved
    source.seek(at)
    data = source.read(min(size, STEP))
    _write(sink, data)
    return len(data)


def _move_in_kernel(source: BinaryIO, sink: BinaryIO, at: int, size: int) -> int:
    """How many bytes the kernel moved; 0 where it cannot: other systems, other file systems, no files at all."""
    copy_range = getattr(os, "copy_file_range", None)
    try:
        ends = source.fileno(), sink.fileno()
        if copy_range is None:
            return 0
        sink.flush()
        to = sink.tell()
        moved: int = copy_range(*ends, size, at, to)
    except (OSError, AttributeError):
        return 0
    sink.seek(to + moved)
    return moved


def _write(sink: BinaryIO, data: bytes) -> None:
    """Write all of ``data``: a file without a buffer may take only part of it at once."""
    rest = memoryview(data)
    while len(rest):
        rest = rest[sink.write(rest) :]


def applied(edit: Edit, data: bytes) -> bytes:
    """The file that ``edit`` makes of ``data``, for small files in memory."""
    sink = BytesIO()
    copy(edit, BytesIO(data), sink)
    return sink.getvalue()
