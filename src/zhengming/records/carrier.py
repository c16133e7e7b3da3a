"""The carrier: in the process that holds the ledger, carries waiting entries over several times a second."""

import logging
from threading import Event, Thread
from time import monotonic

from django.db import close_old_connections, connection

from zhengming.ledger.ledger import Ledger
from zhengming.records.outbox import carried_over

#: Seconds between two looks into the outbox. Our choice.
PAUSE = 0.2
log = logging.getLogger(__name__)


class Carrier:
    """Carries entries over to ``ledger`` from a thread of its own until it is closed, and once more at the end."""

    def __init__(self, ledger: Ledger, pause: float = PAUSE) -> None:
        self._ledger, self._pause = ledger, pause
        self._end, self._carried_at = Event(), monotonic()
        self._thread = Thread(target=self._run, name="zhengming-carrier", daemon=True)
        self._thread.start()

    @property
    def behind(self) -> float:
        """Seconds since the outbox was last found empty or emptied: for readiness and alarms."""
        return monotonic() - self._carried_at

    def close(self) -> None:
        """Carry what waits, and end. Before the ledger is closed."""
        self._end.set()
        self._thread.join()

    def __enter__(self) -> "Carrier":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        while not self._end.wait(self._pause):
            self._carry()
        self._carry()
        connection.close()

    def _carry(self) -> None:
        start = monotonic()
        try:
            close_old_connections()
            carried_over(self._ledger)
        except Exception as error:  # whatever it is, entries go on waiting, and the next look may succeed
            log.error("entries could not be carried over: %s", type(error).__name__)
            connection.close()
        else:
            self._carried_at = start
