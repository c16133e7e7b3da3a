"""The parts of a policy snapshot: who and what, as frozen values without personal data.

Ids are opaque words. A person is a keyed digest, a material a digest such as ``sha256:…``, a moment has a time zone.
``until`` is the first moment at which something no longer holds; None where it has no end.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class UserKind(StrEnum):
    """Art. 9: organisations are verified by USCC, people by number or document (组织, 个人)."""

    PERSON = "person"
    ORGANISATION = "organisation"


class IdentityOn(StrEnum):
    """What real identity is asked for. Art. 9 asks for it on publishing; a setting asks on generating too."""

    PUBLISHING = "publishing"
    GENERATING = "generating"


class TextLabel(StrEnum):
    """Where a text says that it is generated (GB 45438 §5.1): in the text, or beside it by the front end."""

    START = "start"
    END = "end"
    INTERFACE = "interface"


class MeasureKind(StrEnum):
    """Art. 10.3: 警示、限制功能、暂停服务、关闭账号."""

    WARN = "warn"
    RESTRICT = "restrict"
    SUSPEND = "suspend"
    CLOSE = "close"


class OrderKind(StrEnum):
    """Art. 21: 暂停信息更新、用户账号注册或者其他相关服务, as ordered by an authority."""

    STOP_UPDATES = "stop-updates"
    STOP_SIGNUPS = "stop-signups"
    STOP_FUNCTION = "stop-function"
    STOP_SERVICE = "stop-service"


class Audience(StrEnum):
    """To whom a document is put: Art. 8 使用者, 技术支持者; Art. 14.2 被编辑的个人, to whom a notice is put."""

    USER = "user"
    SUPPORTER = "supporter"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Identity:
    """Art. 9 (真实身份信息认证): one assertion that stands; ``level`` as in identity.assertion.Level."""

    method: str
    level: int
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class User:
    """A user (使用者). ``reference``: keyed digest of the operator's own name of the account.

    ``minor`` is one of identity.resident_number.Minor, or "" where it is not known. ``accepted``: agreement code
    and version, of each the latest accepted (Art. 8).
    """

    id: str
    reference: str
    kind: UserKind
    is_active: bool
    minor: str = ""
    identities: tuple[Identity, ...] = ()
    accepted: tuple[tuple[str, int], ...] = ()

    def is_verified(self, level: int, now: datetime) -> bool:
        """Whether an assertion of at least ``level`` stands at ``now`` (Art. 9)."""
        return any(each.level >= level and each.since <= now < each.until for each in self.identities)

    def has_accepted(self, agreement: "Agreement") -> bool:
        """Whether this version, not only an earlier one, was accepted."""
        return (agreement.code, agreement.version) in self.accepted


@dataclass(frozen=True, slots=True)
class Function:
    """A function of a service. ``edits_person``: it edits faces, voices or other biometrics, so Art. 14.2 asks for
    the separate consent (单独同意) of the person edited and Art. 15.2 for an assessment (安全评估) of the tool."""

    code: str
    technology: str
    service_class: str
    is_on: bool
    edits_person: bool = False
    assessed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Permit:
    """Art. 24: a licence that a service of its kind needs (许可); ``number`` is "" while it is not held."""

    kind: str
    number: str
    until: datetime | None = None

    def is_held(self, now: datetime) -> bool:
        """Whether the licence is held at ``now``."""
        return bool(self.number) and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class Labels:
    """Art. 16 and 17: how outputs are labelled. ``wording`` "" means the default of law.placement.

    ``release_without``: whether the service lets users have an output without an explicit label on request, with the
    responsibility accepted and the receiver logged (Labelling Measures Art. 9).
    """

    producer: str
    text: TextLabel = TextLabel.START
    wording: str = ""
    release_without: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """A service (深度合成服务): technology of Art. 23, class of Art. 17, filing number of Art. 19 (备案编号; "" while
    there is none), ``assessed_until`` of Art. 20. ``moves_opinion``: 具有舆论属性或者社会动员能力, by which Art. 19
    and 20 apply. ``identity_on`` and ``identity_level``: when and how far users must be verified (Art. 9)."""

    id: str
    code: str
    technology: str
    service_class: str
    is_on: bool
    functions: tuple[Function, ...]
    labels: Labels
    filing_number: str = ""
    moves_opinion: bool = True
    assessed_until: datetime | None = None
    permits: tuple[Permit, ...] = ()
    identity_on: IdentityOn = IdentityOn.PUBLISHING
    identity_level: int = 1

    def function(self, code: str) -> Function | None:
        """The function called ``code``."""
        return next((each for each in self.functions if each.code == code), None)


@dataclass(frozen=True, slots=True)
class Upstream:
    """A model server (`upstream`) and its supporter (技术支持者): Art. 15.2 assessment, Art. 8 agreement.

    ``models``: names that requests may ask for; ``services``: codes of the services that may use it. ``key_file``:
    where the credential lies; the credential itself is in no snapshot. ``accepted``: as in :class:`User`.
    """

    id: str
    code: str
    protocol: str
    url: str
    models: tuple[str, ...]
    services: tuple[str, ...]
    is_on: bool
    supporter: str = ""
    key_file: str = ""
    assessed_until: datetime | None = None
    accepted: tuple[tuple[str, int], ...] = ()

    def has_accepted(self, agreement: "Agreement") -> bool:
        """Whether its supporter accepted this version."""
        return (agreement.code, agreement.version) in self.accepted


@dataclass(frozen=True, slots=True)
class Agreement:
    """Art. 8: the version in force of a document that is to be accepted before the next use (服务协议, 管理规则)."""

    id: str
    code: str
    version: int
    audience: Audience
    digest: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Limits:
    """What a key may ask for. Settings of the operator; None is no limit."""

    requests_a_minute: int | None = None
    requests_a_day: int | None = None
    characters_a_day: int | None = None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key by which programs come. ``digest``: SHA-256 of the secret in hex. ``user`` is "" for the key of a front
    end that names the user with each request. ``scopes``: functions that may be called; empty for all."""

    id: str
    digest: str
    service: str
    user: str = ""
    scopes: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    limits: Limits = Limits()

    def is_valid(self, now: datetime) -> bool:
        """Whether it may be used at ``now``."""
        return (self.since is None or self.since <= now) and (self.until is None or now < self.until)

    def allows(self, function: str) -> bool:
        """Whether its scopes include ``function``."""
        return not self.scopes or function in self.scopes


