"""A word written backwards: 饼煎莓蓝. Three Chinese characters or five letters at least, and no palindromes."""

from collections.abc import Iterator

from zhengming.ground.words import Words
from zhengming.screening.fold import Example, Spelled, Spelling


class ReversedOrder(Spelled):
    name = "reversed"
    title = Words("倒写", "written backwards")
    certainty = 0.9
    examples = (
        Example("蓝莓煎饼", "饼煎莓蓝"),
        Example("blueberry", "yrrebeulb"),
        Example("蓝莓煎饼", "\u202e饼煎莓蓝\u202c"),
    )
    others = (Example("海上", "上海"), Example("蓝莓煎饼", "饼煎蓝莓"))

    def spellings(self, content: str) -> Iterator[Spelling]:
        least = 5 if content.isascii() else 3
        if len(content) >= least and content != content[::-1]:
            yield Spelling(tuple(content[::-1]), tuple(reversed(range(len(content)))))


FOLD = ReversedOrder()
