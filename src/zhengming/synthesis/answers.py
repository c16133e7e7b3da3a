"""The answers of a stream as they go out: labelled once for each choice, and remembered for its end."""

from collections.abc import Iterator, Mapping
from typing import Any

from zhengming.labels.explicit.stream import StreamLabeller
from zhengming.synthesis.parts import Part, Path, rewritten
from zhengming.synthesis.protocol import Given, Request, Streamed, dumped, loaded
from zhengming.synthesis.sse import Event
from zhengming.synthesis.text_label import TextLabel

Choice = tuple[int, ...]


class Answers:
    """What a client has been given of one stream."""

    def __init__(self, protocol: Streamed, request: Request, label: TextLabel | None) -> None:
        self._protocol, self._request, self._label = protocol, request, label
        self._labellers: dict[Choice, StreamLabeller] = {}
        self._came: dict[Choice, str] = {}  # of texts that are repeated from their beginning
        self._texts: dict[Choice, list[str]] = {}
        self._bodies: dict[Choice, Any] = {}
        self._finished: set[Choice] = set()
        self._first: Any = None
        self._last: Any = None
        self._number = 0
        self.over = False

    @property
    def texts(self) -> dict[Choice, str]:
        """The answers as they were given out, labels included."""
        return {choice: "".join(pieces) for choice, pieces in self._texts.items()}

    @property
    def given(self) -> Given:
        """All that the end of the stream depends on."""
        return Given(self._request, self._first, self._last, self._bodies, self.texts, frozenset(self._finished))

    def out(self, event: Event, body: Any, parts: tuple[Part, ...], media: Mapping[Path, Any]) -> Iterator[Event]:
        """The event as it goes out, after what must come before it."""
        answers = [part for part in parts if part.use == "answer" and part.choice]
        wholes = [part for part in answers if part.mode == "whole"]
        changes: dict[Path, Any] = {**media, **(self._label.changes(wholes) if self._label else {})}
        rests: dict[Path, str] = {}
        for part in answers:
            if part.mode != "whole":
                text = self._labelled(part)
                if text != part.value:
                    rests[part.path] = text
                self._bodies[part.choice] = body
        for choice in self._protocol.finished(body):
            yield from self._last_words(choice, rests, answers)
            self._finished.add(choice)
        changes.update(rests)
        yield self._numbered(event, rewritten(body, changes) if changes else body)
        self._first, self._last = self._first or body, body
        self.over = self.over or self._protocol.over(body, frozenset(self._finished), self._request)

    def rest(self) -> Iterator[Event]:
        """The labels that come last, of answers that end before they are finished."""
        for choice in [choice for choice in self._labellers if choice not in self._finished]:
            yield from self._last_words(choice, {}, [])

    def ending(self, events: list[Event]) -> Iterator[Event]:
        """Events of the end, numbered on where the protocol counts."""
        for event in events:
            yield Event(self._counted(event.data or "null"), event.name, event.id, event.comments)

    def _labelled(self, part: Part) -> str:
        """More of an answer as it goes out, or all of it so far where the protocol repeats it."""
        pieces = self._texts.setdefault(part.choice, [])
        new = part.value
        if part.mode == "total":
            new = part.value[len(self._came.get(part.choice, "")) :]
            self._came[part.choice] = part.value
        pieces.append(self._through(part.choice, new))
        return "".join(pieces) if part.mode == "total" else pieces[-1]

    def _through(self, choice: Choice, text: str) -> str:
        if self._label is None:
            return text
        if choice not in self._labellers:
            self._labellers[choice] = self._label.labeller()
        return self._labellers[choice].feed(text)

    def _last_words(self, choice: Choice, rests: dict[Path, str], answers: list[Part]) -> Iterator[Event]:
        """What the labeller still holds: at the end of the answer in this event, or in an event of its own."""
        labeller = self._labellers.get(choice)
        rest = labeller.close() if labeller else ""
        if not rest:
            return
        self._texts[choice].append(rest)
        here = [part for part in answers if part.choice == choice and part.mode != "whole"]
        if here:
            last = here[-1]
            rests[last.path] = rests.get(last.path, last.value) + rest
            return
        text = "".join(self._texts[choice]) if choice in self._came else rest
        yield from self.ending([self._protocol.more(self._bodies[choice], choice, text)])

    def _numbered(self, event: Event, body: Any) -> Event:
        body = self._protocol.numbered(body, self._number)
        self._number += 1
        return Event(dumped(body), event.name, event.id, event.comments)

    def _counted(self, data: str) -> str:
        body = self._protocol.numbered(loaded(data), self._number)
        self._number += 1
        return dumped(body)
