"""Capital and small letters."""

from collections.abc import Mapping

from zhengming.ground.words import Words
from zhengming.screening.fold import LAST_CHARACTER, Alike, Example


class Case(Alike):
    name = "case"
    title = Words("大小写", "letter case")
    order = 50
    examples = (Example("blueberry", "BlueBERRY"), Example("Lantern", "lantern"))
    others = (Example("blueberry", "BLACKBERRY"),)

    def meanings(self) -> Mapping[str, str]:
        every = map(chr, range(LAST_CHARACTER + 1))
        return {each: each.lower() for each in every if len(each.lower()) == 1 and each.lower() != each}


FOLD = Case()
