"""The office: records, keys, evidence and the ledger of one installation, opened together.

A ledger has one writer. Where a service of ours holds it, acts done here write their entries into the outbox and the
service carries them over; where nobody does, this office holds it and carries them over itself.
"""

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from zhengming.ledger.file_store import FileStore
from zhengming.ledger.ledger import Ledger
from zhengming.ledger.note import Signer
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
        held = is_held(storage.ledger_folder)
        ledger = None if held else stack.enter_context(Ledger(FileStore(storage.ledger_folder), signer(found)))
        yield Office(storage, found, ledger)
        if ledger:
            from zhengming.records.outbox import carried_over

            carried_over(ledger)


def signer(found: Keys) -> Signer:
    """The signer of the ledger's checkpoints. Its name is the installation's, which never changes."""
    from zhengming.records.models import Installation

    return Signer.from_seed(f"zhengming/{Installation.objects.get().id}", found.ledger_seed)


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
