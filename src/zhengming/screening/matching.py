"""Where in a sequence of marks a pattern of the library may be: whole arrays at a time, on the mapped tables.

A pass looks at the first two marks (by shape) or three (by sound) of every place at once; the few places that are
left grow mark by mark while the library has a pattern that begins so. Time does not depend on how many patterns
there are, save for the caches of the machine.
"""

from bisect import bisect_left
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from zhengming.screening.alphabet import Marks
from zhengming.screening.hashing import ENDS, GOES_ON, POWERS, SPREAD, Hashes, Table, bits_of
from zhengming.screening.snapshot import Snapshot

Places = NDArray[np.intp]
_POWERS = tuple(np.uint64(power) for power in POWERS)
_SPREAD = np.uint64(SPREAD)
_WORD = 2**64 - 1
#: Up to so many places are gone through one by one; more are faster as arrays.
FEW = 24


def proposals(
    marks: Marks, by_sound: bool, snapshot: Snapshot, inside: NDArray[np.bool_] | None = None
) -> Iterator[tuple[int, int]]:
    """The places of ``marks`` where patterns may begin, each with the number of the pattern.

    ``inside``: places that are inside a word of letters, where none begins.
    """
    arrays = snapshot.arrays
    size = 3 if by_sound else 2
    if len(marks) < size or not len(arrays["keys"]):
        return
    wide = marks.astype(np.uint64)
    grown = wide[: len(wide) - size + 1].copy()
    for more in range(1, size):
        grown += wide[more : len(wide) - size + 1 + more] * _POWERS[more]
    first = arrays["first_sound" if by_sound else "first_shape"]
    said = first.take(_place(grown, first))
    if inside is not None:
        said[inside[: len(said)]] = 0
    at = said.nonzero()[0]
    if len(at) <= FEW:
        yield from _step(marks, at, grown, size, by_sound, snapshot)
        return
    yield from _walk(wide, at, grown.take(at), said.take(at), size, by_sound, snapshot)


def _step(
    marks: Marks, at: Places, grown: Hashes, size: int, by_sound: bool, snapshot: Snapshot
) -> Iterator[tuple[int, int]]:
    """As :func:`_walk`, place by place."""
    first, walk = snapshot.first[by_sound], snapshot.walk
    longest, count, row = snapshot.longest, len(marks), marks.data
    first_shift, walk_shift = 64 - bits_of(first), 64 - bits_of(walk)
    for start, begun in zip(at.tolist(), grown.take(at).tolist(), strict=True):
        hash_, shift, table, reach = begun, first_shift, first, size
        while True:
            said = table[(hash_ * SPREAD & _WORD) >> shift]
            if said & ENDS:
                yield from _ended(start, hash_, reach, by_sound, snapshot)
            if not said & GOES_ON or reach >= longest or start + reach >= count:
                break
            hash_ = (hash_ + row[start + reach] * POWERS[reach]) & _WORD
            reach += 1
            table, shift = walk, walk_shift


def _place(hashes: Hashes, table: Table) -> Places:
    return ((hashes * _SPREAD) >> np.uint64(64 - bits_of(table))).view(np.intp)


def _walk(
    wide: Hashes, at: Places, grown: Hashes, said: Table, size: int, by_sound: bool, snapshot: Snapshot
) -> Iterator[tuple[int, int]]:
    table, longest = snapshot.arrays["walk"], snapshot.facts["longest"]
    while len(at):
        ends = (said & ENDS).nonzero()[0]
        if len(ends):
            for start, hash_ in zip(at.take(ends).tolist(), grown.take(ends).tolist(), strict=True):
                yield from _ended(start, hash_, size, by_sound, snapshot)
        if size >= longest:
            return
        on = ((said & GOES_ON).astype(bool) & (at < len(wide) - size)).nonzero()[0]
        at = at.take(on)
        grown = grown.take(on) + wide.take(at + size) * _POWERS[size]
        size += 1
        said = table.take(_place(grown, table))
        some = said.nonzero()[0]
        if len(some) < len(at):
            at, grown, said = at.take(some), grown.take(some), said.take(some)


def _ended(start: int, hash_: int, size: int, by_sound: bool, snapshot: Snapshot) -> Iterator[tuple[int, int]]:
    keys = snapshot.keys
    pattern = bisect_left(keys, hash_)
    while pattern < len(keys) and keys[pattern] == hash_:
        if snapshot.arrays["sizes"][pattern] == size and snapshot.arrays["sounds"][pattern] == by_sound:
            yield start, pattern
        pattern += 1
