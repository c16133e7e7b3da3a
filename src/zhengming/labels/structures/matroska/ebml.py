"""EBML (RFC 8794): the elements, each an identifier, a size and data, of which Matroska and WebM are made."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile

VOID = 0xEC
CRC_32 = 0xBF
#: What a size field of each width says when the size is unknown.
_UNKNOWN = {width: (1 << 7 * width) - 1 for width in range(1, 9)}


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its identifier, where it starts, where its data starts and stops, whether that was stated."""

    id: int
    start: int
    data: int
    stop: int
    sized: bool = True


def head(cursor: Cursor) -> Element:
    """The element at the cursor, which moves to its data; one of unknown size goes to the cursor's stop."""
    start, raw = cursor.at, cursor.peek(12)
    id_width = _width(raw, 0, 4, start)
    size_width = _width(raw, id_width, 8, start)
    if id_width + size_width > len(raw):
        raise BadFile("EBML 元素头不完整", "an EBML element's head is cut off", start)
    size = int.from_bytes(raw[id_width : id_width + size_width], "big") & _UNKNOWN[size_width]
    data = start + id_width + size_width
    sized = size != _UNKNOWN[size_width]
    if sized and data + size > cursor.stop:
        raise BadFile(
            f"EBML 元素长 {size} 字节，超出所在结构", f"an EBML element of {size} bytes runs past its parent", start
        )
    cursor.at = data
    return Element(int.from_bytes(raw[:id_width], "big"), start, data, data + size if sized else cursor.stop, sized)


def _width(raw: bytes, at: int, most: int, start: int) -> int:
    width = 9 - raw[at].bit_length() if at < len(raw) else 9
    if width > most:
        raise BadFile("不是 EBML 元素", "not an EBML element", start)
    return width


def children(cursor: Cursor) -> Iterator[Element]:
    """The elements from the cursor to its stop. Raises BadFile for one whose size is not stated."""
    while cursor.left:
        element = head(cursor)
        if not element.sized:
            raise BadFile("EBML 元素未给出长度", "an EBML element states no size", element.start)
        cursor.at = element.stop
        yield element


@dataclass(frozen=True, slots=True)
class Node:
    """An element held in memory: its identifier, its data, and all its bytes."""

    id: int
    data: bytes
    raw: bytes


def nodes(data: bytes) -> Iterator[Node]:
    """The elements that ``data`` is made of."""
    from io import BytesIO

    for element in children(Cursor(BytesIO(data), 0, len(data))):
        yield Node(element.id, data[element.data : element.stop], data[element.start : element.stop])


def number(data: bytes) -> int:
    """The unsigned integer that ``data`` holds. Raises BadFile over eight bytes."""
    if len(data) > 8:
        raise BadFile("EBML 整数超过 8 字节", "an EBML integer has over 8 bytes")
    return int.from_bytes(data, "big")


def text(data: bytes) -> str:
    """The string that ``data`` holds, up to its zero byte, if any."""
    return data.split(b"\0", 1)[0].decode("utf-8", "replace")


def element(id_: int, data: bytes, width: int | None = None) -> bytes:
    """An element of ``data``; its size field has ``width`` bytes, or as few as hold it."""
    return _id(id_) + size_field(len(data), width) + data


def size_field(size: int, width: int | None = None) -> bytes:
    """A size field of ``width`` bytes, or of as few as hold ``size``."""
    least = next(candidate for candidate in _UNKNOWN if size < _UNKNOWN[candidate])
    width = max(width or 0, least)
    return (size | 1 << 7 * width).to_bytes(width, "big")


def _id(id_: int) -> bytes:
    return id_.to_bytes((id_.bit_length() + 7) // 8, "big")


def void(size: int) -> bytes:
    """A Void element that takes ``size`` bytes, none or at least two."""
    if size == 0:
        return b""
    width = 1 if size < 2 + _UNKNOWN[1] else 8
    return element(VOID, bytes(size - 1 - width), width)


def filling(id_: int, data: bytes, room: int) -> bytes | None:
    """An element of ``data`` and a Void that together take ``room`` bytes, or None where they cannot."""
    raw = element(id_, data)
    left = room - len(raw)
    if left < 0:
        return None
    if left == 1:
        return element(id_, data, len(size_field(len(data))) + 1)
    return raw + void(left)


def with_crc(data: bytes) -> bytes:
    """``data`` after the CRC-32 element that guards it."""
    return element(CRC_32, struct.pack("<I", zlib.crc32(data))) + data


def without_crc(data: bytes) -> tuple[bytes, bool]:
    """``data`` without the CRC-32 element at its start, and whether there was one."""
    if data[:2] == b"\xbf\x84" and len(data) >= 6:
        return data[6:], True
    return data, False
