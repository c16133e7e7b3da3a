"""A work (作品) on its way: what the journey carries, and the edges of the world that it needs.

The :class:`Job` is one immutable value; each step of the journey returns the next one. Its ``id`` is the work's
number: the content number (内容制作编号) in the label of a medium, and the subject ``work`` of its entries.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from zhengming.ground.canonical import canonical
from zhengming.ground.errors import Unavailable, ZhengmingError
from zhengming.ground.ids import content_number
from zhengming.ledger.digest import Digest
from zhengming.ledger.entry import Entry
from zhengming.records.parts import ApiKey, Upstream
from zhengming.records.policy import Policy
from zhengming.screening.snapshot import Snapshot
from zhengming.synthesis.admission import Admitted, Asking
from zhengming.synthesis.parts import Part
from zhengming.synthesis.protocol import Protocol as UpstreamProtocol
from zhengming.synthesis.protocol import Request, Response
from zhengming.synthesis.usage import Meter


class UpstreamFailed(Unavailable):
    """The upstream gave no answer that can be worked with. ``kind`` names how, ``status`` is what a client gets.

    Kinds: upstream-unreachable, upstream-timeout, upstream-busy, upstream-error, upstream-malformed,
    upstream-too-large. What the upstream said of it is not passed on: nobody screened it.
    """

    def __init__(self, kind: str, zh: str, en: str, status: int = 502) -> None:
        self.kind, self.status = kind, status
        super().__init__(zh, en)


class ClientGone(ZhengmingError):
    """Whoever asked has left, or this server ends."""

    kind = "client-gone"


@dataclass(frozen=True)
class Answer:
    """What an upstream sent in one piece: its ``body`` and the media type it states."""

    body: bytes
    media_type: str = "application/json"


class Upstreams(Protocol):
    """The edge to the model servers. Both raise UpstreamFailed."""

    async def answer(self, job: "Job") -> Answer:
        """Ask, and have the whole answer."""

    def stream(self, job: "Job") -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Ask, and have the bytes as they come; leaving the block lets the upstream go at once."""


class Book(Protocol):
    """The edge to the ledger: :class:`zhengming.ledger.ledger.Ledger`."""

    async def append_soon(self, entry: Entry, /) -> object:
        """Make ``entry`` durable, or raise Unavailable."""


@dataclass(frozen=True)
class Edges:
    """What the journey needs of the world. ``policy`` and ``library`` raise Unavailable where they are not there.

    ``unscreened_media``: the operator's setting whether media that no signal of the library can screen may pass, in
    and out. Without it they are refused; with it the ledger says for each work that they were not screened.
    """

    policy: Callable[[], Policy]
    library: Callable[[], Snapshot]
    book: Book
    upstreams: Upstreams
    clock: Callable[[], datetime]
    meter: Meter = field(default_factory=Meter)
    unscreened_media: bool = False


@dataclass(frozen=True)
class Side:
    """What was screened on one side: the verdict of every text, and how many media no signal could screen."""

    verdicts: tuple[Any, ...] = ()
    media: int = 0

    @property
    def word(self) -> str:
        """The verdict in a word, for the ledger."""
        if self.media:
            return "media-not-screened"
        return "pass" if self.verdicts else "no-text"

    @property
    def digest(self) -> Digest:
        """The digest of all verdicts, in canonical JSON; scores in millionths."""
        return Digest.of(
            canonical({"media": self.media, "verdicts": [_whole(each.json()) for each in self.verdicts]})
        )


@dataclass(frozen=True)
class Labelled:
    """An answer with its labels in it, read back. ``word``: how texts say it (start, end, interface, left-out,
    not-due); ``due``: texts and media that must carry a label themselves; ``read``: those that were read to carry it;
    ``facts``: what the labels of media say, for the ledger's digest."""

    body: bytes
    media_type: str
    word: str
    due: int
    read: int
    facts: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Job:
    """One request on its way. What is None has not happened yet. ``wants_label``: an explicit label is asked for
    where its class does not demand one (Art. 17.2). ``medium``: what comes out, by the technologies of Art. 23."""

    protocol: UpstreamProtocol
    request: Request
    asking: Asking
    at: datetime
    path: str
    medium: str
    key: ApiKey | None = None
    wants_label: bool = False
    id: str = field(default_factory=content_number)
    stage: str = "admission"
    admitted: Admitted | None = None
    upstream: Upstream | None = None
    snapshot: Snapshot | None = None
    input: Side | None = None
    answer: Answer | None = None
    response: Response | None = None
    output: Side | None = None
    labelled: Labelled | None = None

    @property
    def grounds(self) -> Admitted:
        """The admission of a job that is admitted."""
        assert self.admitted
        return self.admitted

    @property
    def media(self) -> tuple[Part, ...]:
        """The media in its request."""
        return tuple(part for part in self.request.parts if part.kind != "text")


def _whole(value: Any) -> Any:
    """``value`` with its fractions as millionths, as canonical JSON asks."""
    if isinstance(value, float):
        return round(value * 1_000_000)
    if isinstance(value, dict):
        return {name: _whole(each) for name, each in value.items()}
    return [_whole(each) for each in value] if isinstance(value, list | tuple) else value
