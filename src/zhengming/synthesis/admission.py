"""Admission (准入): may this request be served at all? Art. 8, 9, 10, 14, 15, 17, 19, 20, 21, 24.

A pure function over an immutable policy: the same asking, policy and moment always get the same answer, so a refusal
can be looked into years later. The checks stand in the order of :data:`zhengming.synthesis.reasons.REASONS`; the
first that fails is the answer, with its article and what to do.
"""

from dataclasses import dataclass
from datetime import datetime

from zhengming.records.parts import (
    ApiKey,
    Audience,
    Consent,
    Function,
    IdentityOn,
    Measure,
    MeasureKind,
    OrderKind,
    Service,
    Upstream,
    User,
)
from zhengming.records.policy import Policy
from zhengming.synthesis.reasons import NotAdmitted


@dataclass(frozen=True)
class Usage:
    """What a key has used so far: requests this minute and today, characters today."""

    minute: int = 0
    day: int = 0
    characters: int = 0


@dataclass(frozen=True)
class Asking:
    """A request as admission sees it.

    ``secret``: the key it came with. ``users``: keyed digests of the user it names, for keys of a front end.
    ``publishing``: whether the result is published at once. ``materials``: digests of the faces and voices given
    to a function that edits persons; ``consents``: receipt numbers for them. ``unlabelled``: whether an output
    without explicit label is asked for (Labelling Measures Art. 9). ``characters``: length of the texts in it.
    """

    secret: str
    function: str
    model: str
    users: tuple[str, ...] = ()
    publishing: bool = False
    materials: tuple[str, ...] = ()
    consents: tuple[str, ...] = ()
    unlabelled: bool = False
    characters: int = 0
    usage: Usage = Usage()


@dataclass(frozen=True)
class Admitted:
    """An admission: under which policy, who, with what, by which model servers, and with which warnings."""

    policy: str
    key: ApiKey
    user: User
    service: Service
    function: Function
    upstreams: tuple[Upstream, ...]
    consents: tuple[Consent, ...] = ()
    warnings: tuple[Measure, ...] = ()


def admit(asking: Asking, policy: Policy, now: datetime) -> Admitted:
    """The admission of ``asking`` under ``policy`` at ``now``. Raises NotAdmitted with what is against it."""
    key, service = _key(asking, policy, now)
    _orders(asking, policy, service, now)
    _service(service, now)
    function = _function(asking, key, service, now)
    upstreams = _upstreams(asking, policy, service, now)
    user = _user(asking, policy, key)
    warnings = _measures(asking, policy, user, now)
    _identity(asking, service, user, now)
    _agreements(policy, user, now)
    consents = _consents(asking, policy, service, function, now)
    _wishes(asking, service)
    _limits(asking, key)
    return Admitted(policy.id, key, user, service, function, upstreams, consents, warnings)


def _key(asking: Asking, policy: Policy, now: datetime) -> tuple[ApiKey, Service]:
    key = policy.key(asking.secret)
    if key is None or not key.is_valid(now):
        raise NotAdmitted("key-invalid")
    service = policy.service(key.service)
    if service is None or not service.is_on:
        raise NotAdmitted("service-off", key.service)
    return key, service


def _orders(asking: Asking, policy: Policy, service: Service, now: datetime) -> None:
    """Art. 21: what authorities have ordered stopped."""
    kinds = {order.kind for order in policy.orders(service.code, asking.function, now)}
    if OrderKind.STOP_SERVICE in kinds:
        raise NotAdmitted("service-stopped", service.code)
    if OrderKind.STOP_UPDATES in kinds and asking.publishing:
        raise NotAdmitted("updates-stopped", service.code)
    if OrderKind.STOP_FUNCTION in kinds:
        raise NotAdmitted("function-stopped", asking.function)


def _service(service: Service, now: datetime) -> None:
    """Art. 19, 20, 24: filing and assessment of what moves opinion, and the permits of its kind."""
    if service.moves_opinion and not service.filing_number:
        raise NotAdmitted("filing-missing", service.code)
    if service.moves_opinion and not _holds(service.assessed_until, now):
        raise NotAdmitted("service-unassessed", service.code)
    for permit in service.permits:
        if not permit.is_held(now):
            raise NotAdmitted("permit-missing", permit.kind)


