"""Telling an explicit label from other text in a document: a label is short and stands for itself."""

from collections.abc import Iterable, Iterator

from zhengming.labels.explicit.wording import is_wording

#: The longest line, in characters, that is taken for a label and not for a sentence about AI. Our choice.
LONGEST = 40


def labels_among(lines: Iterable[str]) -> Iterator[str]:
    """The lines that read as an explicit label, each once, in order."""
    known: set[str] = set()
    for line in lines:
        text = " ".join(line.split())
        if text and len(text) <= LONGEST and text not in known and is_wording(text):
            known.add(text)
            yield text
