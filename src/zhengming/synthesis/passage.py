"""The passage of a stream (流式输出): screened and labelled by pieces, recorded before its first and its last."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from zhengming.ground.errors import Refused, Unavailable, ZhengmingError
from zhengming.ledger.entry import Entry
from zhengming.synthesis import entries, outputs
from zhengming.synthesis.admitting import admit_again
from zhengming.synthesis.protocol import Streamed
from zhengming.synthesis.reasons import NotAdmitted
from zhengming.synthesis.recording import now, record
from zhengming.synthesis.refusal import refusal_of
from zhengming.synthesis.sides import new_screener
from zhengming.synthesis.streams import HeldStream, Outcome
from zhengming.synthesis.text_label import TextLabel
from zhengming.synthesis.work import Edges, Job, Labelled, Side, UpstreamFailed


@dataclass
class Passage:
    """A stream on its way out: screened and labelled piece by piece, recorded before its first and its last."""

    job: Job
    edges: Edges
    give: Callable[[bytes], Awaitable[None]]
    given: entries.Given = field(default_factory=entries.Given)
    last: bytes = b""
    is_open: bool = False
    against: ZhengmingError | None = None
    held: HeldStream = field(init=False)
    what: outputs.Said = field(init=False)

    def __post_init__(self) -> None:
        assert isinstance(self.job.protocol, Streamed)
        self.what = outputs.said(self.job)
        new = new_screener(self.job)
        self.held = HeldStream(self.job.protocol, self.job.request, new, self.what.label)

    async def pieces(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """What may go out, piece by piece; what goes with the end of the stream is kept in ``last``."""
        try:
            async for chunk in chunks:
                piece = self._fed(chunk)
                if self.held.outcome:
                    self.last = piece
                    return
                if piece:
                    yield piece
            self.last = self.held.close()
        except UpstreamFailed:
            self.last = self.held.break_off()

    def _fed(self, chunk: bytes) -> bytes:
        """What may go out after ``chunk``, or the end of the stream where the work is admitted no longer."""
        try:
            admit_again(self.job, self.edges)
        except (NotAdmitted, Unavailable) as error:
            self.against = error
            return self.held.refuse(refusal_of(error))
        return self.held.feed(chunk)

    async def release(self, piece: bytes) -> None:
        """Give out one piece, once the ledger knows that the stream begins."""
        await self._open()
        self.given = self.given.and_(piece)
        await self.give(piece)

    async def finish(self) -> None:
        """The end of the stream: recorded, then given out. Raises where nothing was given out and nothing may be."""
        outcome = self.held.outcome or Outcome("cut-off")
        if outcome.ending != "complete" and not self.given.size:
            raise self.against or _error_of(outcome)
        await self._open()
        ending = self.against.kind if self.against else outcome.ending
        await record(self._entry(ending, self.given.and_(self.last)), self.edges)
        await self.release(self.last)

    async def record_end(self, error: BaseException) -> None:
        """The entry of a stream that did not come to its own end."""
        ending = "client-gone" if isinstance(error, asyncio.CancelledError) else "fault"
        if isinstance(error, ZhengmingError):
            ending = error.kind
        with suppress(ZhengmingError):
            await record(self._entry(ending, self.given), self.edges)

    async def _open(self) -> None:
        if not self.is_open:
            await record(entries.opened(self.job, now(self.edges), self.what.word), self.edges)
            self.is_open = True

    def _entry(self, ending: str, given: entries.Given) -> Entry:
        job = replace(self.job, output=Side(tuple(self.held.verdicts)))
        texts = [text for text in self.held.texts.values() if text] if self.what.label else []
        done = Labelled(b"", "", self.what.word, len(texts), sum(map(self._is_labelled, texts)))
        return entries.ended(job, now(self.edges), ending, given, done)

    def _is_labelled(self, text: str) -> bool:
        """Whether an answer as it went out carries the label: labelled once more, it stays as it is."""
        return self.what.label is not None and bool(text) and _again(self.what.label, text) == text


def _error_of(outcome: Outcome) -> ZhengmingError:
    """What a stream that ended before its first byte amounts to. Only a hit, or what is ours, keeps its own words."""
    if outcome.error and isinstance(outcome.error, Refused | Unavailable):
        return outcome.error
    kind = f"upstream-{outcome.ending.removeprefix('upstream-')}"
    return UpstreamFailed(kind, "上游没有给出可用的内容", "the upstream gave nothing that can be used")


def _again(label: TextLabel, text: str) -> str:
    labeller = label.labeller()
    return labeller.feed(text) + labeller.close()
