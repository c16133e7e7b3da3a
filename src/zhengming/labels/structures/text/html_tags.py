"""The tags of an HTML text with character positions, as a browser's tokeniser sees them (WHATWG HTML §13.2.5).

Comments, scripts, styles and the like are stepped over, so a tag that is only quoted in them is none. One pass,
linear in the text; nothing is parsed into a tree, so broken documents are read like whole ones.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

#: Elements whose content is text, whatever stands in it.
RAW = ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "plaintext", "template")
#: The most attributes of one tag that are looked at.
MOST_ATTRIBUTES = 256

_OPENING = re.compile(r"<(?:!--|/?(?P<name>[a-zA-Z][^\s/>\0]{0,63})|[!?/])")
_ATTRIBUTE = re.compile(
    r"""[\s/]*+(?P<name>(?:[^\s/>=]|=(?!\s*["']))[^\s/>=]*+)(?:\s*+=\s*+(?:"(?P<double>[^"]*+)"|'(?P<single>[^']*+)'|(?P<bare>[^\s>"'][^\s>]*+)))?"""
)
_END_OF_COMMENT = re.compile(r"--!?>")
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)


@dataclass(frozen=True)
class Tag:
    """A tag, or a declaration (``name`` "!"). ``attributes`` are lower-case names with decoded values."""

    name: str
    start: int
    stop: int
    closing: bool = False
    attributes: dict[str, str] = field(default_factory=dict)


def tags(text: str) -> Iterator[Tag]:
    """The tags of a document in order. A tag that the text ends within is not one."""
    at = 0
    while match := _OPENING.search(text, at):
        if match[0] == "<!--":
            at = _after_comment(text, match.end())
        elif not match["name"]:
            at = text.find(">", match.end()) + 1
            if not at:
                return
            yield Tag("!", match.start(), at)
        else:
            tag = _tag(text, match)
            if not tag:
                return
            yield tag
            at = _after_raw(text, tag.name, tag.stop) if tag.name in RAW and not tag.closing else tag.stop


def _tag(text: str, opening: re.Match[str]) -> Tag | None:
    """The tag that begins with ``opening``; None when the text ends first."""
    attributes: dict[str, str] = {}
    at = opening.end()
    while match := _ATTRIBUTE.match(text, at):
        at = match.end()
        if len(attributes) < MOST_ATTRIBUTES:
            value = match["double"] or match["single"] or match["bare"] or ""
            attributes.setdefault(match["name"].lower(), value)
    end = text.find(">", at)
    if end < 0 or text[at:end].strip(" \t\r\n\f/"):
        return None
    closing = opening[0].startswith("</")
    decoded = {name: unescape(value) for name, value in attributes.items()}
    return Tag(str(opening["name"]).lower(), opening.start(), end + 1, closing, decoded)


def _after_comment(text: str, at: int) -> int:
    if text.startswith((">", "->"), at):
        return text.find(">", at) + 1
    match = _END_OF_COMMENT.search(text, at)
    return match.end() if match else len(text)


def _after_raw(text: str, name: str, at: int) -> int:
    """Where the end tag of a raw element begins; the end of the text for one that is never closed."""
    match = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(text, at)
    return match.start() if match else len(text)


def declared_charset(start: bytes) -> str:
    """The encoding that a ``meta`` tag within the first 1024 bytes names; nothing when there is none."""
    match = _CHARSET.search(start[:1024])
    return match[1].decode("ascii") if match else ""
