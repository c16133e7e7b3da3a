"""Putting an edited file in the place of the old one: a crash leaves the old or the new, never a mix.

Two ways, of which :func:`apply` takes the cheaper one that is safe:

* **Copied**: a new file beside the target, on disk before it is renamed over it. Always possible. It keeps the
  mode, the owner and the extended attributes of the file it replaces as far as the system lets us; other hard
  links keep the old content; the time of change is now.
* **In place**: when every kept byte stays at its offset and the file is large, only the changed bytes are written.
  What they overwrite stands before that in an undo journal beside the file (:mod:`zhengming.labels.journal`).

A symbolic link is followed: the file it leads to is what changes. Work on a file holds a lock on it
(:func:`locked`), so two processes take turns and neither works from what the other has made stale.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from zhengming.ground.errors import Unavailable, WrongInput
from zhengming.labels import journal
from zhengming.labels.edit import Edit, Progress, copy

#: Files from this size on are edited in place where that is possible; smaller ones are quicker to copy.
IN_PLACE_FROM = 64 * 1024 * 1024
#: How long to wait, in seconds, for another process to be done with a file.
PATIENCE = 30.0


class Way(StrEnum):
    """How an edit was carried out."""

    COPIED = "copied"
    IN_PLACE = "in-place"


def apply(
    edit: Edit,
    file: BinaryIO,
    source: Path,
    target: Path,
    progress: Progress | None = None,
    check: Callable[[BinaryIO], None] | None = None,
    in_place_from: int = IN_PLACE_FROM,
) -> Way:
    """Carry out ``edit`` of ``file``, which :func:`locked` gave for ``source``, so that ``target`` holds the result.

    ``target`` may be ``source``. ``file`` is not to be used afterwards. ``progress`` is told bytes written of
    bytes to write. ``check`` gets the result before it takes effect: when it raises, nothing has happened.
    Raises BadFile when the source changed meanwhile, and OSError as the system does, e.g. for a
    full disk; then the target is as it was.
    """
    if same(source, target) and file.writable() and os.fstat(file.fileno()).st_size >= in_place_from:
        plan = journal.planned(edit, file)
        if plan is not None:
            journal.carry_out(plan, file, real(target), progress, check)
            return Way.IN_PLACE
    with replacing(target) as sink:
        copy(edit, file, sink, progress)
        if check:
            check(sink)
    return Way.COPIED


def same(source: Path, target: Path) -> bool:
    """Whether two paths lead to one file, which need not exist."""
    return real(source) == real(target)


def real(path: Path) -> Path:
    """Where ``path`` leads; where it can lead nowhere (a circle of links), a path whose opening says so."""
    try:
        return Path(os.path.realpath(path))
    except ValueError:  # a zero byte
        return path


@contextmanager
def locked(path: Path, shared: bool = False, patience: float = PATIENCE) -> Iterator[BinaryIO]:
    """``path`` opened for reading, and for writing where allowed, while no other process of ours changes it.

    A half-done edit that a crash left is undone first. ``shared``: for reading only, along with other readers.
    Raises WrongInput for what is no file, such as a pipe that might never end, Unavailable when another process is
    not done within ``patience`` seconds, OSError as :func:`open` does.
    """
    path = real(path)
    if path.exists() and not path.is_file():
        raise WrongInput(f"{path} 是管道、设备或文件夹，不是文件", f"{path} is a pipe, a device or a folder, no file")
    if shared and journal.path_for(path).exists():
        shared = False
    with contextlib.closing(_opened(path, shared, patience)) as file:
        if not shared:
            journal.recover(path, file)
        yield file


def recover(path: Path) -> bool:
    """Undo what a crash left half done of an edit in place of ``path``; whether there was something to undo."""
    path = real(path)
    if not journal.path_for(path).exists():
        return False
    with locked(path):
        return True


def _opened(path: Path, shared: bool, patience: float) -> BinaryIO:
    """The file that ``path`` names once its lock is ours: the one before may have been replaced meanwhile."""
    end = time.monotonic() + patience
    while True:
        file = _open(path, shared)
        if not _lock(file, shared):
            file.close()
            if time.monotonic() >= end:
                raise Unavailable(f"{path.name} 正被另一进程改动", f"{path.name} is being changed by another process")
            time.sleep(0.02)
        elif os.path.samestat(os.fstat(file.fileno()), path.stat()):
            return file
        else:
            file.close()


def _open(path: Path, shared: bool) -> BinaryIO:
    if not shared:
        with contextlib.suppress(OSError):
            return path.open("r+b")
    return path.open("rb")


def _lock(file: BinaryIO, shared: bool) -> bool:
    """Whether the lock is ours. Where a file system knows no locks there is nobody to take turns with."""
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A new file that takes the place of ``path`` when the block ends well, and vanishes when it does not.

    It lies in the same folder under a name made from that of ``path``, so what a killed process left there is
    taken over by the next one. Raises Unavailable while another process writes the same file.
    """
    path = real(path)
    fresh = journal.beside(path, "new")
    file = _fresh(fresh)
    try:
        with contextlib.closing(file):
            yield file
            _take_after(path, file.fileno())
            os.fsync(file.fileno())
            fresh.replace(path)
        journal.sync_folder(path.parent)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def _fresh(path: Path) -> BinaryIO:
    """An empty file at ``path`` that is ours alone, for nobody else to read until it has the mode it shall have."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    file = os.fdopen(handle, "r+b", buffering=0)
    ours = _lock(file, shared=False) and path.exists()
    if not (ours and os.path.samestat(os.fstat(handle), path.stat())):
        file.close()
        raise Unavailable(f"另一进程正在写 {path.name}", f"another process is writing {path.name}")
    os.ftruncate(handle, 0)
    return file


def _take_after(path: Path, handle: int) -> None:
    """Give the new file the owner, mode and extended attributes of the old, or what a new file gets."""
    if not path.exists():
        os.fchmod(handle, 0o666 & ~_umask(path.parent))
        return
    old = path.stat()
    with contextlib.suppress(OSError):  # only root may give a file away
        os.fchown(handle, old.st_uid, old.st_gid)
    os.fchmod(handle, old.st_mode & 0o7777)
    for name in _attributes(path):
        with contextlib.suppress(OSError):  # e.g. security labels, which the system sets itself
            os.setxattr(handle, name, os.getxattr(path, name))


def _attributes(path: Path) -> list[str]:
    try:
        return os.listxattr(path)
    except (OSError, AttributeError):
        return []


def _umask(folder: Path) -> int:
    """The process's mask. Asking the system means changing it, for other threads too: Linux tells it in a file."""
    with contextlib.suppress(OSError, StopIteration):
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
        return int(next(line for line in status if line.startswith("Umask:")).split()[1], 8)
    probe = folder / f".{os.getpid()}-{time.monotonic_ns()}.zhengming-mask"
    os.close(os.open(probe, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    try:
        return 0o666 & ~probe.stat().st_mode
    finally:
        probe.unlink()
