"""The ledger: entries go in and are durable, checkpoints speak for them, proofs come out (Art. 16, 留存有关记录)."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from threading import RLock

from zhengming.ground.errors import BadFile, Refused, Unavailable, WrongInput
from zhengming.ledger import proofs
from zhengming.ledger.checkpoint import Checkpoint, checkpoint_of
from zhengming.ledger.commit import MOST_AT_ONCE, Committer
from zhengming.ledger.entry import Entry
from zhengming.ledger.note import ED25519, Note, Signature, Signer, VerifierKey
from zhengming.ledger.store import Store
from zhengming.ledger.tree import Frontier, leaf_hash

#: Seconds between two checkpoints while the ledger grows. Our choice.
PAUSE = 1.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Receipt:
    """An entry is durable: its number, counted from 0, and its leaf hash."""

    index: int
    leaf: bytes


class View:
    """A ledger to read in: entries, checkpoints, proofs. ``store`` may be a reader's."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._node = proofs.node_from(store.hashes)

    @property
    def checkpoint(self) -> Note | None:
        """The checkpoint signed last."""
        found = self.store.checkpoint()
        return Note.parsed(found) if found else None

    def entry(self, index: int) -> bytes:
        """The bytes of entry ``index``. Raises WrongInput when there is none."""
        if not 0 <= index < self.store.size:
            raise WrongInput(f"没有第 {index} 条，共 {self.store.size} 条", f"no entry {index} of {self.store.size}")
        return next(self.store.read(index, index + 1))

    def root(self, size: int) -> bytes:
        """The root of the first ``size`` entries."""
        return proofs.root_at(size, self._node)

    def prove_inclusion(self, index: int, size: int) -> list[bytes]:
        """That entry ``index`` is among the first ``size`` (RFC 9162 §2.1.3)."""
        return proofs.inclusion_proof(index, self._bounded(size), self._node)

    def prove_consistency(self, old: int, new: int) -> list[bytes]:
        """That the first ``old`` entries are still the first of ``new`` (RFC 9162 §2.1.4)."""
        return proofs.consistency_proof(old, self._bounded(new), self._node)

    def _bounded(self, size: int) -> int:
        if size > self.store.size:
            raise WrongInput(f"台账只有 {self.store.size} 条", f"the ledger has {self.store.size} entries")
        return size


