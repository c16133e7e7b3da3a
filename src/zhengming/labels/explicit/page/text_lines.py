"""Telling an explicit label from the other lines of a document: a label is a statement and stands for itself."""

from collections.abc import Iterable, Iterator

from zhengming.labels.explicit.statement import DRESS, is_statement
from zhengming.labels.explicit.wording import is_wording
from zhengming.law.placement import WORDING

#: The longest line of free wording, in characters, that is taken for a label. Our choice.
LONGEST_FREE = 20


def labels_among(lines: Iterable[str]) -> Iterator[str]:
    """The lines that read as an explicit label, each once, in order."""
    known: set[str] = set()
    for line in lines:
        text = " ".join(line.split())
        if text not in known and (is_statement(text) or _is_free_label(text)):
            known.add(text)
            yield text


def _is_free_label(text: str) -> bool:
    """Whether a line is short and ends as a label does: “某公司AI生成” is one, “AI生成内容管理办法” a title."""
    return len(text) <= LONGEST_FREE and is_wording(text) and text.strip(DRESS).endswith(WORDING.generation)
