"""HTML character references: &#34013; &#x84dd; &amp;#x84dd; and named ones."""

import re
from collections.abc import Iterator
from html import unescape

from zhengming.ground.words import Words
from zhengming.screening.fold import Decoded, Example, Piece

_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});?")


class Entities(Decoded):
    name = "entities"
    title = Words("HTML 字符引用", "HTML character references")
    triggers = "&"
    examples = (
        Example("蓝莓", "&#34013;&#33683;"),
        Example("蓝莓", "&#x84dd&#X8393"),
        Example("蓝莓", "&amp;#x84dd;莓"),
    )
    others = (Example("蓝莓", "&#34013;&#33684;"), Example("R&D部", "R&amp;D 所"))

    def pieces(self, text: str) -> Iterator[Piece]:
        for match in _REFERENCE.finditer(text):
            plain = unescape(match[0])
            if plain != match[0]:
                yield Piece(*match.span(), plain)


FOLD = Entities()
