"""A stream held back until it is screened (审核): Art. 10; and labelled where it is text: Art. 17(1).

    held = HeldStream(protocol, request, new_screener, label, medium)
    for chunk in upstream:
        send(held.feed(chunk))          # may be empty
        if held.outcome: break          # nothing more will come: let the upstream go
    send(held.close())                  # or held.break_off() where the upstream was cut
    held.outcome, held.verdicts, held.texts     # for the record

Events keep their order. One goes out when every text in it is clear, so whatever follows waits behind it. A text
counts as over when its choice goes on with another one (reasoning, then content); should it come back, it is
screened again from its beginning and then counts as over only at the end. On a hit, or any failure, what is held
is dropped and the stream ends as the protocol ends streams. Decisions: docs/decisions/streams.md.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from zhengming.ground.errors import Refused, WrongInput, ZhengmingError
from zhengming.ground.words import Words
from zhengming.synthesis.answers import Answers, Choice
from zhengming.synthesis.channels import Channel, Mark, NewScreener
from zhengming.synthesis.lanes import Key, Lanes
from zhengming.synthesis.parts import Part, Path
from zhengming.synthesis.protocol import Request, Streamed, loaded
from zhengming.synthesis.refusal import CONTENT_REFUSED, Malformed, Refusal
from zhengming.synthesis.sse import DONE, LONGEST_EVENT, Event, Parser, TooLong
from zhengming.synthesis.text_label import TextLabel

#: complete · refused (a hit, or refused from outside) · cut-off (the upstream stopped short) · malformed ·
#: upstream-error (it told of an error) · no-stream (it answered with something else) · too-long · unavailable
#: (the screening failed) · unlabelled (a medium that nobody could label)
Ending = Literal[
    "complete", "refused", "cut-off", "malformed", "upstream-error", "no-stream", "too-long", "unavailable",
    "unlabelled",
]  # fmt: skip
#: Characters of events that may wait. Our choice.
MOST_HELD = 64 * 1024 * 1024

_BROKEN: Mapping[str, Words] = {
    "cut-off": Words("上游中途断开，内容不完整", "the upstream stopped in the middle, the content is not complete"),
    "malformed": Words("上游返回的内容不合协议", "what the upstream sent does not follow its protocol"),
    "upstream-error": Words("上游报告错误", "the upstream reported an error"),
    "no-stream": Words("上游没有返回事件流", "the upstream did not answer with a stream of events"),
    "too-long": Words("上游的事件过长", "an event of the upstream is too long"),
    "unavailable": Words("暂时无法审核", "screening is not available now"),
    "unlabelled": Words("内容无法加标识，不能发布", "the content cannot be labelled and is not given out"),
}
_DONE = Event(DONE)
NO_MEDIA: Mapping[Path, str] = MappingProxyType({})

#: Screens and labels a medium in an event and returns what takes its place. Raises Refused on a hit.
Medium = Callable[[Part], str]


class Unlabelled(Refused):
    """A medium that nobody could label."""

    kind = "unlabelled"


@dataclass(frozen=True)
class Outcome:
    """How a stream ended, and the error behind it where there is one."""

    ending: Ending
    error: ZhengmingError | None = None


class _Held(NamedTuple):
    """An event that waits: its body, its texts, what its media become, the marks that must be clear."""

    event: Event
    body: Any = None
    parts: tuple[Part, ...] = ()
    media: Mapping[Path, str] = NO_MEDIA
    marks: tuple[tuple[Channel, Mark], ...] = ()
    has_body: bool = False

    @property
    def size(self) -> int:
        return len(self.event.data or "")


class HeldStream:
    """One answer on its way to a client: upstream bytes in, bytes that may be sent out."""

    def __init__(
        self,
        protocol: Streamed,
        request: Request,
        new: NewScreener,
        label: TextLabel | None = None,
        medium: Medium | None = None,
        longest: int = LONGEST_EVENT,
        most: int = MOST_HELD,
    ) -> None:
        self.outcome: Outcome | None = None
        self.started = False  # whether anything was given out: before, a refusal can still be an HTTP status
        self._protocol, self._request, self._medium, self._most = protocol, request, medium, most
        self._parser, self._lanes, self._answers = Parser(longest), Lanes(new), Answers(protocol, request, label)
        self._comments = re.compile(protocol.comments) if protocol.comments else None
        self._queue: deque[_Held] = deque()
        self._waiting = 0
        self._out: list[bytes] = []
        self._any = False

    @property
    def verdicts(self) -> tuple[object, ...]:
        """What the screeners said of every text that came to its end."""
        return self._lanes.verdicts

    @property
    def texts(self) -> dict[Choice, str]:
        """The answers as they were given out, labels included, by choice."""
        return self._answers.texts

    @property
    def received(self) -> dict[Key, str]:
        """The texts as the upstream sent them, by channel, given out or not: evidence."""
        return self._lanes.received

    def feed(self, chunk: bytes) -> bytes:
        """What may be sent after the next bytes of the upstream; may be empty."""
        return self._guarded(lambda: self._feed(self._parser.feed(chunk)))

    def close(self) -> bytes:
        """What is left to send when the upstream has ended."""
        return self._guarded(self._close)

    def break_off(self) -> bytes:
        """What is left to send when the connection to the upstream broke."""
        return self._guarded(self._cut)

    def refuse(self, refusal: Refusal) -> bytes:
        """End the stream now, for a reason from outside such as an order: what is held is dropped."""
        return self._guarded(lambda: self._refused("refused", None, refusal))

    def _guarded(self, step: Callable[[], None]) -> bytes:
        """Take a step; a failure drops what is held and ends the stream."""
        try:
            if self.outcome is None:
                self._stepped(step)
        except BaseException:  # a mistake of a screener or of ours: nothing more may go, whoever calls again
            self.outcome = Outcome("unavailable")
            self._out.clear()
            raise
        finally:
            if self.outcome:
                self._queue.clear()
        out = b"".join(self._out)
        self._out.clear()
        self.started = self.started or bool(out)
        return out

    def _stepped(self, step: Callable[[], None]) -> None:
        try:
            step()
        except Unlabelled as error:
            self._broken("unlabelled", error)
        except Refused as error:
            self._refused("refused", error, CONTENT_REFUSED)
        except TooLong as error:
            self._broken("too-long", error)
        except WrongInput as error:
            self._broken("malformed", error)
        except ZhengmingError as error:
            self._broken("unavailable", error)

    def _feed(self, events: Iterable[Event]) -> None:
        for event in events:
            self._take(event)
            self._release()
            if self.outcome:
                return

    def _close(self) -> None:
        """The upstream has ended: complete when the protocol says so."""
        try:
            self._feed(self._parser.close())
        except Malformed:
            self._cut()  # the last event was not whole
        if self.outcome is None and not self._any and self._parser.lines > self._parser.fields:
            self._broken("no-stream")
        elif self.outcome is None:
            self._cut()

    def _cut(self) -> None:
        """Give out what turns out to be clear; where the answer is not complete, say so."""
        self._lanes.end()
        self._release()
        if self.outcome is None and self._answers.over:
            self._complete()
        elif self.outcome is None:
            self._broken("cut-off")

    def _take(self, event: Event) -> None:
        """Look at one event of the upstream and let it wait."""
        if event.data is None:
            self._send([event])  # it says nothing, and keeps the connection alive while others wait
        elif event.data.strip() == DONE:
            self._any = True
            self._lanes.end()
            self._wait(_Held(event))
        else:
            self._any = True
            self._take_body(event, loaded(event.data))

    def _take_body(self, event: Event, body: Any) -> None:
        if self._protocol.failed(event, body):
            self._lanes.end()
            self._release()
            self._broken("upstream-error")
            return
        parts = self._protocol.pieces(body, self._request)
        marks = self._lanes.take(tuple(part for part in parts if part.kind == "text"))
        media = {part.path: self._labelled(part) for part in parts if part.kind != "text"}
        for prefix in self._protocol.ended(body):
            self._lanes.end(prefix)
        self._wait(_Held(event, body, parts, media, marks, True))

    def _labelled(self, part: Part) -> str:
        if self._medium is None:
            raise Unlabelled(f"流中的 {part.kind} 无法加标识", f"nothing labels the {part.kind} of a stream")
        return self._medium(part)

    def _wait(self, held: _Held) -> None:
        self._queue.append(held)
        self._waiting += held.size
        if self._waiting > self._most:
            raise TooLong(f"待审内容超过 {self._most}", f"more than {self._most} characters wait to be screened")

    def _release(self) -> None:
        """Give out every event at the head whose texts are clear."""
        while self._queue and all(channel.clear(mark) for channel, mark in self._queue[0].marks):
            held = self._queue.popleft()
            self._waiting -= held.size
            self._give(held)

    def _give(self, held: _Held) -> None:
        if held.has_body:
            self._send(self._answers.out(held.event, held.body, held.parts, held.media))
        else:
            self._complete()

    def _send(self, events: Iterable[Event]) -> None:
        self._out += [event.encode(self._comments) for event in events]

    def _complete(self) -> None:
        self._finish(Outcome("complete"), [])

    def _refused(self, ending: Ending, error: ZhengmingError | None, refusal: Refusal) -> None:
        self._send(self._answers.rest())  # first, so that the labels are among what was given
        self._finish(Outcome(ending, error), self._protocol.refused(refusal, self._answers.given))

    def _broken(self, ending: Ending, error: ZhengmingError | None = None) -> None:
        refusal = Refusal(502, ending.replace("-", "_"), _BROKEN[ending])
        self._finish(Outcome(ending, error), self._protocol.broken(refusal))

    def _finish(self, outcome: Outcome, events: list[Event]) -> None:
        """The last events: labels that are due, the end itself, ``[DONE]`` where the protocol has it."""
        self._send(self._answers.rest())
        self._send(self._answers.ending(events))
        if self._protocol.done:
            self._send([_DONE])
        self.outcome = outcome
