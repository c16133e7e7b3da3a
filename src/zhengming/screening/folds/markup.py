"""Tags of HTML and of forums between the characters of a word: <b>蓝</b>莓, [i]蓝[/i]莓."""

import re
from collections.abc import Iterator

from zhengming.ground.words import Words
from zhengming.screening.fold import Decoded, Example, Piece

_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,80}>|<!--[^<>]{0,80}-->|\[/?[a-zA-Z]{1,8}(?:=[^\[\]]{0,40})?\]")


class Markup(Decoded):
    name = "markup"
    title = Words("字间插入标签", "tags between characters")
    triggers = "<["
    examples = (
        Example("蓝莓煎饼", "<b>蓝</b><i>莓</i>煎<!-- x -->饼"),
        Example("蓝莓", '<span class="a">蓝</span>莓'),
        Example("蓝莓", "[i]蓝[/i]莓"),
    )
    others = (
        Example("蓝莓", "蓝 < 莓 b >"),
        Example("草莓", "<p title=草>莓"),
    )

    def pieces(self, text: str) -> Iterator[Piece]:
        for match in _TAG.finditer(text):
            yield Piece(*match.span(), "")


FOLD = Markup()
