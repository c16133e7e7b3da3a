"""Explicit labels in web pages (GB 45438-2025 §5.1, §5.6): a note that stays in view while the page is read.

A banner at the top or bottom edge, or, when a corner is wished, a badge in that corner of the window. The root
element makes room for a banner, so it covers nothing and the layout of the body, whichever it is, stays.
Every style is set inline and marked important, so neither the page's rules nor its dark mode can hide it; only what
the page does to the whole body, such as making it half transparent, reaches the label as it reaches the text.
"""

import re
from collections.abc import Iterator
from html import escape, unescape
from typing import BinaryIO

from zhengming.ground.errors import Refused
from zhengming.labels.edit import Progress, copy
from zhengming.labels.explicit.labeller import Labeller, Shown, Wish
from zhengming.labels.explicit.statement import is_statement
from zhengming.labels.formats.html import read_html
from zhengming.labels.structures.text.html_tags import RAW, Tag, tags
from zhengming.labels.structures.text.text_encoding import Change

#: The attribute by which our own label is known again.
OWN = "data-explicit-label"

_STYLE = (
    "all:initial", "display:block", "visibility:visible", "opacity:1", "box-sizing:border-box", "z-index:2147483647",
    "flex:none", "order:0", "float:none", "clear:both", "padding:.4em .9em", "color:#fff", "background:#1b1b1b",
    "border:1px solid #fff", "font:600 16px/1.5 system-ui,'Noto Sans CJK SC','Microsoft YaHei',sans-serif",
    "text-align:center", "text-shadow:none", "letter-spacing:.05em", "writing-mode:horizontal-tb", "direction:ltr",
    "transform:none", "clip-path:none", "pointer-events:none", "user-select:text", "forced-color-adjust:none",
    "print-color-adjust:exact",
)  # fmt: skip
_BANNER = ("position:fixed", "inset:auto", "left:0", "right:0", "width:auto", "margin:0")
_BADGE = ("position:fixed", "inset:auto", "width:auto", "margin:0", "border-radius:.3em")
_HEAD = frozenset(("!", "html", "head", "meta", "link", "title", "style", "script", "base", "noscript"))
#: Pixels that a banner of one line takes.
ROOM = 40
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


class Html(Labeller):
    name = "html"
    title = "网页"
    formats = ("html",)

    def put(
        self,
        source: BinaryIO,
        sink: BinaryIO,
        wish: Wish,
        format_name: str,  # noqa: ARG002  one format only
        progress: Progress | None = None,
    ) -> Shown:
        wish.checked()
        document = read_html(source)
        if any(OWN in tag.attributes for tag in tags(document.text)):
            copy(document.edit([]), source, sink, progress)
            return Shown(wish.text, "页面已有显式标识")
        start, end = _ends(document.text)
        changes, where = [], []
        for place, at, wanted in (("top", start, wish.position != "end"), ("bottom", end, wish.position != "start")):
            if wanted or (wish.corner and place == "top"):
                changes.append(Change(at, at, _aside(wish, place)))
                where.append("窗口角落" if wish.corner else "页首" if place == "top" else "页尾")
            if wish.corner:
                break
        copy(document.edit(changes), source, sink, progress)
        return Shown(wish.text, f"{'、'.join(where)}，滚动时持续显示")

    def seen(self, file: BinaryIO, format_name: str) -> Iterator[str]:  # noqa: ARG002  one format only
        text, at, inside = read_html(file).text, 0, ""
        for tag in tags(text):
            if inside not in RAW and (line := _visible(text[at : tag.start])):
                yield line
            at, inside = tag.stop, "" if tag.closing else tag.name
        if line := _visible(text[at:]):
            yield line


LABELLER = Html()


def _visible(part: str) -> str:
    """A short text between two tags that says that the page is generated."""
    if len(part) > 400:
        return ""
    line = unescape(_COMMENT.sub("", part)).strip()
    return line if is_statement(line) else ""


def _aside(wish: Wish, place: str) -> str:
    """The element: a note for readers' software too, in Chinese."""
    if wish.corner:
        side, hand = wish.corner.split("-")
        styles = (*_STYLE, *_BADGE, f"{side}:8px", f"{hand}:8px")
    else:
        styles = (*_STYLE, *_BANNER, f"{place}:0")
    css = escape(";".join(f"{style}!important" for style in styles))
    text = escape(wish.text)
    room = "" if wish.corner else f"<style {OWN}>html{{padding-{place}:{ROOM}px!important}}</style>"
    return f'{room}<aside role="note" lang="zh-Hans" aria-label="{text}" {OWN}="{text}" style="{css}">{text}</aside>'


def _ends(text: str) -> tuple[int, int]:
    """Where the content of a page starts and ends: in its body, or around what stands for one."""
    start: int | None = None
    after_head, end = 0, len(text)
    in_head = True
    for tag in tags(text):
        if tag.name == "frameset":
            raise Refused("框架集页面没有正文，请标识各框架的页面", "a frameset has no body: label the framed pages")
        if tag.name == "body" and not tag.closing and start is None:
            start = tag.stop
        if tag.closing and tag.name in ("body", "html"):
            end = min(end, tag.start) if end < len(text) and tag.name == "html" else tag.start
        in_head = in_head and _is_head(text, after_head, tag)
        after_head = tag.stop if in_head else after_head
    start = after_head if start is None else start
    return start, max(start, end)


def _is_head(text: str, at: int, tag: Tag) -> bool:
    """Whether a tag still belongs to the head: nothing but comments and raw content stands before it."""
    if tag.name not in _HEAD:
        return False
    return (tag.closing and tag.name in RAW) or not _COMMENT.sub("", text[at : tag.start]).strip()
