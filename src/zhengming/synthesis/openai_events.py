"""Streams of the OpenAI API whose events each have a ``type``: responses, images, transcriptions."""

# ruff: noqa: ARG002 - the contract tells a protocol more than this one needs

import re
from typing import Any, ClassVar

from zhengming.synthesis.openai_shape import OpenAI
from zhengming.synthesis.parts import Mode, Part, parts_in
from zhengming.synthesis.protocol import Given, Request, Streamed, dumped
from zhengming.synthesis.refusal import Refusal
from zhengming.synthesis.sse import Event


class Typed(OpenAI, Streamed):
    """A protocol whose events have a ``type``. An event of a type nobody knows is read as more of its texts."""

    #: Types whose texts are complete in themselves.
    wholes: ClassVar[re.Pattern[str]]
    #: Types with which the answer is complete.
    last: ClassVar[re.Pattern[str]]

    def pieces(self, body: Any, request: Request) -> tuple[Part, ...]:
        """The texts of an event: whole where its type is known for that, else more of a channel of its type."""
        type_ = type_of(body)
        whole = bool(self.wholes.fullmatch(type_))
        return tuple(self.piece(body, part, type_, whole) for part in parts_in(body, self.answers))

    def piece(self, body: Any, part: Part, type_: str, whole: bool) -> Part:
        """``part`` of an event with its choice, channel and mode."""
        key = (0, self.group(body, type_), *part.channel)
        mode: Mode = "whole" if whole or part.kind != "text" else "delta"
        choice = self.choice(body, part) if part.use == "answer" else ()
        return Part(part.path, part.kind, part.form, part.value, part.use, part.role, choice, key, mode)

    def group(self, body: Any, type_: str) -> tuple[Any, ...]:
        """What tells the texts of events of one type apart."""
        return (type_.removesuffix(".delta").removesuffix(".done"),)

    def choice(self, body: Any, part: Part) -> tuple[int, ...]:
        """The answer that a text is of."""
        return (0,)

    def finished(self, body: Any) -> tuple[tuple[int, ...], ...]:
        """These answers are not labelled."""
        return ()

    def ended(self, body: Any) -> tuple[tuple[Any, ...], ...]:
        """``….done`` ends the text of ``….delta``, the last event ends all."""
        type_ = type_of(body)
        if self.last.fullmatch(type_):
            return ((),)
        return ((0, self.group(body, type_)),) if type_.endswith(".done") else ()

    def over(self, body: Any, finished: frozenset[tuple[int, ...]], request: Request) -> bool:
        """Whether this is an event with which the answer is complete."""
        return bool(self.last.fullmatch(type_of(body)))

    def more(self, body: Any, choice: tuple[int, ...], text: str) -> Event:
        """The event again, with ``text`` as what it adds."""
        return Event(dumped({**body, "delta": text}), type_of(body))

    def refused(self, refusal: Refusal, given: Given) -> list[Event]:
        """These protocols know no better end than an error."""
        return self.broken(refusal)

    def broken(self, refusal: Refusal) -> list[Event]:
        """An event ``error`` with the error object."""
        return [Event(dumped({"type": "error", **self.error(refusal)[1]}), "error")]

    def failed(self, event: Event, body: Any) -> bool:
        """An event of type ``error`` too."""
        return super().failed(event, body) or type_of(body) == "error"


def type_of(body: Any) -> str:
    """The ``type`` of an event, empty where it has none."""
    type_ = body.get("type") if isinstance(body, dict) else None
    return type_ if isinstance(type_, str) else ""
