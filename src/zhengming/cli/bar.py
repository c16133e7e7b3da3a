"""A progress bar on the terminal: how many things are done, how fast, how long still; and the file in hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from zhengming.labels.edit import STEP

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress


class Bar:
    """A bar that shows nothing: stderr is no terminal, nobody watches."""

    def step(self) -> None:
        """One more thing is done."""

    def file(self, name: str, done: int, total: int) -> None:
        """Of the file called ``name``, ``done`` bytes of ``total`` are written."""


class ShownBar(Bar):
    """A bar on a terminal, with a second one for a file that takes long."""

    def __init__(self, progress: "Progress", title: str, total: int) -> None:
        self._progress = progress
        self._things = progress.add_task(title, total=total, rate="")
        self._file = progress.add_task("", total=None, rate="MB", visible=False)

    def step(self) -> None:
        speed = self._progress.tasks[self._things].speed
        self._progress.update(self._things, advance=1, rate=f"{speed:.1f}/s" if speed else "")
        self._progress.update(self._file, visible=False)

    def file(self, name: str, done: int, total: int) -> None:
        size = {"completed": done >> 20, "total": total >> 20}
        self._progress.update(self._file, description=name, visible=total > STEP, **size)  # type: ignore[arg-type]


@contextmanager
def shown(console: "Console", title: str, total: int) -> Iterator[Bar]:
    """A bar on ``console`` that is gone when the work is."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    rate = TextColumn("{task.fields[rate]}")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield ShownBar(progress, title, total)
