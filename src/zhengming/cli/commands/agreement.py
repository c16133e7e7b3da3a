"""``zhengming agreement``: rules, agreements and notices by version, and their acceptance (Art. 8)."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from zhengming.cli.desk import DeskCommand, deeds, done, listed, needed
from zhengming.cli.screen import Screen
from zhengming.ground.system_errors import cannot_read
from zhengming.ground.words import Words

if TYPE_CHECKING:
    from zhengming.records.desk import Desk


def _publish(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.agreements import publish_agreement
    from zhengming.records.parts import Audience

    needed(options, "file")
    try:
        text = options.file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise cannot_read(options.file, error) from None
    version = publish_agreement(desk, options.code, Audience(options.audience), text)
    return done(screen, "已发布；对象须在下次使用前重新接受", "published; it is to be accepted before the next use",
                version=version)  # fmt: skip


def _accept(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.agreements import accept_agreement

    needed(options, "supporter", "version")
    accept_agreement(desk, options.code, options.version, supporter=options.supporter)
    return done(screen, "已记录技术支持者的接受", "the supporter's acceptance is entered")


def _list(_: Namespace, __: "Desk", screen: Screen) -> int:
    from django.db.models import Count

    from zhengming.identity.moments import written
    from zhengming.records.models import Acceptance, Agreement

    counts = dict(Acceptance.objects.values_list("agreement").annotate(Count("pk")))
    rows: list[dict[str, object]] = [
        {"code": row.code, "version": row.version, "audience": row.audience, "since": written(row.since),
         "accepted": counts.get(row.pk, 0), "digest": row.digest}
        for row in Agreement.objects.order_by("code", "-version")
    ]  # fmt: skip
    titles = {"code": Words("代号", "code"), "version": Words("版本", "version"), "audience": Words("对象", "put to"),
              "since": Words("生效", "since"), "accepted": Words("已接受", "accepted"),
              "digest": Words("摘要", "digest")}  # fmt: skip
    return listed(screen, titles, rows)


class Agreement(DeskCommand):
    name = "agreement"
    summary = Words("规则、协议与告知的版本", "versions of rules, agreements and notices")
    examples = (
        "zhengming agreement publish terms --audience user --file 服务协议.md --staff wang",
        "zhengming agreement publish consent-notice --audience person --file 告知.md --staff wang",
        "zhengming agreement accept support --supporter lab --version 1 --staff wang",
        "zhengming agreement list --staff wang",
    )
    acts = deeds(publish=("发布新版本", _publish), accept=("记录技术支持者的接受", _accept), list=("列出", _list))

    def own_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "code", nargs="?", default="", metavar="代号", help="文件的代号；单独同意的告知为 consent-notice"
        )
        parser.add_argument(
            "--audience", choices=("user", "supporter", "person"), default="user", metavar="对象",
            help="user 使用者、supporter 技术支持者、person 被编辑的个人",
        )  # fmt: skip
        parser.add_argument("--file", type=Path, metavar="文件", help="文本（UTF-8）")
        parser.add_argument("--supporter", default="", metavar="代号", help="哪个技术支持者")
        parser.add_argument("--version", type=int, metavar="版本", help="哪一版")


COMMAND = Agreement()
