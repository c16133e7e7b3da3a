"""Degraded states (降级状态) of the service, entered and left on the ledger. In each of them nothing is released.

policy-stale             the records cannot be read, so nobody knows of the latest orders
screening-unavailable    there is no library to screen by
ledger-unavailable       entries cannot be made durable
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from zhengming.ground.errors import Unavailable, ZhengmingError
from zhengming.ledger.entry import Entry
from zhengming.screening.library import Library
from zhengming.screening.snapshot import Snapshot
from zhengming.synthesis.work import Book, Edges

#: Seconds between two looks.
PAUSE = 1.0
log = logging.getLogger(__name__)


class Shelf:
    """The library of features at ``path``: opened when it is there, taken over when it is another one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._library: Library | None = None

    def current(self) -> Snapshot:
        """The snapshot in use. Raises Unavailable (BadFile where it is damaged): then nothing is screened."""
        if self._library is None:
            self._library = Library(self._path)
        return self._library.snapshot

    def look(self) -> None:
        """Take over what is new at the path."""
        if self._library is not None:
            self._library.refresh()


class WatchedBook:
    """The ledger, and whether it took the last entry that it was given."""

    def __init__(self, book: Book) -> None:
        self._book, self.works = book, True

    async def append_soon(self, entry: Entry) -> object:
        """As the ledger does it."""
        self.works = False
        receipt = await self._book.append_soon(entry)
        self.works = True
        return receipt

    def check(self) -> None:
        """Raises Unavailable where the last entry was not taken."""
        if not self.works:
            raise Unavailable("台账不可用", "the ledger is not available")


@dataclass
class States:
    """Which degraded states the service is in, in ``now``. :meth:`watch` looks once a second and tells the ledger."""

    edges: Edges
    book: WatchedBook
    shelf: Shelf
    now: frozenset[str] = frozenset()
    _told: set[str] = field(default_factory=set)

    async def watch(self) -> None:
        """Look for ever."""
        while True:
            await self.look()
            await asyncio.sleep(PAUSE)

    async def look(self) -> None:
        """Look once: ask each edge, and tell the ledger what has changed."""
        await asyncio.to_thread(self.shelf.look)
        asked: dict[str, Callable[[], object]] = {
            "policy-stale": self.edges.policy,
            "screening-unavailable": self.edges.library,
            "ledger-unavailable": self.book.check,
        }
        self.now = frozenset(name for name, ask in asked.items() if not _works(ask))
        await self._tell(self.now)

    async def _tell(self, found: frozenset[str]) -> None:
        """Enter changes on the ledger. What it does not take now is told once it does."""
        at = int(self.edges.clock().timestamp() * 1_000_000)
        changes = [("state.entered", name) for name in sorted(found - self._told)]
        changes += [("state.left", name) for name in sorted(self._told - found)]
        try:
            for kind, name in changes:
                await self.book.append_soon(Entry(kind, at, facts={"state": name}))
                self._told ^= {name}
                log.warning("%s %s", kind, name)
        except Exception as error:  # whatever keeps the ledger from it
            log.error("the ledger takes no entry: %s", type(error).__name__)


def _works(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except ZhengmingError:
        return False
    return True
