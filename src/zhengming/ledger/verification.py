"""Verifying an export offline (Art. 16, 21: records that an authority can check without trusting their keeper).

What is found: any changed, swapped, missing or added entry, with its number where that can be told; a wrong or
foreign signature; two histories under one key. What only an anchor can find, a checkpoint that was kept elsewhere:
a ledger cut off at an earlier checkpoint, or written anew by whoever holds the key.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import BinaryIO

from zhengming.ground.errors import BadFile, ZhengmingError
from zhengming.ledger.anchor import Anchored
from zhengming.ledger.anchoring import stamped
from zhengming.ledger.checkpoint import Checkpoint, checkpoint_of
from zhengming.ledger.entry_check import EntryCheck
from zhengming.ledger.export_reading import Block, Lines, Tiles, check_end, read_blocks, read_opening
from zhengming.ledger.findings import Finding, Findings
from zhengming.ledger.note import COSIGNATURE, ED25519, Note, VerifierKey
from zhengming.ledger.progress import Progress
from zhengming.ledger.proofs import shows_consistency
from zhengming.ledger.tree import EMPTY_ROOT, TILE

#: The last second that has a date; a cosignature may state any number.
LATEST = 253_402_300_799


@dataclass(frozen=True)
class Trust:
    """What the one who verifies knows from elsewhere.

    ``keys``: of the log and of witnesses. ``anchors``: checkpoints kept elsewhere. ``authorities``: certificates
    (DER) of timestamping authorities.
    """

    keys: tuple[VerifierKey, ...] = ()
    anchors: tuple[Anchored, ...] = ()
    authorities: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Witnessed:
    """``by`` states that it saw the checkpoint over ``size`` entries at ``time``; ``trusted``: it is known to us."""

    by: str
    size: int
    time: datetime
    trusted: bool


@dataclass(frozen=True)
class Verification:
    """What an export is worth. ``trusted``: a key from elsewhere signed it, not only the one that it brings along.

    ``entries``: how many lines of entries were read; ``witnessed``: the latest statement of each witness and of a
    timestamping authority; ``more``: findings beyond those listed.
    """

    origin: str
    size: int
    entries: int
    root: bytes | None
    checkpoints: int
    trusted: bool
    anchors: int
    witnessed: tuple[Witnessed, ...]
    findings: tuple[Finding, ...]
    more: int

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


def verify_export(file: BinaryIO, trust: Trust | None = None, progress: Progress | None = None) -> Verification:
    """Verify the export in ``file``, a file that can be sought in, in memory that does not grow with it."""
    check = _Check(Lines(file), trust or Trust())
    try:
        check.run(progress)
    except BadFile as error:
        check.findings.add("damaged", detail=error)
    return check.result()


@dataclass
class _Check:
    """One verification under way."""

    lines: Lines
    trust: Trust
    findings: Findings = field(default_factory=Findings)
    origin: str = ""
    size: int = 0
    keys: list[VerifierKey] = field(default_factory=list)
    last: Checkpoint | None = None
    blocks: int = 0
    trusted: bool = False
    roots: dict[int, bytes] = field(default_factory=dict)
    entries: EntryCheck | None = None
    witnessed: dict[str, Witnessed] = field(default_factory=dict)

    def run(self, progress: Progress | None) -> None:
        self.origin, self.size, self.keys = read_opening(self.lines)
        for block in read_blocks(self.lines):
            self._block(block)
        self._last_block()
        tiles = self._tiles()
        sizes = {*self.roots, *(checkpoint_of(anchor.note).size for anchor in self.trust.anchors), self.size}
        self.entries = EntryCheck(self.lines, tiles, sizes, self.findings)
        stated = self.lines.number("entries")
        self.entries.run(stated, progress)
        if stated != self.size:
            self.findings.add("count", stated=self.size, found=stated)
        self._compare_roots(self.entries.roots)
        self._anchors(self.entries.roots)
        check_end(self.lines)

    def _block(self, block: Block) -> None:
        """One checkpoint: of this log, signed, every signature right, and grown from the one before."""
        found, before = block.checkpoint, self.last
        if found.origin != self.origin:
            self.findings.add("other-log", size=found.size, origin=found.origin)
        self._signatures(block)
        old_size, old_root = (before.size, before.root) if before else (0, EMPTY_ROOT)
        if before and found.size <= old_size:
            code = "fork" if found.size == old_size and found.root != old_root else "order"
            self.findings.add(code, size=found.size)
        elif not shows_consistency(old_size, found.size, old_root, found.root, block.proof):
            self.findings.add("inconsistent", old=old_size, size=found.size)
        self._cosignatures(block.note, found.size)
        for token in block.timestamps:
            self._stamp(token, block.note, found.size)
        self.last, self.blocks = found, self.blocks + 1
        self.roots.setdefault(found.size, found.root)

    def _signatures(self, block: Block) -> None:
        """The log's own signature must be there; whoever else signed must be known and right."""
        known = {(key.name, key.id): key for key in (*self.keys, *self.trust.keys)}
        right = [
            key
            for each in block.note.signatures
            if (key := known.get((each.name, each.key_id))) and block.note.by(key)
        ]
        if len(right) < len(block.note.signatures):
            self.findings.add("signature", size=block.checkpoint.size)
        if not any(_is_log(key, self.origin) for key in right):
            self.findings.add("unsigned", size=block.checkpoint.size)
        self.trusted = any(key in self.trust.keys for key in right)

    def _stamp(self, token: bytes, note: Note, size: int) -> None:
        try:
            found = stamped(token, note, self.trust.authorities)
        except ZhengmingError as error:
            self.findings.add("timestamp", size=size, detail=error)
        else:
            self._saw(Witnessed("RFC 3161", size, found.time, found.trusted))

    def _cosignatures(self, note: Note, size: int) -> None:
        for key in (*self.keys, *self.trust.keys):
            if key.kind == COSIGNATURE and (found := note.by(key)):
                time = datetime.fromtimestamp(min(found.time, LATEST), UTC)
                self._saw(Witnessed(key.name, size, time, key in self.trust.keys))

    def _saw(self, found: Witnessed) -> None:
        before = self.witnessed.get(found.by)
        if before is None or (found.trusted, found.size) >= (before.trusted, before.size):
            self.witnessed[found.by] = found

    def _last_block(self) -> None:
        if self.last is None:
            self.findings.add("unsigned", size=self.size)
        elif self.last.size != self.size:
            self.findings.add("uncovered", size=self.last.size, stated=self.size)
        if self.trust.keys and not self.trusted:
            self.findings.add("foreign-key")

    def _tiles(self) -> Tiles:
        start, count = self.lines.at, self.lines.number("tiles")
        if count != self.size // TILE:
            raise BadFile("分块数与条数不符", "the number of tiles does not fit the size", start)
        return Tiles(self.lines, count)

    def _compare_roots(self, found: dict[int, bytes]) -> None:
        """The first checkpoint that does not fit bounds where the change is."""
        good = 0
        for size, root in sorted(self.roots.items()):
            if size in found and found[size] != root:
                self.findings.add("root", old=good, size=size)
                return
            good = size

    def _anchors(self, found: dict[int, bytes]) -> None:
        for anchor in self.trust.anchors:
            self._anchor(anchor, checkpoint_of(anchor.note), found)

    def _anchor(self, anchor: Anchored, stated: Checkpoint, found: dict[int, bytes]) -> None:
        keys = self.trust.keys or self.keys
        if stated.origin != self.origin or not any(anchor.note.by(key) for key in keys):
            self.findings.add("anchor", size=stated.size)
            return
        self._cosignatures(anchor.note, stated.size)
        if anchor.token:
            self._stamp(anchor.token, anchor.note, stated.size)
        if stated.size > self.size:
            self.findings.add("cut-tail", self.size, size=stated.size, found=self.size)
        elif found.get(stated.size) != stated.root:
            self.findings.add("fork", size=stated.size)

    def result(self) -> Verification:
        entries = self.entries
        return Verification(
            self.origin,
            self.size,
            entries.count if entries else 0,
            entries.roots.get(self.size) if entries else None,
            self.blocks,
            self.trusted,
            len(self.trust.anchors),
            tuple(self.witnessed.values()),
            tuple(self.findings.kept),
            self.findings.more,
        )


def _is_log(key: VerifierKey, origin: str) -> bool:
    return key.kind == ED25519 and key.name == origin
