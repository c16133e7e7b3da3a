"""Spaces, punctuation, symbols and emoji between the characters of a word: 蓝*莓*煎*饼, 蓝 莓 煎 饼.

Ordinary writing also puts a comma or a line end between two words, so in :mod:`zhengming.screening.gaps` what
separates clauses counts only where it is in several gaps.
"""

from zhengming.ground.words import Words
from zhengming.screening.fold import Example, Inserted


class Symbols(Inserted):
    name = "symbols"
    title = Words("字间插入空格、标点、符号、表情", "spaces, punctuation, symbols and emoji between characters")
    widest = 8
    certainty = 0.95
    examples = (
        Example("蓝莓煎饼", "蓝 莓 煎 饼"),
        Example("蓝莓煎饼", "蓝*莓#煎_饼"),
        Example("蓝莓煎饼", "蓝🍓莓🍓煎🍓饼"),
        Example("蓝莓煎饼", "蓝，莓，煎，饼"),
        Example("蓝莓煎饼", "【蓝】【莓】【煎】【饼】"),
        Example("blueberry", "b.l.u.e.b.e.r.r.y"),
    )
    others = (
        Example("莓煎", "吃了蓝莓。煎饼也好"),
        Example("蓝莓煎饼", "蓝莓。煎饼也好"),
        Example("蓝莓", "蓝" + "*" * 9 + "莓"),
        Example("here", "he really"),
        Example("theme", "the meal"),
    )

    def holds(self, character: str, category: str) -> bool:  # noqa: ARG002
        return category[0] in "PSZ" or category == "Cc"


FOLD = Symbols()
