"""Digits and signs for letters (leetspeak): blu3b3rry. Only in words that also have letters."""

from collections.abc import Mapping

from zhengming.ground.words import Words
from zhengming.screening.fold import Alike, Example


class Leet(Alike):
    name = "leet"
    title = Words("以数字和符号代替字母", "leetspeak")
    order = 60
    certainty = 0.9
    examples = (Example("blueberry", "blu3b3rry"), Example("lantern", "l4n73rn"), Example("sausage", "$au$@ge"))
    others = (Example("sos", "505"), Example("blueberry", "8102833227"), Example("list", "fist"))

    def meanings(self) -> Mapping[str, str]:
        return {"0": "o", "1": "li", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g", "$": "s", "@": "a"}


FOLD = Leet()
