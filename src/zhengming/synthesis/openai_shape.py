"""What the protocols of the OpenAI API have in common: its error object, its members, its chunks of choices."""

# ruff: noqa: ARG002 - the contract tells a protocol more than this one needs

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from zhengming.synthesis.parts import Kind, Names, Part, Use, parts_in
from zhengming.synthesis.protocol import Given, Protocol, Request, Streamed, dumped
from zhengming.synthesis.refusal import CONTENT_FILTER, Refusal
from zhengming.synthesis.sse import Event

#: Members of structure: no person reads them as content.
PLAIN = frozenset({
    "id", "object", "model", "role", "type", "finish_reason", "stop_reason", "system_fingerprint",
    "service_tier", "status", "detail", "format", "encoding_format", "response_format", "stream_format",
    "output_format", "size", "quality", "style", "background", "moderation", "voice", "item_id", "call_id",
    "tool_call_id", "response_id", "previous_response_id", "conversation", "language", "reasoning_effort",
    "effort", "verbosity", "tool_choice", "truncation", "input_fidelity", "user", "safety_identifier",
    "prompt_cache_key", "prompt_cache_retention", "phase", "severity", "obfuscation", "seconds",
})  # fmt: skip
#: Never content: what only the upstream can open, and numbers written as text.
OPAQUE = frozenset({"encrypted_content"})
MEDIA: Mapping[str, Kind] = {
    "image_url": "image", "image": "image", "images": "image", "mask": "image", "b64_json": "image",
    "input_image": "image", "input_audio": "audio", "audio": "audio", "audio_url": "audio", "video_url": "video",
    "video": "video", "file_data": "file", "file_url": "file", "file_id": "file", "input_file": "file",
}  # fmt: skip
#: Texts even within the object of a medium.
TEXTS = frozenset({"text", "transcript", "filename", "title", "prompt", "revised_prompt", "content", "name"})
USES: Mapping[str, Use] = {
    "logprobs": "logprobs", "tool_calls": "arguments", "function_call": "arguments", "reasoning_content": "reasoning",
    "reasoning": "reasoning", "reasoning_details": "reasoning", "thinking": "reasoning", "refusal": "refusal",
    "audio": "other", "annotations": "other", "content": "answer",
}  # fmt: skip
TYPES: Mapping[str, Use] = {"refusal": "refusal", "reasoning": "reasoning", "thinking": "reasoning"}

ASKS = Names(
    PLAIN,
    OPAQUE,
    MEDIA,
    TEXTS,
    {"tool_calls": "arguments", "function_call": "arguments"},
    runs=frozenset({"content"}),
)
#: In an answer the id of a file only points to what an upstream keeps.
_ANSWER_MEDIA = {name: kind for name, kind in MEDIA.items() if name != "file_id"}
ANSWERS = Names(
    PLAIN | {"file_id", "container_id"},
    OPAQUE,
    _ANSWER_MEDIA,
    TEXTS,
    USES,
    TYPES,
    frozenset({"content", "text"}),
    frozenset({"content", "refusal"}),
)


class OpenAI(Protocol):
    """A protocol of the OpenAI API: how it tells errors."""

    def error(self, refusal: Refusal) -> tuple[int, dict[str, Any]]:
        """``{"error": {message, type, param, code}}``, from which its SDK makes its own errors."""
        kinds = {400: "invalid_request_error", 403: "permission_error", 429: "rate_limit_error"}
        kind = kinds.get(refusal.status, "server_error" if refusal.status >= 500 else "invalid_request_error")
        error = {"message": refusal.text, "type": kind, "param": refusal.param, "code": refusal.code}
        return refusal.status, {"error": error}


class Choices(OpenAI, Streamed):
    """A protocol whose stream is chunks of ``choices`` and ends with ``[DONE]``."""

    done = True

    def pieces(self, body: Any, request: Request) -> tuple[Part, ...]:
        """Every text of a chunk runs on from the chunks before; texts of one group move in step."""
        return tuple([_delta(part) for part in parts_in(body, self.answers)])

    def finished(self, body: Any) -> tuple[tuple[int, ...], ...]:
        """The choices with a reason for their finish."""
        return tuple((index,) for index, choice in choices_of(body) if choice.get("finish_reason"))

    def ended(self, body: Any) -> tuple[tuple[Any, ...], ...]:
        """All texts of a choice end with it."""
        return tuple((choice,) for choice in self.finished(body))

    def over(self, body: Any, finished: frozenset[tuple[int, ...]], request: Request) -> bool:
        """Whether every choice that was asked for has finished."""
        return len(finished) >= request.n

    def more(self, body: Any, choice: tuple[int, ...], text: str) -> Event:
        """A chunk with text for one choice."""
        return Event(dumped(self.chunk(body, [{"index": choice[0], **self.piece(text), "finish_reason": None}])))

    def refused(self, refusal: Refusal, given: Given) -> list[Event]:
        """One chunk in which every choice that has not finished does so with ``content_filter``."""
        known = {(number,) for number in range(given.request.n)} | set(given.answers)
        choices = [
            {"index": choice[0], **self.piece(""), "finish_reason": CONTENT_FILTER}
            for choice in sorted(known - given.finished)
        ]
        return [Event(dumped(self.chunk(given.last or {"model": given.request.model}, choices)))] if choices else []

    def broken(self, refusal: Refusal) -> list[Event]:
        """An event with the error object, which its SDK raises."""
        return [Event(dumped(self.error(refusal)[1]))]

    def piece(self, text: str) -> dict[str, Any]:
        """The members of a choice that carry text in a chunk."""
        return {"delta": {"content": text} if text else {}}

    def chunk(self, body: Any, choices: list[dict[str, Any]]) -> dict[str, Any]:
        """A chunk of ours after the pattern of ``body``."""
        kept = {name: body[name] for name in ("id", "object", "created", "model") if name in body}
        return {"id": "", "object": self.chunk_object, "created": 0, **kept, "choices": choices}

    chunk_object = "chat.completion.chunk"


def choices_of(body: Any) -> list[tuple[int, dict[str, Any]]]:
    """The choices of a chunk or answer with their index."""
    choices = body.get("choices") if isinstance(body, dict) else None
    found = [choice for choice in choices if isinstance(choice, dict)] if isinstance(choices, list) else []
    return [
        (index if type(index := choice.get("index", at)) is int else at, choice) for at, choice in enumerate(found)
    ]


def _delta(part: Part) -> Part:
    """The part as more of its channel."""
    key = _key(part.choice, part.channel)
    return Part(part.path, part.kind, part.form, part.value, part.use, part.role, part.choice, key, "delta")


@lru_cache(4096)
def _key(choice: tuple[int, ...], channel: tuple[Any, ...]) -> tuple[Any, ...]:
    """A channel as (choice, group, …), logprobs in one group with the text they are of."""
    if channel[:1] != ("choices",) or not choice:
        return ((), channel, *channel)
    steps = [step for step in channel[2:] if step not in ("delta", "logprobs")]
    return (choice, tuple(steps if steps[:1] == ["tool_calls"] else steps[:1]), *channel)
