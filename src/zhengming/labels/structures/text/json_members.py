"""JSON text (RFC 8259) as members with character positions, so that one member is changed and no other moved.

The text is proved to be JSON first; after that only quotation marks, braces and brackets need to be looked at.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.structures.text.text_encoding import Change, Span

_NEXT = re.compile(r'[{}\[\]]|"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_BLANK = re.compile(r"[ \t\r\n]*")
_SCALAR = re.compile(r"[^\s,\]}]+")


@dataclass(frozen=True)
class Member:
    """A member of an object: its decoded ``key``, where the key starts, where the value starts and stops."""

    key: str
    start: int
    value: int
    stop: int


@dataclass(frozen=True)
class Object:
    """An object: where its braces are, and its members."""

    start: int
    stop: int
    members: tuple[Member, ...]

    def member(self, key: str) -> Member | None:
        """The last member of that name, which is the one that readers take."""
        return next((each for each in reversed(self.members) if each.key == key), None)


def proved(text: str) -> None:
    """Raise BadFile unless ``text`` is one JSON value; Refused for several, one a line. Values are not kept."""
    try:
        json.loads(text, object_pairs_hook=_forget, parse_int=len, parse_float=len)
    except RecursionError:
        raise BadFile("JSON 嵌套过深", "the JSON is nested too deeply") from None
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and re.match(r'\s*[\[{"]', text[error.pos : error.pos + 64]):
            raise Refused(
                "文件里有多个 JSON 值（如 NDJSON、JSON Lines），没有可放标识的顶层对象",
                "the file holds several JSON values (NDJSON, JSON Lines): there is no one object to put a label in",
            ) from None
        raise BadFile(f"不是 JSON：{error.msg}", f"not JSON: {error.msg}", error.pos) from None


def _forget(_: list[tuple[str, object]]) -> None:
    """Let go of an object's members, so that proving needs no memory for them."""


def object_at(text: str, at: int) -> Object | None:
    """The object whose brace is the first sign at or after ``at``; None for another value. ``text`` is proved."""
    at = _blank(text, at)
    if not text.startswith("{", at):
        return None
    members: list[Member] = []
    here = at + 1
    while text[here := _blank(text, here)] != "}":
        if text[here] == ",":
            here += 1
            continue
        key = _NEXT.match(text, here)
        assert key, "a member of proved JSON begins with a string"
        value = _blank(text, _blank(text, key.end()) + 1)
        stop = end_of_value(text, value)
        members.append(Member(_decoded(key[0]), here, value, stop))
        here = stop
    return Object(at, here + 1, tuple(members))


def items_at(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Where the values of an array start and stop; nothing for another value. ``text`` is proved."""
    at = _blank(text, at)
    if not text.startswith("[", at):
        return
    at += 1
    while text[at := _blank(text, at)] != "]":
        if text[at] == ",":
            at += 1
            continue
        stop = end_of_value(text, at)
        yield at, stop
        at = stop


def end_of_value(text: str, at: int) -> int:
    """Where the value that starts at ``at`` stops."""
    if text[at] not in '{["':
        match = _SCALAR.match(text, at)
        return match.end() if match else at
    depth = 0
    for token in _NEXT.finditer(text, at):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token[0], 0)
        if not depth:
            return token.end()
    return len(text)


def string_at(text: str, member: Member) -> str:
    """The value of a member: a string as what it says, anything else as it is written."""
    raw = text[member.value : member.stop]
    return _decoded(raw) if raw.startswith('"') else raw


def without(owner: Object, gone: Iterable[Member]) -> list[Span]:
    """What to take out, commas and blanks included, so that the object stays JSON without some members."""
    left_out = {member.start for member in gone}
    kept = [member for member in owner.members if member.start not in left_out]
    if not left_out:
        return []
    if not kept:
        return [Span(owner.members[0].start, owner.members[-1].stop)]
    spans = [Span(owner.members[0].start, kept[0].start)] if owner.members[0].start in left_out else []
    for before, member in zip(owner.members, owner.members[1:], strict=False):
        if member.start in left_out and member.start > kept[0].start:
            spans.append(Span(before.stop, member.stop))
    return spans


def added(text: str, owner: Object, key: str, value: object) -> Change:
    """The change that adds a member at the end of an object, indented as the object is."""
    if not owner.members:
        at = owner.start + 1
        return Change(at, at, f"{json.dumps(key)}:{json.dumps(value, separators=(',', ':'))}")
    last = owner.members[-1]
    blank, colon = _style(text, owner, last)
    return Change(last.stop, last.stop, f",{blank}{json.dumps(key)}{colon}{written(value, blank, colon)}")


def replaced(text: str, owner: Object, member: Member, value: object) -> Change:
    """The change that gives a member another value, indented as its object is."""
    return Change(member.value, member.stop, written(value, *_style(text, owner, member)))


def _style(text: str, owner: Object, member: Member) -> tuple[str, str]:
    """The blank before a member and the colon in it, to write others alike."""
    before = max((each.stop for each in owner.members if each.stop <= member.start), default=owner.start + 1)
    blank = text[before : member.start].replace(",", "")
    colon = ": " if text[member.value - 1] in " \t" else ":"
    return blank or (" " if colon == ": " else ""), colon


def written(value: object, blank: str, colon: str) -> str:
    """JSON in the style of its surroundings: over lines where ``blank``, before each member, has a line end."""
    lines = re.fullmatch(r"\s*?(\r\n|\r|\n)([ \t]*)", blank)
    if not lines or not lines[2]:
        return json.dumps(value, separators=(", " if blank else ",", colon))
    step = "\t" if "\t" in lines[2] else lines[2] if len(lines[2]) <= 4 else "  "
    dumped = json.dumps(value, indent=step, separators=(",", colon))
    return dumped.replace("\n", lines[1] + lines[2])


def _blank(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


def _decoded(text: str) -> str:
    return str(json.loads(text, strict=False))
