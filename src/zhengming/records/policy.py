"""The policy (策略快照): all that admission decides by, at one moment, immutable. Pure; no database here.

Every look-up takes the same time whatever the policy holds. A policy is built from its parts, or from the one before
and the parts that changed, which takes as long as copying a few dictionaries.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import TypeVar

from zhengming.records.parts import (
    Agreement,
    ApiKey,
    Audience,
    Consent,
    Measure,
    Order,
    OrderKind,
    Part,
    Service,
    Upstream,
    User,
)

P = TypeVar("P", bound=Part)
#: The kinds of part, by the name under which changes are told.
KINDS: Mapping[str, type[Part]] = MappingProxyType(
    {kind.__name__.lower(): kind for kind in (Service, Upstream, User, ApiKey, Agreement, Measure, Order, Consent)}
)
_Shelves = Mapping[type, Mapping[str, Part]]
_Indexes = Mapping[str, Mapping[object, tuple[str, ...]]]


@dataclass(frozen=True, eq=False)
class Policy:
    """One snapshot. ``version`` grows by one with each change; ``id`` names installation and version, for the ledger.

    Look-ups answer None or an empty tuple for what is not there. Which of what they answer holds at a moment is asked
    of the parts (``is_in_force(now)``, ``is_valid(now)``): a snapshot does not grow stale by the clock.
    """

    installation: str
    version: int
    made_at: datetime
    _shelves: _Shelves
    _indexes: _Indexes

    @classmethod
    def of(cls, installation: str, version: int, made_at: datetime, parts: Iterable[Part] = ()) -> "Policy":
        """The policy of ``parts``; the last of two with one kind and id counts."""
        return cls(
            installation, 0, made_at, {kind: {} for kind in KINDS.values()}, {name: {} for name in _KEYS}
        ).changed(version, made_at, parts)

    def changed(
        self, version: int, made_at: datetime, put: Iterable[Part] = (), gone: Iterable[tuple[str, str]] = ()
    ) -> "Policy":
        """This policy with parts added or replaced, and without those ``gone`` (kind of :data:`KINDS`, id)."""
        draft = _Draft(self._shelves, self._indexes)
        for part in put:
            draft.put(part)
        for kind, id_ in gone:
            draft.drop(KINDS[kind], id_)
        return Policy(self.installation, version, made_at, draft.shelves(), draft.indexes())

    @property
    def id(self) -> str:
        """The name of this snapshot: installation and version."""
        return f"{self.installation}.{self.version}"

    def size(self, kind: type[Part]) -> int:
        """How many parts of ``kind`` there are."""
        return len(self._shelves[kind])

    def all(self, kind: type[P]) -> Iterable[P]:
        """Every part of ``kind``, for lists such as that of models."""
        return self._shelves[kind].values()  # type: ignore[return-value]  # a shelf holds one kind

    def service(self, code: str) -> Service | None:
        """Art. 2, 17, 19, 20: the service called ``code``."""
        return self._one(Service, "service", code)

    def upstreams(self, service: str, model: str) -> tuple[Upstream, ...]:
        """Art. 15.2: the upstreams that offer ``model`` to ``service``, whether they may be used or not."""
        return self._many(Upstream, "upstream", (service, model))

    def user(self, id_: str) -> User | None:
        """Art. 9: the user by id."""
        return self._get(User, id_)

    def user_called(self, *references: str) -> User | None:
        """Art. 9: the user by the keyed digest of the operator's own name; several after a rotation of the key."""
        found = (self._one(User, "user", reference) for reference in references)
        return next((user for user in found if user), None)

    def key(self, secret: str) -> ApiKey | None:
        """The key whose secret this is, valid or not."""
        return self._one(ApiKey, "key", key_digest(secret))

    def agreements(self, audience: Audience, now: datetime) -> tuple[Agreement, ...]:
        """Art. 8: the version in force at ``now`` of each document that ``audience`` must have accepted."""
        latest: dict[str, Agreement] = {}
        for each in self._many(Agreement, "agreement", audience):
            if each.since <= now and each.version >= latest.get(each.code, each).version:
                latest[each.code] = each
        return tuple(latest.values())

    def measures(self, user: str, now: datetime) -> tuple[Measure, ...]:
        """Art. 10.3 (处置措施): the measures in force on the user at ``now``."""
        return tuple(each for each in self._many(Measure, "measure", user) if each.is_in_force(now))

    def orders(self, service: str, function: str, now: datetime) -> tuple[Order, ...]:
        """Art. 21: the orders in force at ``now`` that bear on ``function`` ("" for none) of ``service``."""
        places = {(s, f) for s in ("", service) for f in ("", function)}
        found = (each for place in sorted(places) for each in self._many(Order, "order", place))
        return tuple(each for each in found if each.is_in_force(now))

    def are_signups_stopped(self, service: str, now: datetime) -> bool:
        """Art. 21 (暂停用户账号注册): whether nobody may sign up with ``service``."""
        stopping = (OrderKind.STOP_SIGNUPS, OrderKind.STOP_SERVICE)
        return any(order.kind in stopping for order in self.orders(service, "", now))

    def consent(self, id_: str) -> Consent | None:
        """Art. 14.2 (单独同意): the consent whose receipt number this is, valid or not."""
        return self._get(Consent, id_)

    def consents(self, service: str, function: str, material: str) -> tuple[Consent, ...]:
        """Art. 14.2: every consent to ``function`` of ``service`` on the material with this digest, valid or not."""
        return self._many(Consent, "consent", (service, function, material))

    def _get(self, kind: type[P], id_: str) -> P | None:
        return self._shelves[kind].get(id_)  # type: ignore[return-value]  # a shelf holds one kind

    def _many(self, kind: type[P], index: str, key: object) -> tuple[P, ...]:
        shelf = self._shelves[kind]
        return tuple(shelf[id_] for id_ in self._indexes[index].get(key, ()))  # type: ignore[misc]

    def _one(self, kind: type[P], index: str, key: object) -> P | None:
        return next(iter(self._many(kind, index, key)), None)


