"""Limits of attempts as pure functions over a history: per subject, per account, per address, in windows.

How many and how long is the operator's setting; no rule fixes a number. The defaults are our choice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Literal

from zhengming.ground.errors import Refused, WrongInput
from zhengming.identity.moments import checked, waiting

Per = Literal["subject", "account", "address"]


@dataclass(frozen=True)
class Attempt:
    """One attempt. ``subject``, ``account`` and ``address`` are digests or opaque ids, never the thing itself."""

    at: datetime
    subject: str
    account: str
    address: str
    failed: bool
    purpose: str = "verify"


@dataclass(frozen=True)
class Limit:
    """At most ``most`` attempts ``per`` that key within ``window``; then none for ``pause`` after the last.

    ``counts`` says whether every attempt counts (sending messages costs each time) or only failed ones.
    A success does not wipe earlier failures: whoever owns one account could reset the count of an address.
    """

    per: Per
    most: int
    window: timedelta
    pause: timedelta
    purpose: str = "verify"
    counts: Literal["failed", "all"] = "failed"

    def __post_init__(self) -> None:
        if self.most < 1 or self.window <= timedelta() or self.pause <= timedelta():
            raise WrongInput("次数、时间窗和暂停时间须大于零", "number, window and pause are above zero")


@dataclass(frozen=True)
class Lockout:
    """No attempt until ``until``, by ``limit``."""

    limit: Limit
    until: datetime
    left: timedelta

    def refusal(self) -> Refused:
        """The error that a person sees: how long to wait, and nothing about whom else the limit saw."""
        zh, en = waiting(self.left)
        return Refused(f"尝试过多，请在 {zh}后再试", f"too many attempts: try again in {en}")


DEFAULT_LIMITS = (
    Limit("subject", 5, timedelta(hours=1), timedelta(hours=1)),
    Limit("account", 5, timedelta(hours=1), timedelta(hours=1)),
    Limit("account", 15, timedelta(days=1), timedelta(days=1)),
    Limit("address", 30, timedelta(hours=1), timedelta(hours=1)),
    Limit("subject", 5, timedelta(hours=1), timedelta(hours=1), "send", "all"),
    Limit("subject", 10, timedelta(days=1), timedelta(days=1), "send", "all"),
    Limit("account", 10, timedelta(days=1), timedelta(days=1), "send", "all"),
    Limit("address", 60, timedelta(hours=1), timedelta(hours=1), "send", "all"),
)


def lockout(history: Iterable[Attempt], who: Attempt, limits: Sequence[Limit] = DEFAULT_LIMITS) -> Lockout | None:
    """The lock that ``who`` (the attempt about to be made) meets, the longest one, or None.

    Attempts that lie in the future (a clock was set back) count as made now: a lock never outlasts its pause.
    """
    now, past = checked(who.at), tuple(history)
    found = [lock for limit in limits if (lock := _met(past, who, limit, now))]
    return max(found, key=lambda lock: lock.until, default=None)


def check(history: Iterable[Attempt], who: Attempt, limits: Sequence[Limit] = DEFAULT_LIMITS) -> None:
    """Raise Refused with the time left where a limit forbids the attempt."""
    lock = lockout(history, who, limits)
    if lock:
        raise lock.refusal()


def _met(past: Sequence[Attempt], who: Attempt, limit: Limit, now: datetime) -> Lockout | None:
    if limit.purpose != who.purpose:
        return None
    times = sorted(min(checked(each.at), now) for each in past if _counts(each, who, limit))
    until = None
    for first, last in zip(times, times[limit.most - 1 :], strict=False):
        if last - first <= limit.window:
            until = last + limit.pause
    return Lockout(limit, until, until - now) if until and until > now else None


def _counts(each: Attempt, who: Attempt, limit: Limit) -> bool:
    return (
        each.purpose == limit.purpose
        and (each.failed or limit.counts == "all")
        and getattr(each, limit.per) == getattr(who, limit.per)
    )


def network(address: str) -> str:
    """What of an address is counted: an IPv4 address, or the /64 of an IPv6 one, which is what one person gets."""
    try:
        found = ip_address(address)
    except ValueError:
        raise WrongInput("不是 IP 地址", "this is no IP address") from None
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return f"{IPv6Address(int(found) >> 64 << 64)}/64"
    return str(found)
