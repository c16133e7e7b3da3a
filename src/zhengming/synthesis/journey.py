"""The journey of a work: admit → screen input → upstream → screen output → label → record → release.

The steps are pure where nothing is asked of the world; the upstream, the ledger and the threads in which media are
labelled are awaited. Whatever happens, nothing is released that did not come through every step before, and each
work leaves one entry that says what became of it (for a stream one before its first byte and one at its end).
Where the ledger does not take the entry, nothing is released: docs/decisions/gateway.md.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from zhengming.synthesis import entries, outputs
from zhengming.synthesis.admitting import admit, admit_again
from zhengming.synthesis.passage import Passage
from zhengming.synthesis.protocol import Response, checked_object, loaded
from zhengming.synthesis.recording import now, record, record_stop
from zhengming.synthesis.refusal import Malformed
from zhengming.synthesis.sides import screen_input, screen_output
from zhengming.synthesis.work import Edges, Job, UpstreamFailed


async def answer(job: Job, edges: Edges) -> Job:
    """The whole journey of an answer that is given in one piece: ``labelled`` is what may be given out."""
    try:
        job = admit(job, edges)
        job = await screen_input(job, edges)
        job = await ask_upstream(job, edges)
        job = await screen_output(job, edges)
        job = await label(job)
        admit_again(job, edges)
        await record(entries.released(job, now(edges)), edges)
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


async def label(job: Job) -> Job:
    """The labels (Art. 16, 17), written and read back. Media in a thread: that takes its time."""
    has_media = job.response is None or any(part.kind != "text" for part in job.response.parts)
    done = await asyncio.to_thread(outputs.labelled, job) if has_media else outputs.labelled(job)
    return replace(job, labelled=done, stage="record")


def _at(job: Job, stage: str) -> Job:
    return replace(job, stage=stage)
