"""Characters written as their parts (拆字): 氵每 for 海, 女子 for 好. From our own table."""

import re
from collections.abc import Iterator
from functools import cached_property

from zhengming.ground.words import Words
from zhengming.screening.fold import Decoded, Example, Piece
from zhengming.screening.tables import rows


class Split(Decoded):
    name = "split"
    title = Words("拆字", "characters split into parts")
    certainty = 0.9
    examples = (
        Example("海洋公园", "氵每氵羊公园"),
        Example("你好朋友", "你女子月月友"),
        Example("湖水", "氵古月水"),
    )
    others = (Example("女子学校", "好学校"), Example("海洋", "每羊"))

    @cached_property
    def wholes(self) -> dict[str, str]:
        return {parts: whole for whole, *ways in rows("splits") for parts in ways}

    @cached_property
    def triggers(self) -> str:  # type: ignore[override]
        return "".join({parts[0] for parts in self.wholes})

    @cached_property
    def _pair(self) -> re.Pattern[str]:
        seconds = "".join({parts[1] for parts in self.wholes})
        return re.compile(f"[{self.triggers}](?=[{seconds}])")

    def pieces(self, text: str) -> Iterator[Piece]:
        end = 0
        for match in self._pair.finditer(text):
            at = match.start()
            whole, size = self._at(text, at)
            if whole and at >= end:
                end = at + size
                yield Piece(at, end, whole)

    def _at(self, text: str, at: int) -> tuple[str, int]:
        for size in (3, 2):
            whole = self.wholes.get(text[at : at + size])
            if whole:
                return whole, size
        return "", 0


FOLD = Split()
