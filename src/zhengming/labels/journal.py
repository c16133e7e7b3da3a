"""An edit in place that a crash cannot leave half done: what is overwritten is written down first.

The undo journal lies beside the file as ``.NAME.DIGEST.zhengming-undo``: the old size, the new one, every stretch
that will be overwritten with its old and new bytes, and a SHA-256 over all. Order on disk: journal, appended tail,
overwritten stretches, journal gone. A journal whose digest is wrong was never acted upon. A whole one is undone,
but only over a file that holds nothing else than old and new bytes where it says so.
"""

import contextlib
import os
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.edit import Edit, Kept, Progress, new_size

MAGIC = b"ZMUNDO1\n"
#: The most kept bytes that may be read in order to be written elsewhere: a film's tables behind its media data.
MOST_MOVED = 16 * 1024 * 1024
HEAD, STRETCH = struct.Struct(">8sQQI"), struct.Struct(">QII")


@dataclass(frozen=True)
class Plan:
    """New bytes by offset, in order and apart, and the size before and after."""

    old_size: int
    new_size: int
    writes: tuple[tuple[int, bytes], ...]


@dataclass(frozen=True)
class Stretch:
    """Where a plan overwrites: the old bytes, empty where it appends, and the new ones."""

    at: int
    old: bytes
    new: bytes


