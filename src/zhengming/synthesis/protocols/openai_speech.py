"""OpenAI speech: POST /v1/audio/speech. The answer is sound, in one piece or as it is made."""

from typing import Any

from zhengming.ground.words import Words
from zhengming.synthesis.openai_shape import ANSWERS, ASKS, OpenAI
from zhengming.synthesis.parts import parts_in
from zhengming.synthesis.protocol import Example, Request, text_member
from zhengming.synthesis.refusal import Malformed

_ASK = {"model": "m", "input": "你好", "voice": "alloy"}


class Speech(OpenAI):
    name = "openai-speech"
    title = Words("OpenAI 语音合成", "OpenAI speech")
    paths = ("/v1/audio/speech",)
    asks, answers = ASKS, ANSWERS
    binary = "audio"
    example = Example(
        _ASK,
        wrong=(
            ("x", ""),
            ({"input": "x"}, "model"),
            ({**_ASK, "input": ""}, "input"),
            ({**_ASK, "stream_format": "sse"}, "stream_format"),
        ),
    )

    def asked(self, body: dict[str, Any]) -> Request:
        """The text that is to be spoken. Events with bits of sound are refused: no label fits into them."""
        text = body.get("input")
        if not isinstance(text, str) or not text:
            raise Malformed("须为非空文本", "must be a text that is not empty", "input")
        if body.get("stream_format") == "sse":
            raise Malformed("不支持以事件流输出声音", "sound in events is not supported, use audio", "stream_format")
        return Request(body, text_member(body, "model"), tuple(parts_in(body, self.asks)))


PROTOCOL = Speech()