def key_digest(secret: str) -> str:
    """The digest under which a key is looked up. Its secret has 256 random bits, so a plain SHA-256 gives nothing."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _keys_of(part: Part) -> tuple[str, tuple[object, ...]]:
    """The index that a part stands in, and under what."""
    match part:
        case Service():
            return "service", (part.code,)
        case Upstream():
            return "upstream", tuple((service, model) for service in part.services for model in part.models)
        case User():
            return "user", (part.reference,)
        case ApiKey():
            return "key", (part.digest,)
        case Agreement():
            return "agreement", (part.audience,)
        case Measure():
            return "measure", (part.user,)
        case Order():
            return "order", ((part.service, part.function),)
        case Consent():
            return "consent", ((part.service, part.function, part.material),)


_KEYS = ("service", "upstream", "user", "key", "agreement", "measure", "order", "consent")


class _Draft:
    """Copies of what changes; what does not is shared with the policy before."""

    def __init__(self, shelves: _Shelves, indexes: _Indexes) -> None:
        self._old_shelves, self._old_indexes = shelves, indexes
        self._shelves: dict[type, dict[str, Part]] = {}
        self._indexes: dict[str, dict[object, tuple[str, ...]]] = {}

    def put(self, part: Part) -> None:
        self.drop(type(part), part.id)
        self._shelf(type(part))[part.id] = part
        name, keys = _keys_of(part)
        index = self._index(name)
        for key in keys:
            index[key] = (*index.get(key, ()), part.id)

    def drop(self, kind: type[Part], id_: str) -> None:
        part = self._shelf(kind).pop(id_, None)
        if part is None:
            return
        name, keys = _keys_of(part)
        index = self._index(name)
        for key in keys:
            index[key] = tuple(each for each in index[key] if each != id_)
            if not index[key]:
                del index[key]

    def shelves(self) -> _Shelves:
        return MappingProxyType({**self._old_shelves, **self._shelves})

    def indexes(self) -> _Indexes:
        return MappingProxyType({**self._old_indexes, **self._indexes})

    def _shelf(self, kind: type[Part]) -> dict[str, Part]:
        if kind not in self._shelves:
            self._shelves[kind] = dict(self._old_shelves[kind])
        return self._shelves[kind]

    def _index(self, name: str) -> dict[object, tuple[str, ...]]:
        if name not in self._indexes:
            self._indexes[name] = dict(self._old_indexes[name])
        return self._indexes[name]
