"""Bytes of Chinese in UTF-8 as hexadecimal digits: e8939de88e93, e8 93 9d, 0xe8939d. Two characters at least."""

import re
from collections.abc import Iterator

from zhengming.ground.words import Words
from zhengming.screening.fold import Decoded, Example, Piece

_NEXT = "[ :]?[89abAB][0-9a-fA-F]"
_CHARACTERS = re.compile(f"[eE][4-9]{_NEXT * 2}(?:[ :]?[eE][4-9]{_NEXT * 2})+")


class Hexadecimal(Decoded):
    name = "hexadecimal"
    title = Words("十六进制字节", "hexadecimal bytes")
    triggers = "eE"
    certainty = 0.95
    examples = (
        Example("蓝莓煎饼", "e8939de88e93e7858ee9a5bc"),
        Example("蓝莓煎饼", "E8 93 9D E8 8E 93 E7 85 8E E9 A5 BC"),
        Example("蓝莓煎饼", "0xe8939de88e93e7858ee9a5bc"),
    )
    others = (Example("蓝莓煎饼", "e8939de88e93e7858ee9a5bd"), Example("蓝天", "e8939d天"))

    def pieces(self, text: str) -> Iterator[Piece]:
        for match in _CHARACTERS.finditer(text):
            yield Piece(*match.span(), bytes.fromhex(match[0].replace(":", " ")).decode("utf-8", "ignore"))


FOLD = Hexadecimal()
