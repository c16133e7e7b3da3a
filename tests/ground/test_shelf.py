"""A shelf: one file adds one thing."""

import sys
from pathlib import Path

import pytest

from zhengming.ground.errors import WrongInput
from zhengming.ground.shelf import Shelf


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "toys"
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [name for name in sys.modules if name.split(".")[0] == "toys"]:
        del sys.modules[name]


def add(folder: Path, file: str, name: str) -> None:
    (folder / f"{file}.py").write_text(f"class Toy:\n    name = {name!r}\nTOY = Toy()\n")


def test_a_file_in_the_folder_is_on_the_shelf(folder: Path) -> None:
    add(folder, "one", "kite")
    add(folder, "two", "ball")
    shelf: Shelf = Shelf("toys", "TOY")
    assert [toy.name for toy in shelf] == ["ball", "kite"]
    assert shelf["kite"].name == "kite"
    assert len(shelf) == 2


def test_what_is_not_there_is_an_error_that_lists_what_is(folder: Path) -> None:
    add(folder, "one", "kite")
    with pytest.raises(WrongInput, match="kite"):
        Shelf("toys", "TOY")["ball"]


def test_two_things_under_one_name_are_found_out(folder: Path) -> None:
    add(folder, "one", "kite")
    add(folder, "two", "kite")
    with pytest.raises(RuntimeError, match="kite"):
        list(Shelf("toys", "TOY"))
