"""What an upstream protocol is: the contract of the shelf :mod:`zhengming.synthesis.protocols`.

Pure and synchronous: JSON in, values out. Whoever carries a request through the journey calls, in this order:

    protocol = PROTOCOLS["openai-chat"]              # or protocol_at("/v1/chat/completions")
    request = protocol.request(body, headers)        # model, stream, n, and every piece of content in it
    request.screened(new_screener)                   # raises Refused on a hit; media are the caller's to screen
    protocol.error(refusal)                          # status and body, where it is refused before the first byte
    answer = protocol.response(body)                 # every piece of content in an answer that is JSON
    answer.screened(new_screener)                    # the same for what comes out
    answer.labelled(label, {part.path: labelled_base64})   # the body to give out
    protocol.binary                                  # the kind of medium that an answer which is no JSON is
    held = HeldStream(protocol, request, new_screener, label)   # where request.stream: see streams.py

A body is what :func:`json.loads` gives; a form is a dict with :class:`~zhengming.synthesis.parts.Upload` values.
Members nobody knows are kept, and their strings are content. Malformed input raises
:class:`~zhengming.synthesis.refusal.Malformed` with the member's path in ``at``.

A file on the shelf defines ``PROTOCOL`` with its smallest valid examples and is tested from then on by
``tests/synthesis/test_every_protocol.py``.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from zhengming.ground.errors import WrongInput
from zhengming.ground.shelf import Shelf
from zhengming.ground.words import Words
from zhengming.synthesis.channels import NewScreener, screened
from zhengming.synthesis.parts import Kind, Names, Part, Path, joined, parts_in, rewritten, written
from zhengming.synthesis.refusal import Malformed, Refusal
from zhengming.synthesis.sse import Event
from zhengming.synthesis.text_label import TextLabel

#: The most answers that one request may ask for. Our choice.
MOST_CHOICES = 128
#: Characters of the name of a model.
LONGEST_NAME = 256

#: What screeners said of the texts of a body, by channel, one verdict for each way to read a text.
Verdicts = dict[tuple[Any, ...], tuple[object, ...]]


@dataclass(frozen=True)
class Request:
    """Who asks for what: ``structured`` when the answer must be JSON, which a label in the text would break."""

    body: Any
    model: str
    parts: tuple[Part, ...]
    stream: bool = False
    n: int = 1
    structured: bool = False

    def screened(self, new: NewScreener) -> Verdicts:
        """The verdicts on all texts, by channel. Raises Refused on a hit."""
        return _screened(self.parts, new)


@dataclass(frozen=True)
class Response:
    """An answer and every piece of content in it."""

    body: Any
    parts: tuple[Part, ...]

    def screened(self, new: NewScreener) -> Verdicts:
        """The verdicts on all texts, by channel. Raises Refused on a hit."""
        return _screened(self.parts, new)

    def labelled(self, label: TextLabel | None, changes: Mapping[Path, Any] | None = None) -> Any:
        """The body with its answers labelled and ``changes`` put in; without ``label`` the texts stay."""
        texts = label.changes(self.parts) if label else {}
        return rewritten(self.body, {**texts, **(changes or {})})


@dataclass(frozen=True)
class Example:
    """The smallest valid bodies of a protocol. ``answer`` is the text of the answer, in the body and the stream."""

    request: Any
    response: Any = None
    stream: bytes = b""
    answer: str = ""
    #: Requests that are wrong, and the path that the error must name.
    wrong: tuple[tuple[Any, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


class Protocol(ABC):
    """One protocol. Instances have no state."""

    name: ClassVar[str]
    title: ClassVar[Words]
    #: Paths at which clients expect it, of the upstream and of ours.
    paths: ClassVar[tuple[str, ...]]
    asks: ClassVar[Names]
    answers: ClassVar[Names]
    #: The kind of medium that an answer which is not JSON is; None where every answer is JSON.
    binary: ClassVar[Kind | None] = None
    example: ClassVar[Example]

    def request(self, body: Any, headers: Mapping[str, str] | None = None) -> Request:  # noqa: ARG002 - most need none
        """What ``body`` asks for. ``headers`` have names in lower case. Raises Malformed."""
        body = checked_object(body)
        if not isinstance(self, Streamed) and flag_member(body, "stream"):
            raise Malformed("此接口不支持流式输出", "this endpoint does not stream", "stream")
        return self.asked(body)

    @abstractmethod
    def asked(self, body: dict[str, Any]) -> Request:
        """What a body that is an object asks for. Raises Malformed."""

    @abstractmethod
    def error(self, refusal: Refusal) -> tuple[int, dict[str, Any]]:
        """HTTP status and body with which a refusal is told before the first byte."""

    def response(self, body: Any) -> Response:
        """The content of an answer that is JSON, or a text. Raises Malformed."""
        return Response(body, tuple(parts_in(body, self.answers)))


@dataclass(frozen=True)
class Given:
    """What a client has been given of a stream when it must end.

    ``first`` and ``last``: events, None before the first; ``answers``: the last event with a text of each choice;
    ``texts``: all of it, labels included; ``finished``: choices that have ended.
    """

    request: Request
    first: Any
    last: Any
    answers: Mapping[tuple[int, ...], Any]
    texts: Mapping[tuple[int, ...], str]
    finished: frozenset[tuple[int, ...]]


class Streamed(Protocol):
    """A protocol whose answers may come as server-sent events with JSON in them."""

    #: Whether a stream ends with ``[DONE]``.
    done: ClassVar[bool] = False
    #: Comments that clients read, as a pattern; other comments are emptied.
    comments: ClassVar[str | None] = None

    @abstractmethod
    def pieces(self, body: Any, request: Request) -> tuple[Part, ...]:
        """The content of one event, each part with its choice, channel and mode."""

    @abstractmethod
    def finished(self, body: Any) -> tuple[tuple[int, ...], ...]:
        """Choices whose answer gets no more text after this event."""

    @abstractmethod
    def ended(self, body: Any) -> tuple[tuple[Any, ...], ...]:
        """Beginnings of channels that get no more text after this event; ``()`` as one of them means all."""

    @abstractmethod
    def over(self, body: Any, finished: frozenset[tuple[int, ...]], request: Request) -> bool:
        """Whether the answer is complete with this event and all ``finished`` choices."""

    @abstractmethod
    def more(self, body: Any, choice: tuple[int, ...], text: str) -> Event:
        """An event like ``body``, an event of that ``choice``, with ``text``: more of it, or all where it repeats."""

    @abstractmethod
    def refused(self, refusal: Refusal, given: Given) -> list[Event]:
        """The events with which a stream ends when content is refused, ``[DONE]`` apart."""

    def failed(self, event: Event, body: Any) -> bool:
        """Whether the upstream tells of its own error."""
        return event.name == "error" or (isinstance(body, dict) and bool(body.get("error")))

    def broken(self, refusal: Refusal) -> list[Event]:
        """The events with which a stream ends when something failed."""
        return [Event(dumped(self.error(refusal)[1]), "error")]

    def numbered(self, body: Any, number: int) -> Any:  # noqa: ARG002 - most protocols do not count
        """``body`` as event ``number`` of the stream, where the protocol counts events."""
        return body


def _screened(parts: tuple[Part, ...], new: NewScreener) -> Verdicts:
    return {channel: screened(text, new) for channel, text in joined(parts).items()}


PROTOCOLS: Shelf[Protocol] = Shelf("zhengming.synthesis.protocols", "PROTOCOL")


def protocol_at(path: str) -> Protocol:
    """The protocol that clients expect at ``path``. Raises WrongInput where there is none."""
    for protocol in PROTOCOLS:
        if path in protocol.paths:
            return protocol
    raise WrongInput(f"没有协议使用路径 {path}", f"no protocol is at {path}")


def dumped(body: Any) -> str:
    """JSON on one line; half characters are escaped, since UTF-8 has no bytes for them."""
    try:
        text = _encode(body)
        text.encode()
    except UnicodeEncodeError:
        return _encode_ascii(body)
    except ValueError:
        raise Malformed("数值超出范围", "a number is out of range") from None
    return text


def loaded(text: str | bytes) -> Any:
    """The value of JSON. Raises Malformed for what is none, NaN and Infinity included."""
    try:
        return _decode(text if isinstance(text, str) else text.decode())
    except (ValueError, RecursionError):
        raise Malformed("不是有效的 JSON", "not valid JSON") from None


def _no_constant(name: str) -> Any:
    raise ValueError(name)


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_encode_ascii = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode
_decode = json.JSONDecoder(parse_constant=_no_constant).decode


def checked_object(body: Any, at: Path = ()) -> dict[str, Any]:
    """``body``, when it is a JSON object. Raises Malformed."""
    if not isinstance(body, dict):
        raise Malformed("须为对象", "must be an object", written(at))
    return body


def text_member(body: Mapping[str, Any], name: str, default: str | None = None, at: Path = ()) -> str:
    """A member that is a short text. Raises Malformed where it is missing, unless there is a ``default``."""
    value = body.get(name, default)
    if not isinstance(value, str) or (default is None and not value) or len(value) > LONGEST_NAME:
        raise Malformed("须为非空文本", "must be a text that is not empty", written((*at, name)))
    return value


def flag_member(body: Mapping[str, Any], name: str, at: Path = ()) -> bool:
    """A member that is true or false, false where it is missing or null; forms write it as text."""
    value = body.get(name)
    value = {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
    if value is not None and not isinstance(value, bool):
        raise Malformed("须为 true 或 false", "must be true or false", written((*at, name)))
    return bool(value)


def count_member(body: Mapping[str, Any], name: str, at: Path = ()) -> int:
    """How many answers are asked for: a whole number, 1 where it is missing or null; forms write it as text."""
    value = body.get(name)
    value = int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 5 else value
    if value is None:
        return 1
    if type(value) is not int or not 1 <= value <= MOST_CHOICES:
        raise Malformed(
            f"须为 1–{MOST_CHOICES} 的整数", f"must be a whole number, 1 to {MOST_CHOICES}", written((*at, name))
        )
    return value


def list_member(body: Mapping[str, Any], name: str, at: Path = ()) -> list[dict[str, Any]]:
    """A member that is a list of objects, not empty. Raises Malformed."""
    value = body.get(name)
    if not isinstance(value, list) or not value:
        raise Malformed("须为非空数组", "must be a list that is not empty", written((*at, name)))
    return [checked_object(item, (*at, name, number)) for number, item in enumerate(value)]
