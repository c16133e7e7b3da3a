"""Bytes of UTF-8 or GBK as hexadecimal digits: e8939de88e93, e8 93 9d, 0xe8939d."""

import re
from collections.abc import Iterator

from zhengming.ground.words import Words
from zhengming.screening.byte_text import stretches
from zhengming.screening.fold import Decoded, Example, Piece

_RUN = re.compile(r"(?:[0-9a-fA-F]{2}[ :]?){6,}")
_PAIR = re.compile("[0-9a-fA-F]{2}")


class Hexadecimal(Decoded):
    name = "hexadecimal"
    title = Words("十六进制字节", "hexadecimal bytes")
    triggers = "0123456789"
    certainty = 0.95
    examples = (
        Example("蓝莓煎饼", "e8939de88e93e7858ee9a5bc"),
        Example("蓝莓煎饼", "E8 93 9D E8 8E 93 E7 85 8E E9 A5 BC"),
        Example("蓝莓煎饼", "0xe8939de88e93e7858ee9a5bc"),
    )
    others = (Example("蓝莓煎饼", "e8939de88e93e7858ee9a5bd"),)

    def pieces(self, text: str) -> Iterator[Piece]:
        for match in _RUN.finditer(text):
            for shift in (0, 1):  # nobody says with which digit a byte begins
                found = list(self._in(text, match.start() + shift, match.end()))
                if found:
                    yield from found
                    break

    def _in(self, text: str, start: int, stop: int) -> Iterator[Piece]:
        pairs = list(_PAIR.finditer(text, start, stop))
        data = bytes.fromhex("".join(pair[0] for pair in pairs))
        end = 0
        for first, last, said in stretches(data):
            if first >= end:
                end = last
                yield Piece(pairs[first].start(), pairs[last - 1].end(), said)


FOLD = Hexadecimal()
