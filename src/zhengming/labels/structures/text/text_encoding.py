"""Text files: characters with byte positions, and edits of characters that leave every other byte alone.

Encodings: UTF-8, UTF-16 and UTF-32 with or without their marks, GB 18030 (so also GBK and GB 2312), and, for
bytes that are none of these, Latin-1, which maps each byte to a character and back.
"""

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from zhengming.ground.errors import Refused
from zhengming.labels.edit import Edit, Kept, Piece, tidy
from zhengming.labels.format import Entry
from zhengming.labels.reading import is_label

#: The longest text file that is looked at, in bytes: characters cannot be found without decoding what precedes.
LARGEST_TEXT = 64 * 1024 * 1024

MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CHINESE = {"gb2312", "gbk", "gb18030", "x-gbk", "gb_2312-80", "csgb2312", "chinese", "iso-ir-58"}


@dataclass(frozen=True)
class Span:
    """The characters ``start`` to ``stop`` (exclusive) of a text."""

    start: int
    stop: int


@dataclass(frozen=True)
class Found:
    """An entry, and the characters that vanish with it when it is taken out."""

    entry: Entry
    span: Span


@dataclass(frozen=True)
class Change:
    """The characters ``start`` to ``stop`` become ``new``."""

    start: int
    stop: int
    new: str = ""


@dataclass(frozen=True)
class TextFile:
    """A decoded text file. ``offset`` is the byte where its text begins, after the byte order mark."""

    text: str
    encoding: str
    offset: int

    def encode(self, text: str) -> bytes:
        """New text in the encoding of the file. Raises Refused when the encoding lacks a character."""
        try:
            return text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise Refused(
                f"文件编码 {self.encoding} 写不出“{text[error.start]}”",
                f"the encoding of the file, {self.encoding}, has no {text[error.start]!r}",
            ) from None

    def edit(self, changes: Iterable[Change]) -> Edit:
        """The edit of the file's bytes for changes of its characters, which do not overlap."""
        pieces: list[Piece] = [Kept(0, self.offset)]
        at, byte = 0, self.offset
        for change in sorted(changes, key=lambda change: (change.start, change.stop)):
            kept = byte + self._size(at, change.start)
            pieces += [Kept(byte, kept), self.encode(change.new)]
            byte = kept + self._size(change.start, change.stop)
            at = change.stop
        return tidy([*pieces, Kept(byte, byte + self._size(at, len(self.text)))])

    def kept(self, left_out: Iterable[Span]) -> Iterator[Kept]:
        """The byte ranges of the text without some spans, which may touch or overlap."""
        at, byte = 0, self.offset
        for span in sorted(left_out, key=lambda span: (span.start, span.stop)):
            if span.start > at:
                size = self._size(at, span.start)
                yield Kept(byte, byte + size)
                byte, at = byte + size, span.start
            if span.stop > at:
                byte, at = byte + self._size(at, span.stop), span.stop
        if at < len(self.text):
            yield Kept(byte, byte + self._size(at, len(self.text)))

    def _size(self, start: int, stop: int) -> int:
        return len(self.text[start:stop].encode(self.encoding)) if stop > start else 0

    @property
    def line_end(self) -> str:
        """The line end that the text uses first; a line feed for a text of one line."""
        at = self.text.find("\n")
        if at > 0 and self.text[at - 1] == "\r":
            return "\r\n"
        return "\n" if at >= 0 or "\r" not in self.text else "\r"


def read_text(file: BinaryIO, declared: str = "") -> TextFile:
    """The text of a file. ``declared`` is an encoding that the file itself names. Raises Refused when too long."""
    size = file.seek(0, 2)
    if size > LARGEST_TEXT:
        raise Refused(
            f"文本文件 {size} 字节，上限 {LARGEST_TEXT}", f"a text file of {size} bytes, the limit is {LARGEST_TEXT}"
        )
    file.seek(0)
    return decoded(file.read(), declared)


def decoded(data: bytes, declared: str = "") -> TextFile:
    """``data`` in the first encoding from which it can be had back byte for byte."""
    for mark, encoding in MARKS:
        if data.startswith(mark) and (text := _text(data[len(mark) :], encoding)) is not None:
            return TextFile(text, encoding, len(mark))
    for encoding in (_known(declared), *_guesses(data)):
        if encoding and (text := _text(data, encoding)) is not None:
            return TextFile(text, encoding, 0)
    return TextFile(data.decode("latin-1"), "latin-1", 0)


def _known(declared: str) -> str:
    """The codec for an encoding's name in a file; none for names that are no encoding of text."""
    name = declared.strip().lower()
    if name in _CHINESE:
        return "gb18030"
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    # A file whose name of the encoding can be read as ASCII is not in UTF-16, whatever it says.
    text_only = getattr(codec, "_is_text_encoding", True)
    return codec.name if text_only and codec.name in _ASCII_BASED else ""


_ASCII_BASED = (
    "utf-8",
    "ascii",
    "iso8859-1",
    "iso8859-15",
    "cp1252",
    "big5",
    "cp950",
    "shift_jis",
    "euc_jp",
    "euc_kr",
)


def _guesses(data: bytes) -> Iterator[str]:
    start = data[:4096]
    if start.count(0) * 8 > len(start):
        yield "utf-16-be" if start[::2].count(0) > start[1::2].count(0) else "utf-16-le"
    yield from ("utf-8", "gb18030")


def _text(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
        return text if text.encode(encoding) == data else None
    except UnicodeError:
        return None


def label_spans(found: Iterable[Found]) -> list[Span]:
    """The spans of those entries that are labels."""
    return [each.span for each in found if is_label(each.entry)]


def is_binary(start: bytes) -> bool:
    """Whether the first bytes of a file cannot be those of a text: control characters that no text has."""
    if start.startswith(tuple(mark for mark, _ in MARKS)) or _looks_like_utf_16(start):
        return False
    return any(byte < 32 and byte not in b"\t\n\v\f\r\x1b" for byte in start)


def _looks_like_utf_16(start: bytes) -> bool:
    odd, even = start[1::2].count(0), start[::2].count(0)
    if len(start) < 4 or len(start) % 2 or min(odd, even) or max(odd, even) * 4 <= len(start):
        return False
    try:
        codecs.getincrementaldecoder("utf-16-be" if even else "utf-16-le")().decode(start)
    except UnicodeError:
        return False
    return True


def taken_out(spans: Iterable[Span]) -> list[Change]:
    """The changes that take out spans, which may touch or overlap."""
    changes: list[Change] = []
    for span in sorted(spans, key=lambda span: (span.start, span.stop)):
        if changes and span.start <= changes[-1].stop:
            changes[-1] = Change(changes[-1].start, max(changes[-1].stop, span.stop))
        else:
            changes.append(Change(span.start, span.stop))
    return changes
