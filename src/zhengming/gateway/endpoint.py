"""One path of the gateway: an HTTP request in, the journey of a work, an HTTP answer out.

Whoever leaves takes the journey with him: the upstream is let go, and the entry says so.
"""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from zhengming.gateway.asking import Route, job_of
from zhengming.gateway.refusing import refusal_for
from zhengming.ground.errors import ZhengmingError
from zhengming.identity.digests import Digester
from zhengming.labels.explicit.wording import DEFAULT
from zhengming.synthesis import journey, outputs
from zhengming.synthesis.protocol import Protocol, Streamed, dumped, loaded
from zhengming.synthesis.refusal import Malformed, Refusal
from zhengming.synthesis.work import Edges, Job

#: Bytes of a request. Our choice.
LARGEST_REQUEST = 16 * 1024 * 1024
Headers = list[tuple[bytes, bytes]]
log = logging.getLogger(__name__)


class TooLarge(Malformed):
    """A request of more bytes than are taken."""

    kind = "too-large"


@dataclass
class Endpoint:
    """An ASGI application for one route. ``journeys``: those under way, which a server that ends waits for."""

    route: Route
    protocol: Protocol
    edges: Edges
    digester: Digester
    largest: int = LARGEST_REQUEST
    journeys: set["asyncio.Task[None]"] = field(default_factory=set)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reply = Reply(send, self.protocol)
        try:
            await self._until_gone(self._served(Request(scope, receive), reply), receive, reply)
        except ClientDisconnect:
            return

    async def _served(self, request: Request, reply: "Reply") -> None:
        try:
            body = loaded(await _body(request, self.largest))
            headers = {name.lower(): value for name, value in request.headers.items()}
            reply.read.set()
            job = job_of(self.route, self.protocol, body, headers, self.edges, self.digester)
            reply.work = job.id
            await (self._streamed(job, reply) if job.request.stream else self._answered(job, reply))
        except ZhengmingError as error:
            await reply.refuse(refusal_for(error))
        except (ClientDisconnect, asyncio.CancelledError):
            raise
        except Exception:  # a fault of ours: named, told to the log, and nothing of it to the client
            log.exception("work %s ended by a fault", reply.work)
            await reply.refuse(
                refusal_for(ZhengmingError("内部错误，未予放行", "a fault of ours: nothing is given out"))
            )

    async def _answered(self, job: Job, reply: "Reply") -> None:
        job = await journey.answer(job, self.edges)
        assert job.labelled
        await reply.whole(job.labelled.body, job.labelled.media_type, _told(job, job.labelled.word))

    async def _streamed(self, job: Job, reply: "Reply") -> None:
        admitted: list[Job] = []

        async def give(piece: bytes) -> None:
            await reply.piece(piece, admitted[0] if admitted else job)

        await journey.stream(job, self.edges, give, admitted.append)
        await reply.end()

    async def _until_gone(self, work: Coroutine[Any, Any, None], receive: Receive, reply: "Reply") -> None:
        """Run ``work`` until it is done, or until the client has left: then it is cancelled, and ends first."""
        task = asyncio.create_task(work)
        self.journeys.add(task)
        task.add_done_callback(self.journeys.discard)
        gone = asyncio.create_task(_gone(receive, reply.read))
        try:
            await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            was_done = task.done() or not task.cancel()
            await asyncio.wait({task})
        if was_done and not task.cancelled():
            task.result()


class Reply:
    """The answer on its way to a client: whole, in pieces, or a refusal in the words of the protocol."""

    def __init__(self, send: Send, protocol: Protocol) -> None:
        self._send, self._protocol = send, protocol
        self.work, self.is_open = "", False
        self.read = asyncio.Event()  # the request was read: what comes now is that the client leaves

    async def whole(self, body: bytes, media_type: str, headers: Headers) -> None:
        """An answer in one piece."""
        await self._start(200, media_type, [*headers, (b"content-length", str(len(body)).encode())])
        await self._more(body, more=False)

    async def piece(self, piece: bytes, job: Job) -> None:
        """A piece of a stream."""
        if not self.is_open:
            await self._start(200, "text/event-stream; charset=utf-8", _told(job, outputs.said(job).word))
        await self._more(piece)

    async def end(self) -> None:
        """The end of a stream."""
        await self._more(b"", more=False)

    async def refuse(self, refusal: Refusal) -> None:
        """Why nothing, or nothing more, is given."""
        if self.is_open:
            events = self._protocol.broken(refusal) if isinstance(self._protocol, Streamed) else []
            await self._more(b"".join(event.encode() for event in events), more=False)
            return
        status, body = self._protocol.error(refusal)
        await self._start(status, "application/json", [(b"content-length", str(len(dumped(body).encode())).encode())])
        await self._more(dumped(body).encode(), more=False)

    async def _start(self, status: int, media_type: str, headers: Headers) -> None:
        self.is_open = True
        own = [
            (b"content-type", media_type.encode("latin-1", "replace")),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
        ]
        own += [(b"x-zhengming-work", self.work.encode())] if self.work else []
        await self._send({"type": "http.response.start", "status": status, "headers": [*own, *headers]})

    async def _more(self, body: bytes, more: bool = True) -> None:
        await self._send({"type": "http.response.body", "body": body, "more_body": more})


def _told(job: Job, word: str) -> Headers:
    """What a front end is told of the label, and of the warnings that travel with the answer (Art. 10, 17)."""
    admitted = job.grounds
    wording = admitted.service.labels.wording or DEFAULT
    headers = [(b"x-zhengming-label", word.encode())]
    if word == "interface":
        headers.append((b"x-zhengming-label-text", quote(wording).encode()))
    if admitted.warnings:
        headers.append((b"x-zhengming-warnings", ",".join(each.id for each in admitted.warnings).encode()))
    return headers


async def _body(request: Request, largest: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise TooLarge(f"请求超过 {largest} 字节", f"a request of more than {largest} bytes")
    return bytes(body)


async def _gone(receive: Receive, read: asyncio.Event) -> None:
    """Ends when the client has left."""
    await read.wait()
    while (await receive())["type"] != "http.disconnect":
        pass
