"""The unchanged openai SDK reads what we write: answers, streams, refusals before and within them."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from synthesis.upstreams import HIT, UPSTREAMS, Exact, chat, in_delta, in_tool, pumped
from zhengming.ground.words import Words
from zhengming.labels.explicit.wording import DEFAULT
from zhengming.synthesis.protocol import PROTOCOLS, Streamed, dumped, protocol_at
from zhengming.synthesis.refusal import CONTENT_REFUSED, Malformed, Refusal, refusal_of
from zhengming.synthesis.streams import HeldStream
from zhengming.synthesis.text_label import TextLabel

openai = pytest.importorskip("openai")

#: What a service answers at a path: status, media type, body.
Answer = Callable[[str, dict[str, Any]], tuple[int, str, bytes]]
UNVERIFIED = Refusal(403, "identity_required", Words("须先完成真实身份信息认证", "verify your identity first"))


@contextmanager
def client(answer: Answer) -> Iterator[Any]:
    """The SDK, talking to a server on this machine that answers with ``answer``."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            form = "json" not in self.headers["Content-Type"]
            status, kind, body = answer(self.path, {} if form else json.loads(raw))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/v1"
        with openai.OpenAI(api_key="k", base_url=url, max_retries=0) as sdk:
            yield sdk
        server.shutdown()


def streamed(wire: bytes, label: TextLabel | None = None) -> Answer:
    """A gateway in one line: read the request, hold the upstream's stream back."""

    def answer(path: str, body: dict[str, Any]) -> tuple[int, str, bytes]:
        protocol = protocol_at(path)
        assert isinstance(protocol, Streamed)
        held = HeldStream(protocol, protocol.request(body), Exact, label)
        return 200, "text/event-stream", pumped(held, [wire])

    return answer


def whole(label: TextLabel | None = None) -> Answer:
    """The same for answers that do not stream."""

    def answer(path: str, body: dict[str, Any]) -> tuple[int, str, bytes]:
        protocol = protocol_at(path)
        response = protocol.response(protocol.example.response)
        media = {part.path: "bGFiZWxsZWQ=" for part in response.parts if part.kind != "text"}
        return 200, "application/json", dumped(response.labelled(label, media)).encode()

    return answer


def refused(refusal: Refusal) -> Answer:
    def answer(path: str, body: dict[str, Any]) -> tuple[int, str, bytes]:
        status, error = protocol_at(path).error(refusal)
        return status, "application/json", dumped(error).encode()

    return answer


ASK = {"model": "m", "messages": [{"role": "user", "content": "你好"}]}


def test_a_chat_a_response_and_a_picture_are_read() -> None:
    with client(whole(TextLabel())) as sdk:
        said = sdk.chat.completions.create(**ASK)
        assert said.choices[0].message.content == f"{DEFAULT}\n\n您好"
        assert sdk.responses.create(model="m", input="你好").output_text == f"{DEFAULT}\n\n您好"
        assert sdk.completions.create(model="m", prompt="你好").choices[0].text == f"{DEFAULT}\n\n您好"
        assert sdk.images.generate(model="m", prompt="猫").data[0].b64_json == "bGFiZWxsZWQ="
        assert sdk.embeddings.create(model="m", input="猫").data[0].embedding is not None


def test_a_chat_stream_is_read_with_its_label_and_its_end() -> None:
    wire = next(one for one in UPSTREAMS if one.name == "chat content").wire(["今天", "天气", "好"])
    with client(streamed(wire, TextLabel())) as sdk:
        chunks = list(sdk.chat.completions.create(**ASK, stream=True))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == f"{DEFAULT}\n\n今天天气好"
    assert [c.choices[0].finish_reason for c in chunks if c.choices and c.choices[0].finish_reason] == ["stop"]
    assert chunks[-1].usage is not None


