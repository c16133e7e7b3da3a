"""The model servers over HTTP: one aiohttp session, bounds on what is taken, and a name for each way of failing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import aiohttp

from zhengming.synthesis.protocol import dumped
from zhengming.synthesis.work import Answer, Job, UpstreamFailed

#: Bytes of one answer that are taken. Our choice.
LARGEST_ANSWER = 128 * 1024 * 1024
CHUNK = 64 * 1024


@dataclass(frozen=True)
class Patience:
    """Seconds: to connect, between two pieces of an answer, for a whole answer that is no stream. Settings."""

    connect: float = 5.0
    silence: float = 120.0
    whole: float = 600.0


class HttpUpstreams:
    """A :class:`zhengming.synthesis.work.Upstreams`. Open it in the event loop that uses it, and close it there."""

    def __init__(self, patience: Patience = Patience(), largest: int = LARGEST_ANSWER) -> None:  # frozen
        self._patience, self._largest = patience, largest
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=30),
            auto_decompress=True,
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def close(self) -> None:
        """Let every connection go."""
        await self._session.close()

    async def answer(self, job: Job) -> Answer:
        """Ask, and have the whole answer. Raises UpstreamFailed."""
        async with self._asked(job, self._patience.whole) as response:
            body = bytearray()
            async for chunk in _named(response.content.iter_chunked(CHUNK)):
                body += chunk
                if len(body) > self._largest:
                    raise UpstreamFailed(
                        "upstream-too-large", "上游的回答过大", "the answer of the upstream is too large"
                    )
            return Answer(bytes(body), response.content_type)

    @asynccontextmanager
    async def stream(self, job: Job) -> AsyncIterator[AsyncIterator[bytes]]:
        """Ask, and have the bytes as they come. Raises UpstreamFailed; leaving closes the connection."""
        async with self._asked(job, None) as response:
            try:
                yield _named(response.content.iter_any())
            finally:
                response.close()  # not back into the pool: the upstream is to stop at once

    @asynccontextmanager
    async def _asked(self, job: Job, whole: float | None) -> AsyncIterator[aiohttp.ClientResponse]:
        timeout = aiohttp.ClientTimeout(
            total=whole, sock_connect=self._patience.connect, sock_read=self._patience.silence
        )
        request = self._session.post(
            _url(job), data=_body(job), headers=_headers(job), timeout=timeout, allow_redirects=False
        )
        async with await _first(request) as response:
            if response.status != 200:
                raise _failed(response.status)
            yield response


async def _first(request: "aiohttp.client._RequestContextManager") -> aiohttp.ClientResponse:
    try:
        return await request
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise _broken(error) from error


async def _named(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """``chunks``, and errors of ours for those of the connection."""
    try:
        async for chunk in chunks:
            yield chunk
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise _broken(error) from error


def _broken(error: Exception) -> UpstreamFailed:
    if isinstance(error, asyncio.TimeoutError):
        return UpstreamFailed("upstream-timeout", "上游超时未答", "the upstream did not answer in time", 504)
    return UpstreamFailed(
        "upstream-unreachable", "上游连接不上或中断", "the upstream cannot be reached, or broke off"
    )


def _failed(status: int) -> UpstreamFailed:
    if status == 429:
        return UpstreamFailed("upstream-busy", "上游繁忙，请稍后再试", "the upstream is busy, try again later", 429)
    return UpstreamFailed("upstream-error", f"上游报告错误（{status}）", f"the upstream reported an error ({status})")


def _url(job: Job) -> str:
    """Where the upstream has this path: its own URL ends with the version, as OpenAI clients are given it."""
    assert job.upstream
    base = job.upstream.url.rstrip("/")
    return base + (job.path.removeprefix("/v1") if base.endswith("/v1") else job.path)


def _body(job: Job) -> bytes:
    """The request as it came, without the operator's own name of the user: the upstream has no need of it."""
    return dumped({name: value for name, value in job.request.body.items() if name != "user"}).encode()


def _headers(job: Job) -> dict[str, str]:
    assert job.upstream
    headers = {"content-type": "application/json", "x-request-id": job.id}
    if job.upstream.key_file:
        headers["authorization"] = f"Bearer {_credential(job.upstream.key_file)}"
    return headers


def _credential(path: str) -> str:
    file = Path(path)
    try:
        return _read(file, file.stat().st_mtime_ns)
    except OSError as error:
        raise UpstreamFailed(
            "upstream-unreachable", "读不了上游的凭证文件", "the file of the upstream's credential cannot be read"
        ) from error


@lru_cache(64)
def _read(file: Path, _changed: int) -> str:
    return file.read_text(encoding="utf-8").strip()
