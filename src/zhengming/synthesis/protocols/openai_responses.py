"""OpenAI responses: POST /v1/responses. The label stands in each text of the output, one for each."""

import re
from dataclasses import replace
from typing import Any

from zhengming.ground.words import Words
from zhengming.synthesis.openai_events import Typed, type_of
from zhengming.synthesis.openai_shape import ANSWERS, ASKS
from zhengming.synthesis.parts import Part, parts_in
from zhengming.synthesis.protocol import Example, Given, Request, Response, dumped, flag_member, text_member
from zhengming.synthesis.refusal import CONTENT_FILTER, Refusal
from zhengming.synthesis.sse import Event

_TEXT = "response.output_text"
_MESSAGE = {
    "type": "message", "id": "i", "role": "assistant", "status": "completed",
    "content": [{"type": "output_text", "text": "您好", "annotations": []}],
}  # fmt: skip
_BARE = {
    "id": "r", "object": "response", "created_at": 1, "model": "m", "status": "in_progress", "output": [],
    "parallel_tool_calls": True, "tool_choice": "auto", "tools": [],
}  # fmt: skip
_ANSWER = {**_BARE, "status": "completed", "output": [_MESSAGE]}
_SPOT = {"item_id": "i", "output_index": 0, "content_index": 0}
_EVENTS: tuple[dict[str, Any], ...] = (
    {"type": "response.created", "response": _BARE},
    {"type": "response.output_item.added", "output_index": 0, "item": {**_MESSAGE, "content": []}},
    {"type": "response.content_part.added", **_SPOT, "part": {"type": "output_text", "text": "", "annotations": []}},
    {"type": "response.output_text.delta", **_SPOT, "delta": "您", "logprobs": []},
    {"type": "response.output_text.delta", **_SPOT, "delta": "好", "logprobs": []},
    {"type": "response.output_text.done", **_SPOT, "text": "您好", "logprobs": []},
    {"type": "response.content_part.done", **_SPOT, "part": _MESSAGE["content"][0]},
    {"type": "response.output_item.done", "output_index": 0, "item": _MESSAGE},
    {"type": "response.completed", "response": _ANSWER},
)


