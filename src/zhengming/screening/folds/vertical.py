"""Vertical writing and acrostics (竖排、藏头、藏尾): a word in one column of short lines."""

from collections.abc import Iterator
from itertools import groupby

from zhengming.ground.words import Words
from zhengming.screening.fold import Arranged, Example

#: Characters of a line that may be part of a block, and the fewest lines of one.
LONGEST_LINE = 12
FEWEST_LINES = 3
#: Stands between two columns; a noncharacter that no word holds.
BARRIER = "\ufffe"
BLANK = " \t\r\u3000\u00a0|｜│"


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
        for short, lines in groupby(_lines(text), key=lambda line: 0 < len(line) <= LONGEST_LINE):
            block = list(lines) if short else []
            if len(block) >= FEWEST_LINES:
                yield _read(text, _columns(block))


def _lines(text: str) -> Iterator[list[int]]:
    """For each line, where its characters stand; blanks and column rules are not characters."""
    at = 0
    for line in text.split("\n"):
        yield [at + n for n, each in enumerate(line) if each not in BLANK] if _short(line) else []
        at += len(line) + 1


def _short(line: str) -> bool:
    """Whether a line may belong to a block: few characters, and the first that is none of ours is no letter."""
    if not line or len(line) > 3 * LONGEST_LINE:
        return False
    bare = line.strip(BLANK)
    return 0 < len(bare) <= 2 * LONGEST_LINE and bare[0] >= "\u2e80"


def _columns(block: list[list[int]]) -> Iterator[list[int]]:
    for column in range(max(map(len, block))):
        yield [line[column] for line in block if column < len(line)]
    yield [line[-1] for line in block]


def _read(text: str, columns: Iterator[list[int]]) -> tuple[str, list[int], list[int]]:
    words, starts = [], []
    for column in columns:
        words += [text[at] for at in column] + [BARRIER]
        starts += [*column, column[-1]]
    return "".join(words), starts, [at + 1 for at in starts]


FOLD = Vertical()
