"""One character that stands for several: ㊥ is in ``width``, ㏑ ㈱ ﬁ ⑩ ㍿ are here (Unicode NFKC)."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cached_property

from zhengming.ground.words import Words
from zhengming.screening.fold import LAST_CHARACTER, Decoded, Example, Piece


def _several() -> str:
    every = map(chr, range(0xA0, LAST_CHARACTER + 1))
    return "".join(
        each
        for each in every
        if len(plain := unicodedata.normalize("NFKC", each)) > 1 and any(map(str.isalnum, plain))
    )


class Compatibility(Decoded):
    name = "compatibility"
    title = Words("一字代表数字的兼容字符", "one character for several")
    examples = (Example("株式会社", "㍿"), Example("firefly", "ﬁreﬂy"), Example("10元店", "⑩元店"))
    others = (Example("firefly", "ﬂyﬁre"),)

    @cached_property
    def triggers(self) -> str:  # type: ignore[override]
        return _several()

    @cached_property
    def _any(self) -> re.Pattern[str]:
        return re.compile(f"[{re.escape(self.triggers)}]")

    def pieces(self, text: str) -> Iterator[Piece]:
        for match in self._any.finditer(text):
            yield Piece(*match.span(), unicodedata.normalize("NFKC", match[0]))


FOLD = Compatibility()