class Ledger(View):
    """A ledger to write in. One at a time holds a store; any number of threads and event loops use it.

    ``signer``: the log's key, under whose name (the origin) checkpoints are signed every ``pause`` seconds while the
    ledger grows, at rest and at the end. ``told`` hears of every new checkpoint, in the writer's thread, and shall be
    quick. ``store`` is closed with the ledger, and when this fails. Raises BadFile when the store does not hold what
    its last checkpoint vouches for, Refused for a key that is none of this ledger's.
    """

    def __init__(
        self, store: Store, signer: Signer, pause: float = PAUSE, told: Callable[[Note], None] | None = None
    ) -> None:
        super().__init__(store)
        self._signer, self._told, self._lock = signer, told, RLock()
        self._fresh: list[tuple[int, bytes]] = []
        try:
            self._edge = Frontier.restored(store.hashed(0), store.hashes, lambda *tile: self._fresh.append(tile))
            self._catch_up()
            self._check_key()
            self._signed = self._checked_against(self.checkpoint)
        except BaseException:
            store.close()
            raise
        self._committer = Committer[Receipt](self._commit, self._rest, pause)

    def append(self, entry: Entry) -> Receipt:
        """Add ``entry``; it is durable when this returns. Raises Unavailable."""
        return self.submit([entry]).result()[0]

    def append_all(self, entries: Sequence[Entry]) -> list[Receipt]:
        """Add ``entries``, together and in order; they are durable when this returns. Raises Unavailable."""
        return self.submit(entries).result()

    async def append_soon(self, entry: Entry) -> Receipt:
        """:meth:`append` for an event loop, which goes on meanwhile."""
        return (await asyncio.wrap_future(self.submit([entry])))[0]

    def submit(self, entries: Sequence[Entry]) -> "Future[list[Receipt]]":
        """Add ``entries``; the future has their receipts once they are durable."""
        if not 0 < len(entries) <= MOST_AT_ONCE:
            raise WrongInput(f"一次 1 至 {MOST_AT_ONCE} 条", f"1 to {MOST_AT_ONCE} entries at once")
        return self._committer.submit([entry.encoded for entry in entries])

    def sign_checkpoint(self) -> Note:
        """A checkpoint over every entry so far; a new one only where there are new entries."""
        with self._lock:
            last = self.checkpoint
            if last and self._signed == self._edge.size:
                return last
            self.store.settle()
            note = Checkpoint(self._signer.name, self._edge.size, self._edge.root()).signed(self._signer)
            self.store.keep_checkpoint(self._edge.size, note.encoded())
            self._signed = self._edge.size
        if self._told:
            self._told(note)
        return note

    def keep_cosignatures(self, note: Note, witness: VerifierKey) -> Note:
        """Keep ``witness``'s cosignature of the latest checkpoint. Raises WrongInput for one that is not right."""
        found = note.by(witness)
        with self._lock:
            last = self.checkpoint
            if found is None or last is None or last.text != note.text:
                raise WrongInput("不是对最新检查点的有效联署", "no right cosignature of the latest checkpoint")
            return self._keep(last, found, witness)

    def _keep(self, last: Note, found: Signature, witness: VerifierKey) -> Note:
        self.store.keep_key(str(witness))
        note = last.with_([found])
        self.store.keep_checkpoint(checkpoint_of(note).size, note.encoded())
        return note

    def prove_inclusion(self, index: int, size: int) -> list[bytes]:
        with self._lock:
            return super().prove_inclusion(index, size)

    def prove_consistency(self, old: int, new: int) -> list[bytes]:
        with self._lock:
            return super().prove_consistency(old, new)

    def close(self) -> None:
        """Commit what waits, sign a last checkpoint, and let go of the store."""
        try:
            self._committer.close()
        finally:
            self.store.close()

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _commit(self, entries: Sequence[bytes]) -> list[Receipt]:
        with self._lock:
            first = self._edge.size
            leaves = [leaf_hash(entry) for entry in entries]
            self.store.append(entries)
            self._grow(leaves)
        return [Receipt(index, leaf) for index, leaf in enumerate(leaves, first)]

    def _grow(self, leaves: Sequence[bytes]) -> None:
        """Let the tree grow by entries that are durable: what fails here must not deny them."""
        start = self._edge.size
        self._edge.extend(leaves)
        fresh, self._fresh = self._fresh, []
        try:
            self.store.keep_hashes(0, start, b"".join(leaves))
            for row in sorted({row for row, _ in fresh}):
                self.store.keep_hashes(row, self.store.hashed(row), b"".join(each for of, each in fresh if of == row))
        except Unavailable as error:
            log.error("the ledger must be opened anew: %s", error)

    def _rest(self) -> None:
        """A checkpoint where there is something new. What fails is tried again: entries are durable without it."""
        try:
            if self._signed < self._edge.size:
                self.sign_checkpoint()
        except Exception:  # also what ``told`` may raise: the writer must go on whatever others do
            log.exception("no checkpoint could be signed, or somebody who was told of it failed")

    def _catch_up(self) -> None:
        """Let the tree grow by the entries that a crash left without their hashes."""
        for at in range(self._edge.size, self.store.size, MOST_AT_ONCE):
            entries = self.store.read(at, min(at + MOST_AT_ONCE, self.store.size))
            self._grow([leaf_hash(entry) for entry in entries])

    def _log_keys(self) -> list[VerifierKey]:
        return [key for key in map(VerifierKey.parsed, self.store.keys()) if key.kind == ED25519]

    def _check_key(self) -> None:
        """A fresh ledger takes the signer's key; an old one knows its keys, and takes a new one only on purpose."""
        if not self._log_keys():
            self.store.keep_key(str(self._signer.key))
        if self._signer.key not in self._log_keys():
            raise Refused(
                "这不是本台账的密钥；更换密钥须先登记新公钥",
                "this is not a key of this ledger; to change keys, have the new one kept first",
            )

    def _checked_against(self, last: Note | None) -> int:
        """How many entries the last checkpoint speaks for. Raises BadFile where it is not what the store holds."""
        if last is None:
            return -1
        stated = checkpoint_of(last)
        if stated.origin != self._signer.name or not any(map(last.by, self._log_keys())):
            raise BadFile(
                f"最后的检查点不是 {self._signer.name} 所签", f"{self._signer.name} did not sign the checkpoint"
            )
        if stated.size > self.store.size:
            raise BadFile(
                f"台账缺失条目：签过 {stated.size} 条，只有 {self.store.size} 条",
                f"entries of the ledger are lost: {stated.size} were signed for, {self.store.size} are there",
            )
        if self.root(stated.size) != stated.root:
            raise BadFile("台账与最后的检查点不符", "the ledger is not what its last checkpoint vouches for")
        return stated.size
