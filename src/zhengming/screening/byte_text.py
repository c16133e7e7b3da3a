"""Text inside bytes whose encoding nobody states: UTF-8 first, then the characters of GB 2312."""

import re
from collections.abc import Iterator

_UTF8 = rb"[\xc3-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}"
_CHARACTER = re.compile(_UTF8 + rb"|[\x20-\x7e]")
_GBK = re.compile(rb"[\xb0-\xf7][\xa1-\xfe]|[\x20-\x7e]")
_WRITTEN = re.compile(rb"(?:[\xe3-\xe9][\x80-\xbf]{2}){2,}|[A-Za-z0-9 ]{6,}")
_WRITTEN_GBK = re.compile(rb"(?:[\xb0-\xf7][\xa1-\xfe]){4,}")


def characters(data: bytes) -> Iterator[tuple[int, int, str]]:
    """Each character of ``data`` that can be told, with its start and stop."""
    ways = [(list(pattern.finditer(data)), encoding) for pattern, encoding in ((_CHARACTER, "utf-8"), (_GBK, "gbk"))]
    matches, encoding = max(ways, key=lambda way: sum(len(match[0]) for match in way[0]))
    for match in matches:
        text = match[0].decode(encoding, "ignore")
        if text:
            yield *match.span(), text


def stretches(data: bytes) -> Iterator[tuple[int, int, str]]:
    """Stretches of ``data`` that are surely text: two Chinese characters of UTF-8, four of GBK, six of ASCII."""
    for pattern, encoding in ((_WRITTEN, "utf-8"), (_WRITTEN_GBK, "gbk")):
        for match in pattern.finditer(data):
            yield *match.span(), match[0].decode(encoding, "ignore")
