"""Screening of both sides of a work (审核, Art. 10.1): what the user gave, and what the upstream made."""

import asyncio
from dataclasses import replace

from zhengming.ground.errors import WrongInput
from zhengming.synthesis.channels import NewScreener, screened
from zhengming.synthesis.parts import joined
from zhengming.synthesis.screener import TextScreener, Unscreened
from zhengming.synthesis.work import Edges, Job, Side

#: From so many characters on a text is screened in a thread of its own, so that others need not wait.
LONG = 8_192


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


async def screen_output(job: Job, edges: Edges) -> Job:
    """Screening of what the upstream made (Art. 10)."""
    if job.response is None:
        return replace(job, output=Side(media=_media_allowed(1, edges)), stage="label")
    media = sum(part.kind != "text" for part in job.response.parts)
    side = Side(media=_media_allowed(media, edges))
    verdicts = await _verdicts(list(joined(job.response.parts).values()), job)
    return replace(job, output=replace(side, verdicts=verdicts), stage="label")


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
    new = new_screener(job)

    def all_of_them() -> tuple[object, ...]:
        return tuple(verdict for text in texts for verdict in screened(text, new))

    return await asyncio.to_thread(all_of_them) if sum(map(len, texts)) > LONG else all_of_them()


def new_screener(job: Job) -> NewScreener:
    """Screeners over the snapshot that the job began with."""
    snapshot = job.snapshot
    assert snapshot
    return lambda: TextScreener(snapshot)
