"""Canonical JSON: one value, one sequence of bytes, so that a digest of it means the value (RFC 8785, a subset).

Objects, lists, strings, whole numbers, true, false, null. Members are sorted by the UTF-16 units of their names,
nothing is escaped that need not be, there is no white space. Fractions are refused: RFC 8785 writes them as
ECMAScript does, the shortest digits that give back the same double, and two languages that differ in the last
digit would give two digests of one fact. A sum of money is a whole number of its smallest unit, a moment a whole
number of microseconds, a share a whole number of millionths. Whole numbers end at ±(2^53 - 1), where doubles end.
"""

import json
from typing import Any

from zhengming.ground.errors import BadFile, WrongInput

#: The largest whole number that every JSON reader keeps exactly.
LARGEST_NUMBER = 2**53 - 1
#: How deep objects and lists may nest.
DEEPEST = 32

_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def canonical(value: Any) -> bytes:
    """The canonical bytes of ``value``, in UTF-8. Raises WrongInput for what has none."""
    try:
        return _text(_ordered(value, 0)).encode("utf-8")
    except UnicodeEncodeError:
        raise WrongInput("文本含有不成对的代理码位", "a text holds a lone surrogate") from None


def parsed(data: bytes) -> Any:
    """The value whose canonical bytes are ``data``. Raises BadFile for bytes that are not canonical JSON."""
    try:
        value = json.loads(data)
        same = canonical(value) == data
    except (ValueError, RecursionError, WrongInput) as error:
        raise BadFile(f"不是规范 JSON：{error}", f"not canonical JSON: {error}") from None
    if not same:
        raise BadFile("JSON 不是规范形式", "the JSON is not in its canonical form")
    return value


def _ordered(value: Any, depth: int) -> Any:
    """``value`` with its members in order, once every part of it is found to have a canonical form."""
    if depth > DEEPEST:
        raise WrongInput(f"嵌套超过 {DEEPEST} 层", f"nested deeper than {DEEPEST}")
    if isinstance(value, str) or value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return _in_range(value)
    if isinstance(value, list | tuple):
        return [_ordered(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {name: _ordered(value[name], depth + 1) for name in sorted(value, key=_utf16)}
    kind = type(value).__name__
    raise WrongInput(f"规范 JSON 不接受 {kind}", f"canonical JSON takes no {kind}")


def _in_range(number: int) -> int:
    if not -LARGEST_NUMBER <= number <= LARGEST_NUMBER:
        raise WrongInput("整数超出 ±(2^53−1)", "a whole number is beyond ±(2^53 - 1)")
    return int(number)


def _utf16(name: Any) -> bytes:
    if not isinstance(name, str):
        raise WrongInput("对象的成员名须为文本", "the name of a member is a text")
    return name.encode("utf-16-be", "surrogatepass")
