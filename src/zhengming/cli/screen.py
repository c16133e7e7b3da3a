"""What a command shows: text for people in their language, or JSON for programs. Progress goes to stderr."""

import json
import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from zhengming.cli.bar import Bar, shown
from zhengming.cli.printable import printable
from zhengming.ground.errors import ZhengmingError
from zhengming.ground.words import Language, Words

if TYPE_CHECKING:
    from rich.console import Console

#: Columns of a table that goes into a file or another program, where nothing needs to be folded.
PAPER = 240


@dataclass(frozen=True)
class Screen:
    """The terminal of one command. With ``as_json``, stdout carries one JSON document and nothing else."""

    language: Language = "zh"
    as_json: bool = False

    def text(self, zh: str, en: str) -> str:
        """The text in the language of this screen."""
        return Words(zh, en).in_(self.language)

    def say(self, zh: str, en: str) -> None:
        """A text for people; not shown with ``--json``."""
        if not self.as_json:
            print(printable(self.text(zh, en), keep="\n"))

    def line(self, text: str = "") -> None:
        """One line for people, whatever is in it."""
        print(printable(text))

    def note(self, zh: str, en: str) -> None:
        """A line on stderr, shown always."""
        if sys.stderr is not None:  # closed by who started us
            print(printable(self.text(zh, en), keep="\n"), file=sys.stderr)

    def error(self, error: ZhengmingError) -> None:
        """An error of ours, on stderr."""
        self.note(f"错误：{error.words.zh}", f"error: {error.words.en}")

    def json(self, value: Any) -> None:
        """The one JSON document of this command."""
        unicode = sys.stdout is None or sys.stdout.encoding.lower() in ("utf-8", "utf8")
        print(json.dumps(value, ensure_ascii=not unicode, indent=2))

    def table(self, titles: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "") -> None:
        """A table for people; columns are folded to the width of the terminal."""
        from rich.table import Table

        table = Table(title=caption or None, title_justify="left", header_style="bold")
        for title in titles:
            table.add_column(title, overflow="fold")
        for row in rows:
            table.add_row(*map(printable, row))
        with self._out.capture() as text:
            self._out.print(table)
        print(text.get(), end="")

    def bar(self, title: str, total: int) -> AbstractContextManager[Bar]:
        """A progress bar on stderr with rate and time left; one that shows nothing where that is no terminal."""
        return shown(self._err, title, total) if sys.stderr.isatty() else nullcontext(Bar())

    @cached_property
    def _out(self) -> "Console":
        from rich.console import Console

        width = None if (sys.stdout and sys.stdout.isatty()) or "COLUMNS" in os.environ else PAPER
        return Console(highlight=False, markup=False, width=width)

    @cached_property
    def _err(self) -> "Console":
        from rich.console import Console

        return Console(stderr=True, highlight=False, markup=False)
