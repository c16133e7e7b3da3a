"""The keeper of the policy: the snapshot that is current, in this process, at most a second behind the records.

It asks for the version of the records several times a second and loads what changed. A reader takes one reference,
so no request sees half of a change. Where the version could not be asked for lately, there is no current policy:
who cannot know of an order must not go on (fail closed).
"""

import logging
from collections.abc import Callable
from threading import Event, Thread
from time import monotonic

from django.db import DatabaseError, close_old_connections, connection

from zhengming.ground.errors import Unavailable
from zhengming.records import loading
from zhengming.records.policy import Policy

#: Seconds between two looks, and how old the last good look may be. Settings of ours; an order is in force within
#: a second because the former and the loading of a change together take less.
PAUSE, PATIENCE = 0.2, 2.0
log = logging.getLogger(__name__)


class PolicyKeeper:
    """Keeps :attr:`current` up to date from a thread of its own. ``told`` hears of every new policy, in that thread.

    Raises Unavailable where the first policy cannot be loaded.
    """

    def __init__(
        self, pause: float = PAUSE, patience: float = PATIENCE, told: Callable[[Policy], None] | None = None
    ) -> None:
        self._pause, self._patience, self._told = pause, patience, told
        self._end = Event()
        try:
            self._policy = loading.whole()
        except DatabaseError as error:
            raise Unavailable(f"数据库不可用：{error}", f"the database is not available: {error}") from error
        self._looked_at = monotonic()
        self._thread = Thread(target=self._run, name="zhengming-policy", daemon=True)
        self._thread.start()

    @property
    def current(self) -> Policy:
        """The current policy. Raises Unavailable where it may be out of date."""
        if monotonic() - self._looked_at > self._patience:
            raise Unavailable("策略快照可能已过时，暂停放行", "the policy may be out of date: nothing is admitted")
        return self._policy

    def close(self) -> None:
        """End the thread."""
        self._end.set()
        self._thread.join()

    def __enter__(self) -> "PolicyKeeper":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        while not self._end.wait(self._pause):
            self._look()
        connection.close()

    def _look(self) -> None:
        """Take in what changed. The look counts from its beginning: what changes after that, it may have missed."""
        start = monotonic()
        try:
            close_old_connections()
            policy = loading.since(self._policy)
        except Exception as error:  # whatever it is, the thread goes on: patience runs out by itself
            log.error("the policy could not be looked up: %s", type(error).__name__)
            connection.close()
            return
        changed = policy is not self._policy
        self._policy, self._looked_at = policy, start
        if changed and self._told:
            self._told(policy)
