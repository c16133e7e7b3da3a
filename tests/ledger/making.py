"""Small ledgers to test on."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path

from zhengming.ledger.digest import Digest
from zhengming.ledger.entry import Entry
from zhengming.ledger.export import Timestamps, write_export
from zhengming.ledger.file_store import FileStore
from zhengming.ledger.ledger import Ledger, View
from zhengming.ledger.note import COSIGNATURE, Signer

ORIGIN = "ledger.example/one"
SIGNER = Signer.from_seed(ORIGIN, bytes(range(32)))
FORGER = Signer.from_seed(ORIGIN, bytes(range(1, 33)))
WITNESS = Signer.from_seed("witness.example/w1", bytes(range(2, 34)), COSIGNATURE)
#: Long enough that no checkpoint is signed in the midst of a test.
NEVER = 3600.0


def entry(number: int, kind: str = "work.released") -> Entry:
    """An entry that is like no other number's."""
    digests = {"output": Digest.of(b"%d" % number)}
    return Entry(kind, 1_763_937_000_000_000 + number, {"work": f"{number:032x}"}, digests, {"verdict": "passed"})


def grown(folder: Path, *sizes: int, signer: Signer = SIGNER, kind: str = "work.released") -> Path:
    """A ledger in ``folder`` with a checkpoint at each of ``sizes``."""
    with Ledger(FileStore(folder), signer, NEVER) as ledger:
        for size in sizes:
            if size > ledger.store.size:
                ledger.append_all([entry(number, kind) for number in range(ledger.store.size, size)])
            ledger.sign_checkpoint()
    return folder


@contextmanager
def viewed(folder: Path) -> Iterator[View]:
    """The ledger in ``folder``, to read."""
    with closing(FileStore(folder, writing=False)) as store:
        yield View(store)


def exported(folder: Path, timestamps: Timestamps | None = None) -> bytes:
    """The export of the ledger in ``folder``."""
    sink = BytesIO()
    with viewed(folder) as view:
        write_export(view, sink, timestamps)
    return sink.getvalue()
