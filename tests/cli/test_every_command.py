"""What every command keeps: help with examples that parse, in Chinese, and a start that is quick."""

import re
import shlex
import subprocess
import sys
from unicodedata import east_asian_width

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


@every_command
def test_its_help_stands_in_columns_that_fit_the_terminal(
    command: Command, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit):
        line.parser().parse_args([command.name, "--help"])
    text = capsys.readouterr().out
    described = text[: text.index("示例：")].splitlines()
    assert max(map(columns, described)) <= 80
    rows = [re.match(r"(  \S.*?\S {2,})\S", row) for row in described]
    starts = {columns(row[1]) for row in rows if row}
    assert len(starts) == 1, starts
    assert not re.search(r"--[a-z-]+ [A-Z]", "\n".join(described)), "the value of an option is named in Chinese"


def columns(text: str) -> int:
    return sum(2 if east_asian_width(mark) in "WF" else 1 for mark in text)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["label"], "缺少 路径"),
        (["labl", "图.png"], f"命令 不能是 labl；可用的有：{', '.join(command.name for command in COMMANDS)}\n"),
        (["label", "图.png", "--foo"], "没有这样的选项或参数：--foo"),
        (["label", "图.png", "--attribute", "9"], "--attribute 不能是 9；可用的有：1, 2, 3"),
        (["label", "图.png", "--height", "高"], "--height 须是数字，得到 '高'"),
        (["label", "图.png", "--out"], "--out 之后须给出它的值"),
        (["label", "图.png", "--dry-run=1"], "--dry-run 不带值，得到 '1'"),
    ],
)
def test_wrong_use_ends_with_status_2_and_says_in_chinese_what_is_wrong_and_where_help_is(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        line.run(arguments, {})
    said = capsys.readouterr().err
    assert end.value.code == 2
    assert f"用法不对：{words}" in said
    assert "--help" in said


def test_without_a_command_the_overview_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        line.run([], {})
    assert end.value.code == 0
    out = capsys.readouterr().out
    assert all(command.summary.zh in out for command in COMMANDS)


def test_an_option_that_only_the_settings_name_is_laid_at_their_door(capsys: pytest.CaptureFixture[str]) -> None:
    assert line.run(["law"], {"law": ["--artcle=1"]}) == 2
    assert (
        "设置（zhengming.toml 或 ZHENGMING_LAW_… 环境变量）里有 law 没有的选项：--artcle=1" in capsys.readouterr().err
    )


def test_settings_are_options_typed_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert line.run(["law", "--article", "2"], {"law": ["--article=1", "--json"]}) == 0
    assert '"id": "2"' in capsys.readouterr().out


def test_starting_loads_none_of_the_heavy_libraries() -> None:
    code = "import sys, zhengming.cli.line as l; l.parser(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"numpy", "PIL", "pikepdf", "av", "c2pa", "yaml", "rich", "cryptography", "pillow_heif"}
    assert not heavy & set(done.stdout.split())


def test_the_law_is_listed_in_english_to_the_last_mark(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "240")
    assert line.run(["law", "--lang", "en"], {}) == 0
    out = capsys.readouterr().out
    assert "planned (zhengming." in out
    assert not [mark for mark in out if "\u3000" <= mark <= "\u9fff" or "\uff00" <= mark <= "\uffef"]
