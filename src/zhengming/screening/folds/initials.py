"""The first letters of a word's pinyin: lmjb for 蓝莓煎饼. Four letters at least, and no letter before or after."""

from collections.abc import Iterator

from zhengming.ground.words import Words
from zhengming.screening.fold import Example, Spelled, Spelling
from zhengming.screening.readings import readings


class Initials(Spelled):
    name = "initials"
    title = Words("拼音首字母", "initials of pinyin")
    certainty = 0.7
    examples = (
        Example("蓝莓煎饼", "lmjb"),
        Example("蓝莓煎饼", "LMJB", ("case",)),
        Example("蓝莓煎饼", "l.m.j.b", ("symbols",)),
    )
    others = (Example("蓝莓煎饼", "almjb"), Example("蓝莓煎饼", "lmjbs"), Example("蓝莓汁", "lmz"))

    def spellings(self, content: str) -> Iterator[Spelling]:
        if len(content) >= 4:
            for syllables in readings(content):
                yield Spelling(tuple(syllable[0] for syllable in syllables), tuple(range(len(content))))


FOLD = Initials()
