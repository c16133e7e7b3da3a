"""Acts of disposal (处置措施, Art. 10.3): warn, restrict, suspend; closing an account takes two people."""

from collections.abc import Sequence
from datetime import datetime

from zhengming.ground.errors import Refused, WrongInput
from zhengming.records import finding, parts
from zhengming.records.desk import Act, Desk
from zhengming.records.models import Measure
from zhengming.records.parts import MeasureKind


def impose_measure(
    desk: Desk,
    user: str,
    kind: MeasureKind,
    ground: str,
    reasons: str,
    days: int | None = None,
    functions: Sequence[str] = (),
) -> str:
    """A measure on a user, for ``days``, after which it ends by itself; its id comes back.

    ``ground``: a code, such as that of a risk. Refused for closing an account: that is proposed and approved.
    """
    with desk.act("measure.imposed", "impose_measures") as act:
        if kind is MeasureKind.CLOSE:
            raise Refused(
                "关闭账号须由两人办理：先拟办，再复核", "two people close an account: propose, then approve"
            )
        if kind is not MeasureKind.WARN and days is None:
            raise WrongInput("限制与暂停须写明天数", "a restriction and a suspension have a number of days")
        measure = _new(act, user, kind, ground, reasons, finding.end(act.now, days), functions)
    return str(measure.id)


def close(act: Act, user: str, ground: str, reasons: str, proposed_by: object) -> None:
    """Close an account, as approved by a second person."""
    _new(act, user, MeasureKind.CLOSE, ground, reasons, None, (), imposed_by=proposed_by, approved_by=act.who)


def reopen(act: Act, measure: str) -> None:
    """Open a closed account again, as approved by a second person."""
    _end(act, finding.one(Measure, "关闭账号的措施", pk=measure, kind=MeasureKind.CLOSE))


def end_measure(desk: Desk, measure: str, reasons: str) -> None:
    """End a measure before its time, or undo it. That of a closed account takes two people."""
    with desk.act("measure.ended", "impose_measures") as act:
        kept = finding.one(Measure, "处置措施", pk=measure)
        if kept.kind == MeasureKind.CLOSE:
            raise Refused("恢复已关闭的账号须由两人办理", "two people open a closed account again")
        act.digests["statement"] = desk.digest("statement", finding.statement(reasons))
        _end(act, kept)


def _new(
    act: Act,
    user: str,
    kind: MeasureKind,
    ground: str,
    reasons: str,
    until: datetime | None,
    functions: Sequence[str],
    **people: object,
) -> Measure:
    desk, id_ = act.desk, act.desk.new_id()
    measure = Measure.objects.create(
        id=id_,
        user=finding.user(user, desk.digester),
        kind=kind,
        functions=sorted(functions),
        ground=ground,
        statement_sealed=desk.seal(finding.statement(reasons), "statement", id_),
        since=act.now,
        until=until,
        **{"imposed_by": act.who} | people,
    )
    act.tells(measure=kind.value, ground=ground)
    act.digests["statement"] = desk.digest("statement", reasons.strip())
    act.ends(until)
    _told(act, measure)
    return measure


def _end(act: Act, measure: Measure) -> None:
    if measure.until and measure.until <= act.now:
        raise Refused("措施已结束", "the measure has ended")
    measure.until, measure.ended_by = act.now, act.who
    measure.save(update_fields=["until", "ended_by"])
    _told(act, measure)


def _told(act: Act, measure: Measure) -> None:
    act.about(measure=measure.id, user=measure.user.id)
    act.changes(parts.Measure, measure.id)
