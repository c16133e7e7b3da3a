"""What every command keeps: help with examples that parse, in Chinese, and a start that is quick."""

import shlex
import subprocess
import sys

import pytest

from zhengming.cli import line
from zhengming.cli.command import COMMANDS, Command

every_command = pytest.mark.parametrize("command", list(COMMANDS), ids=lambda command: command.name)


@every_command
def test_help_names_the_command_in_both_languages_and_shows_examples(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        line.parser().parse_args([command.name, "--help"])
    out = capsys.readouterr().out
    assert end.value.code == 0
    assert "用法：" in out
    assert command.summary.zh in out
    assert command.summary.en in out
    assert all(example in out for example in command.examples)


@every_command
def test_its_examples_parse(command: Command) -> None:
    assert command.examples
    for example in command.examples:
        program, *arguments = shlex.split(example)
        assert program == "zhengming"
        assert line.parser().parse_args(arguments).chosen is command


def test_wrong_use_ends_with_status_2_and_says_where_help_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        line.run(["label"], {})
    assert end.value.code == 2
    assert "--help" in capsys.readouterr().err


def test_settings_are_options_typed_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert line.run(["law", "--article", "2"], {"law": ["--article=1", "--json"]}) == 0
    assert '"id": "2"' in capsys.readouterr().out


def test_starting_loads_none_of_the_heavy_libraries() -> None:
    code = "import sys, zhengming.cli.line as l; l.parser(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"numpy", "PIL", "pikepdf", "av", "c2pa", "yaml", "rich", "cryptography", "pillow_heif"}
    assert not heavy & set(done.stdout.split())
