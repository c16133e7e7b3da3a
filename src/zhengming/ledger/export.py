"""An export: a whole ledger in one text file that proves itself, with no access to us (docs/ledger.md).

zhengming-ledger-export/1
origin NAME
size NUMBER
key VKEY                         once for each key that signed a checkpoint below
checkpoint NUMBER                of hashes in the proof that the one before grew into this one
HASH …                           one a line
the note, an empty line behind it
timestamp BASE64                 RFC 3161 tokens over the note's text, if any
tiles NUMBER
HASH …                           the root of each 256 entries: tells where a change is
entries NUMBER
INDEX LEAF-HASH JSON             one a line
end sha256:HEX                   over everything before, so that nothing flips unseen
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import islice
from typing import BinaryIO

from zhengming.ground.errors import WrongInput
from zhengming.ledger.checkpoint import checkpoint_of
from zhengming.ledger.ledger import View
from zhengming.ledger.note import Note, base64
from zhengming.ledger.progress import Progress
from zhengming.ledger.tree import TILE, leaf_hash

FIRST_LINE = "zhengming-ledger-export/1"
#: The most checkpoints that an export tells of; of more it takes some, evenly. Each speaks for all before it.
MOST_CHECKPOINTS = 256
STEP = 1024

#: RFC 3161 tokens (DER) by the size of the checkpoint whose text they stamp.
Timestamps = Mapping[int, Sequence[bytes]]


def write_export(
    view: View, sink: BinaryIO, timestamps: Timestamps | None = None, progress: Progress | None = None
) -> int:
    """Write every entry under the latest checkpoint to ``sink``; how many comes back. Memory stays bounded.

    Raises WrongInput for a ledger without a checkpoint, BadFile for a damaged one.
    """
    last = view.checkpoint
    if last is None:
        raise WrongInput("台账还没有检查点", "the ledger has no checkpoint yet")
    size, digest = checkpoint_of(last).size, sha256()
    for text in _pieces(view, last, size, timestamps or {}, progress):
        data = text.encode()
        digest.update(data)
        sink.write(data)
    sink.write(f"end sha256:{digest.hexdigest()}\n".encode())
    return size


def _pieces(view: View, last: Note, size: int, timestamps: Timestamps, progress: Progress | None) -> Iterator[str]:
    yield f"{FIRST_LINE}\norigin {checkpoint_of(last).origin}\nsize {size}\n"
    keys = view.store.keys()
    yield from (f"key {key}\n" for key in keys)
    yield from _checkpoints(view, size, timestamps)
    yield f"tiles {size // TILE}\n"
    for start in range(0, size // TILE, STEP):
        yield _hashes(view.store.hashes(1, start, min(start + STEP, size // TILE)))
    yield f"entries {size}\n"
    for start in range(0, size, STEP):
        yield _entries(view, start, min(start + STEP, size))
        if progress:
            progress(min(start + STEP, size))


def _checkpoints(view: View, size: int, timestamps: Timestamps) -> Iterator[str]:
    before = 0
    for number, note in _chosen(view, size, timestamps):
        proof = view.prove_consistency(before, number)
        yield f"checkpoint {len(proof)}\n{_hashes(proof)}{note.decode()}\n"
        yield from (f"timestamp {base64(token)}\n" for token in timestamps.get(number, ()))
        before = number


def _chosen(view: View, size: int, timestamps: Timestamps) -> Iterator[tuple[int, bytes]]:
    """Some checkpoints, evenly; every one with a timestamp; and the last."""
    count = sum(1 for number, _ in view.store.checkpoints() if number <= size)
    every = -(-count // MOST_CHECKPOINTS)
    for place, (number, note) in enumerate(islice(view.store.checkpoints(), count)):
        if place % every == 0 or number in timestamps or place == count - 1:
            yield number, note


def _entries(view: View, start: int, stop: int) -> str:
    entries = enumerate(view.store.read(start, stop), start)
    return "".join(f"{index} {base64(leaf_hash(entry))} {entry.decode()}\n" for index, entry in entries)


def _hashes(hashes: Sequence[bytes]) -> str:
    return "".join(f"{base64(each)}\n" for each in hashes)
