"""Letters with marks: é e, ǎ a. Marks that stand as characters of their own are in ``invisible``."""

import unicodedata
from collections.abc import Mapping

from zhengming.ground.words import Words
from zhengming.screening.fold import Alike, Example


class Diacritics(Alike):
    name = "diacritics"
    title = Words("带附加符号的字母", "letters with diacritics")
    order = 30
    examples = (Example("blueberry", "blùébérrÿ"), Example("lantern", "łañtêrń"))
    others = (Example("blueberry", "blàckbérrÿ"),)

    def meanings(self) -> Mapping[str, str]:
        found = {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ħ": "h", "ŧ": "t"}
        for character in map(chr, range(0xC0, 0x2000)):
            base = unicodedata.normalize("NFD", character)[0]
            if base != character and base.isalpha():
                found[character] = base
        return found


FOLD = Diacritics()
