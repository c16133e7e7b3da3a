"""The top-level keys of a block of YAML, with the characters each one covers; nothing is parsed or re-written.

Indentation alone says where a mapping ends, so front matter that holds templates or errors is read as well.
"""

import json
import re
from collections.abc import Iterator
from textwrap import dedent

from zhengming.labels.format import Entry
from zhengming.labels.label_text import standard_key, taken_apart
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.reading import is_label
from zhengming.labels.structures.text.text_encoding import Found, Span

_LINE_START = r"(?:(?<=\n)|(?<=\r)(?!\n)|\A)"
_KEY = re.compile(_LINE_START + r"""(["']?)(?P<key>[^\s"'#:{}\[\]&*!|>%@`-][^"':\r\n]*+)\1[ \t]*+:(?=[ \t\r\n]|\Z)""")
_NESTED = re.compile(
    _LINE_START + r"""(?P<indent>[ \t]+)(["']?)(?P<key>AIGC)\2[ \t]*:(?=[ \t\r\n]|\Z)""", re.IGNORECASE
)
_LINE = re.compile(r"(?P<indent>[ \t]*)(?P<text>[^\r\n]*)(?:\r\n|\r|\n|\Z)")
_KNOWN = re.compile(
    r"""\b(?:label|content_?producer|produce_?id|reserved?_?code_?[12]|content_?propagator|propagate_?id|"""
    r"""service_?provider|content_?id)["']?[ \t]*:""",
    re.IGNORECASE,
)
#: Lines of a flow mapping that may stand at the start of a line although YAML wants them indented. [seen as JSON]
_LOOSE_LINES = 64


def yaml_label(label: MetadataLabel, line_end: str) -> str:
    """The mapping ``AIGC:`` of TC260-PG-20258A §6.5, each value a quoted scalar, ending with a line end."""
    lines = ["AIGC:", *(f"  {key}: {json.dumps(value)}" for key, value in label.fields().items())]
    return line_end.join([*lines, ""])


def reads_as_label(value: str) -> bool:
    """Whether a text has at least one key of a label, so that a mere mention of AIGC is left alone."""
    if _KNOWN.search(value):
        return True
    # One word without blanks may be base64, or a string that holds a string.
    return len(value) < 4096 and any(standard_key(str(key)) for key, _ in taken_apart(value).members)


def mapping(text: str, inside: Span, place: str) -> Iterator[Found]:
    """The keys of a YAML block as entries; a label in the value of another key as one of its own."""
    at = inside.start
    while match := _KEY.search(text, at, inside.stop):
        found = _found(text, match, 0, inside.stop, place)
        at = max(found.span.stop, match.end())
        nested = [] if is_label(found.entry) else list(_nested(text, Span(match.end(), found.span.stop), place))
        yield _without(text, found, match.end(), nested)
        yield from nested


def _without(text: str, found: Found, start: int, nested: list[Found]) -> Found:
    """The entry of a key without the labels in its value, which are entries of their own."""
    if not nested:
        return found
    kept, at = [], start
    for each in nested:
        kept.append(text[at : each.span.start])
        at = each.span.stop
    value = _value("".join([*kept, text[at : found.span.stop]]))
    return Found(Entry(found.entry.place, found.entry.key, value), found.span)


def _nested(text: str, inside: Span, place: str) -> Iterator[Found]:
    at = inside.start
    while match := _NESTED.search(text, at, inside.stop):
        found = _found(text, match, len(match["indent"]), inside.stop, place)
        at = max(found.span.stop, match.end())
        if reads_as_label(found.entry.value):
            yield found


def key_at(text: str, start: int, stop: int, place: str) -> Found | None:
    """The label mapping whose key ``AIGC`` begins exactly at ``start``, when it reads as one."""
    match = _KEY.match(text, start, stop)
    if not match or match["key"].rstrip().casefold() != "aigc":
        return None
    found = _found(text, match, 0, stop, place)
    return found if reads_as_label(found.entry.value) else None


def _found(text: str, match: re.Match[str], indent: int, limit: int, place: str) -> Found:
    stop = _end(text, match.end(), indent, limit)
    return Found(Entry(place, match["key"].rstrip(), _value(text[match.end() : stop])), Span(match.start(), stop))


def _end(text: str, at: int, indent: int, limit: int) -> int:
    """The end of the last line that belongs to the key: by its indentation, or to close a flow mapping."""
    line = _line(text, at, limit)
    stop = at = line.end()
    flow = line["text"].startswith("{")
    depth, loose = line["text"].count("{") - line["text"].count("}"), _LOOSE_LINES
    while at < limit:
        line = _line(text, at, limit)
        at = line.end()
        if not line["text"]:
            continue
        if len(line["indent"]) <= indent and not line["text"].startswith(("- ", "#")):
            loose -= 1
            if not (flow and depth > 0 and loose and line["text"][0] in "\"'{}[],"):
                break
        depth += line["text"].count("{") - line["text"].count("}")
        if not line["text"].startswith("#"):
            stop = at
    return stop


def _line(text: str, at: int, limit: int) -> re.Match[str]:
    match = _LINE.match(text, at, limit)
    assert match, "every place has a line, if only an empty one"
    return match


def _value(text: str) -> str:
    """The value of a key as its text: a quoted scalar or a block scalar without its YAML dress."""
    first, _, rest = text.strip("\r\n").replace("\r\n", "\n").replace("\r", "\n").partition("\n")
    first = first.strip()
    if not first or first.startswith(("#", "|", ">")):
        return dedent(rest).strip("\n")
    whole = f"{first}\n{dedent(rest)}".strip()
    if len(whole) > 1 and whole[0] == whole[-1] == "'":
        return whole[1:-1].replace("''", "'")
    if len(whole) > 1 and whole[0] == whole[-1] == '"':
        return _unquoted(whole)
    return whole


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(text, strict=False))
    except ValueError:  # an escape that only YAML knows: as it stands
        return text[1:-1]
