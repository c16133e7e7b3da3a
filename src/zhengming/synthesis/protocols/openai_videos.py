"""OpenAI videos: POST /v1/videos makes a job, GET tells how it stands, GET …/content gives the film."""

from dataclasses import replace
from typing import Any

from zhengming.ground.words import Words
from zhengming.synthesis.openai_shape import ANSWERS, ASKS, OpenAI
from zhengming.synthesis.parts import parts_in
from zhengming.synthesis.protocol import Example, Request, text_member
from zhengming.synthesis.refusal import Malformed


class Videos(OpenAI):
    name = "openai-videos"
    title = Words("OpenAI 视频", "OpenAI videos")
    paths = ("/v1/videos",)
    asks = replace(ASKS, media={**ASKS.media, "input_reference": "image"})
    answers = replace(ANSWERS, uses={}, types={})
    binary = "video"
    example = Example(
        {"model": "m", "prompt": "海浪", "seconds": "4", "size": "1280x720"},
        {"id": "video_1", "object": "video", "model": "m", "status": "queued", "progress": 0, "seconds": "4"},
        wrong=((None, ""), ({"model": "m"}, "prompt"), ({"prompt": "x", "model": 1}, "model")),
    )

    def asked(self, body: dict[str, Any]) -> Request:
        """The prompt, and the picture that the film begins with."""
        prompt = body.get("prompt")
        if not isinstance(prompt, str) or not prompt:
            raise Malformed("须为非空文本", "must be a text that is not empty", "prompt")
        return Request(body, text_member(body, "model", ""), tuple(parts_in(body, self.asks)))


PROTOCOL = Videos()
