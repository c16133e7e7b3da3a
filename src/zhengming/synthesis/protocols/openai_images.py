"""OpenAI images: POST /v1/images/generations, edits and variations (forms with uploads). Pictures, no answers."""

import re
from dataclasses import replace
from typing import Any

from zhengming.ground.words import Words
from zhengming.synthesis.openai_events import Typed
from zhengming.synthesis.openai_shape import ANSWERS, ASKS
from zhengming.synthesis.parts import Upload, parts_in
from zhengming.synthesis.protocol import Example, Request, count_member, flag_member, text_member
from zhengming.synthesis.refusal import Malformed

_EVENT = '{"type":"image_generation.completed","b64_json":"aGk=","created_at":1,"output_format":"png"}'


class Images(Typed):
    name = "openai-images"
    title = Words("OpenAI 图像", "OpenAI images")
    paths = ("/v1/images/generations", "/v1/images/edits", "/v1/images/variations")
    asks = replace(ASKS, media={**ASKS.media, "image[]": "image"})
    answers = replace(ANSWERS, media={"b64_json": "image", "url": "image"}, uses={}, types={})
    wholes = re.compile(r"image_(generation|edit)\.(partial_image|completed)")
    last = re.compile(r"image_(generation|edit)\.completed")
    example = Example(
        {"model": "m", "prompt": "一只猫"},
        {"created": 1, "data": [{"b64_json": "aGk=", "revised_prompt": "一只橘猫"}]},
        f"event: image_generation.completed\ndata: {_EVENT}\n\n".encode(),
        wrong=(
            (1, ""),
            ({"model": "m"}, "prompt"),
            ({"prompt": "x", "n": 999}, "n"),
            ({"prompt": ["x"]}, "prompt"),
        ),
    )

    def asked(self, body: dict[str, Any]) -> Request:
        """The prompt, and the pictures that are edited or varied."""
        parts = tuple(parts_in(body, self.asks))
        prompt = body.get("prompt")
        pictures = any(isinstance(part.value, Upload) for part in parts)
        if not (isinstance(prompt, str) and prompt) and not (prompt is None and pictures):
            raise Malformed("须为非空文本", "must be a text that is not empty", "prompt")
        model = text_member(body, "model", "")
        return Request(body, model, parts, flag_member(body, "stream"), count_member(body, "n"))


PROTOCOL = Images()
