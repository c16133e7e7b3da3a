"""Recording (记录): an entry is durable before anything is given out, and what was stopped leaves one too."""

import asyncio
from contextlib import suppress

from zhengming.ground.errors import Unavailable, ZhengmingError
from zhengming.ledger.entry import Entry
from zhengming.synthesis import entries
from zhengming.synthesis.work import ClientGone, Edges, Job


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
        await record(entries.stopped(job, now(edges), error), edges)


def now(edges: Edges) -> int:
    """The moment in microseconds since 1970, as entries have it."""
    return int(edges.clock().timestamp() * 1_000_000)
