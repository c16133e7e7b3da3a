"""``zhengming key``: API keys (接口密钥): issue, rotate, revoke. A secret is shown once."""

from argparse import ArgumentParser, Namespace
from datetime import timedelta
from typing import TYPE_CHECKING

from zhengming.cli.desk import DeskCommand, deeds, done, listed, needed
from zhengming.cli.screen import Screen
from zhengming.ground.words import Words

if TYPE_CHECKING:
    from zhengming.records.desk import Desk

ONCE = Words("密钥只显示这一次", "the secret is shown this once")


def _issue(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.keys import issue_key
    from zhengming.records.parts import Limits

    needed(options, "service")
    limits = Limits(options.a_minute, options.a_day, options.characters)
    id_, secret = issue_key(desk, options.service, options.user, options.function, options.days, limits)
    return done(screen, *ONCE, key=id_, secret=secret)


def _rotate(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.keys import rotate_key

    id_, secret = rotate_key(desk, options.key, options.days, timedelta(hours=options.overlap))
    return done(screen, *ONCE, key=id_, secret=secret)


def _revoke(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.keys import revoke_key

    revoke_key(desk, options.key)
    return done(screen, "密钥已吊销", "the key is revoked", key=options.key)


def _list(_: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.identity.moments import written
    from zhengming.records.models import ApiKey

    kept = ApiKey.objects.filter(until__gt=desk.clock()).select_related("service", "user").order_by("until")
    rows: list[dict[str, object]] = [
        {"key": row.id, "service": row.service.code, "user": row.user.id if row.user else "",
         "scopes": "、".join(row.scopes), "until": written(row.until)}
        for row in kept
    ]  # fmt: skip
    titles = {"key": Words("编号", "id"), "service": Words("服务", "service"), "user": Words("使用者", "user"),
              "scopes": Words("功能", "functions"), "until": Words("到期", "until")}  # fmt: skip
    return listed(screen, titles, rows)


class Key(DeskCommand):
    name = "key"
    summary = Words("接口密钥：签发、轮换、吊销", "API keys: issue, rotate, revoke")
    examples = (
        "zhengming key issue --service chat --days 90 --staff wang",
        "zhengming key issue --service chat --user alice --a-minute 60 --staff wang --json",
        "zhengming key rotate 6f1e… --overlap 24 --staff wang",
        "zhengming key list --staff wang",
    )
    acts = deeds(issue=("签发", _issue), rotate=("轮换", _rotate), revoke=("吊销", _revoke), list=("列出", _list))

    def own_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", nargs="?", default="", metavar="编号", help="密钥的编号（rotate、revoke）")
        parser.add_argument("--service", default="", metavar="服务", help="用于哪项服务")
        parser.add_argument("--user", default="", metavar="使用者", help="属于哪位使用者；不给则由前端逐次指明")
        parser.add_argument("--function", action="append", default=[], metavar="功能", help="只许的功能，可多次")
        parser.add_argument("--days", type=int, default=90, metavar="天数", help="有效天数，默认 90")
        parser.add_argument("--overlap", type=int, default=24, metavar="小时", help="轮换后旧密钥还可用多久，默认 24")
        parser.add_argument("--a-minute", type=int, metavar="次数", help="每分钟请求数上限")
        parser.add_argument("--a-day", type=int, metavar="次数", help="每天请求数上限")
        parser.add_argument("--characters", type=int, metavar="字数", help="每天字数上限")


COMMAND = Key()
