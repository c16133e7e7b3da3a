"""Acts on users (使用者): accounts and their verified identity (真实身份信息认证, Art. 9)."""

from zhengming.ground.errors import Refused
from zhengming.identity.assertion import Assertion
from zhengming.records import parts
from zhengming.records.desk import Desk
from zhengming.records.finding import one, statement
from zhengming.records.finding import user as found_user
from zhengming.records.models import Identity, Order, User
from zhengming.records.parts import OrderKind, UserKind


def create_user(desk: Desk, name: str, kind: UserKind, needs: str = "manage_users") -> str:
    """A user whom the operator calls ``name``; the id comes back. Refused while sign-ups are stopped (Art. 21).

    ``needs``: "" where the service's own front end signs people up.
    """
    with desk.act("user.created", needs) as act:
        _check_signups(act.now)
        if User.objects.filter(reference__in=desk.digester.candidates("account", name)).exists():
            raise Refused("这个使用者已登记", "this user is there already")
        user = User(id=desk.new_id(), kind=kind, created_at=act.now)
        user.reference = desk.digester.digest("account", name)
        user.reference_sealed = desk.seal(name, "account", user.id)
        user.save(force_insert=True)
        act.about(user=user.id)
        act.tells(kind=kind.value)
        act.changes(parts.User, user.id)
    return str(user.id)


def leave(desk: Desk, user: str, needs: str = "manage_users") -> None:
    """A user gives the account up (注销). What the law asks to be kept is kept."""
    with desk.act("user.left", needs) as act:
        found = found_user(user, desk.digester)
        if not found.is_active:
            raise Refused("账号已注销", "the account was given up already")
        found.is_active = False
        found.save(update_fields=["is_active"])
        act.about(user=found.id)
        act.changes(parts.User, found.id)


def name_of(desk: Desk, user: str) -> str:
    """What the operator calls a user. For staff who may manage users; looking is an entry."""
    with desk.act("user.named", "manage_users") as act:
        found = found_user(user, desk.digester)
        act.about(user=found.id)
    return desk.opened(found.reference_sealed, "account", found.id)


def keep_assertion(desk: Desk, user: str, assertion: Assertion, needs: str = "check_identity") -> str:
    """Keep that a user was verified, by whichever method; the id of the assertion comes back.

    ``needs``: "" where a method verified without staff.
    """
    with desk.act("identity.verified", needs) as act:
        found = found_user(user, desk.digester)
        kept = Identity.objects.create(
            id=desk.new_id(),
            user=found,
            method=assertion.method,
            level=assertion.level,
            subject=assertion.subject,
            evidence=assertion.evidence,
            reference=assertion.reference,
            minor=assertion.minor or "",
            since=assertion.issued_at,
            until=assertion.expires_at,
        )
        act.about(user=found.id, identity=kept.id)
        act.tells(method=assertion.method, level=int(assertion.level))
        act.ends(assertion.expires_at)
        act.changes(parts.User, found.id)
    return str(kept.id)


def revoke_identity(desk: Desk, identity: str, reasons: str) -> None:
    """End an assertion, for good."""
    with desk.act("identity.revoked", "check_identity") as act:
        kept = one(Identity, "认证结果", pk=identity)
        if kept.revoked_at:
            raise Refused("认证结果已撤销", "the assertion is already revoked")
        kept.revoked_at = act.now
        kept.revoked_because_sealed = desk.seal(statement(reasons), "revocation", kept.id)
        kept.save(update_fields=["revoked_at", "revoked_because_sealed"])
        act.about(user=kept.user.id, identity=kept.id)
        act.changes(parts.User, kept.user.id)


def _check_signups(now: object) -> None:
    stopping = (OrderKind.STOP_SIGNUPS, OrderKind.STOP_SERVICE)
    orders = Order.objects.filter(kind__in=stopping, service=None, since__lte=now, lifted_at=None)
    if orders.exclude(until__lte=now).exists():
        raise Refused("按主管部门要求，暂停账号注册（第二十一条）", "sign-ups are stopped by order (Art. 21)")
