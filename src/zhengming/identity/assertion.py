"""The identity assertion (认证结果, Art. 9): what remains of a verification. It holds no personal data.

The law fixes no levels, no period of validity and no period of keeping: these are settings of the operator.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, StrEnum

from zhengming.ground.errors import Refused, WrongInput
from zhengming.identity.digests import parts
from zhengming.identity.exchange import reference
from zhengming.identity.moments import checked, written
from zhengming.identity.resident_number import Minor

#: A text that an operator writes, such as the ground of a revocation.
LONGEST_GROUND = 500


class Level(IntEnum):
    """How far a verification goes. Our own order, for settings such as "publishing asks for CHECKED"."""

    HELD = 1  # the user holds the number: a code that was sent there came back
    CHECKED = 2  # a source of record, or staff with documents, confirmed who it is
    NATIONAL = 3  # the national network identity service confirmed it (国家网络身份认证公共服务)


class Standing(StrEnum):
    """What an assertion is worth at a moment."""

    VALID = "valid"
    NOT_YET = "not-yet"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Assertion:
    """That a subject was verified. ``subject`` and ``evidence`` are keyed digests; ``reference`` is the source's
    own number of the query. ``minor`` is the only thing kept of an age, and only where the method yields it."""

    method: str
    level: Level
    subject: str
    issued_at: datetime
    expires_at: datetime
    evidence: str = ""
    reference: str = ""
    minor: Minor | None = None
    revoked_at: datetime | None = None
    revoked_because: str = ""

    def __post_init__(self) -> None:
        parts(self.subject)
        if self.evidence:
            parts(self.evidence)
        if reference(self.reference) != self.reference:
            raise WrongInput("流水号不合规", "the query number does not look like one")
        if checked(self.expires_at) <= checked(self.issued_at):
            raise WrongInput("到期时间须晚于签发时间", "an assertion expires after it was issued")

    def standing(self, now: datetime) -> Standing:
        """What the assertion is worth at ``now``. A revocation stands from its moment on and never ends."""
        now = checked(now)
        if self.revoked_at and checked(self.revoked_at) <= now:
            return Standing.REVOKED
        if now < checked(self.issued_at):
            return Standing.NOT_YET
        return Standing.EXPIRED if now >= checked(self.expires_at) else Standing.VALID

    def suffices(self, level: Level, now: datetime) -> bool:
        """Whether it is valid at ``now`` and goes at least as far as ``level``."""
        return self.standing(now) is Standing.VALID and self.level >= level

    def revoke(self, at: datetime, ground: str) -> "Assertion":
        """The same assertion, revoked (撤销). Raises Refused where it already is: the first ground stands."""
        if self.revoked_at:
            raise Refused("认证结果已撤销", "the assertion is already revoked")
        if not ground.strip() or len(ground) > LONGEST_GROUND:
            raise WrongInput(
                f"撤销须写明理由，不超过 {LONGEST_GROUND} 字",
                f"a revocation states its ground, up to {LONGEST_GROUND}",
            )
        return replace(self, revoked_at=checked(at), revoked_because=ground.strip())

    def json(self) -> dict[str, str | int | None]:
        """For the ledger and for programs: every field, moments as RFC 3339 in UTC."""
        return {
            "method": self.method,
            "level": int(self.level),
            "subject": self.subject,
            "issued_at": written(self.issued_at),
            "expires_at": written(self.expires_at),
            "evidence": self.evidence,
            "reference": self.reference,
            "minor": self.minor.value if self.minor else None,
            "revoked_at": written(self.revoked_at),
            "revoked_because": self.revoked_because,
        }


def best(assertions: tuple[Assertion, ...], now: datetime) -> Assertion | None:
    """The valid assertion that goes furthest and lasts longest, None where none is valid."""
    valid = [each for each in assertions if each.standing(now) is Standing.VALID]
    return max(valid, key=lambda each: (each.level, checked(each.expires_at)), default=None)
