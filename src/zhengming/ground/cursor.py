"""Reading structures from a binary file without ever believing a length the file states."""

import struct
from typing import BinaryIO

from zhengming.ground.errors import BadFile

#: The most bytes of one structure (a chunk, an atom, a tag) that a reader takes into memory.
LARGEST_STRUCTURE = 64 * 1024 * 1024


class Cursor:
    """A place in a binary file. Every read is checked against the size of the file first.

    ``file`` is seekable and stays open; ``start`` and ``stop`` bound the part that is looked at.
    """

    def __init__(self, file: BinaryIO, start: int = 0, stop: int | None = None) -> None:
        self.file = file
        self.at = start
        self.stop = file.seek(0, 2) if stop is None else stop

    @property
    def left(self) -> int:
        """How many bytes lie between here and the end."""
        return self.stop - self.at

    def peek(self, size: int) -> bytes:
        """Up to ``size`` bytes from here, without moving."""
        self.file.seek(self.at)
        return self.file.read(max(0, min(size, self.left)))

    def take(self, size: int, limit: int = LARGEST_STRUCTURE) -> bytes:
        """Exactly ``size`` bytes, moving past them. Raises BadFile when they are not there."""
        self._check(size)
        if size > limit:
            raise BadFile(f"结构长 {size} 字节，上限 {limit}", f"structure of {size} bytes, limit {limit}", self.at)
        data = self.peek(size)
        if len(data) != size:
            raise BadFile(
                f"文件不完整：需要 {size} 字节，只有 {len(data)}",
                f"incomplete: needs {size} bytes, has {len(data)}",
                self.at,
            )
        self.at += size
        return data

    def skip(self, size: int) -> None:
        """Move on by ``size`` bytes. Raises BadFile when the file is shorter."""
        self._check(size)
        self.at += size

    def unpack(self, layout: str) -> tuple[int, ...]:
        """The integers of a :mod:`struct` layout such as ``">I4sB"`` that holds only numbers."""
        return struct.unpack(layout, self.take(struct.calcsize(layout)))

    def _check(self, size: int) -> None:
        if not 0 <= size <= self.left:
            raise BadFile(
                f"文件不完整或已损坏：声明的长度 {size} 超出文件，只剩 {self.left} 字节",
                f"incomplete or damaged: a stated length of {size} runs past the end, {self.left} bytes left",
                self.at,
            )
