"""The demo upstream (演示上游): a model server without a model, speaking the OpenAI protocol on loopback."""

import json
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from zhengming.gateway.demo import works

MODELS = ("demo-text", "demo-image", "demo-speech", "demo-embedding")
#: Characters of one piece of a stream.
PIECE = 3
WITH_ID = {"id": "demo", "created": 0}


def application() -> Starlette:
    """What a server on loopback serves."""
    return Starlette(
        routes=[
            Route("/v1/chat/completions", _chat, methods=["POST"]),
            Route("/v1/completions", _completions, methods=["POST"]),
            Route("/v1/responses", _responses, methods=["POST"]),
            Route("/v1/embeddings", _embeddings, methods=["POST"]),
            Route("/v1/images/generations", _images, methods=["POST"]),
            Route("/v1/audio/speech", _speech, methods=["POST"]),
        ]
    )


async def _chat(request: Request) -> Response:
    body = await request.json()
    text, n = works.reply(_text(body["messages"])), range(body.get("n") or 1)
    if body.get("stream"):
        return _events(_chunks(body, text, "chat.completion.chunk", lambda piece: {"delta": {"content": piece}}))
    message = {"role": "assistant", "content": text}
    choices = [{"index": each, "message": message, "finish_reason": "stop"} for each in n]
    return JSONResponse(_top(body, "chat.completion") | {"choices": choices, "usage": _usage(text)})


async def _completions(request: Request) -> Response:
    body = await request.json()
    text = works.reply(_text(body["prompt"]))
    if body.get("stream"):
        return _events(_chunks(body, text, "text_completion", lambda piece: {"text": piece}))
    choices = [{"index": each, "text": text, "finish_reason": "stop"} for each in range(body.get("n") or 1)]
    return JSONResponse(_top(body, "text_completion") | {"choices": choices, "usage": _usage(text)})


async def _responses(request: Request) -> Response:
    body = await request.json()
    text = works.reply(_text(body["input"]))
    content = [{"type": "output_text", "text": text, "annotations": []}]
    message = {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": content}
    whole = {
        "id": "demo", "object": "response", "created_at": 0, "model": body["model"], "status": "completed",
        "output": [message], "parallel_tool_calls": True, "tool_choice": "auto", "tools": [],
    }  # fmt: skip
    return _events(_response_events(whole, message, text)) if body.get("stream") else JSONResponse(whole)


async def _embeddings(request: Request) -> Response:
    body = await request.json()
    texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
    data = [{"object": "embedding", "index": n, "embedding": works.vector(text)} for n, text in enumerate(texts)]
    usage = {"prompt_tokens": 0, "total_tokens": 0}
    return JSONResponse({"object": "list", "model": body["model"], "data": data, "usage": usage})


async def _images(request: Request) -> Response:
    body = await request.json()
    pictures = [works.picture(f"{body['prompt']} {each}") for each in range(body.get("n") or 1)]
    return JSONResponse({"created": 0, "data": [{"b64_json": b64encode(each).decode()} for each in pictures]})


async def _speech(request: Request) -> Response:
    """Always WAV: there is no encoder here."""
    body = await request.json()
    return Response(works.speech(body["input"]), media_type="audio/wav")


def _text(value: Any) -> str:
    """All texts within ``value``, one after the other."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "".join(_text(each) for name, each in value.items() if name in ("content", "text", "input"))
    return "".join(map(_text, value)) if isinstance(value, list) else ""


def _top(body: dict[str, Any], object_: str) -> dict[str, Any]:
    return WITH_ID | {"object": object_, "model": body["model"]}


def _usage(text: str) -> dict[str, int]:
    return {"prompt_tokens": 0, "completion_tokens": len(text), "total_tokens": len(text)}


def _pieces(text: str) -> list[str]:
    return [text[at : at + PIECE] for at in range(0, len(text), PIECE)]


def _chunks(body: dict[str, Any], text: str, object_: str, said: Any) -> Iterator[str]:
    top, n = _top(body, object_), range(body.get("n") or 1)
    for piece in _pieces(text):
        yield _event(top | {"choices": [{"index": each, **said(piece), "finish_reason": None} for each in n]})
    yield _event(top | {"choices": [{"index": each, **said(""), "finish_reason": "stop"} for each in n]})
    yield "data: [DONE]\n\n"


def _response_events(whole: dict[str, Any], message: dict[str, Any], text: str) -> Iterator[str]:
    spot = {"item_id": "m", "output_index": 0, "content_index": 0}
    part = {"type": "output_text", "text": "", "annotations": []}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": whole | {"status": "in_progress", "output": []}},
        {"type": "response.output_item.added", "output_index": 0, "item": message | {"content": []}},
        {"type": "response.content_part.added", **spot, "part": part},
        *({"type": "response.output_text.delta", **spot, "delta": each, "logprobs": []} for each in _pieces(text)),
        {"type": "response.output_text.done", **spot, "text": text, "logprobs": []},
        {"type": "response.content_part.done", **spot, "part": message["content"][0]},
        {"type": "response.output_item.done", "output_index": 0, "item": message},
        {"type": "response.completed", "response": whole},
    ]
    for number, event in enumerate(events):
        yield f"event: {event['type']}\n" + _event(event | {"sequence_number": number})


def _event(body: dict[str, Any]) -> str:
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n"


def _events(events: Iterator[str]) -> Response:
    async def out() -> AsyncIterator[str]:
        for event in events:
            yield event

    return StreamingResponse(out(), media_type="text/event-stream")