@dataclass(frozen=True, slots=True)
class Measure:
    """Art. 10.3 (处置措施): what is imposed on ``user``, why (``ground``, a code), and until when.

    ``functions``: what a restriction bears on; empty for every function.
    """

    id: str
    user: str
    kind: MeasureKind
    ground: str
    since: datetime
    until: datetime | None = None
    functions: tuple[str, ...] = ()

    def is_in_force(self, now: datetime) -> bool:
        """Whether it holds at ``now``: it ends by itself."""
        return self.since <= now and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class Order:
    """Art. 21 (监管要求): what an authority ordered stopped. ``service`` and ``function`` are codes, "" for all."""

    id: str
    kind: OrderKind
    authority: str
    since: datetime
    until: datetime | None = None
    service: str = ""
    function: str = ""

    def is_in_force(self, now: datetime) -> bool:
        """Whether it holds at ``now``."""
        return self.since <= now and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class Consent:
    """Art. 14.2 (单独同意): what the person edited agreed to, and under which version of the notice.

    ``person``: keyed digest. ``material``: digest of the face or voice given; ``function``: the code of the function.
    """

    id: str
    person: str
    service: str
    function: str
    material: str
    purpose: str
    notice: str
    since: datetime
    until: datetime
    withdrawn_at: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        """Whether it holds at ``now``: given, not past its period, not withdrawn."""
        return self.since <= now < self.until and not (self.withdrawn_at and self.withdrawn_at <= now)


Part = Service | Upstream | User | ApiKey | Agreement | Measure | Order | Consent
