"""Upstreams of every protocol that say given tokens in a given place, screeners, and a client that sees all."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from zhengming.ground.errors import Refused
from zhengming.synthesis.protocol import PROTOCOLS, Request, Streamed
from zhengming.synthesis.streams import HeldStream
from zhengming.synthesis.text_label import TextLabel

#: Characters that stand nowhere else, one of them beyond the first 65 536.
HIT = "坏𠮷句"


class Window:
    """Clears what is followed by as many characters as the longest pattern has, less one."""

    def __init__(self, hit: str = HIT) -> None:
        self.text, self.hit, self.over = "", hit, False

    def feed(self, text: str) -> int:
        assert not self.over
        self.text += text
        if self.hit in self.text:
            raise Refused("命中", "hit")
        return max(0, len(self.text) - len(self.hit) + 1)

    def end(self) -> str:
        self.over = True
        return "clean"


class Exact(Window):
    """Holds back only what may still become the hit."""

    def feed(self, text: str) -> int:
        super().feed(text)
        return len(self.text) - next(
            (size for size in range(len(self.hit) - 1, 0, -1) if self.text.endswith(self.hit[:size])), 0
        )


class AtTheEnd(Window):
    """Clears nothing before the text is over, and says only then whether there is a hit."""

    def feed(self, text: str) -> int:
        self.text += text
        return 0

    def end(self) -> str:
        if self.hit in self.text:
            raise Refused("命中", "hit")
        return super().end()


SCREENERS: tuple[Callable[[], Window], ...] = (Window, Exact, AtTheEnd)

Bodies = list[dict[str, Any]]


def chat(tokens: list[str], place: Callable[[str], dict[str, Any]], choice: int = 0, n: int = 1) -> Bodies:
    top = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    bodies: Bodies = [
        {**top, "choices": [{"index": at, "delta": {"role": "assistant"}, "finish_reason": None}]} for at in range(n)
    ]
    for token in tokens:
        bodies.append({**top, "choices": [{"index": choice, "finish_reason": None, **place(token)}]})
        bodies += [
            {**top, "choices": [{"index": at, "delta": {"content": "另"}, "finish_reason": None}]}
            for at in range(n)
            if at != choice
        ]
    bodies += [{**top, "choices": [{"index": at, "delta": {}, "finish_reason": "stop"}]} for at in range(n)]
    return [*bodies, {**top, "choices": [], "usage": {"total_tokens": 3}}]


def in_delta(name: str) -> Callable[[str], dict[str, Any]]:
    return lambda token: {"delta": {name: token}}


def in_tool(token: str) -> dict[str, Any]:
    return {"delta": {"tool_calls": [{"index": 0, "function": {"arguments": token}}]}}


def in_escaped_tool(token: str) -> dict[str, Any]:
    return in_tool(json.dumps(token)[1:-1])


def in_token(token: str) -> dict[str, Any]:
    return {"delta": {"content": "x"}, "logprobs": {"content": [{"token": token, "logprob": -1.0}]}}


def in_token_bytes(token: str) -> dict[str, Any]:
    raw = list(token.encode("utf-8", "surrogatepass"))
    halves = [{"token": "?", "bytes": raw[:1]}, {"token": "?", "bytes": raw[1:]}] if raw else []
    return {"delta": {"content": "x"}, "logprobs": {"content": halves}}


def in_top_token(token: str) -> dict[str, Any]:
    top = [{"token": "y", "logprob": -1.0}, {"token": token, "logprob": -2.0}]
    return {"delta": {"content": "x"}, "logprobs": {"content": [{"token": "x", "top_logprobs": top}]}}


def completions(tokens: list[str], place: Callable[[str], dict[str, Any]], choice: int = 0) -> Bodies:
    top = {"id": "c", "object": "text_completion", "created": 1, "model": "m"}
    bodies: Bodies = [{**top, "choices": [{"index": choice, **place(token)}]} for token in tokens]
    count = range(choice + 1)
    return [*bodies, *({**top, "choices": [{"index": at, "text": "", "finish_reason": "stop"}]} for at in count)]


def responses(tokens: list[str], kind: str) -> Bodies:
    bare = {"id": "r", "object": "response", "created_at": 1, "model": "m", "status": "in_progress", "output": []}
    bare |= {"parallel_tool_calls": True, "tool_choice": "auto", "tools": []}
    spot = {"item_id": "i", "output_index": 0, "content_index": 0}
    item = {"type": "message", "id": "i", "role": "assistant", "status": "in_progress", "content": []}
    bodies: Bodies = [
        {"type": "response.created", "response": bare},
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        *({"type": f"response.{kind}.delta", **spot, "delta": token, "logprobs": []} for token in tokens),
    ]
    whole = "".join(tokens).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    output: list[Any] = []
    if kind == "output_text":
        output = [{**item, "status": "completed", "content": [{"type": kind, "text": whole, "annotations": []}]}]
        bodies.append({"type": f"response.{kind}.done", **spot, "text": whole, "logprobs": []})
    bodies.append({"type": "response.completed", "response": {**bare, "status": "completed", "output": output}})
    return [{**body, "sequence_number": number} for number, body in enumerate(bodies)]


def transcription(tokens: list[str]) -> Bodies:
    bodies: Bodies = [{"type": "transcript.text.delta", "delta": token} for token in tokens]
    whole = "".join(tokens).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return [*bodies, {"type": "transcript.text.done", "text": whole}]


def dashscope(tokens: list[str], member: str, total: bool, in_list: bool = False) -> Bodies:
    said = ["".join(tokens[: at + 1]) for at in range(len(tokens))] if total else tokens
    said = [*said, said[-1] if total else ""]
    bodies: Bodies = []
    for at, text in enumerate(said):
        message: dict[str, Any] = {"role": "assistant", "content": ""}
        message[member] = [{"text": text}] if in_list else text
        if member == "tool_calls":
            message[member] = [{"index": 0, "id": "t", "type": "function", "function": {"arguments": text}}]
        reason = "stop" if at == len(said) - 1 else "null"
        bodies.append({"output": {"choices": [{"message": message, "finish_reason": reason}]}, "request_id": "r"})
    return bodies


@dataclass(frozen=True)
class Upstream:
    """One protocol and one place in it where tokens are said."""

    name: str
    protocol: str
    say: Callable[[list[str]], Bodies]
    n: int = 1
    settings: Any = None
    answer: bool = False  # whether the tokens are the answer, which is labelled

    @property
    def streamed(self) -> Streamed:
        protocol = PROTOCOLS[self.protocol]
        assert isinstance(protocol, Streamed)
        return protocol

    @property
    def request(self) -> Request:
        body = {**self.streamed.example.request, **(self.settings or {})}
        if self.n > 1:
            body["n"] = self.n
        if not self.streamed.example.headers:
            body["stream"] = True
        return self.streamed.request(body, self.streamed.example.headers)

    def wire(self, tokens: list[str], ascii_only: bool = True, end: str = "\n") -> bytes:
        """The stream as bytes, JSON escaped to ASCII or in UTF-8."""
        lines = []
        for body in self.say(tokens):
            name = f"event: {body['type']}{end}" if "type" in body else ""
            lines.append(f"{name}data: {json.dumps(body, ensure_ascii=ascii_only)}{end}{end}")
        if self.streamed.done:
            lines.append(f"data: [DONE]{end}{end}")
        return "".join(lines).encode()

    def held(self, new: Callable[[], Any], label: TextLabel | None = None) -> HeldStream:
        return HeldStream(self.streamed, self.request, new, label)


_TEXT: Callable[[str], dict[str, Any]] = lambda token: {"text": token}  # noqa: E731
_INCREMENTAL = {"parameters": {"incremental_output": True}}

UPSTREAMS: tuple[Upstream, ...] = (
    Upstream("chat content", "openai-chat", lambda t: chat(t, in_delta("content")), answer=True),
    Upstream("chat reasoning", "openai-chat", lambda t: chat(t, in_delta("reasoning_content"))),
    Upstream("chat refusal", "openai-chat", lambda t: chat(t, in_delta("refusal"))),
    Upstream("chat unknown member", "openai-chat", lambda t: chat(t, in_delta("novel"))),
    Upstream("chat finish reason", "openai-chat", lambda t: chat(t, lambda s: {"delta": {}, "stop_reason": s})),
    Upstream("chat tool arguments", "openai-chat", lambda t: chat(t, in_tool)),
    Upstream("chat escaped arguments", "openai-chat", lambda t: chat(t, in_escaped_tool)),
    Upstream("chat logprobs", "openai-chat", lambda t: chat(t, in_token)),
    Upstream("chat logprobs bytes", "openai-chat", lambda t: chat(t, in_token_bytes)),
    Upstream("chat top logprobs", "openai-chat", lambda t: chat(t, in_top_token)),
    Upstream("chat choice 2", "openai-chat", lambda t: chat(t, in_delta("content"), 1, 2), n=2, answer=True),
    Upstream("completions text", "openai-completions", lambda t: completions(t, _TEXT), answer=True),
    Upstream("completions choice 3", "openai-completions", lambda t: completions(t, _TEXT, 2), n=3, answer=True),
    Upstream(
        "completions tokens", "openai-completions",
        lambda t: completions(t, lambda s: {"text": "x", "logprobs": {"tokens": [s]}}),
    ),
    Upstream(
        "completions top logprobs", "openai-completions",
        lambda t: completions(t, lambda s: {"text": "x", "logprobs": {"top_logprobs": [{s: -1.0}]}}),
    ),
    *(
        Upstream(f"responses {kind}", "openai-responses", lambda t, kind=kind: responses(t, kind))
        for kind in ("reasoning_text", "reasoning_summary_text", "refusal", "function_call_arguments", "novel")
    ),
    Upstream("responses text", "openai-responses", lambda t: responses(t, "output_text"), answer=True),
    Upstream("transcription", "openai-transcriptions", transcription),
    Upstream("dashscope repeating", "dashscope", lambda t: dashscope(t, "content", True), answer=True),
    Upstream("dashscope repeating reasoning", "dashscope", lambda t: dashscope(t, "reasoning_content", True)),
    Upstream("dashscope repeating list", "dashscope", lambda t: dashscope(t, "content", True, True), answer=True),
    Upstream(
        "dashscope content", "dashscope", lambda t: dashscope(t, "content", False), settings=_INCREMENTAL, answer=True
    ),
    Upstream("dashscope arguments", "dashscope", lambda t: dashscope(t, "tool_calls", False), settings=_INCREMENTAL),
)  # fmt: skip


def pumped(held: HeldStream, chunks: Iterable[bytes]) -> bytes:
    """All that a client gets."""
    return b"".join([*map(held.feed, chunks), held.close()])


def bodies(raw: bytes) -> Bodies:
    """What a client reads, with a reader of its own: blocks, data lines, JSON."""
    found = []
    for block in raw.decode().split("\n\n"):
        data = "\n".join(line[6:] for line in block.split("\n") if line.startswith("data: "))
        if data and data != "[DONE]":
            found.append(json.loads(data))
    return found


def strings(node: Any) -> Iterator[str]:
    """Every string in a value, names of members and spelt-out bytes too."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield name
            yield from strings(value)
    elif isinstance(node, list):
        if node and all(isinstance(item, int) for item in node):
            yield bytes(node).decode("utf-8", "ignore")
        for item in node:
            yield from strings(item)
    elif isinstance(node, str):
        yield node


def sees_any_of_the_hit(raw: bytes, hit: str = HIT) -> bool:
    """Whether any character of the hit, escaped or not or in halves, reaches the client."""
    signs = {*hit, *hit.encode("utf-16-be").decode("utf-16-be", "surrogatepass")}
    halves = {chr(0xD842), chr(0xDFB7)}
    text = "".join(strings(bodies(raw)))
    escaped = {json.dumps(sign)[1:7] for sign in signs} | {json.dumps(half)[1:-1] for half in halves}
    return any(sign in text for sign in signs | halves) or any(sign in text.lower() for sign in escaped)
