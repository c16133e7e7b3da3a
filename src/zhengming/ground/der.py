"""The little of DER (ITU-T X.690) that keys, signatures and certificates need, read strictly.

A value has exactly one encoding here: definite and shortest lengths, shortest integers, nothing after the end.
"""

from dataclasses import dataclass

from zhengming.ground.errors import WrongInput

INTEGER, BIT_STRING, OCTET_STRING, NULL, OID = 0x02, 0x03, 0x04, 0x05, 0x06
SEQUENCE = 0x30


@dataclass(frozen=True)
class Element:
    """One element: its kind octet, its content, and its whole encoding."""

    kind: int
    content: bytes
    encoding: bytes


def element(kind: int, content: bytes) -> bytes:
    """``content`` under ``kind``."""
    size = len(content)
    if size < 0x80:
        return bytes([kind, size]) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([kind, 0x80 | len(octets)]) + octets + content


def sequence(*parts: bytes) -> bytes:
    """A SEQUENCE of encoded parts."""
    return element(SEQUENCE, b"".join(parts))


def integer(value: int) -> bytes:
    """A non-negative INTEGER."""
    return element(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def bit_string(content: bytes) -> bytes:
    """A BIT STRING of whole octets."""
    return element(BIT_STRING, b"\0" + content)


def oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER such as ``"1.2.156.10197.1.301"``."""
    first, second, *rest = map(int, dotted.split("."))
    return element(OID, b"".join(map(_base128, (40 * first + second, *rest))))


def one(data: bytes, kind: int | None = None) -> Element:
    """The one element that ``data`` is. Raises WrongInput when there is more, less, or another kind."""
    found, rest = _next(data)
    if rest:
        raise _wrong("末尾有多余字节", "bytes after the end")
    return found if kind is None else _of_kind(found, kind)


def parts(data: bytes, kind: int = SEQUENCE) -> list[Element]:
    """The elements inside the one constructed element that ``data`` is."""
    content, found = one(data, kind).content, []
    while content:
        inner, content = _next(content)
        found.append(inner)
    return found


def take(elements: list[Element], kind: int) -> Element:
    """Remove and return the first of ``elements``, which must have ``kind``."""
    if not elements:
        raise _wrong("缺少成员", "a member is missing")
    return _of_kind(elements.pop(0), kind)


def non_negative(found: Element) -> int:
    """The value of an INTEGER that is not negative and has no octet too many."""
    content = _of_kind(found, INTEGER).content
    if not content or content[0] & 0x80 or (len(content) > 1 and not content[0] and not content[1] & 0x80):
        raise _wrong("整数不是最短的非负编码", "an integer is negative or not in its shortest form")
    return int.from_bytes(content, "big")


def whole_octets(found: Element) -> bytes:
    """The content of a BIT STRING without unused bits."""
    content = _of_kind(found, BIT_STRING).content
    if content[:1] != b"\0":
        raise _wrong("位串有未用的位", "a bit string has unused bits")
    return content[1:]


def dotted(found: Element) -> str:
    """An OBJECT IDENTIFIER in dotted form."""
    content = _of_kind(found, OID).content
    if not content or content[-1] & 0x80 or len(content) > 64:
        raise _wrong("对象标识符不完整", "an object identifier is incomplete")
    arcs, value = [], 0
    for octet in content:
        value = value << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def _base128(value: int) -> bytes:
    octets = [value & 0x7F]
    while value := value >> 7:
        octets.append(0x80 | value & 0x7F)
    return bytes(reversed(octets))


def _next(data: bytes) -> tuple[Element, bytes]:
    if len(data) < 2 or data[0] & 0x1F == 0x1F:
        raise _wrong("结构不完整", "the structure is incomplete")
    start, size = 2, data[1]
    if size & 0x80:
        start += size & 0x7F
        octets = data[2:start]
        size = int.from_bytes(octets, "big")
        if not 1 <= len(octets) <= 4 or len(octets) != start - 2 or size < 0x80 or not octets[0]:
            raise _wrong("长度编码有误", "a length is not encoded right")
    if len(data) < start + size:
        raise _wrong("结构被截断", "the structure is cut off")
    return Element(data[0], data[start : start + size], data[: start + size]), data[start + size :]


def _of_kind(found: Element, kind: int) -> Element:
    if found.kind != kind:
        raise _wrong(
            f"类型应为 {kind:#04x}，得到 {found.kind:#04x}", f"expected kind {kind:#04x}, got {found.kind:#04x}"
        )
    return found


def _wrong(zh: str, en: str) -> WrongInput:
    return WrongInput(f"DER 编码有误：{zh}", f"wrong DER: {en}")
