"""The explicit label of a text that is still being made, such as a chat reply: Art. 17(1), GB 45438-2025 §5.1.

Chunks may be cut at any place. The label comes out once, first or last, on lines of its own, so it never falls
inside a character or a cluster of combining characters; a reply that already begins (or ends) with a label gets
no second one; a stream without content gets none, because nothing was made.
"""

import codecs

from zhengming.ground.errors import WrongInput
from zhengming.labels.explicit.labeller import Position
from zhengming.labels.explicit.statement import LONGEST, begins_with, is_label_text
from zhengming.labels.explicit.wording import DEFAULT, checked_wording

MARK = "\ufeff"


class StreamLabeller:
    """Labels one stream of str chunks: :meth:`feed` each chunk, :meth:`close` at the end; join what they return.

    The first characters are held back only as long as they may still become a label: one character for most
    replies, at most a line. ``between`` separates the label from the text.
    """

    def __init__(self, text: str = DEFAULT, position: Position = "start", between: str = "\n\n") -> None:
        self.text, self.position, self.between = checked_wording(text), position, between
        self._held = ""  # the start of the stream, while it is not clear whether it is a label
        self._open = position in ("start", "both")
        self._half = ""  # the first half of a surrogate pair
        self._tail = ""  # the end of what came out
        self._closed = False

    def feed(self, chunk: str) -> str:
        """What comes out for the next chunk; may be empty."""
        if self._closed:
            raise WrongInput("流已结束，不能再送入内容", "the stream is closed and takes no more content")
        return self._out(self._whole(chunk))

    def close(self) -> str:
        """What is left to come out at the end of the stream, with the label that comes last."""
        if self._closed:
            return ""
        rest = self._out(self._half)
        if self._open and self._held:
            rest += self._begin(is_label_text(self._held, self.text))
        self._closed = True
        return rest + self._end()

    def _whole(self, chunk: str) -> str:
        """``chunk`` with surrogate pairs joined; a half at its end waits for the other."""
        text = self._half + chunk
        self._half = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        text = text[: len(text) - len(self._half)]
        if any("\ud800" <= character <= "\udbff" for character in text):
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
        return text

    def _out(self, text: str) -> str:
        if not self._open:
            return self._passed(text)
        self._held += text
        found = begins_with(self._held, self.text) if self._held else None
        return "" if found is None else self._begin(found)

    def _begin(self, labelled: bool) -> str:
        """Let the held start go, behind the label unless it is one; a byte order mark stays first."""
        self._open, held = False, self._held
        if labelled:
            return self._passed(held)
        mark = MARK if held.startswith(MARK) else ""
        return mark + self.text + self.between + self._passed(held.removeprefix(mark))

    def _passed(self, text: str) -> str:
        self._tail = (self._tail + text)[-4 * LONGEST :]
        return text

    def _end(self) -> str:
        tail = self._tail.rstrip()
        if self.position == "start" or not tail.strip(MARK):
            return ""
        line = tail[max(tail.rfind("\n"), tail.rfind("\r")) + 1 :]
        return "" if is_label_text(line, self.text) else self.between + self.text


class ByteStreamLabeller:
    """The same for bytes: characters cut between chunks are held until whole; wrong bytes pass unchanged."""

    def __init__(
        self, text: str = DEFAULT, position: Position = "start", between: str = "\n\n", encoding: str = "utf-8"
    ) -> None:
        self._inner = StreamLabeller(text, position, between)
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)("surrogateescape")

    def feed(self, chunk: bytes) -> bytes:
        """What comes out for the next chunk; may be empty."""
        return self._encoded(self._inner.feed(self._decoder.decode(chunk)))

    def close(self) -> bytes:
        """What is left to come out at the end of the stream."""
        return self._encoded(self._inner.feed(self._decoder.decode(b"", True)) + self._inner.close())

    def _encoded(self, text: str) -> bytes:
        return text.encode(self._encoding, "surrogateescape")
