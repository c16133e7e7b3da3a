"""Acts on API keys (接口密钥). A secret is shown once; what is kept is its digest."""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import timedelta

from zhengming.ground.errors import Refused, WrongInput
from zhengming.records import finding, parts
from zhengming.records.desk import Act, Desk
from zhengming.records.models import ApiKey, Function
from zhengming.records.parts import Limits
from zhengming.records.policy import key_digest

PREFIX = "zm-"


def issue_key(
    desk: Desk,
    service: str,
    user: str = "",
    scopes: Sequence[str] = (),
    days: int = 90,
    limits: Limits = Limits(),  # noqa: B008  # frozen
) -> tuple[str, str]:
    """A key for ``service``; its id and its secret come back. ``scopes``: codes of functions, none for all."""
    with desk.act("key.issued", "manage_keys") as act:
        kept = finding.service(service)
        known = set(Function.objects.filter(service=kept).values_list("code", flat=True))
        if strange := sorted(set(scopes) - known):
            raise WrongInput(
                f"服务 {service} 没有功能 {strange[0]}", f"service {service} has no function {strange[0]}"
            )
        owner = finding.user(user, desk.digester) if user else None
        key = ApiKey(
            service=kept,
            user=owner,
            scopes=sorted(scopes),
            requests_a_minute=limits.requests_a_minute,
            requests_a_day=limits.requests_a_day,
            characters_a_day=limits.characters_a_day,
        )
        secret = _fresh(desk, act, key, days)
    return str(key.id), secret


def rotate_key(desk: Desk, key: str, days: int = 90, overlap: timedelta = timedelta(days=1)) -> tuple[str, str]:
    """A key in place of another, with the same rights; the old one ends after ``overlap``."""
    with desk.act("key.rotated", "manage_keys") as act:
        old = finding.one(ApiKey, "密钥", pk=key)
        if old.until <= act.now or ApiKey.objects.filter(replaces=old).exists():
            raise Refused("密钥已到期或已轮换", "the key has ended, or was rotated already")
        new = ApiKey(
            service=old.service,
            user=old.user,
            scopes=old.scopes,
            requests_a_minute=old.requests_a_minute,
            requests_a_day=old.requests_a_day,
            characters_a_day=old.characters_a_day,
            replaces=old,
        )
        secret = _fresh(desk, act, new, days)
        old.until = min(old.until, act.now + max(overlap, timedelta(seconds=1)))
        old.save(update_fields=["until"])
        act.about(replaced=old.id)
        act.changes(parts.ApiKey, old.id)
    return str(new.id), secret


def revoke_key(desk: Desk, key: str) -> None:
    """End a key now."""
    with desk.act("key.revoked", "manage_keys") as act:
        kept = finding.one(ApiKey, "密钥", pk=key)
        if kept.until <= act.now:
            raise Refused("密钥已到期", "the key has ended")
        kept.until = max(act.now, kept.since + timedelta(microseconds=1))
        kept.save(update_fields=["until"])
        act.about(key=kept.id)
        act.changes(parts.ApiKey, kept.id)


def _fresh(desk: Desk, act: Act, key: ApiKey, days: int) -> str:
    """Give ``key`` an id, a secret and a time, and keep it."""
    secret = PREFIX + urlsafe_b64encode(desk.random(32)).decode().rstrip("=")
    key.id, key.digest = desk.new_id(), key_digest(secret)
    key.since, key.until = act.now, finding.end(act.now, days)
    key.save(force_insert=True)
    act.about(key=key.id, service=key.service.id)
    act.ends(key.until)
    act.changes(parts.ApiKey, key.id)
    return secret
