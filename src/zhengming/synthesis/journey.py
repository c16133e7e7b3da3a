"""The journey of a work: admit → screen input → upstream → screen output → label → record → release.

The steps are pure where nothing is asked of the world; the upstream, the ledger and the threads in which media are
labelled are awaited. Whatever happens, nothing is released that did not come through every step before, and each
work leaves one entry that says what became of it (for a stream one before its first byte and one at its end).
Where the ledger does not take the entry, nothing is released: docs/decisions/gateway.md.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from zhengming.ground.errors import Refused, Unavailable, WrongInput, ZhengmingError
from zhengming.law.classification import TECHNOLOGIES
from zhengming.ledger.entry import Entry
from zhengming.records.parts import Upstream
from zhengming.synthesis import admission, entries, outputs
from zhengming.synthesis.channels import NewScreener, screened
from zhengming.synthesis.parts import joined
from zhengming.synthesis.protocol import Response, Streamed, checked_object, loaded
from zhengming.synthesis.reasons import NotAdmitted
from zhengming.synthesis.refusal import Malformed, refusal_of
from zhengming.synthesis.screener import TextScreener, Unscreened
from zhengming.synthesis.streams import HeldStream, Outcome
from zhengming.synthesis.text_label import TextLabel
from zhengming.synthesis.work import ClientGone, Edges, Job, Labelled, Side, UpstreamFailed

#: From so many characters on a text is screened in a thread of its own, so that others need not wait.
LONG = 8_192
log = logging.getLogger(__name__)


async def answer(job: Job, edges: Edges) -> Job:
    """The whole journey of an answer that is given in one piece: ``labelled`` is what may be given out."""
    try:
        job = admit(job, edges)
        job = await screen_input(job, edges)
        job = await ask_upstream(job, edges)
        job = await screen_output(job, edges)
        job = await label(job)
        check_still_admitted(job, edges)
        await record(entries.released(job, _now(edges)), edges)
        return job
    except BaseException as error:
        await record_stop(job, error, edges)
        raise


async def stream(
    job: Job, edges: Edges, give: Callable[[bytes], Awaitable[None]], admitted: Callable[[Job], None]
) -> None:
    """The whole journey of an answer that is a stream: ``give`` gets what may go out, labelled and screened.

    ``admitted`` hears of the job with its admission, before ``give`` gets anything.

    Raises, before anything was given, what is against giving anything; after that the stream ends in the words of
    its protocol.
    """
    passage: Passage | None = None
    try:
        job = admit(job, edges)
        admitted(job)
        job = await screen_input(job, edges)
        async with edges.upstreams.stream(_at(job, "upstream")) as chunks:
            passage = Passage(_at(job, "output"), edges, give)
            async for piece in passage.pieces(chunks):
                await passage.release(piece)
        await passage.finish()
    except BaseException as error:
        if passage and passage.given.size:
            await passage.record_end(error)
        else:
            await record_stop(passage.job if passage else job, error, edges)
        raise


def admit(job: Job, edges: Edges) -> Job:
    """Admission (准入), and the upstream that speaks the protocol of the request."""
    policy = edges.policy()
    admitted = admission.admit(job.asking, policy, edges.clock())
    if job.medium not in TECHNOLOGIES[admitted.function.technology].media:  # another name lets nobody past a measure
        raise NotAdmitted("function-unknown", admitted.function.code)
    upstream = next((each for each in admitted.upstreams if speaks(each, job)), None)
    if upstream is None:
        raise NotAdmitted("model-unknown", job.asking.model)
    edges.meter.count(admitted.key.id, job.asking.characters, edges.clock())
    return replace(job, admitted=admitted, upstream=upstream, stage="input")


def check_still_admitted(job: Job, edges: Edges) -> None:
    """Orders, measures and withdrawn consents bear on works under way too (Art. 10, 14, 21). Raises NotAdmitted."""
    policy = edges.policy()
    if policy.id != job.grounds.policy:
        admission.admit(job.asking, policy, edges.clock())


def speaks(upstream: Upstream, job: Job) -> bool:
    """Whether an upstream speaks a protocol: by its name, or by that of its family such as ``openai``."""
    return job.protocol.name == upstream.protocol or job.protocol.name.startswith(f"{upstream.protocol}-")


async def screen_input(job: Job, edges: Edges) -> Job:
    """Screening of what the user gave (Art. 10)."""
    job = replace(job, snapshot=edges.library())
    if any(part.form not in ("inline", "data-url") for part in job.media):
        raise WrongInput(
            "媒体须随请求给出（base64），不得为网址或编号", "media come with the request in base64, not by URL or id"
        )
    side = Side(media=_media_allowed(len(job.media), edges))
    texts = list(joined(job.request.parts).values())
    return replace(job, input=replace(side, verdicts=await _verdicts(texts, job)), stage="upstream")


async def ask_upstream(job: Job, edges: Edges) -> Job:
    """The upstream's answer, whole."""
    found = await edges.upstreams.answer(job)
    if job.protocol.binary:
        return replace(job, answer=found, stage="output")
    return replace(job, answer=found, response=_read(found.body, job), stage="output")


