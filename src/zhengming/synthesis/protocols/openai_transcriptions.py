"""OpenAI transcriptions and translations: POST /v1/audio/transcriptions. Screened; not generated, so not labelled."""

import re
from dataclasses import replace
from typing import Any

from zhengming.ground.words import Words
from zhengming.synthesis.openai_events import Typed
from zhengming.synthesis.openai_shape import ANSWERS, ASKS
from zhengming.synthesis.parts import Upload, parts_in
from zhengming.synthesis.protocol import Example, Request, flag_member, text_member
from zhengming.synthesis.refusal import Malformed

_FILE = Upload("a.wav", "audio/wav", b"")
_STREAM = (
    'data: {"type":"transcript.text.delta","delta":"您"}\n\n'
    'data: {"type":"transcript.text.delta","delta":"好"}\n\n'
    'data: {"type":"transcript.text.done","text":"您好"}\n\n'
)


class Transcriptions(Typed):
    name = "openai-transcriptions"
    title = Words("OpenAI 语音转写", "OpenAI transcriptions")
    paths = ("/v1/audio/transcriptions", "/v1/audio/translations")
    asks = replace(ASKS, media={**ASKS.media, "file": "audio"})
    answers = replace(
        ANSWERS, uses={"logprobs": "logprobs"}, types={}, runs=frozenset({"segments", "words", "logprobs"})
    )
    wholes = re.compile(r"transcript\.text\.done")
    last = re.compile(r"transcript\.text\.done")
    example = Example(
        {"model": "m", "file": _FILE},
        {"text": "您好"},
        _STREAM.encode(),
        "您好",
        ((None, ""), ({"file": _FILE}, "model"), ({"model": "m"}, "file"), ({"model": "m", "file": "x"}, "file")),
    )

    def asked(self, body: dict[str, Any]) -> Request:
        """The sound, and the prompt beside it."""
        if not isinstance(body.get("file"), Upload):
            raise Malformed("须为上传的文件", "must be an uploaded file", "file")
        return Request(
            body, text_member(body, "model"), tuple(parts_in(body, self.asks)), flag_member(body, "stream")
        )


PROTOCOL = Transcriptions()
