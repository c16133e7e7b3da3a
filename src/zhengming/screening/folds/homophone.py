"""Characters that sound alike, tones aside (同音字): 蓝霉尖饼. Words of three characters and more.

Of a word of three characters one stands as it is: three syllables alone are too often another word.
"""

from collections.abc import Iterator

from zhengming.ground.words import Words
from zhengming.screening.fold import Example, Spelled, Spelling
from zhengming.screening.readings import by_sound


class Homophone(Spelled):
    name = "homophone"
    title = Words("同音字", "homophones")
    certainty = 0.8
    examples = (
        Example("蓝莓煎饼", "篮梅尖丙"),
        Example("蓝莓煎饼", "蓝梅煎饼"),
        Example("重庆小面", "虫庆小面"),
        Example("蓝莓汁", "兰莓之"),
    )
    others = (Example("蓝莓", "烂梅"), Example("蓝莓汁", "烂没之"), Example("蓝莓煎饼", "绿霉煎饼"))

    def spellings(self, content: str) -> Iterator[Spelling]:
        return by_sound(content)


FOLD = Homophone()
