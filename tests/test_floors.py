"""The floors of the house: a package imports from floors below its own, and from no sibling."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import ROOT

HOUSE = ROOT / "src" / "zhengming"

FLOORS = {
    "ground": 0,
    "law": 1,
    "labels": 2,
    "screening": 2,
    "ledger": 2,
    "identity": 2,
    "records": 3,
    "duties": 4,
    "synthesis": 4,
    "gateway": 5,
    "console": 5,
    "portal": 5,
    "cli": 6,
    "settings": 6,
    "app": 7,
}
#: Floors that are usable alone: no web, no database.
ALONE = {name for name, floor in FLOORS.items() if floor <= 2}
WEB_AND_DATABASE = {"django", "starlette", "uvicorn", "aiohttp", "sqlite3", "psycopg", "sqlalchemy"}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rooms() -> Iterator[tuple[str, Path]]:
    for path in sorted(HOUSE.rglob("*.py")):
        if path != HOUSE / "__init__.py":
            yield path.relative_to(HOUSE).parts[0].removesuffix(".py"), path


def breaches(room: str, imported: str) -> bool:
    parts = imported.split(".")
    if parts[0] != "zhengming" or len(parts) == 1 or parts[1] not in FLOORS:
        return False
    return parts[1] != room and FLOORS[parts[1]] >= FLOORS[room]


def test_every_room_has_a_floor() -> None:
    assert {room for room, _ in rooms()} <= set(FLOORS)


@pytest.mark.parametrize("room", sorted({room for room, _ in rooms()}))
def test_a_room_imports_only_from_below(room: str) -> None:
    found = [
        f"{path}: {name}" for own, path in rooms() if own == room for name in imports(path) if breaches(room, name)
    ]
    assert not found


def test_the_lower_floors_know_no_web_and_no_database() -> None:
    for room, path in rooms():
        if room in ALONE:
            assert not {name.split(".")[0] for name in imports(path)} & WEB_AND_DATABASE, path


def test_the_guard_bites() -> None:
    assert breaches("law", "zhengming.labels.format")
    assert breaches("labels", "zhengming.ledger")
    assert not breaches("labels", "zhengming.law.terms")


def test_no_file_is_called_what_says_nothing() -> None:
    empty = {"utils", "common", "helpers", "base", "manager", "core", "impl"}
    assert not [path for _, path in rooms() if path.stem in empty]
