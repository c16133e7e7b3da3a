"""Holding a proposal against the text, mark by mark: which folds does it take to read this place as that feature?"""

import json
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from zhengming.screening import gaps
from zhengming.screening.alphabet import LETTER, SOUND
from zhengming.screening.feature import Feature
from zhengming.screening.fold import FOLDS
from zhengming.screening.reading import Places, Reading
from zhengming.screening.signal import Evidence
from zhengming.screening.snapshot import Snapshot

#: Where the characters of Chinese begin, radicals and all.
IDEOGRAPHS = 0x2E80

Meanings = dict[str, frozenset[str]]


@dataclass(frozen=True)
class Pattern:
    """One pattern of a snapshot: a sequence of marks that means a feature."""

    feature: Feature
    way: str
    sound: bool
    marks: tuple[int, ...]
    means: tuple[int, ...]


class Aligner:
    """Aligns proposals with texts for one snapshot. Keeps what it has looked up."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.meant = lru_cache(65536)(self._meant)
        self.likeness = lru_cache(65536)(self._likeness)
        self.pattern = lru_cache(65536)(self._pattern)
        self.sound = lru_cache(65536)(self._sound)

    @cached_property
    def _tables(self) -> list[tuple[str, dict[str, str]]]:
        return list(json.loads(self.snapshot.arrays["meanings"].tobytes()).items())

    def _pattern(self, number: int) -> Pattern:
        """Pattern ``number`` of the snapshot."""
        arrays = self.snapshot.arrays
        start, size = int(arrays["starts"][number]), int(arrays["sizes"][number])
        feature = self.snapshot.feature(int(arrays["pattern_features"][number]))
        way = self.snapshot.facts["ways"][arrays["ways"][number]]
        marks, means = (arrays[name][start : start + size].tolist() for name in ("marks", "means"))
        return Pattern(feature, way, bool(arrays["sounds"][number]), tuple(marks), tuple(means))

    def evidence(self, reading: Reading, places: Places, number: int) -> Evidence | None:
        """The evidence that the characters of ``reading`` at ``places`` mean a feature, if they do."""
        pattern = self.pattern(number)
        starts = places.tolist()
        two = len(starts) == 2 and pattern.marks[0] >= IDEOGRAPHS
        if two and gaps.part(reading.text[starts[0] + 1 : starts[1]]):  # the commonest reason, so it comes first
            return None
        used = self._marks(pattern, reading.text, starts)
        if used is None:
            return None
        stops = self._stops(pattern, reading.text, starts)
        if not self._apart(pattern, reading.text, starts, stops):
            return None
        between = [reading.text[stop:start] for stop, start in zip(stops, starts[1:], strict=False)]
        inserted = gaps.folds_of(between)
        if inserted is None or not self._gaps_hide(pattern, reading.text, starts, between):
            return None
        used = used | inserted | reading.folds(starts[0], stops[-1] - 1)
        start, stop = reading.span(starts[0], stops[-1] - 1)
        if not all(map(pattern.feature.folded_by, used)) or stop - start > self.snapshot.window:
            return None
        return Evidence(start, stop, pattern.feature, _score(used), tuple(sorted(used)), "term")

    def _stops(self, pattern: Pattern, text: str, starts: list[int]) -> list[int]:
        """Where each mark ends: a syllable in letters is as long as it is spelled."""
        return [
            start + (len(self._syllable(mark)) if SOUND < mark < LETTER and self._is_letter(text[start]) else 1)
            for start, mark in zip(starts, pattern.marks, strict=True)
        ]

    def _syllable(self, mark: int) -> str:
        return str(self.snapshot.facts["syllables"][mark - SOUND - 1])

    def _sound(self, character: str) -> int:
        return int(self.snapshot.arrays["sound"][ord(character)])

    def _is_letter(self, character: str) -> bool:
        return self.sound(character) >= LETTER

    def _marks(self, pattern: Pattern, text: str, starts: list[int]) -> set[str] | None:
        """The folds under which each character is what the pattern has there; None when one is not."""
        if pattern.sound:
            return self._sounds(pattern, text, starts)
        used = {pattern.way} - {"plain"}
        guessed = 0
        for start, mark in zip(starts, pattern.marks, strict=True):
            likeness = self.likeness(text[start], chr(mark))
            if likeness is None:
                return None
            used |= likeness
            guessed += bool(likeness & {"leet", "near-shape"})
        # a word of which nothing stands as it is, is another word
        return None if guessed == len(starts) else used

    def _sounds(self, pattern: Pattern, text: str, starts: list[int]) -> set[str] | None:
        used: set[str] = set()
        changed = 0
        for start, mark, meant in zip(starts, pattern.marks, pattern.means, strict=True):
            one = self._sounds_alike(text[start], mark, pattern.feature.content[meant], pattern.feature)
            if one is None:
                return None
            changed += "homophone" in one
            used |= one
        return None if changed == len(starts) == 3 else used

    def _sounds_alike(self, written: str, mark: int, meant: str, feature: Feature) -> frozenset[str] | None:
        if self._is_letter(written):
            letters = self.likeness(written, chr(mark - LETTER) if mark >= LETTER else self._syllable(mark)[0])
            return None if letters is None else letters | {"mixed-initials" if mark >= LETTER else "pinyin"}
        if mark >= LETTER:
            return None
        likeness = self.likeness(written, meant)
        if likeness is not None and all(map(feature.folded_by, likeness)):
            return likeness
        return frozenset({"homophone"}) if self.sound(written) == mark else None

    def _apart(self, pattern: Pattern, text: str, starts: list[int], stops: list[int]) -> bool:
        """Whether letters at the ends of the pattern, and initials inside it, are not parts of longer words."""
        before, behind = text[max(0, starts[0] - 1) : starts[0]], text[stops[-1] : stops[-1] + 1]
        if before and self._is_letter(before) and self._is_letter(text[starts[0]]):
            return False
        if behind and self._is_letter(behind) and self._is_letter(text[stops[-1] - 1]):
            return False
        for start, mark in zip(starts, pattern.marks, strict=True):
            if mark >= LETTER and any(
                map(self._is_letter, text[max(0, start - 1) : start] + text[start + 1 : start + 2])
            ):
                return False
        return True

    def _gaps_hide(self, pattern: Pattern, text: str, starts: list[int], between: list[str]) -> bool:
        if not any(between):
            return True
        letters = [self._is_letter(text[start]) for start in starts]
        latin = [one and other for one, other in pairwise(letters)]
        of_syllables = pattern.way == "pinyin" or pattern.sound
        whole = [of_syllables and one != other for one, other in pairwise(pattern.means)]
        return gaps.hide(between, latin, whole)

    def _likeness(self, written: str, meant: str) -> frozenset[str] | None:
        """The folds under which two characters mean the same; None when they do not."""
        if written == meant:
            return frozenset()
        one, other = self.meant(written), self.meant(meant)
        ways = [one[each] | other[each] for each in one.keys() & other.keys()]
        return min(ways, key=len, default=None)

    def _meant(self, character: str) -> Meanings:
        """All that a character may mean, each with the folds that make it so."""
        found: Meanings = {character: frozenset()}
        for fold, table in self._tables:
            for each, folds in list(found.items()):
                for meant in table.get(each, ""):
                    found.setdefault(meant, folds | {fold})
        return found


def _score(folds: set[str]) -> float:
    score = 1.0
    for name in folds:
        score *= FOLDS[name].certainty
    return score
