"""A file that is being written, opened once more for reading, as a muxer asks that moves its index to the front."""

from io import RawIOBase
from typing import BinaryIO


class Again(RawIOBase):
    """Reads ``file`` from a position of its own and leaves the position of ``file`` as it was."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._at = file, 0

    def opened(self, *_: object) -> "Again":
        """Another one, as a muxer opens it by a name that means nothing here."""
        return Again(self._file)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        before = self._file.tell()
        self._file.seek(self._at)
        data = self._file.read(size)
        self._at = self._file.tell()
        self._file.seek(before)
        return data

    def seek(self, at: int, whence: int = 0) -> int:
        """Go to a place; the file itself stays where it is."""
        before = self._file.tell()
        size = self._file.seek(0, 2)
        self._file.seek(before)
        self._at = at + (0, self._at, size)[whence]
        return self._at

    def tell(self) -> int:
        """Where the next bytes come from."""
        return self._at
