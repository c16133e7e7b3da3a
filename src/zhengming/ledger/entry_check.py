"""The entries of an export, one after the other: each against its hash, its number and its tile.

An entry is where it should be when the root over all is the one that was signed. The hashes beside the entries and
the roots of tiles add no proof; they tell which entry it is that does not fit.
"""

from collections.abc import Collection, Sequence

from zhengming.ledger.export_reading import END, Lines, read_entry
from zhengming.ledger.findings import Findings
from zhengming.ledger.note import base64
from zhengming.ledger.progress import Progress
from zhengming.ledger.tree import TILE, Frontier, folded, leaf_hash


class EntryCheck:
    """``roots`` has, once run, the root over the entries as they are, at each of ``sizes``; ``count`` is how many."""

    def __init__(self, lines: Lines, tiles: Sequence[bytes], sizes: Collection[int], findings: Findings) -> None:
        self._lines, self._tiles, self._sizes, self._findings = lines, tiles, sizes, findings
        self._edge = Frontier()
        self.roots = {0: self._edge.root()} if 0 in sizes else {}
        self._leaves: list[bytes] = []
        self._stated: list[bytes] = []
        self._shift, self._clean = 0, True

    @property
    def count(self) -> int:
        """How many entries were read."""
        return self._edge.size

    def run(self, stated: int, progress: Progress | None) -> None:
        """Read ``stated`` entries, or as many as there are."""
        for index in range(stated):
            if not self._one(index):
                self._findings.add("cut", index=index, stated=stated)
                break
            if len(self._leaves) == TILE:
                self._tile(index)
                if progress:
                    progress(self._lines.at)
        self._tile(self.count - 1)

    def _one(self, index: int) -> bool:
        """Take in the line that should be entry ``index``; whether there was one."""
        line = self._lines.raw()
        if not line or line.startswith(END):
            self._lines.unread(line)
            return False
        found = read_entry(line)
        number, stated, entry = found or (index, b"", line)
        leaf = leaf_hash(entry)
        if found is None:
            self._found("broken-entry", index)
        elif number - index not in (0, self._shift):
            self._found("moved-entry", index, number)
        self._shift = number - index
        self._leaves.append(leaf)
        self._stated.append(stated)
        self._edge.append(leaf)
        if self._edge.size in self._sizes:
            self.roots[self._edge.size] = self._edge.root()
        return True

    def _tile(self, last: int) -> None:
        """Compare the hashes of the entries since the last tile; tell entry and hash apart by what the tile says."""
        first, tile = last + 1 - len(self._leaves), last // TILE
        whole = len(self._leaves) == TILE and tile < len(self._tiles)
        right = whole and folded(self._leaves) == self._tiles[tile]
        for index, (leaf, stated) in enumerate(zip(self._leaves, self._stated, strict=True), first):
            if stated and base64(leaf).encode() != stated:
                self._found("changed-hash" if right else "changed-entry", index)
        if whole and not right and self._clean and not self._shift:
            self._findings.add("changed-tile", index=first, last=last)
        self._leaves.clear()
        self._stated.clear()
        self._clean = True

    def _found(self, code: str, index: int, found: int = 0) -> None:
        self._clean = False
        self._findings.add(code, index=index, found=found)