def _function(asking: Asking, key: ApiKey, service: Service, now: datetime) -> Function:
    function = service.function(asking.function)
    if function is None:
        raise NotAdmitted("function-unknown", asking.function)
    if not function.is_on:
        raise NotAdmitted("function-off", function.code)
    if function.edits_person and not _holds(function.assessed_until, now):
        raise NotAdmitted("function-unassessed", function.code)
    if not key.allows(function.code):
        raise NotAdmitted("scope-exceeded", function.code)
    return function


def _upstreams(asking: Asking, policy: Policy, service: Service, now: datetime) -> tuple[Upstream, ...]:
    """Art. 15.2 and 8: model servers that are assessed and whose supporter has accepted what binds him."""
    offered = [upstream for upstream in policy.upstreams(service.code, asking.model) if upstream.is_on]
    if not offered:
        raise NotAdmitted("model-unknown", asking.model)
    assessed = [upstream for upstream in offered if _holds(upstream.assessed_until, now)]
    if not assessed:
        raise NotAdmitted("upstream-unassessed", asking.model)
    binding = policy.agreements(Audience.SUPPORTER, now)
    bound = tuple(upstream for upstream in assessed if all(map(upstream.has_accepted, binding)))
    if not bound:
        raise NotAdmitted("supporter-agreement", asking.model)
    return bound


def _user(asking: Asking, policy: Policy, key: ApiKey) -> User:
    """The user of the key; for the key of a front end, the user it names."""
    user = policy.user(key.user) if key.user else policy.user_called(*asking.users)
    if user is None:
        raise NotAdmitted("user-missing")
    if not user.is_active:
        raise NotAdmitted("account-closed")
    return user


def _measures(asking: Asking, policy: Policy, user: User, now: datetime) -> tuple[Measure, ...]:
    """Art. 10.3: measures in force. Warnings let the request pass and travel with the answer."""
    measures = policy.measures(user.id, now)
    for kind, code in ((MeasureKind.CLOSE, "account-closed"), (MeasureKind.SUSPEND, "account-suspended")):
        if any(measure.kind is kind for measure in measures):
            raise NotAdmitted(code)
    for measure in measures:
        restricts = measure.kind is MeasureKind.RESTRICT
        if restricts and (not measure.functions or asking.function in measure.functions):
            raise NotAdmitted("function-restricted", asking.function)
    return tuple(measure for measure in measures if measure.kind is MeasureKind.WARN)


def _identity(asking: Asking, service: Service, user: User, now: datetime) -> None:
    """Art. 9: no publishing for the unverified, and no generating where the service is set so."""
    asked = asking.publishing or service.identity_on is IdentityOn.GENERATING
    if asked and not user.is_verified(service.identity_level, now):
        raise NotAdmitted("identity-required")


def _agreements(policy: Policy, user: User, now: datetime) -> None:
    for agreement in policy.agreements(Audience.USER, now):
        if not user.has_accepted(agreement):
            raise NotAdmitted("agreement-required", f"{agreement.code} {agreement.version}")


def _consents(
    asking: Asking, policy: Policy, service: Service, function: Function, now: datetime
) -> tuple[Consent, ...]:
    """Art. 14.2: for each face or voice given, a consent of the person that fits it and is not withdrawn."""
    if not function.edits_person:
        return ()
    given = [consent for consent in map(policy.consent, asking.consents) if consent]
    if not asking.materials or len(given) < len(asking.consents) or not given:
        raise NotAdmitted("consent-required")
    fitting = [each for each in given if (each.service, each.function) == (service.code, function.code)]
    valid = {consent.material: consent for consent in fitting if consent.is_valid(now)}
    missing = [material for material in asking.materials if material not in valid]
    if missing:
        raise NotAdmitted("consent-invalid")
    return tuple(valid[material] for material in asking.materials)


def _wishes(asking: Asking, service: Service) -> None:
    """Labelling Measures Art. 9: an output without explicit label only where the service lets users have it."""
    if asking.unlabelled and not service.labels.release_without:
        raise NotAdmitted("explicit-label-required")


def _limits(asking: Asking, key: ApiKey) -> None:
    limits, usage = key.limits, asking.usage
    for most, used in (
        (limits.requests_a_minute, usage.minute + 1),
        (limits.requests_a_day, usage.day + 1),
        (limits.characters_a_day, usage.characters + asking.characters),
    ):
        if most is not None and used > most:
            raise NotAdmitted("limit-reached", str(most))


def _holds(until: datetime | None, now: datetime) -> bool:
    """Whether an assessment stands: one without a date was never made."""
    return until is not None and now < until
