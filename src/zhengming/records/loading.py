"""From rows to the parts of a policy: all of them, or those that changed since a version."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction

from zhengming.records import models, parts
from zhengming.records.desk import REMEMBERED, utc_now
from zhengming.records.models import Acceptance, Change, Identity, Installation
from zhengming.records.policy import KINDS, Policy

#: How many ids one query asks for; SQLite takes 32 766 values, and a query stays quick.
STEP = 500
#: From this many changed parts on, the whole policy is loaded anew.
MANY = 20_000
#: How often a policy is loaded while others go on changing the records, before they are kept from it.
TRIES = 3
#: How long after its end a measure or an order stays in the policy: a clock that was wrong lets nobody in.
ENDED = timedelta(days=30)


def whole() -> Policy:
    """The policy as it is now."""
    return _unmixed(lambda now: Policy.of(now.id, now.version, utc_now(), _everything()))


def since(policy: Policy) -> Policy:
    """``policy`` with what changed after it; itself where nothing did, another installation's as a whole."""
    now = Installation.objects.get()
    if (now.id, now.version) == (policy.installation, policy.version):
        return policy
    if now.id != policy.installation or not 0 <= now.version - policy.version < REMEMBERED:
        return whole()
    return _unmixed(lambda now: _caught_up(policy, now))


def _unmixed(load: Callable[[Installation], Policy]) -> Policy:
    """What ``load`` gives while nobody changed anything; if need be, by keeping others from changing anything.

    A transaction would not do: PostgreSQL shows each query its own moment, and SQLite's take the lock of writers.
    """
    for _ in range(TRIES):
        before = Installation.objects.get()
        policy = load(before)
        if Installation.objects.filter(version=before.version).exists():
            return policy
    with transaction.atomic():
        return load(Installation.objects.select_for_update().get())


def _caught_up(policy: Policy, now: Installation) -> Policy:
    changes = set(Change.objects.filter(version__gt=policy.version).values_list("kind", "part")[: MANY + 1])
    if len(changes) > MANY:
        return Policy.of(now.id, now.version, utc_now(), _everything())
    put = list(_loaded(changes))
    gone = changes - {(type(part).__name__.lower(), part.id) for part in put}
    return policy.changed(now.version, utc_now(), put, gone)


def _everything() -> Iterator[parts.Part]:
    return (part for load in LOADERS.values() for part in load(None))


def _loaded(changes: Iterable[tuple[str, str]]) -> Iterator[parts.Part]:
    by_kind = defaultdict(list)
    for kind, id_ in changes:
        by_kind[kind].append(id_)
    for kind, ids in by_kind.items():
        for at in range(0, len(ids), STEP):
            yield from LOADERS[kind](ids[at : at + STEP])


def _rows(kind: Any, ids: Sequence[str] | None, *related: str) -> Iterable[Any]:
    query = kind.objects.all() if ids is None else kind.objects.filter(pk__in=ids)
    query = query.order_by("pk").prefetch_related(*related)
    return query.iterator(STEP) if ids is None else query  # type: ignore[no-any-return]


def _services(ids: Sequence[str] | None) -> Iterator[parts.Service]:
    for row in _rows(models.Service, ids, "functions", "permits"):
        yield parts.Service(
            row.id,
            row.code,
            row.technology,
            row.service_class,
            row.is_on,
            tuple(map(_function, sorted(row.functions.all(), key=lambda each: each.code))),
            parts.Labels(row.producer, parts.TextLabel(row.text_label), row.wording, row.release_without),
            row.filing_number,
            row.moves_opinion,
            row.assessed_until,
            tuple(parts.Permit(each.kind, each.number, each.until) for each in row.permits.all()),
            parts.IdentityOn(row.identity_on),
            row.identity_level,
        )


def _function(row: Any) -> parts.Function:
    return parts.Function(
        row.code, row.technology, row.service_class, row.is_on, row.edits_person, row.assessed_until
    )


def _upstreams(ids: Sequence[str] | None) -> Iterator[parts.Upstream]:
    rows = list(_rows(models.Upstream, ids, "services", "supporter"))
    accepted = _accepted("supporter", [row.supporter_id for row in rows if row.supporter_id])
    for row in rows:
        yield parts.Upstream(
            row.id,
            row.code,
            row.protocol,
            row.url,
            tuple(row.served),
            tuple(sorted(each.code for each in row.services.all())),
            row.is_on,
            row.supporter.code if row.supporter else "",
            row.key_file,
            row.assessed_until,
            accepted.get(row.supporter_id, ()),
        )


