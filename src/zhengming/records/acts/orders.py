"""Acts on orders of authorities (Art. 21): entered by one person and in force at once, lifted by two."""

from zhengming.ground.errors import Refused, WrongInput
from zhengming.law.authorities import AUTHORITIES
from zhengming.records import finding, parts
from zhengming.records.desk import Act, Desk
from zhengming.records.models import Order
from zhengming.records.parts import OrderKind


def give_order(
    desk: Desk,
    kind: OrderKind,
    authority: str,
    document: str,
    service: str = "",
    function: str = "",
    days: int | None = None,
) -> str:
    """Enter an order of ``authority`` (a code of law.authorities), by the number of its document; the id comes back.

    It is in force from now on, for ``days`` or until it is lifted, on ``service`` ("" for all).
    """
    with desk.act("order.given", "give_orders") as act:
        if authority not in AUTHORITIES:
            known = ", ".join(AUTHORITIES)
            raise WrongInput(f"没有部门“{authority}”；有：{known}", f"no authority {authority!r}; there are: {known}")
        if kind is OrderKind.STOP_FUNCTION and not function:
            raise WrongInput("须写明停止哪项功能", "which function is stopped is stated")
        order = Order.objects.create(
            id=desk.new_id(),
            kind=kind,
            authority=authority,
            document=document,
            service=finding.service(service) if service else None,
            function=function,
            since=act.now,
            until=finding.end(act.now, days),
            given_by=act.who,
        )
        act.digests["document"] = desk.digest("document", document)
        act.ends(order.until)
        _told(act, order)
    return str(order.id)


def lift(act: Act, order: str, proposed_by: object) -> None:
    """Lift an order, as approved by a second person."""
    kept = finding.one(Order, "监管要求", pk=order)
    if kept.lifted_at or (kept.until and kept.until <= act.now):
        raise Refused("这项要求已不生效", "the order is no longer in force")
    kept.lifted_at, kept.lifted_by, kept.lifting_proposed_by = act.now, act.who, proposed_by
    kept.save()
    _told(act, kept)


def _told(act: Act, order: Order) -> None:
    act.about(order=order.id, **({"service": order.service.id} if order.service else {}))
    act.tells(order=order.kind, authority=order.authority)
    act.changes(parts.Order, order.id)
