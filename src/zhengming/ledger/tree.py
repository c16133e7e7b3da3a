"""The Merkle tree of RFC 9162 §2.1 with SHA-256, as it grows: its right edge, and its root at any moment.

Hashes are kept in rows. Row 0 holds the leaves, row 1 the roots of 256 leaves each, row 2 of 65 536, and so on: the
tiles of C2SP tlog-tiles. What lies between two rows is computed again when a proof needs it, at most 255 hashes.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

#: Leaves of a tile, its height, and the size of a hash in bytes.
TILE, HEIGHT, HASH = 256, 8, 32
EMPTY_ROOT = sha256(b"").digest()

#: Gives the hashes ``start`` to ``stop`` (exclusive) of a row.
ReadRow = Callable[[int, int, int], Sequence[bytes]]


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry: SHA-256 of 00 and its bytes."""
    return sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side: SHA-256 of 01 and both hashes."""
    return sha256(b"\1" + left + right).digest()


def folded(hashes: Sequence[bytes]) -> bytes:
    """The root over ``hashes``, at least one: equally high whole subtrees, of which the last may be incomplete."""
    row = list(hashes)
    while len(row) > 1:
        pairs = [sha256(b"\1" + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=False)]
        row = pairs + row[len(pairs) * 2 :]
    return row[0]


class Frontier:
    """The right edge of a tree: in each row the hashes that no whole tile holds yet, at most 255.

    ``told`` hears of each whole tile: the row of its root and the root.
    """

    def __init__(self, told: Callable[[int, bytes], None] | None = None) -> None:
        self.size = 0
        self._rows: list[list[bytes]] = [[]]
        self._told = told

    @classmethod
    def restored(cls, size: int, read: ReadRow, told: Callable[[int, bytes], None] | None = None) -> "Frontier":
        """The edge of a tree of ``size`` leaves whose rows are stored."""
        edge = cls(told)
        edge.size, row = size, 0
        edge._rows = []
        while size or not edge._rows:
            edge._rows.append(list(read(row, size - size % TILE, size)))
            size, row = size // TILE, row + 1
        return edge

    def append(self, leaf: bytes) -> None:
        """One more leaf, given by its hash."""
        self.size += 1
        self._push(0, leaf)

    def extend(self, leaves: Iterable[bytes]) -> None:
        """More leaves, in order, given by their hashes."""
        for leaf in leaves:
            self.append(leaf)

    def _push(self, number: int, found: bytes) -> None:
        if number == len(self._rows):
            self._rows.append([])
        row = self._rows[number]
        row.append(found)
        if len(row) == TILE:
            root = folded(row)
            row.clear()
            if self._told:
                self._told(number + 1, root)
            self._push(number + 1, root)

    def root(self) -> bytes:
        """The root over all leaves so far."""
        if not self.size:
            return EMPTY_ROOT
        below: list[bytes] = []
        for row in self._rows:
            edge = row + below
            below = [folded(edge)] if edge else []
        return below[0]
