"""OpenAI chat completions: POST /v1/chat/completions."""

from typing import Any

from zhengming.ground.words import Words
from zhengming.synthesis.openai_shape import ANSWERS, ASKS, Choices
from zhengming.synthesis.parts import parts_in
from zhengming.synthesis.protocol import (
    Example,
    Request,
    count_member,
    flag_member,
    list_member,
    text_member,
)  # fmt: skip

_ASK = {"model": "m", "messages": [{"role": "user", "content": "你好"}]}
_STREAM = (
    'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":'
    '[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n'
    'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":'
    '[{"index":0,"delta":{"content":"您"},"finish_reason":null}]}\n\n'
    'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":'
    '[{"index":0,"delta":{"content":"好"},"finish_reason":null}]}\n\n'
    'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":'
    '[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
)


class Chat(Choices):
    name = "openai-chat"
    title = Words("OpenAI 对话补全", "OpenAI chat completions")
    paths = ("/v1/chat/completions",)
    asks, answers = ASKS, ANSWERS
    example = Example(
        _ASK,
        {
            "id": "c", "object": "chat.completion", "created": 1, "model": "m",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "您好"}, "finish_reason": "stop"}],
        },
        _STREAM.encode(),
        "您好",
        (
            ([], ""),
            ({"messages": _ASK["messages"]}, "model"),
            ({**_ASK, "messages": []}, "messages"),
            ({**_ASK, "messages": ["x"]}, "messages[0]"),
            ({**_ASK, "messages": [{"content": "x"}]}, "messages[0].role"),
            ({**_ASK, "stream": "yes"}, "stream"),
            ({**_ASK, "n": 0}, "n"),
            ({**_ASK, "n": 1.5}, "n"),
        ),
    )  # fmt: skip

    def asked(self, body: dict[str, Any]) -> Request:
        """The messages of all roles, the tools and whatever else is text."""
        model = text_member(body, "model")
        for number, message in enumerate(list_member(body, "messages")):
            text_member(message, "role", at=("messages", number))
        form = body.get("response_format")
        structured = isinstance(form, dict) and form.get("type") in ("json_object", "json_schema")
        return Request(
            body, model, tuple(parts_in(body, self.asks)), flag_member(body, "stream"), count_member(body, "n"),
            structured,
        )  # fmt: skip


PROTOCOL = Chat()
