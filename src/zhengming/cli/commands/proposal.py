"""``zhengming proposal``: what takes two people (四眼): see, approve or reject what somebody else proposed."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from zhengming.cli.desk import DeskCommand, deeds, done, listed, needed
from zhengming.cli.screen import Screen
from zhengming.ground.words import Words

if TYPE_CHECKING:
    from zhengming.records.desk import Desk


def _decide(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.proposals import approve, reject

    needed(options, "proposal")
    if options.act == "approve":
        approve(desk, options.proposal)
        return done(screen, "已复核通过并生效", "approved, and in force")
    reject(desk, options.proposal)
    return done(screen, "已否决", "rejected")


def _list(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.identity.moments import written
    from zhengming.records.acts.proposals import FOUR_EYES
    from zhengming.records.models import Proposal

    rows: list[dict[str, object]] = [
        {"proposal": row.id, "act": FOUR_EYES[row.act].words.in_(options.lang), "arguments": row.arguments,
         "because": desk.opened(row.statement_sealed, "statement", row.id), "by": row.proposed_by.username,
         "at": written(row.proposed_at)}
        for row in Proposal.objects.filter(decided_at=None).select_related("proposed_by").order_by("proposed_at")
    ]  # fmt: skip
    titles = {"proposal": Words("编号", "id"), "act": Words("事项", "act"),
              "arguments": Words("对象", "about"), "because": Words("理由", "reasons"),
              "by": Words("拟办人", "by"), "at": Words("时间", "at")}  # fmt: skip
    return listed(screen, titles, rows)


class Proposal(DeskCommand):
    name = "proposal"
    summary = Words("复核他人拟办的事项", "approve or reject what others propose")
    examples = (
        "zhengming proposal list --staff li",
        "zhengming proposal approve 6f1e… --staff li",
        "zhengming proposal reject 6f1e… --staff li",
    )
    acts = deeds(approve=("通过", _decide), reject=("否决", _decide), list=("待办", _list))

    def own_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("proposal", nargs="?", default="", metavar="编号", help="拟办事项的编号")


COMMAND = Proposal()
