"""Group commit: many callers, one writer, one fsync for all that came while the one before was under way."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Condition, Thread
from typing import Generic, TypeVar

from zhengming.ground.errors import Unavailable

T = TypeVar("T")
#: The most entries of one commit, so that memory and the longest wait are bounded. An entry has at most 6 KiB.
MOST_AT_ONCE = 8192
#: The most entries that may wait. Callers beyond that are refused: they would only wait longer.
MOST_WAITING = 131_072


@dataclass(frozen=True)
class _Order(Generic[T]):
    entries: Sequence[bytes]
    done: "Future[list[T]]"


class Committer(Generic[T]):
    """A thread that hands ``commit`` all entries that wait, and gives each caller what came back for his.

    ``commit`` makes entries durable and returns one result each. ``rest`` is called whenever ``pause`` seconds have
    passed, and once at the end.
    """

    def __init__(self, commit: Callable[[Sequence[bytes]], list[T]], rest: Callable[[], None], pause: float) -> None:
        self._commit, self._rest, self._pause = commit, rest, pause
        self._waiting: list[_Order[T]] = []
        self._count, self._closing = 0, False
        self._turn = Condition()
        self._thread = Thread(target=self._run, name="zhengming-ledger", daemon=True)
        self._thread.start()

    def submit(self, entries: Sequence[bytes]) -> "Future[list[T]]":
        """Have ``entries`` committed, together and in order. Raises Unavailable when closed or overrun.

        A future that is cancelled before its turn is passed over; from then on it cannot be cancelled.
        """
        order = _Order[T](entries, Future())
        with self._turn:
            if self._closing or self._count + len(entries) > MOST_WAITING:
                raise Unavailable("台账已关闭或排队过长", "the ledger is closed, or too many wait for it")
            self._waiting.append(order)
            self._count += len(entries)
            self._turn.notify()
        return order.done

    def close(self) -> None:
        """Commit what waits, rest, and end."""
        with self._turn:
            self._closing = True
            self._turn.notify()
        self._thread.join()

    def _run(self) -> None:
        from time import monotonic

        due = monotonic() + self._pause
        while True:
            orders = self._next(max(0.0, due - monotonic()))
            if orders:
                self._carry_out(orders)
            if not orders and self._closing:
                break
            if monotonic() >= due:
                self._rest()
                due = monotonic() + self._pause
        self._rest()

    def _next(self, patience: float) -> list[_Order[T]]:
        """The orders of the next commit; none when ``patience`` seconds brought none."""
        with self._turn:
            if not self._waiting and not self._closing:
                self._turn.wait(patience)
            taken = size = 0
            for order in self._waiting:
                if taken and size + len(order.entries) > MOST_AT_ONCE:
                    break
                taken, size = taken + 1, size + len(order.entries)
            orders, self._waiting = self._waiting[:taken], self._waiting[taken:]
            self._count -= size
        return orders

    def _carry_out(self, orders: list[_Order[T]]) -> None:
        orders = [order for order in orders if order.done.set_running_or_notify_cancel()]
        if not orders:
            return
        try:
            results = self._commit([entry for order in orders for entry in order.entries])
        except Exception as error:  # whatever it is, it belongs to the callers: one left waiting would wait for ever
            for order in orders:
                order.done.set_exception(error)
            return
        at = 0
        for order in orders:
            order.done.set_result(results[at : at + len(order.entries)])
            at += len(order.entries)
