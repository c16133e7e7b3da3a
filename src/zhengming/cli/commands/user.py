"""``zhengming user``: users of the service and their verified identity (使用者、真实身份信息认证, Art. 9)."""

import tomllib
from argparse import ArgumentParser, Namespace
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from zhengming.cli.command import DONE, SOME_FAILED
from zhengming.cli.desk import DeskCommand, deeds, done, needed, storage
from zhengming.cli.screen import Screen
from zhengming.ground.errors import WrongInput, ZhengmingError
from zhengming.ground.system_errors import cannot_read
from zhengming.ground.words import Words

if TYPE_CHECKING:
    from zhengming.records.desk import Desk


def _create(options: Namespace, desk: "Desk", screen: Screen) -> int:
    """One user after the other; who cannot be registered stops nobody else."""
    from zhengming.records.acts.users import create_user
    from zhengming.records.parts import UserKind

    results: list[dict[str, object]] = []
    for line, name in enumerate(_names(options), 1):
        try:
            results.append({"line": line, "user": create_user(desk, name, UserKind(options.kind)), "error": None})
        except ZhengmingError as error:
            results.append({"line": line, "user": None, "error": error.json()})
            screen.note(f"第 {line} 个：{error.words.zh}", f"number {line}: {error.words.en}")
    failed = sum(result["user"] is None for result in results)
    if screen.as_json:
        screen.json({"users": results})
    else:
        for result in results:
            if result["user"]:
                screen.say(f"已登记 {result['user']}", f"registered {result['user']}")
    return SOME_FAILED if failed else DONE


def _verify(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.identities import Checked, verify_by_documents
    from zhengming.records.evidence import EvidenceStore

    needed(options, "names", "claim", "picture")
    if not options.confirm:
        raise WrongInput(
            "请逐项核对证件（名称、号码、有效期、无涂改合成迹象、本人持证或单位授权）后加 --confirm",
            "compare the documents (name, number, validity, no editing, the holder) and add --confirm",
        )
    with ExitStack() as stack:
        pictures = [stack.enter_context(_opened(path)) for path in options.picture]
        checked = Checked(_claim(options.claim), pictures, options.because, timedelta(days=options.days))
        store = EvidenceStore(storage(options).evidence_folder)
        identity = verify_by_documents(desk, store, options.names[0], checked)
    return done(screen, "身份已认证", "the identity is verified", identity=identity)


def _revoke(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.users import revoke_identity

    needed(options, "names", "because")
    revoke_identity(desk, options.names[0], options.because)
    return done(screen, "已撤销认证", "the assertion is revoked", identity=options.names[0])


def _leave(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.users import leave

    needed(options, "names")
    leave(desk, options.names[0])
    return done(screen, "账号已注销", "the account is given up")


def _show(options: Namespace, desk: "Desk", screen: Screen) -> int:
    """What is kept of a user, without anything personal."""
    from zhengming.identity.moments import written
    from zhengming.records.finding import user
    from zhengming.records.models import Identity, Measure

    needed(options, "names")
    found = user(options.names[0], desk.digester)
    now = desk.clock()
    identities = Identity.objects.filter(user=found, revoked_at=None, until__gt=now).order_by("until")
    measures = Measure.objects.filter(user=found).exclude(until__lte=now).order_by("since")
    return done(
        screen, "使用者", "user",
        user=found.id, kind=found.kind, active=found.is_active,
        identities=[
            {"identity": row.id, "method": row.method, "level": row.level, "until": written(row.until)}
            for row in identities
        ],
        measures=[{"measure": row.id, "kind": row.kind, "until": written(row.until)} for row in measures],
    )  # fmt: skip


class User(DeskCommand):
    name = "user"
    summary = Words("使用者与真实身份认证", "users and their verified identity")
    examples = (
        "zhengming user create alice bob --staff wang",
        "zhengming user create --from 名单.txt --kind organisation --staff wang --dry-run",
        "zhengming user verify alice --claim 申请.toml --picture 证件.jpg --confirm --staff wang",
        "zhengming user show alice --staff wang --json",
    )
    acts = deeds(
        create=("登记", _create),
        verify=("人工核验证件", _verify),
        revoke=("撤销认证", _revoke),
        leave=("注销", _leave),
        show=("查看", _show),
    )

    def own_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", metavar="使用者", help="你方账号名或本系统编号；revoke 则为认证编号")
        parser.add_argument("--from", dest="list", type=Path, metavar="文件", help="账号名单，一行一个（create）")
        parser.add_argument(
            "--kind", choices=("person", "organisation"), default="person", metavar="种类",
            help="person 个人、organisation 组织",
        )  # fmt: skip
        parser.add_argument(
            "--claim", type=Path, metavar="文件",
            help="申请内容（TOML）：document_kind、document_number、name；用后请删除",
        )  # fmt: skip
        parser.add_argument(
            "--picture", type=Path, action="append", default=[], metavar="图像", help="证件影像，可多次"
        )
        parser.add_argument("--confirm", action="store_true", help="已逐项核对证件")
        parser.add_argument("--days", type=int, default=365, metavar="天数", help="认证有效天数，默认 365")
        parser.add_argument("--because", default="", metavar="理由", help="理由")


COMMAND = User()


def _names(options: Namespace) -> list[str]:
    names = list(options.names)
    if options.list:
        try:
            names += [line.strip() for line in options.list.read_text(encoding="utf-8").splitlines() if line.strip()]
        except (OSError, UnicodeDecodeError) as error:
            raise cannot_read(options.list, error) from None
    if not names:
        raise WrongInput("没有给出使用者", "no user is given")
    return names


def _claim(path: Path) -> dict[str, str]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise cannot_read(path, error) from None
    except tomllib.TOMLDecodeError:  # its message may repeat a number or a name
        raise WrongInput(f"{path} 的 TOML 写法有误", f"{path} is not TOML") from None
    if not all(isinstance(value, str) for value in found.values()):
        raise WrongInput(f"{path} 里的值都须是文字（加引号）", f"every value in {path} is a text (in quotes)")
    return found


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise cannot_read(path, error) from None
