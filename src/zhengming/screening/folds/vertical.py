"""Vertical writing and acrostics (竖排、藏头、藏尾): a word in one column of short lines."""

import re
from collections.abc import Iterator
from itertools import groupby

from zhengming.ground.words import Words
from zhengming.screening.fold import BARRIER, Arranged, Example

#: Characters of a line that may be part of a block, and the fewest lines of one.
LONGEST_LINE = 12
FEWEST_LINES = 3
BLANK = " \t\r\u3000\u00a0|｜│"
_LINE = f"[{BLANK}]{{0,8}}[\u2e80-\U0010ffff][^\n]{{0,{2 * LONGEST_LINE}}}$"
#: Lines that begin with a Chinese character, or another that is no letter, and may be short.
_BLOCK = re.compile(f"^{_LINE}(?:\n{_LINE}){{{FEWEST_LINES - 1},}}", re.MULTILINE)


class Vertical(Arranged):
    name = "vertical"
    title = Words("竖排、藏头、藏尾", "vertical writing and acrostics")
    triggers = "\n"
    certainty = 0.9
    examples = (
        Example("蓝莓煎饼", "春蓝山\n来莓水\n花煎有\n开饼情"),
        Example("蓝莓煎饼", "蓝天之下\n莓果正红\n煎茶一盏\n饼香四溢"),
        Example("蓝莓煎饼", "远山如蓝\n又见草莓\n火上慢煎\n中秋月饼"),
    )
    others = (Example("蓝莓", "蓝天\n莓果"), Example("蓝莓煎饼", "蓝天之下\n\n莓果正红\n煎茶一盏\n大饼香甜"))

    def views(self, text: str) -> Iterator[tuple[str, list[int], list[int]]]:
        blocks = [_lines(text, *match.span()) for match in _BLOCK.finditer(text)]
        columns = [column for lines in blocks for block in _short(lines) for column in _columns(block)]
        if columns:
            yield _read(text, columns)


def _lines(text: str, start: int, stop: int) -> Iterator[list[int]]:
    """For each line, where its characters stand; blanks and column rules are not characters."""
    for line in text[start:stop].split("\n"):
        yield [start + n for n, each in enumerate(line) if each not in BLANK]
        start += len(line) + 1


def _short(lines: Iterator[list[int]]) -> Iterator[list[list[int]]]:
    """The blocks of short lines among ``lines``."""
    for short, some in groupby(lines, key=lambda line: 0 < len(line) <= LONGEST_LINE):
        block = list(some)
        if short and len(block) >= FEWEST_LINES:
            yield block


def _columns(block: list[list[int]]) -> Iterator[list[int]]:
    for column in range(max(map(len, block))):
        yield [line[column] for line in block if column < len(line)]
    yield [line[-1] for line in block]


def _read(text: str, columns: list[list[int]]) -> tuple[str, list[int], list[int]]:
    words, starts = [], []
    for column in columns:
        words += [text[at] for at in column] + [BARRIER]
        starts += [*column, column[-1]]
    return "".join(words), starts, [at + 1 for at in starts]


FOLD = Vertical()
