"""How Chinese characters are read: syllables of pinyin without tones, from pypinyin (MIT)."""

import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import islice, product
from types import ModuleType

from zhengming.ground.errors import Unavailable
from zhengming.screening.fold import Spelling

#: Readings of one word that are compiled: a word of many heteronyms has more, which are left out.
MOST_READINGS = 4


def _pypinyin() -> ModuleType:
    try:
        import pypinyin
        import pypinyin.pinyin_dict
    except ImportError:
        raise Unavailable(
            "编译特征库需要 pypinyin：pip install 'zhengming[screening]'",
            "compiling a library needs pypinyin: pip install 'zhengming[screening]'",
        ) from None
    return pypinyin


@cache
def first_readings() -> dict[str, str]:
    """The usual syllable of every character that has one, without its tone; ü is v."""
    table = _pypinyin().pinyin_dict.pinyin_dict
    found = {chr(code): toneless(readings.split(",")[0]) for code, readings in table.items()}
    return {character: syllable for character, syllable in found.items() if syllable.isascii() and syllable.isalpha()}


@cache
def syllables() -> tuple[str, ...]:
    """Every syllable that any character has, in order."""
    table = _pypinyin().pinyin_dict.pinyin_dict
    every = {toneless(reading) for readings in table.values() for reading in readings.split(",")}
    return tuple(sorted(each for each in every if each.isascii() and each.isalpha()))


@cache
def _known() -> frozenset[str]:
    return frozenset(syllables())


def toneless(syllable: str) -> str:
    """``zhòng`` as ``zhong``, ``lǜ`` as ``lv``."""
    letters = unicodedata.normalize("NFD", syllable.replace("ɡ", "g"))
    letters = letters.replace("u\u0308", "v")
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).lower()


@lru_cache(16)  # every fold asks for the same word
def readings(word: str) -> tuple[tuple[str, ...], ...]:
    """The ways to read ``word``, syllable by syllable: as a word, and by characters. Empty if one has none."""
    usual = first_readings()
    if not word or any(character not in usual for character in word):
        return ()
    as_word = [syllable.lower() for syllable in _pypinyin().lazy_pinyin(word)]
    if len(as_word) != len(word) or not _known().issuperset(as_word):
        return (tuple(usual[character] for character in word),)
    each = [dict.fromkeys((spoken, usual[character])) for spoken, character in zip(as_word, word, strict=True)]
    return tuple(islice(product(*each), MOST_READINGS))


def by_sound(content: str) -> Iterator[Spelling]:
    """``content`` as its syllables; nothing for a word of two characters, which sounds like too many."""
    if len(content) >= 3:
        for syllables in readings(content):
            yield Spelling(syllables, tuple(range(len(content))), sound=True)


def toned(word: str) -> str:
    """``word`` with tone numbers after each syllable: lan2mei2."""
    return "".join(_pypinyin().lazy_pinyin(word, style=_pypinyin().Style.TONE3))
