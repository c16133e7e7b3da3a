"""Digits between the Chinese characters of a word: 蓝1莓2煎3饼. Words of three characters and more."""

from collections.abc import Iterator

from zhengming.ground.words import Words
from zhengming.screening.fold import Example, Inserted, Spelled, Spelling
from zhengming.screening.readings import by_sound


class Digits(Inserted, Spelled):
    name = "digits"
    title = Words("字间插入数字", "digits between characters")
    widest = 4
    always = False
    certainty = 0.9
    examples = (Example("蓝莓煎饼", "蓝1莓2煎3饼"), Example("蓝莓煎饼", "蓝0莓0煎0饼", ("symbols",)))
    others = (Example("蓝莓煎饼", "蓝莓12345煎饼"), Example("北三环", "北3环"))

    def holds(self, character: str, category: str) -> bool:  # noqa: ARG002
        return category in ("Nd", "No")

    def spellings(self, content: str) -> Iterator[Spelling]:
        return by_sound(content)


FOLD = Digits()
