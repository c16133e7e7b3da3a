"""Full-width, half-width and other compatibility forms of one character: ａ ⒜ 𝐚 ㄅ of Unicode NFKC."""

import unicodedata
from collections.abc import Mapping

from zhengming.ground.words import Words
from zhengming.screening.fold import LAST_CHARACTER, Alike, Example


class Width(Alike):
    name = "width"
    title = Words("全角、半角与兼容字符", "width and compatibility forms")
    order = 10
    examples = (
        Example("blueberry", "ｂｌｕｅｂｅｒｒｙ"),
        Example("blueberry", "𝐛𝐥𝐮𝐞𝐛𝐞𝐫𝐫𝐲"),
        Example("日月潭水", "⽇⽉潭⽔"),
        Example("fire", "ⓕⓘⓡⓔ"),
    )
    others = (Example("blueberry", "ｂｌａｃｋｂｅｒｒｙ"),)

    def meanings(self) -> Mapping[str, str]:
        return {**_enclosed(), **dict(_compatible())}


def _compatible() -> list[tuple[str, str]]:
    found = []
    for character in map(chr, range(0xA0, LAST_CHARACTER + 1)):
        plain = unicodedata.normalize("NFKC", character)
        if len(plain) == 1 and plain != character and not plain.isspace():
            found.append((character, plain))
    return found


def _enclosed() -> dict[str, str]:
    """Letters in squares and circles and of flags, which NFKC leaves alone."""
    starts = (0x1F130, 0x1F150, 0x1F170, 0x1F1E6)
    return {chr(start + n): chr(ord("A") + n) for start in starts for n in range(26)}


FOLD = Width()
