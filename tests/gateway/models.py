"""An upstream whose models each do one thing, among them what no upstream should do; it counts what it sent."""

import asyncio
import base64
import json
from collections import Counter
from threading import Event, Thread
from typing import Any

from aiohttp import web

from zhengming.gateway.demo import works

HIT = "蓝莓煎饼暗号"
STORY = "山中一夜，雨停的时候，灯还亮着。她把窗推开，听见溪水从石缝里醒来。"
MODELS = (
    "good",
    "hits",
    "endless",
    "dies",
    "malformed",
    "fails",
    "busy",
    "silent",
    "slow",
    "page",
    "by-url",
    "faces",
)


class Upstream:
    """Runs on loopback in a thread of its own. ``asked`` and ``sent``: requests, and pieces of streams, by model."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.sent: Counter[str] = Counter()
        self.bodies: list[dict[str, Any]] = []
        self._ready, self._loop = Event(), asyncio.new_event_loop()
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()
        self._ready.wait(10)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        app = web.Application(client_max_size=1 << 26)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_post("/v1/images/generations", self._images)
        runner = web.AppRunner(app, handler_cancellation=True)
        self._loop.run_until_complete(runner.setup())
        site = web.TCPSite(runner, "127.0.0.1", 0)
        self._loop.run_until_complete(site.start())
        self.port = runner.addresses[0][1]
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        model = body["model"]
        self.asked[model] += 1
        self.bodies.append(body)
        match model:
            case "malformed":
                return web.Response(text='{"choices": [', content_type="application/json")
            case "page":
                return web.Response(text="<html>出错了</html>", content_type="text/html")
            case "fails":
                return web.json_response({"error": {"message": f"内部 {HIT}"}}, status=500)
            case "busy":
                return web.json_response({"error": {"message": "busy"}}, status=429)
            case "silent":
                await asyncio.sleep(60)
        if body.get("stream"):
            return await self._stream(request, model)
        text = f"{STORY}{HIT}。" if model == "hits" else "您好，世界。"
        message = {"role": "assistant", "content": text}
        choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
        return web.json_response(
            {"id": "c", "object": "chat.completion", "created": 1, "model": model, "choices": choices}
        )

    async def _stream(self, request: web.Request, model: str) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        for piece in self._pieces(model):
            await response.write(_chunk(model, piece))
            self.sent[model] += 1
            await asyncio.sleep({"endless": 0.01, "slow": 0.05}.get(model, 0))
        if model == "dies":
            request.transport.abort()  # type: ignore[union-attr]
            return response
        await response.write(_chunk(model, "", "stop") + b"data: [DONE]\n\n")
        return response

    def _pieces(self, model: str) -> Any:
        if model == "endless":
            return (STORY for _ in range(100_000))
        if model == "slow":
            return [STORY] * 30
        if model == "hits":
            return [*(STORY * 20), *HIT, "其后"]
        return [*(STORY * 20)] if model == "dies" else ["您好，", "世界。"]

    async def _images(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.asked[body["model"]] += 1
        if body["model"] == "by-url":
            return web.json_response({"created": 1, "data": [{"url": "http://127.0.0.1:1/x.png"}]})
        picture = base64.b64encode(works.picture(body["prompt"])).decode()
        return web.json_response({"created": 1, "data": [{"b64_json": picture}]})


def _chunk(model: str, text: str, finish: str | None = None) -> bytes:
    choices = [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]
    top = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": model}
    return b"data: " + json.dumps(top | {"choices": choices}).encode() + b"\n\n"
