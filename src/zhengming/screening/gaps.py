"""Whether what stands between the characters of a word was put there to hide it, or parts two words.

Ordinary writing puts a comma, a line end or a space between two words: 吃了蓝莓。煎饼也好 does not say 蓝莓煎饼.
"""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from zhengming.screening.fold import FOLDS, Inserted

#: What parts clauses, items and quotations in ordinary writing.
_PARTING = frozenset("，。！？；：、,.!?;:\"'“”‘’（）()《》〈〉「」『』【】[]〔〕…—\n\r\t")
#: What ordinary writing also puts between two words of two characters: 是/否, 中-英.
_JOINING = frozenset("/-|&+=<>~·\\")
_BETWEEN_TWO = _PARTING | _JOINING


def folds_of(gaps: Sequence[str]) -> set[str] | None:
    """The folds that let these stand in the gaps; None where one holds too much or something else."""
    found: set[str] = set()
    for gap in gaps:
        counts: dict[str, int] = {}
        for character in gap:
            name = _fold_of(character)
            if name is None:
                return None
            counts[name] = counts.get(name, 0) + 1
        if any(count > _widest(name) for name, count in counts.items()):
            return None
        found |= counts.keys()
    return found


def hide(gaps: Sequence[str], latin: Sequence[bool], whole: Sequence[bool]) -> bool:
    """Whether the gaps are such as hide a word.

    ``latin``: for each gap, whether a letter stands on both sides. ``whole``: whether a syllable ends there.
    """
    seen = ["".join(each for each in gap if _fold_of(each) != "invisible") for gap in gaps]
    filled = sum(map(bool, seen))
    regular = filled == len(gaps) or (filled >= 2 and 2 * filled >= len(gaps))
    for gap, letters, ends in zip(seen, latin, whole, strict=True):
        if not gap:
            continue
        if letters and not ends and filled < len(gaps):
            return False
        if not letters and not (regular and len(gaps) > 1) and not _hides_alone(gap, len(gaps)):
            return False
    return True


def part(gap: str) -> bool:
    """Whether what stands between two characters parts them, as words of two characters are parted."""
    return not _BETWEEN_TWO.isdisjoint(gap)


def _hides_alone(gap: str, count: int) -> bool:
    """Whether one gap with this in it, and no regularity, hides a word of ``count`` + 1 characters."""
    if count == 1:
        return not part(gap)
    return gap.isspace() or not any(each in _PARTING for each in gap)


@lru_cache(65536)
def _fold_of(character: str) -> str | None:
    category = unicodedata.category(character)
    for fold in FOLDS:
        if isinstance(fold, Inserted) and fold.holds(character, category):
            return fold.name
    return None


def _widest(name: str) -> int:
    fold = FOLDS[name]
    return fold.widest if isinstance(fold, Inserted) else 0
