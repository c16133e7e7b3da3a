"""argparse for Chinese readers: its headings and errors in Chinese, its columns counted as a terminal shows them."""

import re
from argparse import Action, ArgumentError, ArgumentParser, HelpFormatter, RawDescriptionHelpFormatter
from collections.abc import Callable, Iterable
from typing import Any, NoReturn
from unicodedata import east_asian_width

from zhengming.cli.command import WRONG_USE

#: Stands behind each character that fills two columns while argparse counts characters, and is taken out at the end.
SECOND_COLUMN = "\0"

#: What argparse says, and how it is said in Chinese; the groups are the names and values in it.
ERRORS = {
    r"the following arguments are required: (.*)": "缺少 {}",
    r"unrecognized arguments: (.*)": "没有这样的选项或参数：{}",
    r"argument (.*?): invalid choice: (.*) \(choose from (.*)\)": "{} 不能是 {}；可用的有：{}",
    r"argument (.*?): invalid (?:int|float) value: (.*)": "{} 须是数字，得到 {}",
    r"argument (.*?): expected (?:one|at least one) argument": "{} 之后须给出它的值",
    r"argument (.*?): ignored explicit argument (.*)": "{} 不带值，得到 {}",
    r"argument (.*?): not allowed with argument (.*)": "{} 不能与 {} 同用",
}


class Parser(ArgumentParser):
    """An argument parser that speaks Chinese where argparse speaks English."""

    def __init__(self, **options: Any) -> None:
        super().__init__(add_help=False, allow_abbrev=False, formatter_class=_Help, **options)
        self._positionals.title, self._optionals.title = "参数", "选项"
        self.add_argument("-h", "--help", action="help", help="显示帮助")

    def error(self, message: str) -> NoReturn:
        """End with status 2, saying in both languages what is wrong and where help is."""
        self.exit(
            WRONG_USE,
            f"用法不对：{_in_chinese(message)}\nwrong use: {message}\n查看帮助 help：{self.prog} --help\n",
        )

    def _check_value(self, action: Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            choices = ", ".join(map(str, action.choices))  # argparse would show the repr of an enum
            raise ArgumentError(action, f"invalid choice: {value} (choose from {choices})")


def _in_chinese(message: str) -> str:
    for pattern, chinese in ERRORS.items():
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return chinese.format(*found.groups())
    return message


class _Help(RawDescriptionHelpFormatter):
    def add_usage(
        self, usage: str | None, actions: Iterable[Action], groups: Iterable[Any], prefix: str | None = None
    ) -> None:
        HelpFormatter.add_usage(self, usage, actions, groups, _widened("用法：") if prefix is None else prefix)

    def format_help(self) -> str:
        text = super().format_help().replace(SECOND_COLUMN, "")
        return re.sub(r"(?m)^(\S.*):$", r"\1：", text)  # the headings of the groups

    def _metavar_formatter(self, action: Action, default_metavar: str) -> Callable[[int], tuple[str, ...]]:
        names = super()._metavar_formatter(action, default_metavar)
        return lambda size: tuple(
            name and _widened(name) for name in names(size)
        )  # None while argparse checks itself

    def _split_lines(self, text: str, width: int) -> list[str]:
        return super()._split_lines(_widened(text), width)


def _widened(text: str) -> str:
    """``text`` in as many characters as it fills columns."""
    return "".join(mark + SECOND_COLUMN if east_asian_width(mark) in "WF" else mark for mark in text)
