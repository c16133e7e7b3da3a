"""Escapes of programming languages and code points: \\u84dd \\u{84dd} \\xe8 U+84DD."""

import re
from collections.abc import Iterator

from zhengming.ground.words import Words
from zhengming.screening.byte_text import characters
from zhengming.screening.fold import Decoded, Example, Piece

#: Each begins with a sign, so that a text without it is passed over quickly.
_CODES = (
    re.compile(r"\\(?:u\{|U000)([0-9a-fA-F]{4,5})\}?"),
    re.compile(r"\\u([0-9a-fA-F]{4})"),
    re.compile(r"%u([0-9a-fA-F]{4})"),
    re.compile(r"\+(?<=[Uu]\+)([0-9a-fA-F]{4,5})"),
)
_BYTES = re.compile(r"\\x[0-9a-fA-F]{2}(?:\\x[0-9a-fA-F]{2})*")


class Escapes(Decoded):
    name = "escapes"
    title = Words("转义序列与码位", "escapes and code points")
    triggers = "\\+%"
    examples = (
        Example("蓝莓", r"\u84dd\u8393"),
        Example("蓝莓", r"\u{84dd}\u{8393}"),
        Example("蓝莓", "U+84DD U+8393", ("symbols",)),
        Example("蓝莓", r"\xe8\x93\x9d\xe8\x8e\x93"),
        Example("蓝莓", "%u84dd%u8393"),
    )
    others = (Example("蓝莓", r"\u84dd\u8394"), Example("蓝莓", "84dd 8393"))

    def pieces(self, text: str) -> Iterator[Piece]:
        found = [*self._codes(text), *self._bytes(text)]
        return iter(sorted(found))

    def _codes(self, text: str) -> Iterator[Piece]:
        for pattern in _CODES:
            for match in pattern.finditer(text):
                if not 0xD800 <= int(match[1], 16) <= 0xDFFF:
                    yield Piece(match.start() - (match[0][0] == "+"), match.end(), chr(int(match[1], 16)))

    def _bytes(self, text: str) -> Iterator[Piece]:
        for match in _BYTES.finditer(text):
            for start, stop, plain in characters(bytes.fromhex(match[0].replace("\\x", ""))):
                yield Piece(match.start() + 4 * start, match.start() + 4 * stop, plain)


FOLD = Escapes()
