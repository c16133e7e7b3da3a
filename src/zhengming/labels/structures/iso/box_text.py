"""Text in items and user data of files of boxes: which of the many forms it has, and where it lies."""

import re
import struct
from collections.abc import Iterator

from zhengming.labels.structures.iso.boxes import Box, Boxes

#: Well-known types of a ``data`` box that are pictures; nothing else is as large.
PICTURES = (13, 14, 27)
UTF16 = (2, 5)
LARGEST_VALUE = 1 << 24
#: User data of 3GPP TS 26.244: a full box, a packed language, one string.
ASSETS = (b"titl", b"dscp", b"cprt", b"perf", b"auth", b"gnre", b"albm", b"kywd", b"yrrc")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")


def item_text(boxes: Boxes, item: Box) -> tuple[str, list[str]]:
    """The name that a free-form item gives itself, ``""`` without one, and its values that are text."""
    mean, name, texts = "", "", list[str]()
    for child in boxes.within(item):
        if child.kind == b"data":
            texts += _value(boxes, child)
        elif child.kind in (b"mean", b"name") and len(child) < 4096:
            text = text_of(boxes.bytes_of(child)[4:])
            mean, name = (text, name) if child.kind == b"mean" else (mean, text)
    return f"{mean}:{name}" if mean and name else name, texts


def _value(boxes: Boxes, data: Box) -> Iterator[str]:
    start = boxes.peek(data, 8)
    kind = int.from_bytes(start[:4], "big")
    if len(start) < 8 or kind in PICTURES or len(data) > LARGEST_VALUE:
        return
    value = boxes.bytes_of(data)[8:]
    if kind in UTF16:
        yield value.decode("utf-16-be", "replace")
    elif kind == 1 or _is_text(value):
        yield value.decode("utf-8", "replace")
    elif kind in (21, 22, 65, 66, 67, 74) and len(value) in (1, 2, 3, 4, 8):
        yield str(int.from_bytes(value, "big", signed=kind != 22))


def text_of(data: bytes) -> str:
    """Text as UTF-8 or, where it is not that, as UTF-16 with a mark or Mac Roman, without ending zeros."""
    if data[:2] in (b"\xfe\xff", b"\xff\xfe"):
        return data.decode("utf-16", "replace").rstrip("\0")
    try:
        return data.decode("utf-8").rstrip("\0")
    except UnicodeDecodeError:
        return data.decode("mac-roman").rstrip("\0")


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode("utf-8").rstrip("\0")
    except UnicodeDecodeError:
        return False
    return bool(text) and not _CONTROLS.search(text)


def udta_strings(kind: bytes, data: bytes) -> list[tuple[int, int, str]]:
    """The strings of a user data atom: where each starts and stops in ``data``, with its length field."""
    if data[4:8] == b"data" and int.from_bytes(data[:4], "big") == len(data):
        return [(0, len(data), text_of(data[16:]))] if _is_text(data[16:]) else []
    if kind[:1] == b"\xa9" and (listed := _international(data)):
        return listed
    if kind in ASSETS and len(data) > 6:
        return [(0, len(data), text_of(data[6:]))]
    return [(0, len(data), text_of(data))] if _is_text(data) else []


def _international(data: bytes) -> list[tuple[int, int, str]]:
    """QuickTime's list of strings: length, language, text. Empty when the bytes are no such list."""
    at, strings = 0, list[tuple[int, int, str]]()
    while at + 4 <= len(data):
        (size,) = struct.unpack_from(">H", data, at)
        if at + 4 + size > len(data):
            return []
        strings.append((at, at + 4 + size, text_of(data[at + 4 : at + 4 + size])))
        at += 4 + size
    return strings
