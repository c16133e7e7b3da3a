"""DashScope (阿里云百炼): text, multimodal, image and video generation under /api/v1/services/aigc.

A client asks for a stream by the header ``X-DashScope-SSE: enable``. Unless it sets ``incremental_output``, each
event repeats the text from its beginning.
"""

# ruff: noqa: ARG002 - the contract tells a protocol more than this one needs

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from zhengming.ground.words import Words
from zhengming.synthesis.openai_shape import choices_of
from zhengming.synthesis.parts import Kind, Mode, Names, Part, Use, parts_in
from zhengming.synthesis.protocol import (
    Example,
    Given,
    Request,
    Response,
    Streamed,
    checked_object,
    count_member,
    dumped,
    flag_member,
    text_member,
)
from zhengming.synthesis.refusal import CONTENT_FILTER, Refusal
from zhengming.synthesis.sse import Event

_ROOT = "/api/v1/services/aigc"
_PLAIN = frozenset({
    "model", "role", "type", "id", "finish_reason", "request_id", "task_id", "task_status", "size", "style", "format",
    "result_format", "response_format", "voice", "submit_time", "scheduled_time", "end_time", "resolution",
    "tool_call_id",
})  # fmt: skip
_MEDIA: Mapping[str, Kind] = {
    "image": "image", "images": "image", "image_url": "image", "img_url": "image", "ref_img": "image",
    "ref_image_url": "image", "ref_images_url": "image", "base_image_url": "image", "mask_image_url": "image",
    "first_frame_url": "image", "last_frame_url": "image", "audio": "audio", "audio_url": "audio", "video": "video",
    "video_url": "video", "file": "file", "file_url": "file",
}  # fmt: skip
_USES: Mapping[str, Use] = {
    "reasoning_content": "reasoning", "tool_calls": "arguments", "logprobs": "logprobs", "content": "answer",
    "text": "answer",
}  # fmt: skip
_CODES = {400: "InvalidParameter", 403: "AccessDenied", 429: "Throttling"}
_STREAM = (
    'id:1\nevent:result\n:HTTP_STATUS/200\ndata:{"output":{"choices":[{"message":{"role":"assistant",'
    '"content":"您"},"finish_reason":"null"}]},"request_id":"r"}\n\n'
    'id:2\nevent:result\n:HTTP_STATUS/200\ndata:{"output":{"choices":[{"message":{"role":"assistant",'
    '"content":"您好"},"finish_reason":"stop"}]},"request_id":"r"}\n\n'
)


