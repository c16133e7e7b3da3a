"""URL-encoding (RFC 3986 §2.1) of UTF-8 or GBK, also twice over: %E8%93%9D, %25E8%2593%259D."""

import re
from collections.abc import Iterator

from zhengming.ground.words import Words
from zhengming.screening.byte_text import characters
from zhengming.screening.fold import Decoded, Example, Piece

_RUN = re.compile("%[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2})*")


class Percent(Decoded):
    name = "percent"
    title = Words("URL 编码", "URL-encoding")
    triggers = "%"
    examples = (
        Example("蓝莓", "%E8%93%9D%E8%8E%93"),
        Example("蓝莓", "%C0%B6%DD%AE"),
        Example("蓝莓", "%25E8%2593%259D莓"),
        Example("blueberry", "%62lueberr%79"),
    )
    others = (Example("蓝莓", "%E8%93%9D%E8%8E%94"),)

    def pieces(self, text: str) -> Iterator[Piece]:
        for match in _RUN.finditer(text):
            for start, stop, plain in characters(bytes.fromhex(match[0].replace("%", ""))):
                yield Piece(match.start() + 3 * start, match.start() + 3 * stop, plain)


FOLD = Percent()
