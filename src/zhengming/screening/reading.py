"""How a text is read: as it stands, and again with what is encoded in it decoded or its lines turned to columns.

Each reading keeps, for every character, where it stood in the text as it was given.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from zhengming.screening.alphabet import HAS_LETTER, HAS_SIGN, LETTER, SOUND, Marks
from zhengming.screening.fold import BARRIER, FOLDS, Arranged, Decoded, Piece
from zhengming.screening.snapshot import Snapshot

#: How often what was decoded is decoded again: %25E8 is encoded twice.
DEEPEST = 3
#: Letters of one run that are tried as syllables.
LONGEST_RUN = 24

#: Pieces that may begin at one place: one for each fold that was needed, and stretches that were taken out.
MOST_AT_ONCE = 64
#: The mark by sound of a letter in a run that is no pinyin: a control character, in no word.
WORD = 1

Places = NDArray[np.intp]


@dataclass(frozen=True)
class Reading:
    """A text read in one way.

    ``starts`` and ``stops``: where each character stood, None where the text is as it was given. ``pieces``: what
    was decoded, as places in this reading, with the fold that did it. ``fold``: the one that arranged it.
    """

    text: str
    starts: Sequence[int] | None = None
    stops: Sequence[int] | None = None
    pieces: tuple[tuple[int, int, str], ...] = field(default=())
    fold: str = ""

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where the characters ``first`` to ``last`` (inclusive) stood in the text as it was given."""
        if self.starts is None or self.stops is None:
            return first, last + 1
        return min(self.starts[first : last + 1]), max(self.stops[first : last + 1])

    def folds(self, first: int, last: int) -> set[str]:
        """The folds that made the characters ``first`` to ``last``, or that took out something between them."""
        found = {self.fold} if self.fold else set()
        index = bisect_left(self.pieces, (first, -1, ""))
        while index and self.pieces[index - 1][1] > first:
            index -= 1
        for start, stop, fold in self.pieces[index : index + last - first + MOST_AT_ONCE]:
            if start <= last and (stop > first if stop > start else start > first):
                found.add(fold)
        return found


@dataclass(frozen=True)
class Written:
    """The marks of a reading by ``shape`` and by ``sound``, and where in the reading each stands.

    ``inside``: for each mark by shape, whether a letter stands right before its letter; None without letters.
    """

    shape: Marks
    shape_at: Places
    sound: Marks
    sound_at: Places
    inside: NDArray[np.bool_] | None = None


def written(text: str, snapshot: Snapshot) -> tuple[Written, int]:
    """The marks of ``text``, and which classes of characters it has."""
    arrays = snapshot.arrays
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    classes = int(np.bitwise_or.reduce(arrays["classes"].take(codes))) if text else 0
    shape, sound = arrays["shape"].take(codes), arrays["sound"].take(codes)
    if classes & HAS_SIGN:
        _signs(text, shape, snapshot)
    inside = _syllables(sound, snapshot) if classes & HAS_LETTER else None
    shape_at, sound_at = shape.nonzero()[0], sound.nonzero()[0]
    marks = Written(
        shape.take(shape_at),
        shape_at,
        sound.take(sound_at),
        sound_at,
        None if inside is None else inside.take(shape_at),
    )
    return marks, classes


def _signs(text: str, shape: Marks, snapshot: Snapshot) -> None:
    """A sign that may mean a letter does so beside a letter."""
    signs = snapshot.facts["signs"]
    for match in _beside_letters("".join(signs)).finditer(text):
        shape[match.start()] = signs[match[0]]


@lru_cache(4)
def _beside_letters(signs: str) -> re.Pattern[str]:
    any_of = f"[{re.escape(signs)}]"
    return re.compile(f"{any_of}(?:(?<=[A-Za-z0-9].)|(?=[A-Za-z0-9]))")


def _syllables(sound: Marks, snapshot: Snapshot) -> NDArray[np.bool_]:
    """Runs of letters that can be read as syllables become those, other runs a mark that is in no word.

    Returns for each character whether it is a letter with a letter right before it.
    """
    letters = np.zeros(len(sound) + 2, np.int8)
    np.greater_equal(sound, LETTER, out=letters[1:-1].view(np.bool_))
    edges = (letters[1:] != letters[:-1]).nonzero()[0]
    starts, stops = edges[::2], edges[1::2]
    several = ((stops - starts > 1) & _among_chinese(sound, starts, stops)).nonzero()[0]
    linked = letters[1:-1] & letters[:-2]
    inside = linked.view(np.bool_)
    in_runs = ((linked | (letters[1:-1] & letters[2:])) == 1).nonzero()[0]
    spelled = (sound & 0x7F).astype(np.uint8).tobytes()
    sound[in_runs] = WORD
    segment = _segmenter(tuple(snapshot.facts["syllables"]))
    for start, stop in zip(starts[several].tolist(), stops[several].tolist(), strict=True):
        found = segment(spelled[start:stop]) if stop - start <= LONGEST_RUN else None
        if found:
            sound[start:stop] = 0
            for offset, number in found:
                sound[start + offset] = SOUND + number
    return inside


