"""The office: records, keys, evidence and the ledger of one installation, opened together.

A ledger has one writer. Where a service of ours holds it, acts done here write their entries into the outbox and the
service carries them over; where nobody does, this office holds it and carries them over itself.
"""

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from zhengming.ledger.checkpoint import checkpoint_of
from zhengming.ledger.file_store import FileStore
from zhengming.ledger.ledger import Ledger
from zhengming.ledger.note import Note, Signer
from zhengming.records.database import Storage, opened, prepared
from zhengming.records.keys import Keys, keys


@dataclass(frozen=True)
class Office:
    """What :func:`office` opened. ``ledger`` is None where another process writes it."""

    storage: Storage
    keys: Keys
    ledger: Ledger | None


@contextmanager
def office(storage: Storage) -> Iterator[Office]:
    """Open the installation at ``storage``; at the end, carry over the entries of what was done.

    Raises what opening any of it raises, before anything is done: a damaged ledger stops every act (fail closed).
    """
    prepared(storage)
    found = keys(storage.key_folder)
    opened(storage, found.web.hex())
    with ExitStack() as stack:
        ledger = None if is_held(storage.ledger_folder) else stack.enter_context(_ledger(storage, found))
        yield Office(storage, found, ledger)
        if ledger:
            from zhengming.records.outbox import carried_over

            carried_over(ledger)


def _ledger(storage: Storage, found: Keys) -> Ledger:
    """The ledger, under the name by which its last checkpoint is signed: it never changes."""
    store = FileStore(storage.ledger_folder)
    try:
        last = store.checkpoint()
        origin = checkpoint_of(Note.parsed(last)).origin if last else storage.origin
        return Ledger(store, Signer.from_seed(origin, found.ledger_seed))
    except BaseException:
        store.close()
        raise


def is_held(folder: Path) -> bool:
    """Whether another process writes the ledger in ``folder``."""
    try:
        with (folder / "lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
