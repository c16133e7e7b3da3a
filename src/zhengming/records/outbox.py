"""The outbox: entries written in the transaction of their act, carried over to the ledger by whoever holds it.

A ledger has one writer at a time, acts are done in many processes. An act writes its entry beside its rows, so both
are there or neither is; :func:`carried_over` moves entries in their order and takes each away once it is durable in
the ledger. If a crash comes between, the entry is recognised in the ledger and not written twice.
"""

from django.db import DatabaseError, transaction

from zhengming.ground.errors import Unavailable
from zhengming.ledger.entry import Entry, decoded
from zhengming.ledger.ledger import Ledger
from zhengming.records.models import Installation, PendingEntry

#: How many entries are carried over at once.
STEP = 256


class Outbox:
    """A book of :class:`zhengming.records.desk.Desk` that keeps entries in the transaction of their act."""

    def append(self, entry: Entry) -> None:
        """Keep ``entry`` until it is carried over."""
        PendingEntry.objects.create(encoded=entry.encoded)


def waiting() -> int:
    """How many entries wait to be carried over."""
    return PendingEntry.objects.count()


def carried_over(ledger: Ledger) -> int:
    """Carry every waiting entry over to ``ledger``, which this process holds; how many there were comes back.

    For one thread at a time. Raises Unavailable where the ledger or the database is; then entries go on waiting.
    """
    count = 0
    try:
        _finish_interrupted(ledger)
        while batch := list(PendingEntry.objects.order_by("id")[:STEP]):
            _mark(ledger.store.size)
            ledger.append_all([decoded(bytes(pending.encoded)) for pending in batch])
            _take_away(batch)
            count += len(batch)
    except DatabaseError as error:
        raise Unavailable(f"数据库不可用：{error}", f"the database is not available: {error}") from error
    return count


def _finish_interrupted(ledger: Ledger) -> None:
    """Take away the entries that a crash left here although they are in the ledger already.

    No two entries of acts are the same: each carries the version of the records.
    """
    start = Installation.objects.get().carrying_from
    if start is None:
        return
    batch = {bytes(pending.encoded): pending for pending in PendingEntry.objects.order_by("id")[:STEP]}
    there = ledger.store.read(min(start, ledger.store.size), ledger.store.size)
    _take_away([batch[entry] for entry in there if entry in batch])


def _mark(size: int | None) -> None:
    Installation.objects.update(carrying_from=size)


def _take_away(batch: list[PendingEntry]) -> None:
    with transaction.atomic():
        PendingEntry.objects.filter(pk__in=[pending.pk for pending in batch]).delete()
        _mark(None)
