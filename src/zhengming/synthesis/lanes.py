"""All channels of one stream: which text goes into which, and when a text counts as over."""

from typing import Any

from zhengming.synthesis.channels import Channel, Mark, NewScreener, screened
from zhengming.synthesis.parts import Part
from zhengming.synthesis.sse import TooLong

Key = tuple[Any, ...]
#: Characters of all texts of one stream, and how many texts there may be: both are kept until its end. Our choice.
MOST_TEXT = 64 * 1024 * 1024
MOST_CHANNELS = 4096


class Lanes:
    """The channels of a stream. A key begins with its lane and its group.

    A lane is a choice, or ``()`` for what an event says beside its choices; a group is texts that move in step.
    """

    def __init__(self, new: NewScreener) -> None:
        self._new = new
        self._channels: dict[Key, Channel] = {}
        self._open: dict[Key, Channel] = {}
        self._wholes: list[object] = []
        self._size = 0

    @property
    def verdicts(self) -> tuple[object, ...]:
        """What the screeners said of every text that came to its end."""
        return (*(one for channel in self._channels.values() for one in channel.verdicts), *self._wholes)

    @property
    def received(self) -> dict[Key, str]:
        """The texts as they came, by channel."""
        return {key: channel.text for key, channel in self._channels.items()}

    def take(self, parts: tuple[Part, ...]) -> tuple[tuple[Channel, Mark], ...]:
        """Screen the texts of one event; the marks that must be clear for it to go. Raises Refused on a hit."""
        marks = []
        for part in parts:
            self._size += len(part.value)
            if part.mode == "whole":
                self._wholes += screened(_text_of(part), self._new)
            else:
                channel = self._opened(part.channel)
                marks.append((channel, _fed(channel, part)))
        if self._size > MOST_TEXT or len(self._channels) > MOST_CHANNELS:
            raise TooLong("流中的文本过长或过多", "the texts of the stream are too long or too many")
        self._switch({part.channel[:2] for part in parts if part.mode != "whole"})
        return tuple(marks)

    def end(self, prefix: Key = ()) -> None:
        """The texts whose keys begin with ``prefix`` are over."""
        for key in [key for key in self._open if key[: len(prefix)] == prefix]:
            self._open.pop(key).end()

    def _opened(self, key: Key) -> Channel:
        channel = self._channels.get(key)
        if channel is None:
            channel = self._channels[key] = Channel(self._new)
        self._open[key] = channel
        return channel

    def _switch(self, here: set[Key]) -> None:
        """A lane that goes on with other groups has ended those before, unless they came back once already."""
        lanes = {(), *(key[0] for key in here)}
        for key, channel in list(self._open.items()):
            if key[0] in lanes and key[:2] not in here and not channel.resumed:
                self._open.pop(key).end()


def _text_of(part: Part) -> str:
    return bytes(part.value).decode("utf-8", "replace") if part.form == "bytes" else str(part.value)


def _fed(channel: Channel, part: Part) -> Mark:
    if part.form == "bytes":
        return channel.feed_bytes(part.value)
    return channel.feed_total(part.value) if part.mode == "total" else channel.feed(part.value)
