"""Labels that stand in the text itself, at its start or end or on a line of their own. [all seen]

A label in the middle of prose or of a code example is quoted text, not the label of the file, and stays.
"""

import re
from collections.abc import Iterator

from zhengming.labels.format import Entry
from zhengming.labels.label_text import taken_apart
from zhengming.labels.structures.text.text_encoding import Found, Span
from zhengming.labels.structures.text.yaml_mapping import key_at, reads_as_label

#: Characters that a label at an end of a text may take; the longest seen has 3 000.
LONGEST = 64 * 1024

_LABEL_LINE = re.compile(
    r"""(?:(?<=\n)|(?<=\r)|\A)[ \t]*"""
    r"""(?:\{[ \t]*["']AIGC["'][ \t]*+:|AIGC[ \t]*+(?:=[ \t]*+)?\{|"AIGC"[ \t]*+:)[^\r\n]*""",
    re.IGNORECASE,
)
_FENCE = re.compile(r"(`{3,}|~{3,})[^\r\n`]*(?:\r\n|\r|\n)")
_LINE_END = re.compile(r"\r\n|\r|\n")


def label_lines(text: str, start: int = 0) -> Iterator[Found]:
    """Lines that are a label and nothing else: ``{"AIGC":{…}}``, ``AIGC={…}``, ``"AIGC":{…}``."""
    for match in _LABEL_LINE.finditer(text, start):
        if found := _line_label(text, match.start(), match.end()):
            yield found


def _line_label(text: str, start: int, stop: int) -> Found | None:
    value = text[start:stop].strip()
    apart = taken_apart(value)
    if apart.beside or not reads_as_label(value):
        return None
    return Found(Entry("text line", "AIGC", value), whole_lines(text, start, stop))


def at_start(text: str, start: int) -> Found | None:
    """A YAML label without fences, or in a code fence, as the first thing of a text."""
    while text[start : start + 1].isspace():
        start += 1
    if found := key_at(text, start, min(len(text), start + LONGEST), "YAML at start"):
        return found
    fence = _FENCE.match(text, start)
    close = fence and text.find(fence[1], fence.end(), fence.end() + LONGEST)
    if not fence or close is None or close < 0:
        return None
    return _fenced(text, start, fence.end(), close, "code fence")


def at_end(text: str, start: int) -> Iterator[Found]:
    """Labels that end a text, the last one first: YAML with or without fences, a code fence, JSON over lines."""
    stop = len(text)
    while (end := _end_of_print(text, start, stop)) > start:
        found = _last(text, start, end)
        if not found:
            return
        yield found
        stop = found.span.start


def _end_of_print(text: str, start: int, stop: int) -> int:
    while stop > start and text[stop - 1].isspace():
        stop -= 1
    return stop


def _last(text: str, start: int, end: int) -> Found | None:
    floor = max(start, end - LONGEST)
    line = _line_start(text, floor, end)
    last = text[line:end].strip()
    if re.fullmatch(r"`{3,}|~{3,}", last):
        return _closed(text, floor, line, last, "code fence")
    if last in ("---", "..."):
        return _closed(text, floor, line, "---", "YAML at end")
    if last.endswith("}") and (_LABEL_LINE.match(text, line, end)):
        return _line_label(text, line, end)
    return _json_at_end(text, floor, end) if last == "}" else _yaml_at_end(text, floor, end)


def _yaml_at_end(text: str, floor: int, end: int) -> Found | None:
    """Walk up over indented lines to the key ``AIGC:``."""
    line = _line_start(text, floor, end)
    while line > floor and (text[line] in " \t\r\n" or text.startswith("}", line)):
        line = _line_start(text, floor, line - (2 if text[line - 2 : line] == "\r\n" else 1))
    found = key_at(text, line, end, "YAML at end")
    if not found or found.span.stop < end:
        return None
    return Found(found.entry, whole_lines(text, line, end))


def _json_at_end(text: str, floor: int, end: int) -> Found | None:
    """A wrapper that is printed over several lines, its braces at the start of their lines."""
    opening = max(text.rfind("\n{", floor, end), text.rfind("\r{", floor, end)) + 1
    if not opening and not text.startswith("{"):
        return _yaml_at_end(text, floor, end)
    value = text[opening:end]
    apart = taken_apart(value)
    if not apart.wrapped or apart.beside or not reads_as_label(value):
        return _yaml_at_end(text, floor, end)
    return Found(Entry("JSON at end", "AIGC", value), whole_lines(text, opening, end))


def _closed(text: str, floor: int, close: int, fence: str, place: str) -> Found | None:
    """A fenced block whose closing line begins at ``close``: up to its opening line."""
    line = close
    while line > floor:
        line = _line_start(text, floor, line - (2 if text[line - 2 : line] == "\r\n" else 1))
        if text.startswith(fence, line):
            inside = _LINE_END.search(text, line, close)
            return _fenced(text, line, inside.end(), close, place) if inside else None
    return None


def _fenced(text: str, start: int, inside: int, close: int, place: str) -> Found | None:
    """The label of a fenced block that holds nothing else; the fences go with it."""
    value = text[inside:close].strip()
    found = key_at(text, inside, close, place)
    if found and not text[found.span.stop : close].strip():
        entry = found.entry
    elif value.startswith("{") and taken_apart(value).wrapped and reads_as_label(value):
        entry = Entry(place, "AIGC", value)
    else:
        return None
    end = _LINE_END.search(text, close)
    return Found(entry, whole_lines(text, start, end.start() if end else len(text)))


def _line_start(text: str, floor: int, at: int) -> int:
    return max(text.rfind("\n", floor, at), text.rfind("\r", floor, at), floor - 1) + 1


def whole_lines(text: str, start: int, stop: int) -> Span:
    """The lines of a label with their line end; the last line of a file takes the line end before it instead."""
    if end := _LINE_END.match(text, stop):
        return Span(start, end.end())
    if stop >= len(text) and text[start - 2 : start] == "\r\n":
        return Span(start - 2, stop)
    if stop >= len(text) and start and text[start - 1] in "\r\n":
        return Span(start - 1, stop)
    return Span(start, stop)
