"""The alphabet in which words are compared: for each character of Unicode the mark it becomes, by shape and by sound.

0                    left out: it may stand between the characters of a word
below SOUND          by shape: the first of all characters that mean the same under any fold
SOUND + n            by sound: syllable n
LETTER + code        by sound: a Latin letter that is not part of a syllable
"""

import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from zhengming.screening.fold import BARRIER, FOLDS, LAST_CHARACTER, Alike, Arranged, Decoded, Inserted
from zhengming.screening.readings import first_readings, syllables

SOUND, LETTER = 0x200000, 0x300000
SIZE = 0x110000
#: Classes of characters: bit n is trigger of the n-th fold that has triggers.
HAS_LETTER, HAS_SIGN = 1 << 30, 1 << 31
#: Folds of this order and above guess; sounds are taken before them.
GUESSING = 60

Marks = NDArray[np.uint32]


@dataclass(frozen=True)
class Alphabet:
    """``shape``, ``sound``, ``classes``: one number for each character of Unicode."""

    shape: Marks
    sound: Marks
    classes: Marks
    syllables: tuple[str, ...]
    numbers: dict[str, int]
    triggered: tuple[str, ...]
    meanings: dict[str, dict[str, str]]
    #: Signs such as $ that mean a letter only beside one, and their marks.
    signs: dict[str, int]


@cache
def alphabet() -> Alphabet:
    """The alphabet of all folds on the shelf. Some seconds; once a process, when a library is compiled."""
    alike = sorted((fold for fold in FOLDS if isinstance(fold, Alike)), key=lambda fold: fold.order)
    meanings = {fold.name: dict(fold.meanings()) for fold in alike}
    roots = _roots(meanings)
    plain = _plain([meanings[fold.name] for fold in alike if fold.order < GUESSING])
    readings = first_readings()
    spoken = syllables()
    numbers = {each: n + 1 for n, each in enumerate(spoken)}
    shape, sound, signs = _marks(roots, plain, readings, numbers)
    triggered = [fold for fold in FOLDS if isinstance(fold, Decoded | Arranged)]
    classes = np.zeros(SIZE, np.uint32)
    for bit, fold in enumerate(triggered):
        classes[[ord(each) for each in fold.triggers]] |= np.uint32(1 << bit)
    classes[sound >= LETTER] |= np.uint32(HAS_LETTER)
    classes[[ord(sign) for sign in signs]] |= np.uint32(HAS_SIGN)
    return Alphabet(shape, sound, classes, spoken, numbers, tuple(fold.name for fold in triggered), meanings, signs)


def _roots(meanings: dict[str, dict[str, str]]) -> dict[str, str]:
    """For each character that means another, one character that stands for all that are joined to it."""
    parent: dict[str, str] = {}

    def root(character: str) -> str:
        while character in parent:
            character = parent[character]
        return character

    for table in meanings.values():
        for character, means in table.items():
            for meant in means:
                one, other = root(character), root(meant)
                if one != other:
                    parent[one] = other
    return {character: root(character) for character in parent}


def _plain(tables: list[dict[str, str]]) -> dict[str, str]:
    """What each character is under the folds that do not guess."""
    found: dict[str, str] = {}
    for character in {each for table in tables for each in table}:
        plain = character
        for table in tables:
            plain = table.get(plain, plain)[0]
        found[character] = plain
    return found


def _marks(
    roots: dict[str, str], plain: dict[str, str], readings: dict[str, str], numbers: dict[str, int]
) -> tuple[Marks, Marks, dict[str, int]]:
    shape, sound, signs = np.zeros(SIZE, np.uint32), np.zeros(SIZE, np.uint32), {}
    inserted = [fold for fold in FOLDS if isinstance(fold, Inserted)]
    for code in range(LAST_CHARACTER + 1):
        character = chr(code)
        if character == BARRIER:
            shape[code] = sound[code] = code
            continue
        category, mark = unicodedata.category(character), ord(roots.get(character, character))
        meant = plain.get(character, character)
        skipped = {fold.always for fold in inserted if fold.holds(character, category)}
        if True in skipped and not (category[0] in "PS" and meant.isalnum()):
            if chr(mark).isalnum():
                signs[character] = mark
            continue
        shape[code] = mark
        sound[code] = _sound(meant, mark, False in skipped, readings, numbers)
    return shape, sound, signs


def _sound(meant: str, mark: int, left_out: bool, readings: dict[str, str], numbers: dict[str, int]) -> int:
    if meant in readings:
        return SOUND + numbers[readings[meant]]
    if "a" <= meant <= "z":
        return LETTER + ord(meant)
    return 0 if left_out or meant.isdigit() else mark
