"""Acts that take two people (四眼): one proposes, another approves or rejects."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from zhengming.ground.errors import Refused, WrongInput
from zhengming.ground.words import Words
from zhengming.records import finding
from zhengming.records.acts import consents, measures, orders
from zhengming.records.desk import Act, Desk
from zhengming.records.models import Proposal

Arguments = Mapping[str, str]


@dataclass(frozen=True)
class FourEyes:
    """An act for two: what it is called, who may propose it, its arguments, and what approval brings about."""

    words: Words
    needs: str
    arguments: frozenset[str]
    effect: Callable[[Act, Arguments, str, object], None]


FOUR_EYES = {
    "close-account": FourEyes(
        Words("关闭账号", "close an account"),
        "impose_measures",
        frozenset({"user", "ground"}),
        lambda act, given, reasons, by: measures.close(act, given["user"], given["ground"], reasons, by),
    ),
    "reopen-account": FourEyes(
        Words("恢复账号", "open an account again"),
        "impose_measures",
        frozenset({"measure"}),
        lambda act, given, reasons, by: measures.reopen(act, given["measure"]),  # noqa: ARG005
    ),
    "lift-order": FourEyes(
        Words("解除监管要求", "lift an order"),
        "give_orders",
        frozenset({"order"}),
        lambda act, given, reasons, by: orders.lift(act, given["order"], by),  # noqa: ARG005
    ),
    "erase-consent": FourEyes(
        Words("删除单独同意", "erase a consent"),
        "manage_consents",
        frozenset({"consent"}),
        lambda act, given, reasons, by: consents.erase(act, given["consent"], by),  # noqa: ARG005
    ),
}


def propose(desk: Desk, what: str, arguments: Arguments, reasons: str) -> str:
    """Propose an act of :data:`FOUR_EYES`; the id of the proposal comes back. ``arguments``: ids and codes only."""
    if what not in FOUR_EYES or set(arguments) != FOUR_EYES[what].arguments:
        raise WrongInput("没有这种拟办事项，或参数不对", "there is no such act for two, or its arguments are wrong")
    with desk.act("proposal.made", FOUR_EYES[what].needs) as act:
        id_ = desk.new_id()
        given = dict(arguments)
        if "user" in given:
            given["user"] = finding.user(given["user"], desk.digester).id
        Proposal.objects.create(
            id=id_,
            act=what,
            arguments=given,
            statement_sealed=desk.seal(finding.statement(reasons), "statement", id_),
            proposed_by=act.who,
            proposed_at=act.now,
        )
        act.about(proposal=id_)
        act.tells(act=what)
        act.digests["statement"] = desk.digest("statement", reasons.strip())
    return id_


def approve(desk: Desk, proposal: str) -> None:
    """Approve what somebody else proposed; it takes effect in the same transaction."""
    with desk.act("proposal.approved", "approve") as act:
        kept = _decide(act, proposal, approved=True)
        reasons = desk.opened(kept.statement_sealed, "statement", kept.id)
        FOUR_EYES[kept.act].effect(act, kept.arguments, reasons, kept.proposed_by)


def reject(desk: Desk, proposal: str) -> None:
    """Reject what somebody else proposed."""
    with desk.act("proposal.rejected", "approve") as act:
        _decide(act, proposal, approved=False)


def _decide(act: Act, proposal: str, approved: bool) -> Proposal:
    kept = finding.one(Proposal, "拟办事项", pk=proposal)
    if kept.decided_at:
        raise Refused("已办结", "it is decided already")
    if kept.proposed_by == act.who:
        raise Refused("不得复核自己拟办的事项", "nobody decides on a proposal of their own")
    kept.decided_by, kept.decided_at, kept.is_approved = act.who, act.now, approved
    kept.save()
    act.about(proposal=kept.id)
    act.tells(act=kept.act)
    return kept