def _users(ids: Sequence[str] | None) -> Iterator[parts.User]:
    accepted = _accepted("user", ids)
    identities = _identities(ids)
    for row in _rows(models.User, ids):
        found = identities.get(row.id, [])
        yield parts.User(
            row.id,
            row.reference,
            parts.UserKind(row.kind),
            row.is_active,
            next((each.minor for each in found if each.minor), ""),
            tuple(parts.Identity(each.method, each.level, each.since, each.until) for each in found),
            accepted.get(row.id, ()),
        )


def _identities(ids: Sequence[str] | None) -> Mapping[str, list[Any]]:
    """The assertions that are not revoked, the latest first, by user."""
    query = Identity.objects.filter(revoked_at=None)
    query = query if ids is None else query.filter(user__in=ids)
    found: dict[str, list[Any]] = defaultdict(list)
    for row in query.order_by("-since").iterator(STEP):
        found[row.user_id].append(row)  # type: ignore[attr-defined]
    return found


def _accepted(role: str, ids: Sequence[str] | None) -> Mapping[str, tuple[tuple[str, int], ...]]:
    """The latest version that each accepted of each document."""
    query = Acceptance.objects.filter(**({f"{role}__isnull": False} if ids is None else {f"{role}__in": ids}))
    latest: dict[str, dict[str, int]] = defaultdict(dict)
    for who, code, version in query.values_list(role, "agreement__code", "agreement__version").iterator(STEP):
        latest[who][code] = max(version, latest[who].get(code, 0))
    return {who: tuple(sorted(found.items())) for who, found in latest.items()}


def _keys(ids: Sequence[str] | None) -> Iterator[parts.ApiKey]:
    for row in _rows(models.ApiKey, ids, "service"):
        yield parts.ApiKey(
            row.id,
            row.digest,
            row.service.code,
            row.user_id or "",
            tuple(row.scopes),
            row.since,
            row.until,
            parts.Limits(row.requests_a_minute, row.requests_a_day, row.characters_a_day),
        )


def _agreements(ids: Sequence[str] | None) -> Iterator[parts.Agreement]:
    for row in _rows(models.Agreement, ids):
        yield parts.Agreement(row.id, row.code, row.version, parts.Audience(row.audience), row.digest, row.since)


def _measures(ids: Sequence[str] | None) -> Iterator[parts.Measure]:
    """Those that have not ended long ago."""
    now = utc_now() - ENDED
    for row in _rows(models.Measure, ids):
        if row.until is None or row.until > now:
            kind = parts.MeasureKind(row.kind)
            yield parts.Measure(row.id, row.user_id, kind, row.ground, row.since, row.until, tuple(row.functions))


def _orders(ids: Sequence[str] | None) -> Iterator[parts.Order]:
    """Those that are not lifted and have not ended long ago."""
    now = utc_now() - ENDED
    for row in _rows(models.Order, ids, "service"):
        if row.lifted_at is None and (row.until is None or row.until > now):
            service = row.service.code if row.service else ""
            kind = parts.OrderKind(row.kind)
            yield parts.Order(row.id, kind, row.authority, row.since, row.until, service, row.function)


def _consents(ids: Sequence[str] | None) -> Iterator[parts.Consent]:
    """Those that are not erased; a withdrawn one stays, so that its withdrawal is what a refusal names."""
    for row in _rows(models.Consent, ids, "service", "notice"):
        if row.erased_at is None:
            notice = f"{row.notice.code}/{row.notice.version}"
            yield parts.Consent(
                row.id,
                row.person,
                row.service.code,
                row.function,
                row.material,
                row.purpose,
                notice,
                row.since,
                row.until,
                row.withdrawn_at,
            )


LOADERS: Mapping[str, Callable[[Sequence[str] | None], Iterator[parts.Part]]] = {
    "service": _services,
    "upstream": _upstreams,
    "user": _users,
    "apikey": _keys,
    "agreement": _agreements,
    "measure": _measures,
    "order": _orders,
    "consent": _consents,
}
assert LOADERS.keys() == KINDS.keys()
