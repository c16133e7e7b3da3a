"""The desk at which acts are done: one act, one transaction, one entry on the ledger, one new version of the policy.

If the entry cannot be written, nothing was done (fail closed). Acts take turns: each locks the one row of the
installation first, so the order of versions is the order of entries.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import token_bytes
from typing import Protocol

from django.db import DatabaseError, IntegrityError, transaction

from zhengming.ground.errors import Refused, Unavailable, WrongInput
from zhengming.identity.digests import Digester
from zhengming.identity.secret import Secret
from zhengming.identity.vault import Vault
from zhengming.ledger.digest import Digest
from zhengming.ledger.entry import Entry, Fact
from zhengming.records.models import Change, Installation, Staff
from zhengming.records.parts import Part
from zhengming.records.roles import PERMISSIONS

#: For how many versions changes are remembered; who is further behind loads the whole policy.
REMEMBERED = 50_000


class Book(Protocol):
    """Where entries go: :class:`zhengming.ledger.ledger.Ledger`, or the outbox of :mod:`zhengming.records.outbox`."""

    def append(self, entry: Entry, /) -> object:
        """Make ``entry`` durable, or raise Unavailable."""


def utc_now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Desk:
    """Who acts (``staff``: a username, "" for a user or a person acting for themselves), and with what.

    ``rehearsing``: everything is checked, nothing is kept. For use with the outbox.
    """

    book: Book
    vault: Vault
    digester: Digester
    staff: str = ""
    clock: Callable[[], datetime] = utc_now
    random: Callable[[int], bytes] = token_bytes
    rehearsing: bool = False

    @contextmanager
    def act(self, kind: str, needs: str = "", turn: bool = True) -> Iterator["Act"]:
        """One act, told on the ledger as ``kind``. ``needs``: the permission (:data:`PERMISSIONS`) that staff need.

        Without ``turn`` it waits for nobody and changes nothing of the policy.

        Raises Refused without the permission, WrongInput where a constraint of the tables is hurt, Unavailable where
        the database or the ledger is; in each case nothing has changed.
        """
        with self.changing():
            installation = Installation.objects.select_for_update().get() if turn else None
            act = Act(self, self.clock(), self._staff(needs) if needs else None)
            yield act
            self._finish(kind, act, installation)
            transaction.set_rollback(self.rehearsing)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """One transaction, with our errors. Acts are done in it; so is what needs no entry of its own."""
        try:
            with transaction.atomic():
                yield
        except IntegrityError as error:
            raise WrongInput(f"与记录的约束冲突：{error}", f"a constraint of the records is hurt: {error}") from error
        except DatabaseError as error:
            raise Unavailable(f"数据库不可用：{error}", f"the database is not available: {error}") from error

    def new_id(self) -> str:
        """A fresh opaque id: 32 hex digits."""
        return self.random(16).hex()

    def seal(self, text: str, kind: str, owner: str) -> str:
        """``text`` encrypted for the record ``owner``; "" stays ""."""
        return self.vault.seal(Secret(text), kind, owner, self.random) if text else ""

    def opened(self, sealed: str, kind: str, owner: str) -> str:
        """The text that :meth:`seal` sealed."""
        return self.vault.open(sealed, kind, owner).reveal() if sealed else ""

    def digest(self, kind: str, text: str) -> Digest:
        """The keyed digest of a text that could be guessed, for the ledger."""
        return Digest("hmac-sha256", bytes.fromhex(self.digester.digest(kind, text).rpartition(":")[2]))

    def _staff(self, needs: str) -> Staff:
        staff = Staff.objects.filter(username=self.staff, is_active=True).first()
        if staff is None or not staff.has_perm(f"records.{needs}"):
            words = PERMISSIONS[needs]
            raise Refused(f"工作人员“{self.staff}”没有“{words.zh}”的权限", f"staff {self.staff!r} may not {words.en}")
        return staff

    def _finish(self, kind: str, act: "Act", installation: Installation | None) -> None:
        if installation:
            act.tells(version=self._next_version(act, installation))
        subjects = act.subjects | ({"staff": act.staff.id} if act.staff else {})
        self.book.append(Entry(kind, int(act.now.timestamp() * 1_000_000), subjects, act.digests, act.facts))

    def _next_version(self, act: "Act", installation: Installation) -> int:
        installation.version += 1
        installation.save(update_fields=["version"])
        version = int(installation.version)
        Change.objects.bulk_create(Change(version=version, kind=kind, part=part) for kind, part in act.changed)
        if version % 1000 == 0:
            Change.objects.filter(version__lte=version - REMEMBERED).delete()
        return version


@dataclass
class Act:
    """What an act collects while it is done: what its entry says, and which parts of the policy it changes."""

    desk: Desk
    now: datetime
    staff: Staff | None
    subjects: dict[str, str] = field(default_factory=dict)
    digests: dict[str, Digest] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)
    changed: list[tuple[str, str]] = field(default_factory=list)

    def about(self, **subjects: str) -> None:
        """The records that it is about, by their role."""
        self.subjects |= subjects

    def tells(self, **facts: Fact) -> None:
        """Small words and numbers for the entry. Moments are microseconds since 1970."""
        self.facts |= facts

    def ends(self, moment: datetime | None) -> None:
        """The end of what the act brings about, where it has one."""
        if moment:
            self.facts["until"] = int(moment.timestamp() * 1_000_000)

    def changes(self, kind: type[Part], part: str) -> None:
        """That a part of the policy is now another, or gone."""
        self.changed.append((kind.__name__.lower(), part))

    @property
    def who(self) -> Staff:
        """The staff of an act that needs a permission."""
        assert self.staff
        return self.staff