class Responses(Typed):
    name = "openai-responses"
    title = Words("OpenAI Responses", "OpenAI responses")
    paths = ("/v1/responses",)
    asks = ASKS
    answers = replace(
        ANSWERS,
        media={**ANSWERS.media, "result": "image", "partial_image_b64": "image", "outputs": "image"},
        texts=ANSWERS.texts | {"logs"},
        uses={
            "instructions": "other", "tools": "other", "prompt": "other", "input": "other", "annotations": "other",
            "logprobs": "logprobs", "arguments": "arguments", "content": "answer", "summary": "reasoning",
        },
        types={
            "reasoning": "reasoning", "refusal": "refusal", "output_text": "answer", "reasoning_text": "reasoning",
            "response.output_text.delta": "answer", "response.output_text.done": "answer",
        },
        answers=frozenset({"text", "delta"}),
        runs=frozenset({"logprobs"}),
    )  # fmt: skip
    wholes = re.compile(
        r"response\.(created|queued|in_progress|completed|incomplete|failed|output_item\.(added|done)|"
        r"content_part\.(added|done)|reasoning_summary_part\.(added|done)|[a-z_]+\.done|output_text\.annotation\.added)"
    )
    last = re.compile(r"response\.(completed|incomplete)")
    example = Example(
        {"model": "m", "input": "你好"},
        _ANSWER,
        "".join(
            f"event: {event['type']}\ndata: {dumped({**event, 'sequence_number': number})}\n\n"
            for number, event in enumerate(_EVENTS)
        ).encode(),
        "您好",
        (("x", ""), ({"input": "x"}, "model"), ({"model": "m", "input": "x", "stream": 1}, "stream")),
    )

    def asked(self, body: dict[str, Any]) -> Request:
        """Instructions, messages, outputs of tools: whatever is text, and every medium."""
        model, text = text_member(body, "model"), body.get("text")
        form = text.get("format") if isinstance(text, dict) else None
        structured = isinstance(form, dict) and form.get("type") in ("json_object", "json_schema")
        return Request(
            body, model, tuple(parts_in(body, self.asks)), flag_member(body, "stream"), structured=structured
        )

    def response(self, body: Any) -> Response:
        """The texts of all messages, each an answer of its own."""
        parts = super().response(body).parts
        return Response(body, tuple(part._replace(choice=self.choice(body, part)) for part in parts))

    def group(self, body: Any, type_: str) -> tuple[Any, ...]:
        """The output, and the text in it, that an event is about."""
        body = body if isinstance(body, dict) else {}
        places = (body.get(name) for name in ("output_index", "content_index", "summary_index"))
        return (*(at if type(at) is int else None for at in places), *super().group(body, type_))

    def choice(self, body: Any, part: Part) -> tuple[int, ...]:
        """The place of a text: of its item in the output, of it in the item."""
        return (_number(body, part, "output", "output_index"), _number(body, part, "content", "content_index"))

    def finished(self, body: Any) -> tuple[tuple[int, ...], ...]:
        """The text whose event says so; with the last event all texts in it."""
        type_ = type_of(body)
        if type_ == f"{_TEXT}.done":
            return ((_index(body.get("output_index")), _index(body.get("content_index"))),)
        if self.last.fullmatch(type_):
            answers = (part for part in parts_in(body, self.answers) if part.use == "answer")
            return tuple(dict.fromkeys(self.choice(body, part) for part in answers))
        return ()

    def more(self, body: Any, choice: tuple[int, ...], text: str) -> Event:
        """One more delta of a text."""
        spot = {"item_id": body.get("item_id", ""), "output_index": choice[0], "content_index": choice[1]}
        event = {"type": f"{_TEXT}.delta", **spot, "delta": text, "logprobs": [], "sequence_number": 0}
        return Event(dumped(event), f"{_TEXT}.delta")

    def refused(self, refusal: Refusal, given: Given) -> list[Event]:  # noqa: ARG002 - the protocol has no words for it
        """``response.incomplete`` for the reason ``content_filter``, with what was given out."""
        first = given.first.get("response") if isinstance(given.first, dict) else None
        known = first if isinstance(first, dict) else {**_BARE, "model": given.request.model}
        response = {
            **known, "status": "incomplete", "incomplete_details": {"reason": CONTENT_FILTER},
            "output": [_cut_message(choice, text, given) for choice, text in sorted(given.texts.items())],
        }  # fmt: skip
        event = {"type": "response.incomplete", "response": response, "sequence_number": 0}
        return [Event(dumped(event), "response.incomplete")]

    def broken(self, refusal: Refusal) -> list[Event]:
        """The protocol's own event ``error``."""
        error = {"type": "error", "code": refusal.code, "message": refusal.text, "param": refusal.param}
        return [Event(dumped({**error, "sequence_number": 0}), "error")]

    def failed(self, event: Event, body: Any) -> bool:
        """``response.failed`` too."""
        return super().failed(event, body) or type_of(body) == "response.failed"

    def numbered(self, body: Any, number: int) -> Any:
        """Events are counted, and there may be more or fewer of them than the upstream sent."""
        return {**body, "sequence_number": number} if isinstance(body, dict) and "sequence_number" in body else body


def _cut_message(choice: tuple[int, ...], text: str, given: Given) -> dict[str, Any]:
    """A message of the output as far as it was given out."""
    content = [{"type": "output_text", "text": text, "annotations": []}]
    item = str(given.answers[choice].get("item_id", ""))
    return {"type": "message", "id": item, "role": "assistant", "status": "incomplete", "content": content}


def _number(body: Any, part: Part, step: str, name: str) -> int:
    """A place by the step of the path before it, else by a member of the event."""
    for before, at in zip(part.path, part.path[1:], strict=False):
        if before == step and isinstance(at, int):
            return at
    return _index(body.get(name)) if isinstance(body, dict) else 0


def _index(value: Any) -> int:
    return value if type(value) is int else 0


PROTOCOL = Responses()
