"""Server-sent events as bytes: WHATWG HTML §9.2.6, read in any chunking and written in one form.

What is written is made from what was read, so nothing reaches a client that nobody looked at: comments are
emptied unless a protocol knows them, unknown fields are dropped, names and ids must look like such.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from zhengming.ground.errors import WrongInput

#: Bytes of one line, and of all lines of one event. A finished picture in base64 fits. Our choice.
LONGEST_EVENT = 32 * 1024 * 1024
BOM = b"\xef\xbb\xbf"
DONE = "[DONE]"

_LINE_END = re.compile(rb"[\r\n]")
_NAME = re.compile(r"[A-Za-z0-9][\w.:/-]{0,127}", re.ASCII)


class TooLong(WrongInput):
    """More than this side keeps in memory."""

    kind = "too-long"


class Event(NamedTuple):
    """One event. ``data`` is None for a block of comments only, which keeps a connection alive."""

    data: str | None
    name: str = ""
    id: str = ""
    comments: tuple[str, ...] = ()

    def encode(self, comments: "re.Pattern[str] | None" = None) -> bytes:
        """The event in bytes. A comment that ``comments`` does not match whole is written empty."""
        lines = [
            f": {text}" if comments and comments.fullmatch(text) else ":"
            for text in self.comments[: 1 if self.data is None else None]
        ]
        if self.data is not None:
            lines += [f"{field}: {value}" for field, value in (("id", self.id), ("event", self.name)) if value]
            lines += [f"data: {line}" for line in self.data.split("\n")]
        return ("\n".join(lines) + "\n\n").encode()


class Parser:
    """Bytes in, events out: :meth:`feed` every chunk, :meth:`close` at the end. Raises TooLong for a giant line."""

    def __init__(self, longest: int = LONGEST_EVENT) -> None:
        self._longest = longest
        self._buffer, self._looked = bytearray(), 0
        self._first, self._after_cr = True, False
        self._data: list[str] = []
        self._size = 0
        self._name = self._id = ""
        self._comments: list[str] = []
        self.lines = 0  # lines that are not empty
        self.fields = 0  # of these, lines that are server-sent events

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """The events that are complete with ``chunk``."""
        self._buffer += chunk
        if self._first and not self._past_bom():
            return
        for line in self._lines():
            yield from self._line(line)
        if len(self._buffer) > self._longest:
            raise TooLong(f"一行超过 {self._longest} 字节", f"a line of more than {self._longest} bytes")

    def close(self) -> Iterator[Event]:
        """The last event where the stream does not end with an empty line."""
        self._first = False
        yield from self._line(bytes(self._buffer))
        self._buffer.clear()
        yield from self._dispatch()

    def _past_bom(self) -> bool:
        """Drop a byte order mark; False while too little has come to know."""
        if len(self._buffer) < len(BOM) and BOM.startswith(self._buffer):
            return False
        self._first = False
        if self._buffer.startswith(BOM):
            del self._buffer[: len(BOM)]
        return True

    def _lines(self) -> Iterator[bytes]:
        start = 0
        while end := _LINE_END.search(self._buffer, max(start, self._looked)):
            at = end.start()
            if not (self._after_cr and at == start and self._buffer[at] == 0x0A):  # the second half of \r\n
                yield bytes(self._buffer[start:at])
            self._after_cr = self._buffer[at] == 0x0D
            start = at + 1
            self._looked = start
        if start < len(self._buffer):
            self._after_cr = False
        del self._buffer[:start]
        self._looked = len(self._buffer)

    def _line(self, raw: bytes) -> Iterator[Event]:
        if not raw:
            yield from self._dispatch()
            return
        self.lines += 1
        self._size += len(raw)
        if self._size > self._longest:
            raise TooLong(f"一个事件超过 {self._longest} 字节", f"an event of more than {self._longest} bytes")
        field, _, value = raw.decode("utf-8", "replace").partition(":")
        value = value.removeprefix(" ")
        self.fields += field in _FIELDS
        if field == "data":
            self._data.append(value)
        elif field == "event":
            self._name = value if _NAME.fullmatch(value) else ""
        elif field == "id":
            self._id = value if _NAME.fullmatch(value) else ""
        elif not field:
            self._comments.append(value)

    def _dispatch(self) -> Iterator[Event]:
        if self._data or self._comments:
            data = "\n".join(self._data) if self._data else None
            yield Event(data, self._name, self._id, tuple(self._comments))
        self._data, self._comments, self._size = [], [], 0
        self._name = self._id = ""


_FIELDS = frozenset({"data", "event", "id", "retry", ""})
