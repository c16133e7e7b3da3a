"""Many files at once: gathered from files, folders and patterns, worked on by several processes, none of them
able to stop the others."""

import glob
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from zhengming.cli.screen import Screen
from zhengming.ground.errors import WrongInput

T = TypeVar("T")
#: From this many files on, every core gets a process unless ``--jobs`` says otherwise.
MANY = 16


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


def gather(names: Iterable[str], recursive: bool) -> list[Source]:
    """The files that ``names`` mean, each once, in the order given. Raises WrongInput when one means nothing."""
    found = [source for name in names for source in _meant(name, recursive)]
    return list({source.path.absolute(): source for source in found}.values())


def _meant(name: str, recursive: bool) -> Iterator[Source]:
    path = Path(name)
    if path.is_dir():
        yield from (Source(file, path, named=False) for file in _files_in(path, recursive))
    elif path.exists():
        yield Source(path, path.parent, named=True)
    elif matches := [Path(match) for match in sorted(glob.glob(name, recursive=True))]:  # noqa: PTH207  # a whole pattern, not a folder and a pattern
        yield from (Source(match, match.parent, named=True) for match in matches if match.is_file())
    else:
        raise WrongInput(f"找不到 {name}", f"there is no {name}")


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


def run(
    work: Callable[[Source], T], sources: Sequence[Source], jobs: int | None, screen: Screen, title: str
) -> list[T]:
    """``work`` on each source, results in the same order, with a progress bar where a person watches.

    ``work`` is picklable and lets no exception out that belongs to one file. ``jobs``: processes; None for one,
    or for every core when there are many files.
    """
    jobs = jobs or (os.cpu_count() or 1 if len(sources) >= MANY else 1)
    with screen.progress() as bar, _pool(min(jobs, len(sources))) as pool:
        task = bar.add_task(title, total=len(sources), rate="")
        results = []
        for result in pool.map(work, sources, chunksize=1) if pool else map(work, sources):
            results.append(result)
            bar.update(task, advance=1, rate=_rate(bar, task))
    return results


def _pool(jobs: int) -> Any:
    if jobs <= 1:
        return nullcontext()
    pool: Executor = ProcessPoolExecutor(jobs, mp_context=get_context("forkserver"))
    return pool


def _rate(bar: Any, task: Any) -> str:
    speed = bar.tasks[task].speed
    return f"{speed:.1f}/s" if speed else ""
