"""A ledger in a folder: append-only files, no database.

    entries       frames of JSON lines, one frame a commit; the only file that matters
    checkpoints   frames, one signed checkpoint each
    keys          verifier keys, one a line
    offsets, hashes-0, hashes-1, …   where each entry stands, and the rows of the tree; made again when lost
    mark          how much of the former was durable when it was last settled

A crash leaves at most one torn frame, which opening cuts off. The folder is locked by its one writer; a reader
takes no lock and sees the ledger as of the last settling.
"""

import fcntl
import os
import struct
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from io import FileIO
from itertools import accumulate
from pathlib import Path
from typing import IO, Any

from zhengming.ground.canonical import canonical, parsed
from zhengming.ground.errors import BadFile, Unavailable, WrongInput
from zhengming.ground.system_errors import reason
from zhengming.ledger.frames import LARGEST_FRAME, Frame, framed, frames
from zhengming.ledger.tree import HASH, HEIGHT

ROWS = 6  # 2^48 entries
OFFSET = struct.Struct("<Q")
#: How many entries are read at once.
STEP = 1024


class FileStore:
    """The store in ``folder``, which is made when it is not there and this is the writer."""

    def __init__(self, folder: Path, writing: bool = True) -> None:
        self.folder, self.writing = folder, writing
        self._files = ExitStack()
        try:
            self._open()
        except OSError as error:
            self._files.close()
            raise _unavailable(f"无法打开台账 {folder}", f"cannot open the ledger {folder}", error) from None
        except BaseException:
            self._files.close()
            raise

    def _open(self) -> None:
        if self.writing:
            self.folder.mkdir(parents=True, exist_ok=True)
            sync_folder(self.folder.parent)
            self._lock()
        self._entries, self._checkpoints = self._file("entries"), self._file("checkpoints")
        self._offsets, self._rows = self._file("offsets"), [self._file(f"hashes-{row}") for row in range(ROWS)]
        mark = self._mark()
        self.size: int = mark["size"]
        self._end: int = mark["end"]
        self._checkpoint_at: int = mark["checkpoint"]
        self._hashed: list[int] = mark["hashed"]
        if self.writing:
            self._recover()
        self._unsafe = False

    def _lock(self) -> None:
        file = self._file("lock")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unavailable(
                f"台账 {self.folder} 正由另一进程写入", f"another process writes the ledger {self.folder}"
            ) from None

    def _file(self, name: str) -> FileIO:
        flags = os.O_RDWR | os.O_CREAT if self.writing else os.O_RDONLY
        handle = os.open(self.folder / name, flags | os.O_NOFOLLOW, 0o600)
        return self._files.enter_context(FileIO(handle, "r+b" if self.writing else "rb"))

    def _mark(self) -> dict[str, Any]:
        """What was settled; nothing, so that all is made again, where a mark or what it speaks of is missing."""
        nothing = {"size": 0, "end": 0, "checkpoint": 0, "hashed": [0] * ROWS}
        try:
            mark = parsed((self.folder / "mark").read_bytes())
            good = mark.keys() == nothing.keys() and self._holds(**mark)
        except (FileNotFoundError, BadFile, TypeError, AttributeError, IndexError):
            good = False
        if not good and not self.writing and _size(self._entries):
            raise Unavailable(
                "台账未正常收尾，请先由写入者打开一次", "unsettled: let its writer open the ledger once"
            )
        return mark if good else nothing

    def _holds(self, size: int, end: int, checkpoint: int, hashed: list[int]) -> bool:
        """Whether the files reach as far as a mark says, and the rows of the tree agree with one another."""
        rows = [hashed[0] >> HEIGHT * row for row in range(ROWS)]
        longest = zip((_size(row) // HASH for row in self._rows), rows, strict=True)
        whole = _size(self._entries) >= end >= size >= hashed[0] >= 0 <= checkpoint
        return (
            whole
            and hashed == rows
            and _size(self._offsets) >= size * OFFSET.size
            and all(a >= b for a, b in longest)
        )

    def _recover(self) -> None:
        """Take in the commits since the mark, and cut off a torn one that nobody was told of."""
        os.ftruncate(self._offsets.fileno(), self.size * OFFSET.size)
        for row, hashed in zip(self._rows, self._hashed, strict=True):
            os.ftruncate(row.fileno(), hashed * HASH)
        for frame in frames(self._entries, self._end):
            lines = [line + b"\n" for line in frame.payload.split(b"\n")[:-1]]
            if frame.first != self.size or frame.count != len(lines):
                raise BadFile("台账条目不连续", "the entries of the ledger do not follow one another", frame.at)
            self._index(lines, frame.end - len(frame.payload))
            self._end = frame.end
        _cut(self._entries, self._end)
        self._recover_checkpoints()
        sync_folder(self.folder)

    def _recover_checkpoints(self) -> None:
        last = self._checkpoint_at
        for frame in frames(self._checkpoints, last):
            self._checkpoint_at, last = frame.at, frame.end
        if last and last == self._checkpoint_at:
            raise BadFile("台账的检查点损坏或丢失", "checkpoints of the ledger are damaged or lost", last)
        _cut(self._checkpoints, last)

    def _index(self, lines: Sequence[bytes], at: int) -> None:
        """Note where ``lines`` stand, which are durable from ``at`` on."""
        starts = list(accumulate(map(len, lines), initial=at))[:-1]
        self.size += len(lines)
        _write(self._offsets, struct.pack(f"<{len(starts)}Q", *starts), (self.size - len(lines)) * OFFSET.size)

    def append(self, entries: Sequence[bytes]) -> None:
        self._check_safe()
        lines = [entry + b"\n" for entry in entries]
        payload = b"".join(lines)
        if payload.count(b"\n") != len(lines) or not all(line.startswith(b"{") for line in lines):
            raise WrongInput("条目须是一行 JSON 对象", "an entry is a JSON object in one line")
        if not lines or len(payload) > LARGEST_FRAME:
            raise WrongInput("没有条目，或一次过多", "no entries, or too many at once")
        data = framed(self.size, len(lines), payload)
        try:
            _write(self._entries, data, self._end)
        except OSError as error:
            self._take_back(error)
        self._sync(self._entries)
        start = self._end + len(data) - len(payload)
        self._end += len(data)
        try:
            self._index(lines, start)
        except OSError:  # the entries are durable; where they stand is found out by opening anew
            self._unsafe = True

    def _take_back(self, error: OSError) -> None:
        """Nothing of a commit that did not fit stays, so that the ledger goes on once there is room."""
        try:
            os.ftruncate(self._entries.fileno(), self._end)
        except OSError:
            self._unsafe = True
        raise _unavailable("写不进台账", "cannot write the ledger", error) from None

    def _sync(self, file: FileIO) -> None:
        """Have ``file`` on disk. After a failure nobody knows what is: only opening anew can tell."""
        try:
            os.fdatasync(file.fileno())
        except OSError as error:
            self._unsafe = True
            raise _unavailable("台账未能落盘", "the ledger did not reach the disk", error) from None

    def _check_safe(self) -> None:
        if self._unsafe or not self.writing:
            raise Unavailable("台账须重新打开才能写入", "open the ledger anew to write")

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        while start < stop:
            upto = min(start + STEP, stop)
            yield from self._read(start, upto)
            start = upto

    def _read(self, start: int, stop: int) -> Iterator[bytes]:
        """Headers of frames, which stand between the lines of two commits, are passed over."""
        first, end = self._offset(start), self._offset(stop)
        lines = os.pread(self._entries.fileno(), end - first, first).split(b"\n")
        found = [line for line in lines if line.startswith(b"{")]
        if len(found) != stop - start:
            raise BadFile(f"第 {start} 至 {stop} 条读不全", f"entries {start} to {stop} are not all there", first)
        yield from found

    def _offset(self, index: int) -> int:
        if index == self.size:
            return self._end
        return int.from_bytes(os.pread(self._offsets.fileno(), OFFSET.size, index * OFFSET.size), "little")

    def hashed(self, row: int) -> int:
        return self._hashed[row]

    def keep_hashes(self, row: int, start: int, hashes: bytes) -> None:
        self._check_safe()
        try:
            _write(self._rows[row], hashes, start * HASH)
        except OSError as error:
            self._unsafe = True
            raise _unavailable("写不进台账", "cannot write the ledger", error) from None
        self._hashed[row] = start + len(hashes) // HASH

    def hashes(self, row: int, start: int, stop: int) -> Sequence[bytes]:
        data = os.pread(self._rows[row].fileno(), (stop - start) * HASH, start * HASH)
        if stop > self._hashed[row] or len(data) != (stop - start) * HASH:
            raise BadFile("台账的散列不全", "hashes of the ledger are missing", start * HASH)
        return [data[at : at + HASH] for at in range(0, len(data), HASH)]

    def settle(self) -> None:
        self._check_safe()
        for file in (self._offsets, *self._rows):
            self._sync(file)
        mark = {"size": self.size, "end": self._end, "checkpoint": self._checkpoint_at, "hashed": self._hashed}
        replace(self.folder / "mark", canonical(mark))

    def keep_checkpoint(self, size: int, note: bytes) -> None:
        self._check_safe()
        at = _size(self._checkpoints)
        _write(self._checkpoints, framed(size, 1, note), at)
        self._sync(self._checkpoints)
        self._checkpoint_at = at

    def checkpoint(self) -> bytes | None:
        found = None
        for frame in self._checkpoints_from(self._checkpoint_at):
            found = frame.payload
        return found

    def checkpoints(self) -> Iterator[tuple[int, bytes]]:
        last = None
        for frame in self._checkpoints_from(0):
            if last and last.first < frame.first:
                yield last.first, last.payload
            last = frame
        if last:
            yield last.first, last.payload

    def _checkpoints_from(self, at: int) -> Iterator[Frame]:
        """A reader stops at the checkpoint that speaks for more than it sees."""
        for frame in frames(self._checkpoints, at):
            if frame.first > self.size and not self.writing:
                return
            yield frame

    def keep_key(self, key: str) -> None:
        if key not in self.keys():
            self._check_safe()
            replace(self.folder / "keys", "".join(f"{each}\n" for each in (*self.keys(), key)).encode())

    def keys(self) -> Sequence[str]:
        try:
            return (self.folder / "keys").read_text("utf-8").splitlines()
        except FileNotFoundError:
            return []

    def close(self) -> None:
        if self._entries.closed:
            return
        try:
            if self.writing and not self._unsafe:
                self.settle()
        finally:
            self._files.close()


def replace(path: Path, data: bytes) -> None:
    """Have ``data`` in the file at ``path``, durably; a crash leaves the old or the new."""
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in ``folder`` on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unavailable(zh: str, en: str, error: OSError) -> Unavailable:
    why = reason(error)
    return Unavailable(f"{zh}：{why.zh}", f"{en}: {why.en}")


def _size(file: IO[bytes]) -> int:
    return os.fstat(file.fileno()).st_size


def _write(file: FileIO, data: bytes, at: int) -> None:
    rest = memoryview(data)
    while len(rest):
        written = os.pwrite(file.fileno(), rest, at)
        at, rest = at + written, rest[written:]


def _cut(file: FileIO, end: int) -> None:
    """Cut off what is torn, before anything is written in its place."""
    if _size(file) > end:
        os.ftruncate(file.fileno(), end)
    os.fsync(file.fileno())
