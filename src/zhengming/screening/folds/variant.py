"""Traditional, Japanese and other variant characters (繁体、异体): 藍 蓝, from OpenCC's dictionaries (Apache-2.0)."""

from collections.abc import Mapping

from zhengming.ground.errors import Unavailable
from zhengming.ground.words import Words
from zhengming.screening.fold import Alike, Example

#: The ideographs of the Basic Plane and of extensions A and B.
RANGES = ((0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2A6DF))
#: OpenCC leaves these alone because they are words of their own too.
MORE = {"乾": "干", "後": "后", "麽": "么", "徵": "征", "藉": "借", "著": "着", "鰕": "虾", "彔": "录", "尅": "克"}


class Variant(Alike):
    name = "variant"
    title = Words("繁体字与异体字", "traditional and variant characters")
    order = 20
    examples = (Example("蓝莓煎饼", "藍莓煎餅"), Example("樱桃汽水", "櫻桃汽水"), Example("国际象棋", "國際象棋"))
    others = (Example("蓝莓煎饼", "籃莓煎餅"),)

    def meanings(self) -> Mapping[str, str]:
        every = [chr(code) for first, last in RANGES for code in range(first, last + 1)]
        japanese = _converted(_converted(every, "jp2t"), "t2s")
        found = {}
        for each, plain, other in zip(every, _converted(every, "t2s"), japanese, strict=True):
            simple = plain if plain != each else other
            if len(simple) == 1 and simple != each:
                found[each] = simple
        return {**found, **MORE}


def _converted(characters: list[str], way: str) -> list[str]:
    try:
        from opencc import OpenCC
    except ImportError:
        raise Unavailable(
            "编译特征库需要 OpenCC：pip install 'zhengming[screening]'",
            "compiling a library needs OpenCC: pip install 'zhengming[screening]'",
        ) from None
    return str(OpenCC(way).convert("\n".join(characters))).split("\n")


FOLD = Variant()