class DashScope(Streamed):
    name = "dashscope"
    title = Words("DashScope（百炼）", "DashScope (Model Studio)")
    paths = (
        f"{_ROOT}/text-generation/generation",
        f"{_ROOT}/multimodal-generation/generation",
        f"{_ROOT}/text2image/image-synthesis",
        f"{_ROOT}/image2image/image-synthesis",
        f"{_ROOT}/image-generation/generation",
        f"{_ROOT}/video-generation/video-synthesis",
    )
    comments = r"HTTP_STATUS/\d{3}"
    asks = Names(
        _PLAIN, media=_MEDIA, texts=frozenset({"text"}), uses={"tool_calls": "arguments"}, runs=frozenset({"content"})
    )
    events = Names(
        _PLAIN, frozenset(), {**_MEDIA, "url": "image"}, frozenset({"text"}), _USES,
        answers=frozenset({"text", "content"}),
    )  # fmt: skip
    answers = replace(events, runs=frozenset({"content"}))
    example = Example(
        {"model": "m", "input": {"messages": [{"role": "user", "content": "你好"}]}},
        {"output": {"choices": [{"message": {"role": "assistant", "content": "您好"}, "finish_reason": "stop"}]}},
        _STREAM.encode(),
        "您好",
        (
            (None, ""),
            ({"input": {"prompt": "x"}}, "model"),
            ({"model": "m"}, "input"),
            ({"model": "m", "input": {"prompt": "x"}, "parameters": []}, "parameters"),
            ({"model": "m", "input": {"prompt": "x"}, "parameters": {"n": "x"}}, "parameters.n"),
        ),
        {"x-dashscope-sse": "enable"},
    )

    def request(self, body: Any, headers: Mapping[str, str] | None = None) -> Request:
        """The body says all but whether a stream is wanted, which a header does."""
        headers = headers or {}
        wants = headers.get("x-dashscope-sse", "").strip().lower() == "enable"
        wants = wants or "text/event-stream" in headers.get("accept", "")
        return replace(super().request(body, headers), stream=wants)

    def asked(self, body: dict[str, Any]) -> Request:
        """The input in all its forms, and the parameters."""
        model = text_member(body, "model")
        checked_object(body.get("input"), ("input",))
        settings = checked_object({} if body.get("parameters") is None else body["parameters"], ("parameters",))
        flag_member(settings, "incremental_output", ("parameters",))
        n = count_member(settings, "n", ("parameters",))
        form = settings.get("response_format")
        structured = isinstance(form, dict) and form.get("type") in ("json_object", "json_schema")
        return Request(body, model, tuple(parts_in(body, self.asks)), n=n, structured=structured)

    def response(self, body: Any) -> Response:
        """The texts and media of the output, of tasks too."""
        return Response(body, tuple(_placed(part) for part in parts_in(body, self.answers)))

    def error(self, refusal: Refusal) -> tuple[int, dict[str, Any]]:
        """``{code, message, request_id}``; content that is refused has the code DashScope itself uses."""
        family = _CODES.get(refusal.status, "InternalError")
        camel = "".join(word.capitalize() for word in refusal.code.split("_"))
        code = "DataInspectionFailed" if refusal.code == CONTENT_FILTER else f"{family}.{camel}"
        return refusal.status, {"code": code, "message": refusal.text, "request_id": ""}

    def pieces(self, body: Any, request: Request) -> tuple[Part, ...]:
        """Texts that go on, or that are repeated from their beginning, as the request asked."""
        settings = request.body.get("parameters") or {}
        repeats = not flag_member(settings, "incremental_output")
        return tuple(_piece(_placed(part), repeats) for part in parts_in(body, self.events))

    def finished(self, body: Any) -> tuple[tuple[int, ...], ...]:
        """Choices with a reason for their finish; the text ``null`` is none."""
        output = body.get("output") if isinstance(body, dict) else None
        found = [*choices_of(output), (0, output)] if isinstance(output, dict) else []
        reasons = {index: choice.get("finish_reason") for index, choice in reversed(found)}
        return tuple((index,) for index, reason in sorted(reasons.items()) if reason and reason != "null")

    def ended(self, body: Any) -> tuple[tuple[Any, ...], ...]:
        """All texts of a choice end with it."""
        return tuple((choice,) for choice in self.finished(body))

    def over(self, body: Any, finished: frozenset[tuple[int, ...]], request: Request) -> bool:
        """Whether every choice that was asked for has finished."""
        return len(finished) >= request.n

    def more(self, body: Any, choice: tuple[int, ...], text: str) -> Event:
        """An event with text for one choice, in the form that its events have."""
        output = body.get("output", {})
        if "choices" not in output:
            return Event(dumped({**body, "output": {**output, "text": text}}), "result")
        old = next((item for index, item in choices_of(output) if index == choice[0]), {})
        message = old.get("message", {})
        content = [{"text": text}] if isinstance(message.get("content"), list) else text
        new = {**old, "message": {"role": "assistant", "content": content}, "finish_reason": "null"}
        return Event(dumped({**body, "output": {"choices": [new]}}), "result")

    def refused(self, refusal: Refusal, given: Given) -> list[Event]:
        """The event ``error``: its clients know no finish reason for refused content."""
        return self.broken(refusal)

    def broken(self, refusal: Refusal) -> list[Event]:
        """The event ``error`` with its status in a comment."""
        status, body = self.error(refusal)
        return [Event(dumped(body), "error", comments=(f"HTTP_STATUS/{status}",))]

    def failed(self, event: Event, body: Any) -> bool:
        """A body with a code and no output too."""
        return super().failed(event, body) or (isinstance(body, dict) and bool(body.get("code")))


def _placed(part: Part) -> Part:
    """Where there is a single answer it is the first choice."""
    return part if part.choice or part.path[:1] != ("output",) else part._replace(choice=(0,))


def _piece(part: Part, repeats: bool) -> Part:
    steps = [step for step in part.channel if step != "message"]
    group = tuple(steps[3:]) if steps[:2] == ["output", "choices"] else tuple(steps)
    mode: Mode = "total" if repeats and part.path[:1] == ("output",) and part.form == "text" else "delta"
    return part._replace(channel=(part.choice, group, *part.channel), mode=mode)


PROTOCOL = DashScope()
