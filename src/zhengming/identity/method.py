"""What an identity method is to this house: the contract of the shelf :mod:`zhengming.identity.methods` (Art. 9).

A method checks a claim on the spot (:meth:`Method.facts`), asks a source of record where it has one, and ends in
one of three outcomes. It never ends in "verified" because nothing spoke against it.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import ClassVar, Literal

from zhengming.ground.errors import Unavailable
from zhengming.ground.shelf import Shelf
from zhengming.ground.words import Words
from zhengming.identity.assertion import Assertion, Level
from zhengming.identity.claim import Claim
from zhengming.identity.digests import Digester
from zhengming.identity.exchange import Answer, Check, Facts, Occasion, Transport, ask
from zhengming.identity.moments import checked, day
from zhengming.identity.one_time_code import Challenge
from zhengming.identity.resident_number import Minor
from zhengming.identity.vault import Vault

#: What a source of record can be asked: 自然人两要素, 手机号三要素, 组织两要素, 网络身份认证.
Role = Literal["resident", "mobile", "organisation", "network"]
#: How long an assertion holds unless the operator says otherwise. Our choice: the law fixes none.
VALIDITY = timedelta(days=365)


@dataclass(frozen=True)
class Means:
    """What a verification works with. Now and the nonce are given; nothing is read from clock or environment."""

    now: datetime
    nonce: str
    digester: Digester
    account: str = ""
    vault: Vault | None = None
    transport: Transport | None = None
    checks: Mapping[Role, Check] = field(default_factory=dict)
    challenge: Challenge | None = None

    @property
    def today(self) -> date:
        """The day in Beijing, by which ages are counted."""
        return day(self.now)

    def ask(self, role: Role, facts: Facts) -> Answer:
        """What the source for ``role`` answers. Raises Unavailable where none is set up or it gives no answer."""
        if role not in self.checks or not self.transport:
            raise Unavailable(
                "未配置此认证方式的核验服务，可改用人工核验",
                "no service is set up for this check; a check of documents by staff is possible",
            )
        return ask(self.checks[role], facts, Occasion(self.now, self.nonce), self.transport)


@dataclass(frozen=True)
class Verified:
    """The claim is true, as far as ``level`` goes. ``subject`` and ``evidence`` are keyed digests."""

    method: str
    level: Level
    subject: str
    evidence: str = ""
    reference: str = ""
    minor: Minor | None = None
    challenge: Challenge | None = None

    def assertion(self, now: datetime, validity: timedelta = VALIDITY) -> Assertion:
        """What is kept of it."""
        return Assertion(
            self.method,
            self.level,
            self.subject,
            checked(now),
            checked(now) + validity,
            self.evidence,
            self.reference,
            self.minor,
        )


@dataclass(frozen=True)
class Rejected:
    """The claim was found not to hold. ``words`` is for the user; ``challenge`` is to be kept where there was one."""

    method: str
    code: str
    words: Words
    reference: str = ""
    challenge: Challenge | None = None


@dataclass(frozen=True)
class Task:
    """Work for staff (人工核验): what to compare with the documents. The fields are sealed for ``subject``."""

    method: str
    subject: str
    asked_at: datetime
    claimant: str
    compare: tuple[Words, ...]
    documents: tuple[str, ...]
    sealed: Mapping[str, str]
    minor: Minor | None = None


Outcome = Verified | Rejected | Task


class Method(ABC):
    """An identity method on the shelf. Instances have no state: they are shared by threads and processes."""

    name: ClassVar[str]
    words: ClassVar[Words]
    #: What the operator needs to have agreed with whom before it works.
    contract: ClassVar[Words]
    #: What remains afterwards.
    kept: ClassVar[Words]
    required: ClassVar[tuple[str, ...]]
    optional: ClassVar[tuple[str, ...]] = ()

    def verify(self, claim: Claim, means: Means) -> Outcome:
        """The outcome for ``claim``. Raises WrongInput, Refused or Unavailable; none of them repeats the claim."""
        return self.outcome(self.facts(claim, means.today), means)

    @abstractmethod
    def facts(self, claim: Claim, today: date) -> Facts:
        """The claim's fields, checked on the spot and normalised. Raises WrongInput or Refused."""

    @abstractmethod
    def outcome(self, facts: Facts, means: Means) -> Outcome:
        """The outcome for facts that passed :meth:`facts`."""

    @abstractmethod
    def example(self) -> Claim:
        """The smallest claim that passes :meth:`facts`. Its numbers belong to nobody that we know of."""

    def settled(self, answer: Answer, verified: Verified) -> Verified | Rejected:
        """``verified`` where the source says so, the reason where it does not."""
        if answer.verdict == "match":
            return verified
        return Rejected(self.name, answer.verdict, _REASONS[answer.verdict], verified.reference, verified.challenge)


_REASONS = {
    "mismatch": Words("所填信息不一致，请核对", "the given facts do not belong together: look for a slip"),
    "no-record": Words("权威数据源没有记录，可改用人工核验", "the source has no record: staff can check documents"),
}

METHODS: Shelf[Method] = Shelf("zhengming.identity.methods", "METHOD")
