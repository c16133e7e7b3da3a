"""One-time codes (验证码): made from given randomness, kept only as a keyed digest, compared in constant time."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import token_bytes

from zhengming.ground.errors import Refused, WrongInput
from zhengming.identity.digests import Digester
from zhengming.identity.moments import checked, waiting
from zhengming.identity.secret import Secret


@dataclass(frozen=True)
class CodeRules:
    """Settings. The defaults are our choice; no rule that we know fixes them."""

    digits: int = 6
    lasts: timedelta = timedelta(minutes=5)
    tries: int = 5
    resend_after: timedelta = timedelta(seconds=60)

    def __post_init__(self) -> None:
        if not 4 <= self.digits <= 10 or self.tries < 1 or self.lasts <= timedelta():
            raise WrongInput(
                "验证码应为 4–10 位，次数与有效期大于零", "codes have 4-10 digits, tries and time above zero"
            )


@dataclass(frozen=True)
class Challenge:
    """A code that was sent and is awaited. Of the code itself only a digest bound to subject and salt is here."""

    subject: str
    salt: str
    digest: str
    sent_at: datetime
    expires_at: datetime
    tries_left: int
    used: bool = False

    def json(self) -> dict[str, str | int | bool]:
        """For storage."""
        return {
            "subject": self.subject,
            "salt": self.salt,
            "digest": self.digest,
            "sent_at": checked(self.sent_at).isoformat(),
            "expires_at": checked(self.expires_at).isoformat(),
            "tries_left": self.tries_left,
            "used": self.used,
        }


def draw(
    subject: str,
    digester: Digester,
    now: datetime,
    rules: CodeRules | None = None,
    earlier: Challenge | None = None,
    random: Callable[[int], bytes] = token_bytes,
) -> tuple[Secret, Challenge]:
    """A fresh code for ``subject`` and the challenge that awaits it.

    ``earlier`` is the challenge of the same subject that it replaces: before ``resend_after`` has passed it is
    Refused with the time left, so nobody floods a telephone that is not theirs.
    """
    rules = rules or CodeRules()
    now = checked(now)
    if earlier and earlier.subject == subject:
        left = min(checked(earlier.sent_at), now) + rules.resend_after - now
        if left > timedelta():
            zh, en = waiting(left)
            raise Refused(f"验证码已发送，{zh}后可重发", f"a code was sent: another one in {en}")
    code, salt = _digits(rules.digits, random), random(16).hex()
    digest = digester.digest("code", _bound(subject, salt, code))
    return Secret(code), Challenge(subject, salt, digest, now, now + rules.lasts, rules.tries)


def answer(challenge: Challenge, typed: str, digester: Digester, now: datetime) -> tuple[bool, Challenge]:
    """Whether ``typed`` is the code, and the challenge to keep in place of the old one. Store it before acting.

    Raises Refused for a challenge that is used, worn out or too old.
    """
    if challenge.used:
        raise Refused("验证码已使用，请重新获取", "the code was used: ask for another")
    if not checked(challenge.sent_at) <= checked(now) < checked(challenge.expires_at):
        raise Refused("验证码已过期，请重新获取", "the code has expired: ask for another")
    if challenge.tries_left < 1:
        raise Refused("输错次数过多，请重新获取验证码", "too many wrong codes: ask for another")
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", typed[:64]))
    right = digester.matches(challenge.digest, "code", _bound(challenge.subject, challenge.salt, plain))
    return right, replace(challenge, tries_left=challenge.tries_left - 1, used=right)


def _bound(subject: str, salt: str, code: str) -> str:
    return f"{subject}\0{salt}\0{code}"


def _digits(count: int, random: Callable[[int], bytes]) -> str:
    """``count`` digits, each as likely as the others: bytes from 250 on are thrown away."""
    digits = ""
    for _ in range(64):
        digits += "".join(str(byte % 10) for byte in random(2 * count) if byte < 250)
        if len(digits) >= count:
            return digits[:count]
    raise WrongInput("随机源没有给出随机数", "the source of randomness gives none")