def _read(body: bytes, job: Job) -> Response:
    try:
        return job.protocol.response(checked_object(loaded(body)))
    except Malformed as error:
        raise UpstreamFailed(
            "upstream-malformed", "上游返回的内容不合协议", "what the upstream sent does not follow its protocol"
        ) from error


async def screen_output(job: Job, edges: Edges) -> Job:
    """Screening of what the upstream made (Art. 10)."""
    if job.response is None:
        return replace(job, output=Side(media=_media_allowed(1, edges)), stage="label")
    media = sum(part.kind != "text" for part in job.response.parts)
    side = Side(media=_media_allowed(media, edges))
    verdicts = await _verdicts(list(joined(job.response.parts).values()), job)
    return replace(job, output=replace(side, verdicts=verdicts), stage="label")


async def label(job: Job) -> Job:
    """The labels (Art. 16, 17), written and read back. Media in a thread: that takes its time."""
    has_media = job.response is None or any(part.kind != "text" for part in job.response.parts)
    done = await asyncio.to_thread(outputs.labelled, job) if has_media else outputs.labelled(job)
    return replace(job, labelled=done, stage="record")


async def record(entry: Entry, edges: Edges) -> None:
    """The entry on the ledger, durable when this returns. Raises Unavailable: then nothing may be given out."""
    try:
        await edges.book.append_soon(entry)
    except ZhengmingError:
        raise
    except Exception as error:  # a full disk, a fault: whatever it is, the entry is not there
        raise Unavailable("台账不可用，未予放行", "the ledger is not available: nothing is given out") from error


async def record_stop(job: Job, error: BaseException, edges: Edges) -> None:
    """The entry of a work that was stopped. Keys that nobody knows leave none: anybody could fill the ledger."""
    if job.key is None:
        return
    if isinstance(error, asyncio.CancelledError):
        error = ClientGone("客户端已离开", "the client has left")
    with suppress(ZhengmingError):  # the ledger is what is missing: nothing was given out, and nothing will be
        await record(entries.stopped(job, _now(edges), error), edges)


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
        new = _new_screener(self.job)
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
            check_still_admitted(self.job, self.edges)
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
            await record(entries.opened(self.job, _now(self.edges), self.what.word), self.edges)
            self.is_open = True

    def _entry(self, ending: str, given: entries.Given) -> Entry:
        job = replace(self.job, output=Side(tuple(self.held.verdicts)))
        texts = [text for text in self.held.texts.values() if text] if self.what.label else []
        done = Labelled(b"", "", self.what.word, len(texts), sum(map(self._is_labelled, texts)))
        return entries.ended(job, _now(self.edges), ending, given, done)

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


def _media_allowed(count: int, edges: Edges) -> int:
    """``count`` media, where media that nothing can screen may pass. Raises Unscreened."""
    if count and not edges.unscreened_media:
        raise Unscreened(
            "没有可审核此类媒体的手段，未予放行；运营者可用 --unscreened-media 自负其责地放行",
            "nothing here can screen such media: not let through; the operator may allow them (--unscreened-media)",
        )
    return count


async def _verdicts(texts: list[str], job: Job) -> tuple[object, ...]:
    """The verdict on every text, in every reading. Raises Hit or Unscreened."""
    new = _new_screener(job)

    def all_of_them() -> tuple[object, ...]:
        return tuple(verdict for text in texts for verdict in screened(text, new))

    return await asyncio.to_thread(all_of_them) if sum(map(len, texts)) > LONG else all_of_them()


def _new_screener(job: Job) -> NewScreener:
    snapshot = job.snapshot
    assert snapshot
    return lambda: TextScreener(snapshot)


def _at(job: Job, stage: str) -> Job:
    return replace(job, stage=stage)


def _now(edges: Edges) -> int:
    """The moment in microseconds since 1970, as entries have it."""
    return int(edges.clock().timestamp() * 1_000_000)
