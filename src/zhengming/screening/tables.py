"""Reading the small tables of ``data/``: one line an entry, fields apart by spaces, ``#`` begins a remark."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files


@cache
def rows(name: str) -> tuple[tuple[str, ...], ...]:
    """The entries of ``data/<name>.txt``."""
    return tuple(_rows(files(__package__).joinpath("data", f"{name}.txt").read_text(encoding="utf-8")))


def _rows(text: str) -> Iterator[tuple[str, ...]]:
    for line in text.splitlines():
        fields = line.split("#", 1)[0].split()
        if fields:
            yield tuple(fields)


def classes(name: str) -> dict[str, str]:
    """A table whose lines are classes of like characters: each but the first means the first."""
    return {character: row[0][0] for row in rows(name) for character in row[0][1:]}
