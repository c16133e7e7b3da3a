"""HTML: the label as ``<meta name="AIGC" content="…">`` in the head.

The guides name no place. Our choice is what vendors do: a meta element is where HTML puts data about the page.
"""

from collections.abc import Iterator
from html import escape
from typing import BinaryIO

from zhengming.labels.edit import Edit, Kept
from zhengming.labels.format import Entry, Format, Medium, Place, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.structures.text.html_tags import Tag, declared_charset, tags
from zhengming.labels.structures.text.text_encoding import (
    Change,
    Found,
    Span,
    TextFile,
    is_binary,
    label_spans,
    read_text,
    taken_out,
)

#: How far into a page the head is looked for, in tags: a head is at the start or nowhere.
FIRST_TAGS = 512


class Html(Format):
    name = "html"
    title = "HTML 网页"
    medium = Medium.TEXT
    suffixes = (".html", ".htm", ".xhtml")
    media_type = "text/html"
    place = Place('head 里的 <meta name="AIGC">', "业界做法（位置由本软件选定）", "own")

    def score(self, sample: Sample) -> int:
        if is_binary(sample.start):
            return 0
        start = sample.start.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
        if start.startswith((b"<!doctype html", b"<html")) or (start.startswith(b"<?xml") and b"<html" in start):
            return 90
        return 55 if sample.suffix in self.suffixes else 0

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        yield from (each.entry for each in _metas(read_html(file).text))

    def write(self, file: BinaryIO, label: MetadataLabel) -> Edit:
        document = read_html(file)
        text = document.text
        anchor = _anchor(text)
        close = " />" if text.lstrip().startswith("<?xml") else ">"
        tag = f'<meta name="AIGC" content="{escape(label.json())}"{close}'
        at = anchor.stop if anchor else 0
        new = Change(at, at, (_indentation(text, anchor, document.line_end) if anchor else "") + tag)
        return document.edit([*taken_out(label_spans(_metas(text))), new])

    def body(self, file: BinaryIO) -> Iterator[Kept]:
        document = read_html(file)
        return document.kept(label_spans(_metas(document.text)))

    def example(self) -> bytes:
        return '<!DOCTYPE html><meta charset="utf-8"><title>正名</title><p>名不正，则言不顺。'.encode()


FORMAT = Html()


def read_html(file: BinaryIO) -> TextFile:
    """The text of a page, in the encoding that its mark or its meta element names."""
    file.seek(0)
    return read_text(file, declared_charset(file.read(1024)))


def _metas(text: str) -> list[Found]:
    """The named meta elements, each with the blank before it, which goes with it."""
    found = []
    for tag in tags(text):
        name = tag.attributes.get("name") or tag.attributes.get("property") or tag.attributes.get("itemprop")
        if tag.name == "meta" and not tag.closing and name:
            start = _before_blank(text, tag.start)
            entry = Entry("HTML meta", name, tag.attributes.get("content", ""))
            found.append(Found(entry, Span(start, tag.stop)))
    return found


def _before_blank(text: str, at: int) -> int:
    while at and text[at - 1].isspace():
        at -= 1
    return at


def _anchor(text: str) -> Tag | None:
    """The tag after which the label goes: what declares the encoding, which must stay within the first 1024
    bytes; else the head, the html tag, the declaration. None for a page that begins with its content."""
    best: Tag | None = None
    for number, tag in enumerate(tags(text)):
        if number > FIRST_TAGS or tag.name in ("body", "frameset") or (tag.name == "head" and tag.closing):
            break
        if tag.name in ("!", "html", "head") and not tag.closing:
            best = tag if _is_before_content(best, tag) else best
        if _declares_encoding(tag):
            return tag
    return best


_ORDER = ("!", "html", "head")


def _is_before_content(best: Tag | None, tag: Tag) -> bool:
    return best is None or _ORDER.index(tag.name) >= _ORDER.index(best.name)


def _declares_encoding(tag: Tag) -> bool:
    equivalent = tag.attributes.get("http-equiv", "").lower() == "content-type"
    return tag.name == "meta" and ("charset" in tag.attributes or equivalent)


def _indentation(text: str, anchor: Tag, line_end: str) -> str:
    """A new line indented as the anchor's; nothing where the anchor does not begin a line."""
    line = max(text.rfind("\n", 0, anchor.start), text.rfind("\r", 0, anchor.start)) + 1
    before = text[line : anchor.start]
    return line_end + before if line and not before.strip() else ""
