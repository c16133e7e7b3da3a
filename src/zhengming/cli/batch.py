"""Many files at once: gathered from files, folders and patterns, worked on by several processes, none of them
able to stop the others."""

import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Protocol, TypeVar

from zhengming.cli import streams
from zhengming.cli.bar import Bar
from zhengming.cli.screen import Screen
from zhengming.ground.errors import Unavailable, WrongInput, ZhengmingError
from zhengming.ground.system_errors import cannot_read
from zhengming.labels.edit import Progress

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
#: From this many files on, every core gets a process unless ``--jobs`` says otherwise; and from this many on
#: where a file takes so little that starting processes takes longer.
MANY, MANY_QUICK = 16, 500


@dataclass(frozen=True)
class Source:
    """A file to work on. ``within`` is the folder it was found under, to keep the tree below it.

    ``named`` tells a file that was asked for by name from one that merely lay in a folder.
    """

    path: Path
    within: Path
    named: bool

    def target(self, out: Path | None) -> Path:
        """Where the result goes: the same place, or the same place below ``out``."""
        return out / self.path.relative_to(self.within) if out else self.path


def gather(names: Iterable[str], recursive: bool, out: Path | None = None) -> list[Source]:
    """The files that ``names`` mean, each once, in the order given. Raises WrongInput when one means nothing.

    Files in ``out`` are left out where that lies below a folder of ``names``: they are results of an earlier run.
    """
    found = [source for name in names for source in _readable(name, recursive)]
    wanted = [source for source in found if not (out and _is_result(source, out))]
    return list({source.path.absolute(): source for source in wanted}.values())


def _is_result(source: Source, out: Path) -> bool:
    place, folder, results = map(os.path.abspath, (source.path, source.within, out))
    below = folder.rstrip(os.sep) + os.sep
    return not source.named and results.startswith(below) and place.startswith(results + os.sep)


def _readable(name: str, recursive: bool) -> list[Source]:
    try:
        return list(_meant(name, recursive))
    except OSError as error:  # a folder that may not be entered, a name that is too long
        raise cannot_read(name, error) from None


def _meant(name: str, recursive: bool) -> Iterator[Source]:
    path = Path(name)
    if path.is_dir():
        yield from (Source(file, path, named=False) for file in _files_in(path, recursive))
    elif path.exists():
        yield Source(path, path.parent, named=True)
    elif matches := [match for match in _matching(name) if match.is_file()]:
        yield from (Source(match, match.parent, named=True) for match in matches)
    else:
        raise WrongInput(f"找不到文件 {name}", f"there is no file {name}")


def _matching(pattern: str) -> list[Path]:
    return [Path(match) for match in sorted(glob.glob(pattern, recursive=True))]  # noqa: PTH207  # a whole pattern, not a folder and a pattern


def _files_in(folder: Path, recursive: bool) -> Iterator[Path]:
    for path in sorted(folder.rglob("*") if recursive else folder.iterdir()):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden:
            yield path


def check_targets(sources: Sequence[Source], out: Path | None) -> None:
    """Raise WrongInput when two results would land on one file."""
    targets: dict[Path, Path] = {}
    for source in sources:
        other = targets.setdefault(source.target(out), source.path)
        if other != source.path:
            raise WrongInput(
                f"{other} 与 {source.path} 会写到同一个文件 {source.target(out)}；请分批处理",
                f"{other} and {source.path} would both become {source.target(out)}; do them in two batches",
            )


class Work(Protocol[T_co]):
    """Work on one file. Picklable; lets no exception out that belongs to the file."""

    def __call__(self, source: Source, progress: Progress | None) -> T_co: ...


def unforeseen(error: Exception) -> ZhengmingError:
    """What a file met that nobody foresaw, in words: it belongs to this file and stops no other."""
    if isinstance(error, MemoryError):
        return Unavailable("内存不足，处理不了这个文件", "not enough memory for this file")
    what = f"{type(error).__name__}: {error}"
    return ZhengmingError(
        f"本软件出错（{what}），文件未改动；请报告此文件",
        f"a fault of ours ({what}), the file is as it was; please report",
    )


def run(
    work: Work[T], sources: Sequence[Source], jobs: int | None, screen: Screen, title: str, threads: int = 1
) -> list[T]:
    """``work`` on each source, results in the same order, with a progress bar where a person watches.

    ``jobs``: processes; None for one, or for every core when there are many files. ``threads``: how many files
    a process works on at a time, for work that mostly waits for the disk: waits that overlap cost one.
    """
    streams.silence_logs()
    jobs = min(jobs or _jobs(len(sources), threads), len(sources))
    with screen.bar(title, len(sources)) as bar:
        results = []
        for result in _results(work, sources, jobs, threads, bar):
            results.append(result)
            bar.step()
    return results


def _jobs(files: int, threads: int) -> int:
    return os.cpu_count() or 1 if files >= (MANY if threads == 1 else MANY_QUICK) else 1


def _results(work: Work[T], sources: Sequence[Source], jobs: int, threads: int, bar: Bar) -> Iterator[T]:
    if len(sources) < MANY:
        return _in_processes(work, sources, jobs, 1) if jobs > 1 else _here(work, sources, bar)
    return _in_processes(work, sources, jobs, threads) if jobs > 1 else _in_threads(work, sources, threads)


def _in_processes(work: Work[T], sources: Sequence[Source], jobs: int, threads: int) -> Iterator[T]:
    """Batches of files to processes; small ones at that, so that the bar moves and no process idles at the end."""
    size = threads * (1 if threads == 1 else 4)
    batches = [sources[at : at + size] for at in range(0, len(sources), size)]
    try:
        with ProcessPoolExecutor(jobs, mp_context=get_context("forkserver")) as pool:
            for results in pool.map(partial(_batch, work, threads), batches):
                yield from results
    except BrokenProcessPool:
        raise Unavailable(
            "一个处理进程被系统终止，多半因为内存不足；已完成的文件不受影响，其余请用 --jobs 1 再做",
            "the system ended one of our processes, mostly for want of memory; what is done stays done, "
            "do the rest with --jobs 1",
        ) from None


def _batch(work: Work[T], threads: int, sources: Sequence[Source]) -> list[T]:
    return list(_in_threads(work, sources, threads))


def _in_threads(work: Work[T], sources: Sequence[Source], threads: int) -> Iterator[T]:
    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(partial(work, progress=None), sources)


def _here(work: Work[T], sources: Sequence[Source], bar: Bar) -> Iterator[T]:
    """One after the other in this process, each telling how far it is."""
    for source in sources:
        yield work(source, partial(bar.file, source.path.name))
