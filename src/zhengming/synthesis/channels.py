"""Texts on their way to a client, each screened as the client will read it, and how far each is clear.

A channel is what a client puts together: the content of one choice, its reasoning, the arguments of one tool
call, the tokens of its logprobs. Its text is screened as it stands and, from the first backslash on, also with
the escapes of JSON undone, because arguments and structured answers are JSON within a string.
"""

import codecs
import re
from collections.abc import Callable
from typing import Protocol

from zhengming.synthesis.refusal import Malformed


class Screener(Protocol):
    """Screens one text that comes in pieces. Whoever screens a stream gives a fresh one for every text.

    A hit is told by raising :class:`~zhengming.ground.errors.Refused`; Unavailable means it cannot screen now.
    """

    def feed(self, text: str) -> int:
        """Take in more. Returns how many characters, counted from the start of the text, may be given out."""

    def end(self) -> object:
        """The text is over. Returns the verdict, which is kept for the record."""


NewScreener = Callable[[], Screener]
#: How much of a channel's readings must be clear before a piece may go: characters as it stands, and unescaped.
Mark = tuple[int, int]

_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))')
_HALF_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?\Z")
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_HIGH_END = re.compile("[\ud800-\udbff]\\Z")
_SURROGATE = re.compile("[\ud800-\udfff]")


def screened(text: str, new: NewScreener) -> tuple[object, ...]:
    """The verdicts on a text that is there in whole, one for each way to read it. Raises Refused on a hit."""
    channel = Channel(new)
    channel.feed(text)
    return channel.end()


def unescaped(text: str) -> str:
    """``text`` with the escapes of JSON strings undone."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else _SHORT.get(match[2], match[2]), text)


class Channel:
    """One text: :meth:`feed` its pieces, ask :meth:`clear` of their marks, :meth:`end` it."""

    def __init__(self, new: NewScreener) -> None:
        self._new = new
        self._text: list[str] = []
        self._bytes = codecs.getincrementaldecoder("utf-8")("replace")
        self._raw = _Reading(new(), lambda text: text, None)
        self._plain: _Reading | None = None
        self.ended, self.resumed = False, False
        self.verdicts: tuple[object, ...] = ()

    @property
    def text(self) -> str:
        """The whole text that came in."""
        return "".join(self._text)

    def feed(self, piece: str) -> Mark:
        """Take in the next piece. Raises Refused on a hit."""
        if self.ended:
            self._resume()
        self._text.append(piece)
        forks = self._plain is None and "\\" in piece
        if forks:
            self._plain = _Reading(self._new(), unescaped, _HALF_ESCAPE)
            self._plain.feed("".join(self._text))
        raw = self._raw.feed(piece)
        if self._plain is None:
            return raw, raw
        return raw, self._plain.needed if forks else self._plain.feed(piece)

    def feed_bytes(self, numbers: list[int]) -> Mark:
        """Take in bytes of UTF-8; a character that is not whole yet holds its piece back."""
        raw, plain = self.feed(self._bytes.decode(bytes(numbers)))
        half = bool(self._bytes.getstate()[0])
        return raw + half, plain + half

    def feed_total(self, total: str) -> Mark:
        """Take in all of the text so far. Raises Malformed where it does not go on from what it was."""
        before = self.text
        if not total.startswith(before):
            raise Malformed("累积文本与之前不一致", "a cumulative text is not what it was before")
        return self.feed(total[len(before) :])

    def clear(self, mark: Mark) -> bool:
        """Whether everything up to ``mark`` may be given out."""
        return self._raw.safe >= mark[0] and (self._plain is None or self._plain.safe >= mark[1])

    def end(self) -> tuple[object, ...]:
        """The text is over: all of it is clear. Raises Refused on a hit."""
        if not self.ended:
            rest = self._bytes.decode(b"", True)
            if rest:
                self.feed(rest)
            readings = (self._raw, self._plain) if self._plain else (self._raw,)
            self.verdicts = tuple(reading.end() for reading in readings)
            self.ended = True
        return self.verdicts

    def _resume(self) -> None:
        """Go on with a text that was taken to be over, screening it again from its beginning."""
        self.ended, self.resumed = False, True
        before = self.text
        self._raw = _Reading(self._new(), lambda text: text, None)
        self._raw.feed(before)
        if self._plain is not None:
            self._plain = _Reading(self._new(), unescaped, _HALF_ESCAPE)
            self._plain.feed(before)


class _Reading:
    """A channel's text read in one way: what cannot be read yet waits, halves of a character are joined."""

    def __init__(self, screener: Screener, reads: Callable[[str], str], half: "re.Pattern[str] | None") -> None:
        self._screener, self._reads, self._half = screener, reads, half
        self._unread = self._high = ""
        self._count = 0
        self.safe: float = 0

    @property
    def needed(self) -> int:
        """How many characters must be clear for all that has come in to be clear."""
        return self._count + bool(self._unread or self._high)

    def feed(self, piece: str) -> int:
        text = self._unread + piece
        half = self._half.search(text) if self._half else None
        self._unread = half[0] if half and not _escaped(text, half.start()) else ""
        self._screen(self._reads(text[: len(text) - len(self._unread)]))
        return self.needed

    def end(self) -> object:
        self._screen(self._unread)
        self._screen("", last=True)
        self._unread = ""
        verdict = self._screener.end()
        self.safe = float("inf")
        return verdict

    def _screen(self, text: str, last: bool = False) -> None:
        text = self._high + text
        high = None if last else _HIGH_END.search(text)
        self._high = high[0] if high else ""
        text = text[: len(text) - len(self._high)]
        if _SURROGATE.search(text):
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        if text:
            self._count += len(text)
            self.safe = self._screener.feed(text)


def _escaped(text: str, at: int) -> bool:
    """Whether the backslash at ``at`` is itself escaped by the one before it."""
    before = text[:at]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1
