"""The library in use (特征库): the newest snapshot at a path, replaced without a pause."""

import os
import threading
from pathlib import Path
from tempfile import NamedTemporaryFile

from zhengming.ground.errors import Unavailable, ZhengmingError
from zhengming.screening.snapshot import Snapshot


class Library:
    """A handle that every thread of a process shares. ``snapshot`` is one read of one attribute: nobody waits.

    Call :meth:`refresh` now and then from a thread of its own. Whoever is screening keeps the snapshot it took.
    """

    def __init__(self, path: Path) -> None:
        """Raises Unavailable when there is no snapshot, BadFile when it is damaged."""
        self.path = path
        self._lock = threading.Lock()
        self._mark = self._marked()
        self.snapshot = Snapshot.open(path)
        #: Why the newest file at the path is not in use, if it is not.
        self.trouble: ZhengmingError | None = None

    def refresh(self) -> bool:
        """Take over the file at the path if it is another; whether it was. A damaged one is left: ``trouble``."""
        with self._lock:
            try:
                mark = self._marked()
                if mark == self._mark:
                    return False
                fresh = Snapshot.open(self.path)
            except ZhengmingError as error:
                self.trouble = error
                return False
            self._mark, self.snapshot, self.trouble = mark, fresh, None
            return True

    def _marked(self) -> tuple[int, int, int]:
        try:
            status = self.path.stat()
        except OSError as error:
            raise Unavailable(f"特征库快照无法打开：{error}", f"the snapshot cannot be opened: {error}") from None
        return status.st_ino, status.st_mtime_ns, status.st_size


def put(data: bytes, path: Path) -> Snapshot:
    """Make ``data`` the snapshot at ``path``, whole or not at all; those who have the old one open keep it."""
    fresh = Snapshot(data)
    with NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    return fresh
