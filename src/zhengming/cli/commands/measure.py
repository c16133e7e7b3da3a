"""``zhengming measure``: disposal of users (处置措施, Art. 10.3): warn, restrict, suspend, close."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from zhengming.cli.desk import DeskCommand, deeds, done, listed, needed
from zhengming.cli.screen import Screen
from zhengming.ground.words import Words

if TYPE_CHECKING:
    from zhengming.records.desk import Desk


def _impose(options: Namespace, desk: "Desk", screen: Screen) -> int:
    """Impose; closing an account is proposed."""
    from zhengming.records.acts.measures import impose_measure
    from zhengming.records.acts.proposals import propose
    from zhengming.records.parts import MeasureKind

    needed(options, "what", "ground", "because")
    if options.act == "close":
        id_ = propose(desk, "close-account", {"user": options.what, "ground": options.ground}, options.because)
        return done(screen, "已拟办，待另一人复核", "proposed; another person approves it", proposal=id_)
    kind = MeasureKind(options.act)
    id_ = impose_measure(desk, options.what, kind, options.ground, options.because, options.days, options.function)
    return done(screen, "措施已生效", "the measure is in force", measure=id_)


def _end(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.measures import end_measure

    needed(options, "what", "because")
    end_measure(desk, options.what, options.because)
    return done(screen, "措施已结束", "the measure has ended")


def _reopen(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.proposals import propose

    needed(options, "what", "because")
    id_ = propose(desk, "reopen-account", {"measure": options.what}, options.because)
    return done(screen, "已拟办，待另一人复核", "proposed; another person approves it", proposal=id_)


def _list(_: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.identity.moments import written
    from zhengming.records.models import Measure

    rows: list[dict[str, object]] = [
        {"measure": row.id, "user": row.user.id, "kind": row.kind, "ground": row.ground, "until": written(row.until)}
        for row in Measure.objects.exclude(until__lte=desk.clock()).select_related("user").order_by("since")
    ]
    titles = {"measure": Words("编号", "id"), "user": Words("使用者", "user"), "kind": Words("措施", "measure"),
              "ground": Words("依据", "ground"), "until": Words("至", "until")}  # fmt: skip
    return listed(screen, titles, rows)


class Measure(DeskCommand):
    name = "measure"
    summary = Words("对使用者的处置措施", "measures against users")
    examples = (
        "zhengming measure suspend alice --ground=A.1.1 --because 多次违规 --days 7 --staff wang",
        "zhengming measure restrict alice --ground=A.2.1 --because 滥用 --days 30 --function swap",
        "zhengming measure close alice --ground=A.1.1 --because 屡次违规 --staff wang",
        "zhengming measure end 6f1e… --because 申诉成立 --staff wang",
    )
    acts = deeds(
        warn=("警示", _impose),
        restrict=("限制功能", _impose),
        suspend=("暂停服务", _impose),
        close=("拟办关闭账号", _impose),
        end=("提前结束", _end),
        reopen=("拟办恢复账号", _reopen),
        list=("列出", _list),
    )

    def own_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", nargs="?", default="", metavar="对象", help="使用者；end、reopen 则为措施编号")
        parser.add_argument("--ground", default="", metavar="依据", help="依据的代号，如风险 A.1.1")
        parser.add_argument("--because", default="", metavar="理由", help="写给当事人的理由")
        parser.add_argument("--days", type=int, metavar="天数", help="期限，到期自动结束")
        parser.add_argument("--function", action="append", default=[], metavar="功能", help="限制哪些功能，可多次")


COMMAND = Measure()
