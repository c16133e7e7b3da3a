"""Attempts that count and codes that are awaited, kept between two requests of a verification (Art. 9).

An attempt is written down as failed before it is made and as a success only afterwards, so that neither a crash nor
many at once give anybody further tries.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.db.models import Q

from zhengming.ground.errors import Refused
from zhengming.identity import attempts
from zhengming.identity.attempts import DEFAULT_LIMITS, Limit
from zhengming.identity.one_time_code import Challenge
from zhengming.records import models
from zhengming.records.desk import Desk
from zhengming.records.models import Attempt, Installation


def begin(desk: Desk, attempt: attempts.Attempt, limits: Sequence[Limit] = DEFAULT_LIMITS) -> str:
    """Count ``attempt`` as failed and let it be made; its id comes back. Raises Refused where a limit forbids it."""
    reach = max(limit.window + limit.pause for limit in limits)
    with desk.changing():
        Installation.objects.select_for_update().get()
        who = Q(subject=attempt.subject) | Q(account=attempt.account) | Q(address=attempt.address)
        rows = Attempt.objects.filter(who, purpose=attempt.purpose, at__gt=attempt.at - reach)
        history = [
            attempts.Attempt(row.at, row.subject, row.account, row.address, row.failed, row.purpose) for row in rows
        ]
        attempts.check(history, attempt, limits)
        kept = Attempt.objects.create(id=desk.new_id(), **asdict(attempt) | {"failed": True})
    return str(kept.id)


def succeed(desk: Desk, attempt: str) -> None:
    """Say that an attempt succeeded."""
    with desk.changing():
        Attempt.objects.filter(pk=attempt).update(failed=False)


def awaited(subject: str) -> Challenge | None:
    """The code that is awaited for ``subject`` (a keyed digest), used or not."""
    row = models.Challenge.objects.filter(pk=subject).first()
    if row is None:
        return None
    return Challenge(row.subject, row.salt, row.digest, row.sent_at, row.expires_at, row.tries_left, row.used)


def keep(desk: Desk, fresh: Challenge, earlier: Challenge | None) -> None:
    """Keep ``fresh`` in place of ``earlier``, before acting on the answer.

    Raises Refused where somebody else answered meanwhile: of many answers at once only one counts.
    """
    columns = asdict(fresh)
    with desk.changing():
        if earlier is None:
            _, made = models.Challenge.objects.get_or_create(subject=fresh.subject, defaults=columns)
            replaced = int(made)
        else:
            replaced = models.Challenge.objects.filter(**asdict(earlier)).update(**columns)
        if not replaced:
            raise Refused("同时有另一次提交，请重试", "somebody else answered at the same time: try again")


def prune(desk: Desk, before: datetime) -> int:
    """Forget attempts made and codes expired before a moment; how many. Data that is not needed is not kept."""
    with desk.changing():
        attempts_gone, _ = Attempt.objects.filter(at__lt=before).delete()
        codes_gone, _ = models.Challenge.objects.filter(expires_at__lt=before).delete()
    return attempts_gone + codes_gone