def test_a_chat_stream_with_tools_is_put_together_by_the_sdk() -> None:
    said = [
        *chat(["今天"], in_delta("content"))[:2],
        *chat([""], lambda _: {"delta": {"tool_calls": [_CALL]}})[1:2],
        *chat(['{"city"', ': "北京"}'], in_tool)[1:],
    ]
    wire = "".join(f"data: {json.dumps(body)}\n\n" for body in said) + "data: [DONE]\n\n"
    gateway = streamed(wire.encode(), TextLabel(position="end"))
    with client(gateway) as sdk, sdk.chat.completions.stream(**ASK) as stream:
        message = stream.get_final_completion().choices[0].message
    assert message.content == f"今天\n\n{DEFAULT}"
    assert json.loads(message.tool_calls[0].function.arguments) == {"city": "北京"}


_CALL = {"index": 0, "id": "t", "type": "function", "function": {"name": "weather", "arguments": ""}}


def test_a_hit_within_a_stream_ends_it_without_an_exception() -> None:
    wire = next(one for one in UPSTREAMS if one.name == "chat choice 2").wire(["今天", *HIT, "好"])
    with client(streamed(wire)) as sdk:
        chunks = list(sdk.chat.completions.create(**ASK, n=2, stream=True))
    reasons = {c.index: c.finish_reason for chunk in chunks for c in chunk.choices if c.finish_reason}
    assert reasons == {0: "content_filter", 1: "content_filter"}
    assert not set(HIT) & set("".join(c.delta.content or "" for chunk in chunks for c in chunk.choices))


def test_a_response_stream_is_put_together_by_the_sdk() -> None:
    protocol = PROTOCOLS["openai-responses"]
    for position in ("start", "end"):
        label = TextLabel(position=position)  # type: ignore[arg-type]
        with (
            client(streamed(protocol.example.stream, label)) as sdk,
            sdk.responses.stream(model="m", input="x") as got,
        ):
            deltas = "".join(event.delta for event in got if event.type == "response.output_text.delta")
            final = got.get_final_response()
        assert final.output_text == deltas
        assert DEFAULT in deltas and "您好" in deltas


def test_a_hit_within_a_response_stream_ends_it_as_incomplete() -> None:
    wire = next(one for one in UPSTREAMS if one.name == "responses text").wire(["今天", HIT])
    with client(streamed(wire, TextLabel())) as sdk:
        events = list(sdk.responses.create(model="m", input="x", stream=True))
    assert events[-1].type == "response.incomplete"
    assert events[-1].response.incomplete_details.reason == "content_filter"
    assert events[-1].response.output_text == f"{DEFAULT}\n\n今天"


def test_an_upstream_that_dies_raises_in_the_sdk() -> None:
    wire = next(one for one in UPSTREAMS if one.name == "chat content").wire(["今天", "好"])
    with client(streamed(wire[: len(wire) // 2])) as sdk, pytest.raises(openai.APIError) as caught:
        list(sdk.chat.completions.create(**ASK, stream=True))
    assert caught.value.code == "cut_off"


def test_refusals_before_the_first_byte_are_the_errors_of_the_sdk() -> None:
    calls = (
        lambda sdk: sdk.chat.completions.create(**ASK),
        lambda sdk: sdk.chat.completions.create(**ASK, stream=True),
        lambda sdk: sdk.responses.create(model="m", input="x"),
        lambda sdk: sdk.images.generate(prompt="x"),
        lambda sdk: sdk.images.edit(image=b"x", prompt="x"),
        lambda sdk: sdk.audio.speech.create(model="m", voice="alloy", input="x"),
        lambda sdk: sdk.embeddings.create(model="m", input="x"),
    )
    for refusal, error in ((CONTENT_REFUSED, openai.BadRequestError), (UNVERIFIED, openai.PermissionDeniedError)):
        with client(refused(refusal)) as sdk:
            for call in calls:
                with pytest.raises(error) as caught:
                    call(sdk)
                assert caught.value.code == refusal.code
                assert refusal.words.zh in caught.value.message


def test_a_wrong_request_names_the_member_in_the_sdk() -> None:
    wrong = Malformed("须为文本", "must be a text", "messages[1].content")
    with client(refused(refusal_of(wrong))) as sdk, pytest.raises(openai.BadRequestError) as caught:
        sdk.chat.completions.create(**ASK)
    assert caught.value.param == "messages[1].content"