def _among_chinese(sound: Marks, starts: Places, stops: Places) -> NDArray[np.bool_]:
    """Which runs of letters stand by a Chinese character, or by a run that does, and so on three times."""
    chinese = np.zeros(len(sound) + 4, np.bool_)
    np.logical_and(sound > SOUND, sound < LETTER, out=chinese[2:-2])
    near = chinese[starts] | chinese[starts + 1] | chinese[stops + 2] | chinese[stops + 3]
    close = starts[1:] - stops[:-1] <= 2
    for _ in range(3):
        linked = near.copy()
        linked[1:] |= near[:-1] & close
        linked[:-1] |= near[1:] & close
        near = linked
    return near


@lru_cache(4)
def _segmenter(syllables: tuple[str, ...]):  # type: ignore[no-untyped-def]
    numbers = {syllable.encode(): n + 1 for n, syllable in enumerate(syllables)}
    longest = max(map(len, numbers))

    @lru_cache(65536)
    def segment(run: bytes) -> tuple[tuple[int, int], ...] | None:
        """The fewest syllables that make up ``run``: where each begins, and its number."""
        best: list[tuple[tuple[int, int], ...] | None] = [()]
        for stop in range(1, len(run) + 1):
            ways = []
            for start in range(max(0, stop - longest), stop):
                before, number = best[start], numbers.get(run[start:stop])
                if before is not None and number is not None:
                    ways.append((*before, (start, number)))
            best.append(min(ways, key=len, default=None))
        return best[-1]

    return segment


def other_readings(text: str, classes: int, snapshot: Snapshot) -> Iterator[Reading]:
    """The further readings that the characters of ``text`` give reason for."""
    folds = [FOLDS[name] for bit, name in enumerate(snapshot.facts["triggered"]) if classes >> bit & 1]
    decoders = [fold for fold in folds if isinstance(fold, Decoded)]
    if decoders:
        yield from _decoded(Reading(text), decoders, snapshot)
    for fold in folds:
        if isinstance(fold, Arranged):
            for words, starts, stops in fold.views(text):
                yield Reading(words, starts, stops, fold=fold.name)


def _decoded(reading: Reading, decoders: list[Decoded], snapshot: Snapshot) -> Iterator[Reading]:
    """Readings with ever more decoded, while there is more. What was decoded may give reason for other decoders."""
    for _ in range(DEEPEST):
        found = _pieces(reading.text, decoders)
        if not found:
            return
        reading = _replaced(reading, found, snapshot.window)
        yield reading
        _, classes = written(reading.text, snapshot)
        named = (FOLDS[name] for bit, name in enumerate(snapshot.facts["triggered"]) if classes >> bit & 1)
        decoders = [fold for fold in named if isinstance(fold, Decoded)]


def _pieces(text: str, decoders: list[Decoded]) -> list[tuple[Piece, str]]:
    """What all decoders find, in order; of two that overlap the one that begins first, then the longer."""
    every = sorted(
        ((piece, fold.name) for fold in decoders for piece in fold.pieces(text)),
        key=lambda one: (one[0].start, -one[0].stop),
    )
    kept, end = [], 0
    for piece, fold in every:
        if piece.start >= end:
            end = max(piece.stop, piece.start + 1)
            kept.append((piece, fold))
    return kept


def _replaced(old: Reading, found: list[tuple[Piece, str]], window: int) -> Reading:
    """``old`` with pieces replaced; only what is within a window of some piece, the rest was read before."""
    words: list[str] = []
    starts: list[int] = []
    stops: list[int] = []
    pieces: list[tuple[int, int, str]] = []
    at = size = 0

    def keep(start: int, stop: int) -> None:
        nonlocal size
        words.append(old.text[start:stop])
        starts.extend(range(start, stop) if old.starts is None else old.starts[start:stop])
        stops.extend(range(start + 1, stop + 1) if old.stops is None else old.stops[start:stop])
        for first, last, fold in _between(old.pieces, start, stop):
            pieces.append((first - start + size, last - start + size, fold))
        size += stop - start

    def part(where: int) -> None:
        nonlocal size
        words.append(BARRIER)
        starts.append(where)
        stops.append(where)
        size += 1

    for piece, fold in found:
        if piece.start - at > 2 * window:
            keep(at, at + window if at else 0)
            at = piece.start - window
            part(old.span(at, at)[0])
        keep(at, piece.start)
        start, stop = old.span(piece.start, piece.stop - 1)
        inherited = old.folds(piece.start, piece.stop - 1)
        words.append(piece.text)
        starts.extend([start] * len(piece.text))
        stops.extend([stop] * len(piece.text))
        pieces.extend((size, size + len(piece.text), name) for name in sorted({fold, *inherited}))
        size += len(piece.text)
        at = piece.stop
    keep(at, min(len(old.text), at + window))
    return Reading("".join(words), starts, stops, tuple(pieces), old.fold)


def _between(pieces: tuple[tuple[int, int, str], ...], start: int, stop: int) -> Iterator[tuple[int, int, str]]:
    for index in range(bisect_left(pieces, (start, 0, "")), len(pieces)):
        first, last, fold = pieces[index]
        if first >= stop:
            return
        if last <= stop:
            yield first, last, fold
