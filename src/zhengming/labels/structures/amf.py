"""AMF0 (Action Message Format), the script data of FLV: finding the members of an object in its bytes."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile

NUMBER, BOOLEAN, STRING, OBJECT, NULL, UNDEFINED, REFERENCE = 0, 1, 2, 3, 5, 6, 7
ECMA_ARRAY, STRICT_ARRAY, DATE, LONG_STRING, XML = 8, 10, 11, 12, 15
END_OF_OBJECT = b"\0\0\x09"
DEEPEST = 32
MOST_VALUES = 200_000
_FIXED = {NUMBER: 8, BOOLEAN: 1, NULL: 0, UNDEFINED: 0, REFERENCE: 2, DATE: 10, 13: 0}


@dataclass(frozen=True, slots=True)
class Value:
    """One value: its type, and where it lies with its type byte."""

    type: int
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an object or ECMA array: its name, where the name starts, its value."""

    name: str
    start: int
    value: Value


class ScriptCursor(Cursor):
    """A cursor over script data in memory that gives up when there are too many values."""

    def __init__(self, data: bytes, start: int = 0, stop: int | None = None) -> None:
        super().__init__(BytesIO(data), start, len(data) if stop is None else stop)
        self.values = 0


def value(cursor: ScriptCursor, depth: int = 0) -> Value:
    """The value at the cursor, which moves past it. Raises BadFile on what is no AMF0."""
    cursor.values += 1
    if depth > DEEPEST or cursor.values > MOST_VALUES:
        raise BadFile("AMF0 嵌套过深或值过多", "AMF0 values are nested too deeply or too many", cursor.at)
    start = cursor.at
    (kind,) = cursor.unpack("B")
    if kind in _FIXED:
        cursor.skip(_FIXED[kind])
    elif kind == STRING:
        cursor.skip(cursor.unpack(">H")[0])
    elif kind in (LONG_STRING, XML):
        cursor.skip(cursor.unpack(">I")[0])
    else:
        _skip_container(cursor, kind, depth)
    return Value(kind, start, cursor.at)


def _skip_container(cursor: ScriptCursor, kind: int, depth: int) -> None:
    if kind == STRICT_ARRAY:
        (count,) = cursor.unpack(">I")
        numbers = cursor.peek(9 * count)
        if len(numbers) == 9 * count and not any(numbers[::9]):  # nothing but numbers, as in keyframes
            cursor.skip(9 * count)
            return
        for _ in range(count):
            value(cursor, depth + 1)
    elif kind in (OBJECT, ECMA_ARRAY, 16):
        if kind == 16:  # an object of a class, whose name comes first
            cursor.skip(cursor.unpack(">H")[0])
        for _ in members(cursor, kind, depth + 1):
            pass
    else:
        raise BadFile(f"不认识的 AMF0 类型 {kind}", f"unknown AMF0 type {kind}", cursor.at - 1)


def members(cursor: ScriptCursor, kind: int, depth: int = 1) -> Iterator[Member]:
    """The members of the object whose type byte the cursor has just passed; it moves past the end marker."""
    if kind == ECMA_ARRAY:
        cursor.skip(4)
    while cursor.peek(3) != END_OF_OBJECT:
        start = cursor.at
        name = cursor.take(cursor.unpack(">H")[0]).decode("utf-8", "replace")
        yield Member(name, start, value(cursor, depth))
    cursor.skip(3)


def text(data: bytes, of: Value) -> str | None:
    """The text of a string, or None where the value is none."""
    skipped = {STRING: 3, LONG_STRING: 5, XML: 5}.get(of.type)
    return None if skipped is None else data[of.start + skipped : of.stop].decode("utf-8", "replace")


def string(content: str) -> bytes:
    """A string value."""
    raw = content.encode()
    if len(raw) > 0xFFFF:
        return bytes([LONG_STRING]) + struct.pack(">I", len(raw)) + raw
    return bytes([STRING]) + struct.pack(">H", len(raw)) + raw


def member(name: str, content: str) -> bytes:
    """A member whose value is a string."""
    return string(name)[1:] + string(content)
