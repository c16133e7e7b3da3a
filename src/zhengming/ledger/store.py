"""What keeps a ledger: the contract that the file store here and the database stores above keep alike.

A store is dumb: bytes in order, their hashes, the signed checkpoints. It knows no tree and no key. One writer holds
it at a time; what came back from :meth:`Store.append` survives kill -9 and loss of power. Hashes are derived:
a store may forget those kept since the last :meth:`Store.settle`, of all rows alike, but never keep wrong ones.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol


class Store(Protocol):
    """Entries of a ledger and what belongs to them. Errors: Unavailable (disk, lock), BadFile (damage)."""

    @property
    def size(self) -> int:
        """How many entries there are."""

    def append(self, entries: Sequence[bytes]) -> None:
        """Add ``entries``, all or none. They are durable when this returns."""

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """The entries ``start`` to ``stop`` (exclusive), in order."""

    def hashed(self, row: int) -> int:
        """How many hashes of a row of the tree are kept."""

    def keep_hashes(self, row: int, start: int, hashes: bytes) -> None:
        """Keep hashes of 32 bytes each, from number ``start`` of the row on, which is :meth:`hashed`."""

    def hashes(self, row: int, start: int, stop: int) -> Sequence[bytes]:
        """The hashes ``start`` to ``stop`` (exclusive) of a row."""

    def settle(self) -> None:
        """Make the hashes kept so far durable."""

    def keep_checkpoint(self, size: int, note: bytes) -> None:
        """Keep a signed checkpoint over ``size`` entries, durably; a later one of the same size replaces it."""

    def checkpoint(self) -> bytes | None:
        """The checkpoint kept last."""

    def checkpoints(self) -> Iterator[tuple[int, bytes]]:
        """Every checkpoint with its size, sizes ascending; of one size the one kept last."""

    def keep_key(self, key: str) -> None:
        """Keep a verifier key (of the log, of a witness), durably, once."""

    def keys(self) -> Sequence[str]:
        """The verifier keys, in the order they were kept."""

    def close(self) -> None:
        """Settle and let go."""
