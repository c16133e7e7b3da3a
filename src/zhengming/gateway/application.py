"""The gateway as an ASGI application: its routes, its edges, and what they need while it runs."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route as StarletteRoute

from zhengming.gateway.asking import ROUTES, secret_of
from zhengming.gateway.endpoint import Endpoint
from zhengming.gateway.models import models
from zhengming.gateway.refusing import refusal_for
from zhengming.gateway.states import Shelf, States, WatchedBook
from zhengming.gateway.upstreams import HttpUpstreams, Patience
from zhengming.ground.errors import WrongInput, ZhengmingError
from zhengming.ground.words import Words
from zhengming.identity.digests import Digester
from zhengming.ledger.file_store import FileStore
from zhengming.records.policy import Policy
from zhengming.synthesis.coverage import NEVER, coverage, entries_in, moment
from zhengming.synthesis.protocol import PROTOCOLS, protocol_at
from zhengming.synthesis.refusal import Refusal
from zhengming.synthesis.work import Answer, Book, Edges, Job

#: Seconds for which journeys may come to their end when the server does.
LAST_WAIT = 5.0


@dataclass(frozen=True)
class Setup:
    """What a gateway is made of. ``ledger``: the folder, for coverage; ``library``: the path of the snapshot.

    ``unscreened_media`` as in :class:`zhengming.synthesis.work.Edges`.
    """

    policy: Callable[[], Policy]
    book: Book
    digester: Digester
    library: Path
    ledger: Path
    unscreened_media: bool = False
    patience: Patience = field(default_factory=Patience)


class Gateway:
    """One gateway: ``app`` is what a server serves."""

    def __init__(self, setup: Setup) -> None:
        self._setup, self._http = setup, _Http()
        self._started = int(datetime.now(UTC).timestamp() * 1_000_000)
        book, shelf = WatchedBook(setup.book), Shelf(setup.library)
        self._edges = Edges(
            setup.policy,
            shelf.current,
            book,
            self._http,
            lambda: datetime.now(UTC),
            unscreened_media=setup.unscreened_media,
        )
        self._states = States(self._edges, book, shelf)
        self._endpoints = [Endpoint(route, protocol_at(route.path), self._edges, setup.digester) for route in ROUTES]
        self.app = Starlette(routes=self._routes(), lifespan=self._life, exception_handlers={404: _not_found})

    def _routes(self) -> list[StarletteRoute]:
        served = [StarletteRoute(each.route.path, each, methods=["POST"]) for each in self._endpoints]
        return [
            *served,
            StarletteRoute("/v1/models", self._models),
            StarletteRoute("/healthz", _health),
            StarletteRoute("/readyz", self._ready),
            StarletteRoute("/zm/coverage", self._coverage),
        ]

    @asynccontextmanager
    async def _life(self, _app: Starlette) -> AsyncIterator[None]:
        """Open what belongs to the event loop; at the end let journeys come to theirs, with their entries."""
        self._http.inner = HttpUpstreams(self._setup.patience)
        await self._states.look()
        watch = asyncio.create_task(self._states.watch())
        try:
            yield
        finally:
            watch.cancel()
            under_way = [task for each in self._endpoints for task in each.journeys]
            if under_way:
                await asyncio.wait(under_way, timeout=LAST_WAIT)
            await self._http.inner.close()

    async def _models(self, request: Request) -> Response:
        try:
            found = models(self._edges.policy(), secret_of(request.headers), self._edges.clock())
            return JSONResponse(found)
        except ZhengmingError as error:
            status, body = PROTOCOLS["openai-chat"].error(refusal_for(error))
            return JSONResponse(body, status)

    async def _ready(self, _request: Request) -> Response:
        """Whether works can be given out now, and the degraded states where not."""
        states = sorted(self._states.now)
        return JSONResponse({"ready": not states, "states": states}, 503 if states else 200)

    async def _coverage(self, request: Request) -> Response:
        """Coverage of a period (``since`` and ``until``: RFC 3339), for this machine only."""
        if not _is_local(request):
            return JSONResponse({"error": "仅限本机查询 / from this machine only"}, 403)
        try:
            since, until = (request.query_params.get(name) for name in ("since", "until"))
            found = await asyncio.to_thread(self._computed, since, until)
        except ZhengmingError as error:
            return JSONResponse(error.json(), 400 if isinstance(error, WrongInput) else 503)
        return JSONResponse(found)

    def _computed(self, since: str | None, until: str | None) -> dict[str, object]:
        bounds = moment(since) if since else 0, moment(until) if until else NEVER
        with closing(FileStore(self._setup.ledger, writing=False)) as store:
            return coverage(entries_in(store), *bounds, self._started).json()


class _Http:
    """The upstreams of a gateway, which can be opened once the event loop runs."""

    inner: HttpUpstreams

    async def answer(self, job: Job) -> Answer:
        return await self.inner.answer(job)

    def stream(self, job: Job) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        return self.inner.stream(job)


async def _health(_request: Request) -> Response:
    """Whether the process answers."""
    return JSONResponse({"alive": True})


async def _not_found(request: Request, _error: Exception) -> Response:
    words = Words(f"没有此路径：{request.url.path}", f"there is no such path: {request.url.path}")
    status, body = PROTOCOLS["openai-chat"].error(Refusal(404, "path_unknown", words))
    return JSONResponse(body, status)


def _is_local(request: Request) -> bool:
    """Whether a request comes from this machine, and not through a proxy on it."""
    host = request.client.host if request.client else ""
    try:
        return ipaddress.ip_address(host).is_loopback and "x-forwarded-for" not in request.headers
    except ValueError:
        return False
