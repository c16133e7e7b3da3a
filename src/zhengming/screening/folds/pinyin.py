"""Pinyin for a word or for some of its characters: lanmei jianbing, lan2mei2jian1bing3, 蓝mei煎bing.

As letters only, the word is a whole one (no letter before or after) of two syllables and seven letters at least,
parted only between syllables; so other words do not make it up by chance.
"""

from collections.abc import Iterator

from zhengming.ground.words import Words
from zhengming.screening.fold import Example, Spelled, Spelling
from zhengming.screening.readings import by_sound, readings, toned

SHORTEST = 7


class Pinyin(Spelled):
    name = "pinyin"
    title = Words("拼音", "pinyin")
    certainty = 0.85
    examples = (
        Example("蓝莓煎饼", "lanmeijianbing"),
        Example("蓝莓煎饼", "lan mei jian bing", ("symbols",)),
        Example("蓝莓煎饼", "lan2mei2jian1bing3"),
        Example("蓝莓煎饼", "蓝mei煎bing"),
        Example("蓝莓煎饼", "lanmei煎饼"),
        Example("绿豆糕饼", "lvdougaobing"),
    )
    others = (
        Example("西安", "xian"),
        Example("蓝莓煎饼", "xlanmeijianbing"),
        Example("蓝莓煎饼", "lan meij ian bing", ("symbols",)),
        Example("参与者", "can you there", ("symbols",)),
    )

    def spellings(self, content: str) -> Iterator[Spelling]:
        yield from by_sound(content)
        for syllables in readings(content):
            if len(content) >= 2 and len("".join(syllables)) >= SHORTEST:
                yield _letters(syllables)
                if "v" in "".join(syllables):
                    yield _letters(tuple(syllable.replace("v", "u") for syllable in syllables))
                yield from _with_tones(content)


def _letters(syllables: tuple[str, ...]) -> Spelling:
    means = [place for place, syllable in enumerate(syllables) for _ in syllable]
    return Spelling(tuple("".join(syllables)), tuple(means))


def _with_tones(content: str) -> Iterator[Spelling]:
    marks = toned(content)
    places, place = [], 0
    for before in " " + marks[:-1]:
        place += before.isdigit()
        places.append(place)
    if len(set(places)) == len(content):
        yield Spelling(tuple(marks), tuple(places))


FOLD = Pinyin()
