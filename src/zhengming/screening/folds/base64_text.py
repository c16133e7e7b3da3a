"""Base64 and its URL form (RFC 4648 §4, §5) of UTF-8 or GBK, wherever in a run it begins."""

import re
from base64 import b64decode
from collections.abc import Iterator
from string import ascii_letters

from zhengming.ground.words import Words
from zhengming.screening.byte_text import stretches
from zhengming.screening.fold import Decoded, Example, Piece

_RUN = re.compile("[A-Za-z0-9+/_-]{8,}")
#: Plain words have none of these; nearly all that is in Base64 has some.
_UNLIKE_WORDS = re.compile("[a-z][A-Z]|[0-9]")


class Base64(Decoded):
    name = "base64"
    title = Words("Base64 编码", "Base64")
    triggers = ascii_letters
    certainty = 0.95
    examples = (
        Example("蓝莓煎饼", "6JOd6I6T54WO6aW8"),
        Example("蓝莓煎饼", "wLbdrrzlsf0="),
        Example("蓝莓煎饼", "data:eHjok53ojpPnhY7ppbw"),
        Example("blueberry", "Ymx1ZWJlcnJ5"),
    )
    others = (Example("蓝莓煎饼", "6JOd6I6T54WO6aW9"), Example("internation", "internationalization2"))

    def pieces(self, text: str) -> Iterator[Piece]:
        for match in _RUN.finditer(text):
            if len(_UNLIKE_WORDS.findall(match[0])) >= 2 - (len(match[0]) >= 16):
                yield from _apart(sorted(self._in(match[0], match.start())))

    def _in(self, run: str, at: int) -> Iterator[Piece]:
        """What the run says when read from each of its first four characters: nobody says where it begins."""
        plain = run.replace("-", "+").replace("_", "/")
        for phase in range(4):
            whole = plain[phase:]
            data = b64decode(whole[: len(whole) - (len(whole) % 4 == 1)] + "=" * (-len(whole) % 4 % 3))
            for start, stop, said in stretches(data):
                yield Piece(at + phase + start * 4 // 3, at + phase + -(-stop * 4 // 3), said)


def _apart(pieces: list[Piece]) -> Iterator[Piece]:
    end = 0
    for piece in pieces:
        if piece.start >= end:
            end = piece.stop
            yield piece


FOLD = Base64()
