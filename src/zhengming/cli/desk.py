"""The desk of staff on the command line: where the records are, who acts, and the acts of one command."""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, time
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from zhengming.cli.command import Command
from zhengming.cli.screen import Screen
from zhengming.ground.errors import WrongInput
from zhengming.ground.system_errors import cannot_read
from zhengming.ground.words import Words

if TYPE_CHECKING:
    from zhengming.records.database import Storage
    from zhengming.records.desk import Desk
    from zhengming.records.office import Office

#: Where records are kept unless settings or options say otherwise.
DATA = Path("out/data")
Do = Callable[[Namespace, "Desk", Screen], int]


def storage_arguments(parser: ArgumentParser) -> None:
    """Declare where the records are: the section ``[storage]`` of the settings."""
    parser.add_argument("--data", type=Path, default=DATA, metavar="文件夹", help=f"数据文件夹，默认 {DATA}")
    parser.add_argument("--database", default="", metavar="地址", help="数据库；默认用数据文件夹里的 SQLite")
    parser.add_argument("--keys", type=Path, metavar="文件夹", help="密钥文件夹，默认在数据文件夹里")
    parser.add_argument("--origin", default="", metavar="名称", help="新台账的名称，定后不改")


def desk_arguments(parser: ArgumentParser) -> None:
    """Declare who acts: the section ``[desk]`` of the settings."""
    storage_arguments(parser)
    parser.add_argument("--staff", default="", metavar="账号", help="办理人的账号")
    parser.add_argument("--password-file", type=Path, metavar="文件", help="办理人口令所在文件；不给则询问")
    parser.add_argument("--dry-run", action="store_true", help="只检查能否办理，不留下任何改变")


def storage(options: Namespace) -> "Storage":
    """The storage that the options name."""
    from zhengming.records.database import ORIGIN, Storage

    return Storage(options.data, options.database, options.keys, options.origin or ORIGIN)


@contextmanager
def at_office(options: Namespace, screen: Screen) -> Iterator["Office"]:
    """The office, opened; new keys are told aloud. At the end it is told where entries wait for the service."""
    from zhengming.records.office import office

    with office(storage(options)) as opened:
        if opened.keys.made:
            folder = opened.keys.made[0].parent
            screen.note(
                f"首次使用：已在 {folder} 生成密钥（仅本人可读）。请立即备份到别处；丢失后加密的内容打不开",
                f"first use: keys were made in {folder} (yours alone). Back them up now: nothing opens without them",
            )
        yield opened
        if opened.ledger is None:
            screen.note(
                "台账由运行中的服务写入；本次条目随即由它入账",
                "a running service writes the ledger; it takes these entries over presently",
            )


@contextmanager
def at_desk(options: Namespace, screen: Screen, signed_in: bool = True) -> Iterator["Desk"]:
    """The desk of the staff that the options name, once the password is right."""
    with at_office(options, screen) as office:
        from zhengming.records.acts.staff import signed_in as checked
        from zhengming.records.desk import Desk
        from zhengming.records.outbox import Outbox

        staff = checked(_named(options), _password(options)) if signed_in else options.staff
        yield Desk(Outbox(), office.keys.vault, office.keys.digester, staff, rehearsing=options.dry_run)


class DeskCommand(Command):
    """A command whose first argument is an act of staff. ``acts``: what each is called and does."""

    sections = ("storage", "desk")
    acts: ClassVar[Mapping[str, tuple[str, Do]]]

    def arguments(self, parser: ArgumentParser) -> None:
        told = "、".join(f"{name} {zh}" for name, (zh, _) in self.acts.items())
        parser.add_argument("act", choices=tuple(self.acts), metavar="做什么", help=told)
        self.own_arguments(parser)
        desk_arguments(parser)

    def own_arguments(self, parser: ArgumentParser) -> None:
        """Declare what the acts need."""

    def run(self, options: Namespace, screen: Screen) -> int:
        with at_desk(options, screen) as desk:
            status = self.acts[options.act][1](options, desk, screen)
        if options.dry_run:
            screen.note("试办通过；没有留下任何改变", "this would be done; nothing was changed")
        return status


def deeds(**acts: tuple[str, Do]) -> Mapping[str, tuple[str, Do]]:
    """The acts of a command: of each its name in Chinese and what does it; ``_`` in a name is typed as ``-``."""
    return MappingProxyType({name.replace("_", "-"): act for name, act in acts.items()})


def needed(options: Namespace, *names: str) -> None:
    """Raise WrongInput where an act lacks one of its arguments."""
    for name in names:
        if getattr(options, name) in (None, "", []):
            shown = "--" + name.replace("_", "-")
            raise WrongInput(f"{options.act} 需要 {shown}", f"{options.act} needs {shown}")


def end_of_day(text: str) -> datetime:
    """The end of the day ``text`` (2027-06-30) in Beijing, for ``type=`` of an argument."""
    from datetime import timedelta

    from zhengming.identity.moments import BEIJING

    try:
        day = datetime.fromisoformat(text).date()
    except ValueError:
        raise WrongInput(f"日期应如 2027-06-30，得到 {text}", f"a date is as 2027-06-30, got {text}") from None
    return (datetime.combine(day, time(), BEIJING) + timedelta(days=1)).astimezone(UTC)


def done(screen: Screen, zh: str, en: str, **facts: object) -> int:
    """Tell that an act was done, with what came of it."""
    from zhengming.cli.command import DONE

    if screen.as_json:
        screen.json(facts)
    else:
        shown = "".join(f"\n  {name}: {value}" for name, value in facts.items())
        screen.say(zh + shown, en + shown)
    return DONE


def listed(screen: Screen, titles: Mapping[str, Words], rows: list[dict[str, object]]) -> int:
    """Show records as a table, or as JSON."""
    from zhengming.cli.command import DONE

    if screen.as_json:
        screen.json(rows)
    else:
        shown = [["" if row[name] is None else str(row[name]) for name in titles] for row in rows]
        screen.table([screen.text(*words) for words in titles.values()], shown)
    return DONE


def _named(options: Namespace) -> str:
    if not options.staff:
        raise WrongInput(
            "须用 --staff 写明办理人；还没有账号时先 zhengming staff first 账号",
            "--staff says who acts; where there is no account yet: zhengming staff first NAME",
        )
    return str(options.staff)


def _password(options: Namespace) -> str:
    from getpass import getpass

    if options.password_file:
        try:
            return str(options.password_file.read_text(encoding="utf-8")).rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise cannot_read(options.password_file, error) from None
    if not sys.stdin.isatty():
        raise WrongInput(
            "没有终端可询问口令；请用 --password-file 或 ZHENGMING_DESK_PASSWORD_FILE",
            "there is no terminal to ask on: give --password-file or ZHENGMING_DESK_PASSWORD_FILE",
        )
    return getpass(f"{options.staff} 的口令：", stream=os.fdopen(os.dup(2), "w"))
