"""OpenAI embeddings: POST /v1/embeddings. What goes in is screened; numbers come out."""

from dataclasses import replace
from typing import Any

from zhengming.ground.words import Words
from zhengming.synthesis.openai_shape import ANSWERS, ASKS, OpenAI
from zhengming.synthesis.parts import parts_in
from zhengming.synthesis.protocol import Example, Request, text_member
from zhengming.synthesis.refusal import Malformed


class Embeddings(OpenAI):
    name = "openai-embeddings"
    title = Words("OpenAI 向量", "OpenAI embeddings")
    paths = ("/v1/embeddings",)
    asks = ASKS
    answers = replace(ANSWERS, opaque=frozenset({"embedding"}), uses={}, types={})
    example = Example(
        {"model": "m", "input": "你好"},
        {"object": "list", "model": "m", "data": [{"object": "embedding", "index": 0, "embedding": "AACAPw=="}]},
        wrong=(
            ([], ""),
            ({"input": "x"}, "model"),
            ({"model": "m"}, "input"),
            ({"model": "m", "input": [[1]]}, "input"),
        ),
    )

    def asked(self, body: dict[str, Any]) -> Request:
        """The texts. Numbers of tokens are refused: nobody here can read them."""
        given = body.get("input")
        texts = given if isinstance(given, list) else [given]
        if not texts or not all(isinstance(text, str) for text in texts):
            raise Malformed("须为文本或文本数组", "must be a text or a list of texts, not tokens", "input")
        return Request(body, text_member(body, "model"), tuple(parts_in(body, self.asks)))


PROTOCOL = Embeddings()
