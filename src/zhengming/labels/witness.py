"""A witness that a file stayed as it was while it was worked on: not everybody who writes asks for a lock."""

import os
from pathlib import Path
from typing import BinaryIO

from zhengming.ground.errors import Unavailable


class Witness:
    """Knows how the open ``file`` at ``path`` was when the work began."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path, self._file, self._begun = path, file, os.fstat(file.fileno())

    def check(self, result: BinaryIO) -> None:
        """Raises Unavailable when the file was written to, or another took its name. Before ``result`` takes effect.

        A result that is the file itself, edited in place, tells nothing: there we wrote.
        """
        if os.path.samestat(os.fstat(result.fileno()), self._begun):
            return
        if not (self._is_as_it_was(os.fstat(self._file.fileno())) and self._is_as_it_was(self._path.stat())):
            name = self._path.name
            raise Unavailable(
                f"{name} 在处理期间被别的程序改动，没有写入结果；请等它写完再试",
                f"{name} was changed by another program meanwhile, nothing was written; try again when it is done",
            )

    def _is_as_it_was(self, now: os.stat_result) -> bool:
        begun = self._begun
        same_size_and_time = (now.st_size, now.st_mtime_ns) == (begun.st_size, begun.st_mtime_ns)
        return same_size_and_time and os.path.samestat(now, begun)
