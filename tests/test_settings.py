"""Settings: a file, the environment, and what is typed, each weighing more than the one before."""

from pathlib import Path

import pytest

from zhengming.ground.errors import WrongInput
from zhengming.settings import read

COMMANDS = {"label", "examine"}


def test_without_file_and_environment_there_are_no_settings(tmp_path: Path) -> None:
    assert not any(read(tmp_path, {}, "label", COMMANDS).values())


def test_a_section_is_a_command_and_a_key_is_an_option(tmp_path: Path) -> None:
    (tmp_path / "zhengming.toml").write_text(
        '[label]\nproducer = "X"\nexplicit = true\nrecursive = false\njobs = 2\n'
    )
    typed = ["--producer=X", "--explicit", "--no-recursive", "--jobs=2"]
    assert read(tmp_path, {}, "label", COMMANDS)["label"] == typed


def test_the_environment_weighs_more_than_the_file(tmp_path: Path) -> None:
    (tmp_path / "zhengming.toml").write_text('[label]\nproducer = "X"\n')
    environment = {"ZHENGMING_LABEL_PRODUCER": "Y", "ZHENGMING_LABEL_EXPLICIT": "true", "HOME": "/"}
    typed = ["--producer=X", "--explicit", "--producer=Y"]
    assert read(tmp_path, environment, "label", COMMANDS)["label"] == typed


def test_the_file_can_be_named(tmp_path: Path) -> None:
    named = tmp_path / "other.toml"
    named.write_text("[label]\njobs = 3\n")
    assert read(tmp_path, {"ZHENGMING_CONFIG": str(named)}, "label", COMMANDS)["label"] == ["--jobs=3"]


def test_sections_of_records_are_shared_by_commands(tmp_path: Path) -> None:
    (tmp_path / "zhengming.toml").write_text('[storage]\ndata = "/srv/zm"\n[desk]\nstaff = "wang"\n')
    found = read(tmp_path, {"ZHENGMING_STORAGE_DATABASE": "postgresql:///zm"}, "user", {"user"})
    assert found == {
        "storage": ["--data=/srv/zm", "--database=postgresql:///zm"], "desk": ["--staff=wang"], "user": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[lable]\n", "lable"),
        ("producer = 1\n", "producer"),
        ("[label]\nx = [1]\n", "x"),
        ("[label\n", "cannot read"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "zhengming.toml").write_text(text)
    with pytest.raises(WrongInput, match=told):
        read(tmp_path, {}, "label", COMMANDS)


def test_a_named_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WrongInput, match="cannot read"):
        read(tmp_path, {"ZHENGMING_CONFIG": str(tmp_path / "absent.toml")}, "label", COMMANDS)
