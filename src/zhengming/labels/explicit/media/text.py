"""Explicit labels in texts (GB 45438-2025 §5.1): at the start, the end or both, or as a corner mark (角标).

The geometry of a corner mark is not known from any source. Ours stands at the end of the first or last line,
raised where the format can, with the whole wording: an "AI" alone is not enough for both elements.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

from zhengming.ground.errors import Refused
from zhengming.labels.edit import Progress, copy
from zhengming.labels.explicit.labeller import Labeller, Shown, Wish
from zhengming.labels.explicit.statement import begins_with, is_label_text, is_statement
from zhengming.labels.formats import markdown, txt
from zhengming.labels.structures.text.text_encoding import Change, Span, TextFile, read_text

#: Lines at each end of a text where a label is looked for.
LINES = 5
_LINE = re.compile(r"[^\r\n]*[^\s][^\r\n]*")
#: What begins a line of Markdown that a mark at its end would break.
_BLOCK = ("```", "~~~", "|", "<", "    ", "\t", "---", "***", "===", "$$", ":::", "[", "!")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(?=[^\r\n]*$)", re.MULTILINE)


class Text(Labeller):
    name = "text"
    title = "文本"
    formats = ("txt", "markdown")

    def put(
        self, source: BinaryIO, sink: BinaryIO, wish: Wish, format_name: str, progress: Progress | None = None
    ) -> Shown:
        wish.checked()
        document = read_text(source)
        changes, where = _changes(document, wish, format_name)
        copy(document.edit(changes), source, sink, progress)
        return Shown(wish.text, where, {"lines": len(changes)})

    def seen(self, file: BinaryIO, format_name: str) -> Iterator[str]:
        text = read_text(file).text
        for line in _ends(text, _content(text, format_name)):
            if is_statement(line):
                yield line.strip()


LABELLER = Text()


def labelled_text(text: str, wish: Wish | None = None, format_name: str = "txt") -> str:
    """A text in memory with the explicit label of ``wish`` in it."""
    sink = BytesIO()
    LABELLER.put(BytesIO(text.encode()), sink, wish or Wish(), format_name)
    return sink.getvalue().decode()


def _content(text: str, format_name: str) -> Span:
    return markdown.content(text) if format_name == "markdown" else txt.content(text)


def _changes(document: TextFile, wish: Wish, format_name: str) -> tuple[list[Change], str]:
    """What to insert, and where in words."""
    content = _content(document.text, format_name)
    inside = document.text[content.start : content.stop]
    if not inside.strip():
        raise Refused("文本没有内容，无从标识", "the text is empty: there is nothing to label")
    label = _escaped(wish.text) if format_name == "markdown" else wish.text
    start, end = _wanted(wish)
    start, end = start and not _begins(inside, wish.text), end and not _ends_with(inside, wish.text)
    if end and format_name == "markdown" and _is_open(inside):
        raise Refused(
            "Markdown 末尾的代码块没有闭合，文末标识会落入代码中；请改用文首（start）",
            "a code block is open at the end of the Markdown and would swallow a label there; put it at the start",
        )
    changes = [_at_start(document, content, label, wish, format_name)] if start else []
    changes += [_at_end(document, content, label, wish, format_name)] if end else []
    places = "、".join(place for place, wanted in (("文首", start), ("文末", end)) if wanted)
    return changes, places or "文中已有显式标识"


def _wanted(wish: Wish) -> tuple[bool, bool]:
    if wish.corner:
        return wish.corner.startswith("top"), wish.corner.startswith("bottom")
    return wish.position in ("start", "both"), wish.position in ("end", "both")


def _at_start(document: TextFile, content: Span, label: str, wish: Wish, format_name: str) -> Change:
    line = _LINE.search(document.text, content.start, content.stop)
    if wish.corner and line and (mark := _mark(line[0], label, format_name)):
        return Change(line.end(), line.end(), mark)
    end = document.line_end
    return Change(content.start, content.start, label + end + end)


def _at_end(document: TextFile, content: Span, label: str, wish: Wish, format_name: str) -> Change:
    text, end = document.text, document.line_end
    stop = content.start + len(text[content.start : content.stop].rstrip())
    line = text[max(text.rfind("\n", 0, stop), text.rfind("\r", 0, stop), content.start - 1) + 1 : stop]
    if wish.corner and (mark := _mark(line, label, format_name)):
        return Change(stop, stop, mark)
    return Change(stop, stop, end + end + label)


def _mark(line: str, label: str, format_name: str) -> str:
    """The corner mark for the end of a line; nothing where it would break the line's meaning."""
    if format_name != "markdown":
        return f"［{label}］"
    return "" if line.startswith(_BLOCK) else f"<sup>{label}</sup>"


def _begins(inside: str, label: str) -> bool:
    first = _LINE.search(inside)
    line = first[0] if first else ""
    return bool(begins_with(inside[:400], label)) or is_label_text(line, label) or _has_mark(line, label)


def _ends_with(inside: str, label: str) -> bool:
    text = inside.rstrip()
    line = text[max(text.rfind("\n"), text.rfind("\r")) + 1 :]
    return is_label_text(line, label) or _has_mark(line, label)


def _has_mark(line: str, label: str) -> bool:
    return line.rstrip().endswith((f"［{label}］", f"<sup>{_escaped(label)}</sup>"))


def _ends(text: str, content: Span) -> list[str]:
    """The first and last lines that say something, and their corner marks."""
    start = [
        match[0] for match, _ in zip(_LINE.finditer(text, content.start, content.stop), range(LINES), strict=False)
    ]
    tail = text[max(content.start, content.stop - 4096) : content.stop]
    lines = dict.fromkeys([*start, *_LINE.findall(tail)[-LINES:]])
    marks = [mark for line in lines for mark in re.findall(r"(?:［|<sup>)([^\s<］]{3,60})(?:］|</sup>)\s*$", line)]
    return [*lines, *marks]


def _escaped(text: str) -> str:
    """A text that Markdown shows as it is."""
    return re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", text)


def _is_open(text: str) -> bool:
    """Whether a fenced code block is not closed."""
    fence = ""
    for match in _FENCE.finditer(text):
        if not fence:
            fence = match[1]
        elif match[1].startswith(fence):
            fence = ""
    return bool(fence)
