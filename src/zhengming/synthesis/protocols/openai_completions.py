"""OpenAI completions, the protocol before chat: POST /v1/completions."""

from dataclasses import replace
from typing import Any

from zhengming.ground.words import Words
from zhengming.synthesis.openai_shape import ANSWERS, ASKS, Choices
from zhengming.synthesis.parts import parts_in
from zhengming.synthesis.protocol import Example, Request, count_member, flag_member, text_member
from zhengming.synthesis.refusal import Malformed

_ANSWER = {"id": "c", "object": "text_completion", "created": 1, "model": "m"}
_STREAM = (
    'data: {"id":"c","object":"text_completion","created":1,"model":"m","choices":'
    '[{"index":0,"text":"您","logprobs":null,"finish_reason":null}]}\n\n'
    'data: {"id":"c","object":"text_completion","created":1,"model":"m","choices":'
    '[{"index":0,"text":"好","logprobs":null,"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
)


class Completions(Choices):
    name = "openai-completions"
    title = Words("OpenAI 文本补全", "OpenAI completions")
    paths = ("/v1/completions",)
    asks = ASKS
    answers = replace(
        ANSWERS,
        uses={"logprobs": "logprobs", "text": "answer"},
        runs=frozenset({"tokens", "top_logprobs"}),
        keyed=frozenset({"top_logprobs"}),
    )
    chunk_object = "text_completion"
    example = Example(
        {"model": "m", "prompt": "你好"},
        {**_ANSWER, "choices": [{"index": 0, "text": "您好", "logprobs": None, "finish_reason": "stop"}]},
        _STREAM.encode(),
        "您好",
        (
            (None, ""),
            ({"model": "", "prompt": "x"}, "model"),
            ({"model": "m"}, "prompt"),
            ({"model": "m", "prompt": [1, "x"]}, "prompt"),
            ({"model": "m", "prompt": [[1, 2]]}, "prompt"),
        ),
    )

    def asked(self, body: dict[str, Any]) -> Request:
        """The prompts. Prompts of token numbers are refused: nobody here can read them."""
        model = text_member(body, "model")
        prompt = body.get("prompt")
        prompts = prompt if isinstance(prompt, list) else [prompt]
        if not prompts or not all(isinstance(item, str) for item in prompts):
            raise Malformed("须为文本或文本数组", "must be a text or a list of texts", "prompt")
        n = count_member(body, "n") * len(prompts)
        return Request(body, model, tuple(parts_in(body, self.asks)), flag_member(body, "stream"), n)

    def piece(self, text: str) -> dict[str, Any]:
        """A choice of this protocol has its text in itself."""
        return {"text": text, "logprobs": None}


PROTOCOL = Completions()