def beside(path: Path, purpose: str) -> Path:
    """The name beside ``path`` of what belongs to it for ``purpose``; the digest tells long names apart."""
    digest = sha256(path.name.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return path.with_name(f".{path.name[:40]}.{digest}.zhengming-{purpose}")


def path_for(path: Path) -> Path:
    """Where the undo journal of ``path`` lies."""
    return beside(path, "undo")


def planned(edit: Edit, file: BinaryIO) -> Plan | None:
    """The writes that carry out ``edit`` in place; None where more would have to move than is worth it."""
    old_size = os.fstat(file.fileno()).st_size
    size = new_size(edit)
    if old_size - size > MOST_MOVED:
        return None
    writes: list[tuple[int, bytes]] = []
    at, budget = 0, MOST_MOVED
    for piece in edit:
        if not (isinstance(piece, Kept) and piece.start == at):
            budget -= len(piece)
            if budget < 0:
                return None
            writes.append((at, _read(file, piece) if isinstance(piece, Kept) else piece))
        at += len(piece)
    return Plan(old_size, size, tuple(_joined(writes)))


def _read(file: BinaryIO, piece: Kept) -> bytes:
    file.seek(piece.start)
    data = file.read(len(piece))
    if len(data) != len(piece):
        raise BadFile("源文件变短", "the source became shorter", piece.start)
    return data


def _joined(writes: list[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    parts: list[bytes] = []
    start = end = 0
    for at, data in writes:
        if parts and at != end:
            yield start, b"".join(parts)
            parts = []
        start = start if parts else at
        parts.append(data)
        end = at + len(data)
    if parts:
        yield start, b"".join(parts)


def carry_out(
    plan: Plan,
    file: BinaryIO,
    path: Path,
    progress: Progress | None = None,
    check: Callable[[BinaryIO], None] | None = None,
) -> None:
    """Make ``file``, the locked file at ``path``, what ``plan`` says; failing that (or ``check``) as it was."""
    handle, journal = file.fileno(), path_for(path)
    stretches = list(_stretches(plan, handle))
    try:
        _write_journal(journal, plan, stretches)
        _write(plan, stretches, handle, progress)
        if check:
            with os.fdopen(os.dup(handle), "rb") as fresh:  # file itself may remember bytes from before
                check(fresh)
    except BaseException:
        recover(path, file)
        raise
    journal.unlink()
    sync_folder(path.parent)


def _stretches(plan: Plan, handle: int) -> Iterator[Stretch]:
    """What the plan overwrites, appends and cuts off. A write across the old end becomes two."""
    for at, data in plan.writes:
        inside = max(0, min(len(data), plan.old_size - at))
        if inside:
            yield Stretch(at, _pread(handle, at, inside), data[:inside])
        if inside < len(data):
            yield Stretch(at + inside, b"", data[inside:])
    if plan.new_size < plan.old_size:
        yield Stretch(plan.new_size, _pread(handle, plan.new_size, plan.old_size - plan.new_size), b"")


def _write_journal(journal: Path, plan: Plan, stretches: list[Stretch]) -> None:
    undone = [stretch for stretch in stretches if stretch.old]
    parts = [HEAD.pack(MAGIC, plan.old_size, plan.new_size, len(undone))]
    for stretch in undone:
        parts += [STRETCH.pack(stretch.at, len(stretch.old), len(stretch.new)), stretch.old, stretch.new]
    data = b"".join(parts)
    handle = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    try:
        _pwrite(handle, 0, data + sha256(data).digest())
        os.fsync(handle)
    finally:
        os.close(handle)
    sync_folder(journal.parent)


def _write(plan: Plan, stretches: list[Stretch], handle: int, progress: Progress | None) -> None:
    total, done = sum(len(stretch.new) for stretch in stretches), 0
    for appending in (True, False):
        for stretch in stretches:
            if (not stretch.old) == appending:
                _pwrite(handle, stretch.at, stretch.new)
                done += len(stretch.new)
                if progress:
                    progress(done, total)
        if not appending and plan.new_size < plan.old_size:
            os.ftruncate(handle, plan.new_size)
        os.fsync(handle)


def recover(path: Path, file: BinaryIO) -> bool:
    """Undo a half-done edit of the locked ``file`` at ``path``; whether there was one. Raises Refused.

    Refused when the file has been changed by others since, so that undoing would damage it.
    """
    journal = path_for(path)
    try:
        data = journal.read_bytes()
    except FileNotFoundError:
        return False
    parsed = _parsed(data)
    if parsed is not None:
        _undo(*parsed, path, file)
    journal.unlink()
    sync_folder(path.parent)
    return parsed is not None


def _parsed(data: bytes) -> tuple[Plan, list[Stretch]] | None:
    """What a journal says; None for one that is not whole."""
    body, digest = data[:-32], data[-32:]
    if len(body) < HEAD.size or sha256(body).digest() != digest or not body.startswith(MAGIC):
        return None
    _, old_size, new_size_, count = HEAD.unpack_from(body)
    at, stretches = HEAD.size, list[Stretch]()
    for _ in range(count):
        where, old, new = STRETCH.unpack_from(body, at)
        at += STRETCH.size
        stretches.append(Stretch(where, body[at : at + old], body[at + old : at + old + new]))
        at += old + new
    return Plan(old_size, new_size_, ()), stretches


def _undo(plan: Plan, stretches: list[Stretch], path: Path, file: BinaryIO) -> None:
    handle = file.fileno()
    size = os.fstat(handle).st_size
    known = min(plan.old_size, plan.new_size) <= size <= max(plan.old_size, plan.new_size)
    if not known or not all(_is_mix(stretch, handle) for stretch in stretches):
        raise Refused(
            f"{path.name} 有未完成改动的记录 {path_for(path).name}，但文件此后又被改过；请检查后删除该记录",
            f"{path.name} has a journal of a half-done edit, {path_for(path).name}, but was changed since; "
            "look into it and delete the journal",
        )
    for stretch in stretches:
        _pwrite(handle, stretch.at, stretch.old)
    os.ftruncate(handle, plan.old_size)
    os.fsync(handle)


def _is_mix(stretch: Stretch, handle: int) -> bool:
    """Whether nothing but old and new bytes stands in a stretch, as far as the file reaches."""
    now = os.pread(handle, len(stretch.old), stretch.at)
    if stretch.old.startswith(now) or stretch.new.startswith(now):
        return True
    new = stretch.new.ljust(len(stretch.old), b"\0")
    return all(byte in pair for byte, *pair in zip(now, stretch.old, new, strict=False))


def _pread(handle: int, at: int, size: int) -> bytes:
    data = os.pread(handle, size, at)
    if len(data) != size:
        raise BadFile("源文件变短", "the source became shorter", at)
    return data


def _pwrite(handle: int, at: int, data: bytes) -> None:
    rest = memoryview(data)
    while len(rest):
        written = os.pwrite(handle, rest, at)
        at, rest = at + written, rest[written:]


def sync_folder(folder: Path) -> None:
    """Have the names in ``folder`` on disk, where the system can do that."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network file systems cannot
            os.fsync(handle)
    finally:
        os.close(handle)
