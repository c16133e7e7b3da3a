"""Acts on staff (工作人员): accounts, roles, passwords."""

from base64 import b32encode
from collections.abc import Sequence

from django.contrib.auth.models import Group

from zhengming.ground.errors import Refused, WrongInput
from zhengming.records.desk import Desk
from zhengming.records.finding import code, one
from zhengming.records.models import Staff
from zhengming.records.roles import ROLES


def create_staff(desk: Desk, username: str, roles: Sequence[str]) -> str:
    """A new account; its first password comes back and is shown once.

    The first account of an installation needs nobody's permission and is an administrator; the ledger tells it.
    """
    first = not Staff.objects.exists()
    with desk.act("staff.created", "" if first else "manage_staff") as act:
        if first and Staff.objects.exists():
            raise Refused("已有工作人员账号", "there is staff by now")
        staff = Staff(id=desk.new_id(), username=code(username), created_at=act.now)
        password = _new_password(desk, staff)
        staff.save(force_insert=True)
        staff.groups.set(_groups({*roles, "administrator"} if first else set(roles)))
        act.about(account=staff.id)
        act.tells(roles="+".join(sorted(roles)) or "administrator", first=int(first))
    return password


def renew_password(desk: Desk, username: str) -> str:
    """A new password for an account; the old one no longer works."""
    with desk.act("staff.password-renewed", "manage_staff") as act:
        staff = one(Staff, "工作人员", username=username)
        password = _new_password(desk, staff)
        staff.save(update_fields=["password"])
        act.about(account=staff.id)
    return password


def recover_password(desk: Desk, username: str) -> str:
    """A new password where nobody can sign in any more, for whoever holds the keys of the installation.

    The ledger tells it by a kind of its own, so that no recovery stays unseen.
    """
    with desk.act("staff.password-recovered") as act:
        staff = one(Staff, "工作人员", username=username, is_active=True)
        password = _new_password(desk, staff)
        staff.save(update_fields=["password"])
        act.about(account=staff.id)
    return password


def deactivate_staff(desk: Desk, username: str) -> None:
    """Close an account. Records keep naming it."""
    with desk.act("staff.deactivated", "manage_staff") as act:
        staff = one(Staff, "工作人员", username=username, is_active=True)
        if staff == act.who:
            raise Refused("不能停用自己的账号", "nobody closes an account of their own")
        staff.is_active = False
        staff.save(update_fields=["is_active"])
        act.about(account=staff.id)


def signed_in(username: str, password: str) -> str:
    """``username`` where the password is right. Raises Refused, in the same words whatever is wrong."""
    staff = Staff.objects.filter(username=username, is_active=True).first()
    if staff is None:
        Staff().set_password(password)  # takes as long as a check, so that names cannot be found out
    if staff is None or not staff.check_password(password):
        raise Refused("工作人员名或口令不对", "the name or the password of the staff is wrong")
    return username


def _new_password(desk: Desk, staff: Staff) -> str:
    password = b32encode(desk.random(15)).decode().lower()
    staff.set_password(password)
    return password


def _groups(roles: set[str]) -> list[Group]:
    if strange := sorted(roles - set(ROLES)):
        known = ", ".join(ROLES)
        raise WrongInput(f"没有岗位 {strange[0]}；有：{known}", f"no role {strange[0]}; there are: {known}")
    return list(Group.objects.filter(name__in=roles))
