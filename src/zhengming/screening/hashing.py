"""Hashes of sequences of marks, grown one mark at a time over whole arrays, and the tables they index.

    h(m0) = m0;  h(m0..mk) = h(m0..mk-1) + mk * BASE**k   modulo 2**64

The place in a table is the high bits of h * SPREAD. A hash only proposes: every proposal is compared mark by mark.
"""

from collections.abc import Sized

import numpy as np
from numpy.typing import NDArray

BASE = 0x9E3779B97F4A7C15
SPREAD = 0xD6E8FEB86659FD93
_WORD = 2**64
#: BASE to the power of each index.
POWERS = tuple(pow(BASE, exponent, _WORD) for exponent in range(256))
#: What a byte of a table says: some pattern goes on here; some pattern ends here.
GOES_ON, ENDS = 1, 2
#: Bytes of a table that the second cache of a core holds.
SMALL = 1 << 20

Hashes = NDArray[np.uint64]
Table = NDArray[np.uint8]


def table_of(going: Hashes, ending: Hashes, room: int, sparse: int = 0) -> Table:
    """A table of at least ``room`` bytes for each hash, and of ``sparse`` where it stays within SMALL."""
    count = max(1, len(going) + len(ending))
    bits = max(12, int(room * count - 1).bit_length())
    if sparse * count <= SMALL:
        bits = max(bits, int(sparse * count - 1).bit_length())
    table = np.zeros(1 << bits, np.uint8)
    table[place(going, bits)] |= GOES_ON
    table[place(ending, bits)] |= ENDS
    return table


def place(hashes: Hashes, bits: int) -> NDArray[np.intp]:
    """Where ``hashes`` stand in a table of 2 ** ``bits`` bytes."""
    return ((hashes * np.uint64(SPREAD)) >> np.uint64(64 - bits)).astype(np.intp)


def bits_of(table: Sized) -> int:
    """The number of bits that index ``table``."""
    return len(table).bit_length() - 1
