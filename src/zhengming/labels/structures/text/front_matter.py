"""Front matter: a block of YAML between two fences ``---`` at the very start of a text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from zhengming.labels.reading import is_label
from zhengming.labels.structures.text.text_encoding import Found, Span
from zhengming.labels.structures.text.yaml_mapping import mapping

PLACE, SECOND = "YAML front matter", "second YAML front matter"
_OPEN = re.compile(r"---[ \t]*(?:\r\n|\r|\n)")
_CLOSE = re.compile(r"(?:(?<=\n)|(?<=\r)(?!\n))(?:---|\.\.\.)[ \t]*(?:\r\n|\r|\n|\Z)")
_BLANK = re.compile(r"\s*")
_IGNORED = re.compile(r"(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))*")
_MAPPING = re.compile(r"""["']?[^\s"'#:{}\[\]-][^"':\r\n]*+["']?[ \t]*+:(?:[ \t\r\n]|\Z)|\{|\?[ \t]|---|\.\.\.""")


@dataclass(frozen=True)
class Block:
    """A block of front matter: ``span`` with its fences, ``inside`` without them, what it holds."""

    span: Span
    inside: Span
    found: tuple[Found, ...] = ()

    def holds_only_labels(self, text: str) -> bool:
        """Whether nothing but labels and blank lines is in it, so that it goes when they go."""
        at = self.inside.start
        for each in self.found:
            if not is_label(each.entry) or text[at : each.span.start].strip():
                return False
            at = each.span.stop
        return not text[at : self.inside.stop].strip()

    def labels(self, text: str) -> list[Found]:
        """The labels in it; one that is alone covers the whole block."""
        labels = [each for each in self.found if is_label(each.entry)]
        alone = len(labels) == 1 and self.holds_only_labels(text)
        return [Found(labels[0].entry, self.span)] if alone else labels

    def label_spans(self, text: str) -> list[Span]:
        """What of the text is label: the whole block, or the keys in it."""
        if self.holds_only_labels(text):
            return [self.span]
        return [each.span for each in self.found if is_label(each.entry)]


def blocks(text: str) -> Iterator[Block]:
    """The front matter, and a second block right after it, as some tools write when there was one before."""
    first = _block(text, 0, PLACE)
    if first:
        yield first
        blank = _BLANK.match(text, first.span.stop)
        second = _block(text, blank.end() if blank else first.span.stop, SECOND)
        if second and any(is_label(each.entry) for each in second.found):
            yield second


def _block(text: str, at: int, place: str) -> Block | None:
    opening = _OPEN.match(text, at)
    closing = opening and _CLOSE.search(text, opening.end())
    if not opening or not closing or not _is_mapping(text, opening.end()):
        return None
    inside = Span(opening.end(), closing.start())
    return Block(Span(at, closing.end()), inside, tuple(mapping(text, inside, place)))


def _is_mapping(text: str, at: int) -> bool:
    """Whether the first line that says something is a key: else the fences are two horizontal rules."""
    ignored = _IGNORED.match(text, at)
    return bool(_MAPPING.match(text, ignored.end() if ignored else at))
