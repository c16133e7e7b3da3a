"""First letters for one or two characters of a word: 蓝m煎饼, l莓j饼. Words of four characters and more."""

from collections.abc import Iterator
from itertools import combinations

from zhengming.ground.words import Words
from zhengming.screening.fold import Example, Spelled, Spelling
from zhengming.screening.readings import readings

#: Of words up to this long two characters may be letters, of longer ones one.
LONGEST_FOR_TWO = 5


class MixedInitials(Spelled):
    name = "mixed-initials"
    title = Words("汉字夹首字母", "initials among characters")
    certainty = 0.8
    examples = (
        Example("蓝莓煎饼", "蓝m煎饼"),
        Example("蓝莓煎饼", "L莓j饼", ("case",)),
    )
    others = (Example("蓝莓煎饼", "蓝mm煎饼"), Example("蓝莓汁", "蓝m汁"), Example("蓝莓煎饼", "蓝b煎饼"))

    def spellings(self, content: str) -> Iterator[Spelling]:
        if len(content) < 4:
            return
        places = range(len(content))
        most = 2 if len(content) <= LONGEST_FOR_TWO else 1
        for syllables in readings(content)[:1]:
            for count in range(1, most + 1):
                for chosen in combinations(places, count):
                    marks = tuple("=" + syllables[n][0] if n in chosen else syllables[n] for n in places)
                    yield Spelling(marks, tuple(places), sound=True)


FOLD = MixedInitials()
