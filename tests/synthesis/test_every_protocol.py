"""What every upstream protocol keeps, whichever it is."""

import json
from contextlib import suppress
from typing import Any

import pytest

from synthesis.upstreams import HIT, Exact, bodies, pumped, strings
from zhengming.ground.errors import Refused, WrongInput
from zhengming.ground.words import Words
from zhengming.labels.explicit.wording import DEFAULT
from zhengming.synthesis.parts import Upload
from zhengming.synthesis.protocol import PROTOCOLS, Protocol, Streamed, protocol_at
from zhengming.synthesis.refusal import CONTENT_REFUSED, Malformed, Refusal, refusal_of
from zhengming.synthesis.streams import HeldStream
from zhengming.synthesis.text_label import TextLabel

every_protocol = pytest.mark.parametrize("protocol", list(PROTOCOLS), ids=lambda protocol: protocol.name)
HOSTILE: list[Any] = [None, [], {}, 1, "x", True, "x" * 9000, [[]], {"": {}}, [None], {"role": 1, "type": 2}, -1, 1e9]


def texts(node: Any) -> set[str]:
    """Every string in a body that holds a character beyond ASCII: no structure does."""
    return {text for text in strings(node) if not text.isascii()}


@every_protocol
def test_it_reads_its_request_and_every_text_in_it(protocol: Protocol) -> None:
    request = protocol.request(protocol.example.request, protocol.example.headers)
    assert request.body == protocol.example.request
    assert texts(protocol.example.request) <= {part.value for part in request.parts if part.kind == "text"}
    assert request.model in ("m", "")
    assert request.n == 1 and request.stream == bool(protocol.example.headers)


@every_protocol
def test_a_wrong_request_is_told_by_the_path_of_the_member(protocol: Protocol) -> None:
    assert protocol.example.wrong
    for body, at in protocol.example.wrong:
        with pytest.raises(Malformed) as caught:
            protocol.request(body, protocol.example.headers)
        assert caught.value.at == at
        refusal = refusal_of(caught.value)
        assert (refusal.status, refusal.param or "") == (400, at)


@every_protocol
def test_any_value_of_any_member_is_read_or_is_wrong_input(protocol: Protocol) -> None:
    for name in [
        *protocol.example.request,
        "stream",
        "n",
        "messages",
        "input",
        "parameters",
        "response_format",
        "text",
    ]:
        for value in HOSTILE:
            body = {**protocol.example.request, name: value}
            with suppress(WrongInput):
                protocol.request(body, protocol.example.headers)
    for value in HOSTILE:
        protocol.response(value)


@every_protocol
def test_members_nobody_knows_are_kept_and_their_texts_are_content(protocol: Protocol) -> None:
    body = {**protocol.example.request, "novel": {"a": [{"b": HIT}], HIT: 1}}
    request = protocol.request(body, protocol.example.headers)
    assert request.body == body
    assert sum(HIT in str(part.value) for part in request.parts) == 2
    answer = protocol.response({**(protocol.example.response or {}), "novel": {"a": [HIT]}})
    with pytest.raises(Refused):
        answer.screened(Exact)


@every_protocol
def test_it_reads_its_answer_and_labels_each_text_once(protocol: Protocol) -> None:
    if protocol.example.response is None:
        assert protocol.binary
        return
    answer = protocol.response(protocol.example.response)
    assert texts(protocol.example.response) <= {part.value for part in answer.parts if part.kind == "text"}
    answer.screened(Exact)
    assert answer.labelled(None) == protocol.example.response
    said = [part.value for part in answer.parts if part.use == "answer"]
    for position, wanted in (("start", f"{DEFAULT}\n\n{{}}"), ("end", f"{{}}\n\n{DEFAULT}")):
        labelled = protocol.response(answer.labelled(TextLabel(position=position)))  # type: ignore[arg-type]
        assert [part.value for part in labelled.parts if part.use == "answer"] == [
            wanted.format(text) for text in said
        ]
    assert answer.body == protocol.example.response


@every_protocol
def test_media_are_found_and_put_back_at_their_paths(protocol: Protocol) -> None:
    answer = protocol.response(protocol.example.response)
    for part in answer.parts:
        if part.kind != "text":
            changed = answer.labelled(None, {part.path: "labelled"})
            assert "labelled" in set(strings(changed))
            assert changed != answer.body


@every_protocol
def test_its_example_stream_says_its_answer(protocol: Protocol) -> None:
    if not isinstance(protocol, Streamed):
        with pytest.raises(Malformed) as caught:
            protocol.request({**protocol.example.request, "stream": True})
        assert caught.value.at == "stream"
        return
    body = protocol.example.request
    if not protocol.example.headers:
        body = {**body, "stream": True}
    request = protocol.request(body, protocol.example.headers)
    assert request.stream
    held = HeldStream(protocol, request, Exact, medium=lambda part: part.value)
    out = pumped(held, [protocol.example.stream])
    assert held.outcome and held.outcome.ending == "complete"
    assert bodies(out) == bodies(protocol.example.stream.replace(b"\ndata:{", b"\ndata: {"))
    assert protocol.example.answer in "".join(held.received.values())


@every_protocol
def test_a_refusal_has_a_status_a_code_and_words_in_both_languages(protocol: Protocol) -> None:
    unverified = Refusal(403, "identity_required", Words("须先实名认证", "verify your identity first"), "user")
    for refusal in (CONTENT_REFUSED, unverified, refusal_of(Refused("不行", "no"))):
        status, body = protocol.error(refusal)
        assert status == refusal.status
        text = json.dumps(body, ensure_ascii=False)
        assert refusal.words.zh in text and refusal.words.en in text
        assert refusal.code in text or refusal.code.replace("_", "") in text.lower() or "DataInspection" in text


@every_protocol
def test_it_stands_at_a_path_and_has_a_title_in_both_languages(protocol: Protocol) -> None:
    assert protocol.paths and all(protocol_at(path) is protocol for path in protocol.paths)
    assert protocol.title.zh and protocol.title.en


def test_a_path_of_no_protocol_is_wrong_input() -> None:
    with pytest.raises(WrongInput):
        protocol_at("/v1/nothing")


def kinds(name: str, body: Any) -> set[tuple[str, str, str, str]]:
    request = PROTOCOLS[name].request(body)
    return {(part.at, part.kind, part.form, part.role) for part in request.parts}


def test_every_kind_of_content_of_a_chat_is_found() -> None:
    content = [
        {"type": "text", "text": "看"},
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png", "detail": "low"}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}},
        {"type": "input_audio", "input_audio": {"data": "aGk=", "format": "wav"}},
        {"type": "file", "file": {"file_data": "data:application/pdf;base64,aGk=", "filename": "文.pdf"}},
        {"type": "file", "file": {"file_id": "file-1"}},
        {"type": "video_url", "video_url": {"url": "https://example.com/a.mp4"}},
    ]
    call = {"id": "t", "type": "function", "function": {"name": "找", "arguments": '{"a": "看"}'}}
    messages = [
        {"role": "developer", "content": "守则"},
        {"role": "user", "content": content},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "t", "content": "结果"},
    ]
    tools = [{"type": "function", "function": {"name": "f", "description": "说明", "parameters": {}}}]
    assert kinds("openai-chat", {"model": "m", "messages": messages, "tools": tools}) == {
        ("messages[0].content", "text", "text", "developer"),
        ("messages[1].content[0].text", "text", "text", "user"),
        ("messages[1].content[1].image_url.url", "image", "url", "user"),
        ("messages[1].content[2].image_url.url", "image", "data-url", "user"),
        ("messages[1].content[3].input_audio.data", "audio", "inline", "user"),
        ("messages[1].content[4].file.file_data", "file", "data-url", "user"),
        ("messages[1].content[4].file.filename", "text", "text", "user"),
        ("messages[1].content[5].file.file_id", "file", "reference", "user"),
        ("messages[1].content[6].video_url.url", "video", "url", "user"),
        ("messages[2].tool_calls[0].function.name", "text", "text", "assistant"),
        ("messages[2].tool_calls[0].function.arguments", "text", "text", "assistant"),
        ("messages[3].content", "text", "text", "tool"),
        ("tools[0].function.name", "text", "text", ""),
        ("tools[0].function.description", "text", "text", ""),
    }


def test_every_kind_of_content_of_a_response_request_is_found() -> None:
    items = [
        {"role": "user", "content": [{"type": "input_text", "text": "看"}]},
        {"role": "user", "content": [{"type": "input_image", "image_url": "https://example.com/a.png"}]},
        {"role": "user", "content": [{"type": "input_file", "file_url": "https://example.com/a.pdf"}]},
        {"type": "function_call_output", "call_id": "c", "output": "结果"},
    ]
    found = kinds("openai-responses", {"model": "m", "instructions": "守则", "input": items})
    assert found == {
        ("instructions", "text", "text", ""),
        ("input[0].content[0].text", "text", "text", "user"),
        ("input[1].content[0].image_url", "image", "url", "user"),
        ("input[2].content[0].file_url", "file", "url", "user"),
        ("input[3].output", "text", "text", ""),
    }


def test_uploads_urls_and_names_of_files_are_found() -> None:
    upload = Upload("a.png", "image/png", b"")
    assert ("image[0]", "image", "upload", "") in kinds("openai-images", {"prompt": "猫", "image": [upload, upload]})
    assert ("image", "image", "upload", "") in kinds("openai-images", {"image": upload})
    inputs = {"input": {"messages": [{"role": "user", "content": [{"image": "oss://a/b.png"}, {"text": "看"}]}]}}
    assert kinds("dashscope", {"model": "m", **inputs}) == {
        ("input.messages[0].content[0].image", "image", "url", "user"),
        ("input.messages[0].content[1].text", "text", "text", "user"),
    }
    graph = {"1": {"class_type": "LoadImage", "inputs": {"image": "a.png"}}}
    assert ("prompt.1.inputs.image", "image", "reference", "") in kinds("comfyui", {"prompt": graph})


def test_a_comfyui_history_names_its_files_as_media() -> None:
    outputs = {"9": {"images": [{"filename": "a b.png", "subfolder": "s", "type": "output"}], "text": ["一只猫"]}}
    answer = PROTOCOLS["comfyui"].response({"id": {"outputs": outputs}})
    media = [(part.at, part.kind, part.form, part.value) for part in answer.parts if part.kind != "text"]
    assert media == [("id.outputs.9.images[0]", "image", "reference", "filename=a+b.png&subfolder=s&type=output")]


def test_n_and_tools_and_logprobs_of_an_answer_are_labelled_and_screened() -> None:
    call = {
        "id": "t",
        "type": "function",
        "function": {"name": "f", "arguments": '{"a": "' + HIT[:1] + '\\ud842\\udfb7句"}'},
    }
    choices: list[dict[str, Any]] = [
        {"index": at, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        for at, text in enumerate(["一", "二"])
    ]
    choices[1]["message"]["tool_calls"] = [call]
    protocol = PROTOCOLS["openai-chat"]
    answer = protocol.response({"choices": choices, "usage": {"total_tokens": 1}})
    labelled = answer.labelled(TextLabel())
    assert [c["message"]["content"] for c in labelled["choices"]] == [f"{DEFAULT}\n\n一", f"{DEFAULT}\n\n二"]
    assert labelled["choices"][1]["message"]["tool_calls"] == [call]
    assert labelled["usage"] == {"total_tokens": 1}
    with pytest.raises(Refused):
        answer.screened(Exact)
    tokens = [{"token": sign, "bytes": list(sign.encode()), "logprob": -1.0} for sign in HIT]
    choices[1] = {"index": 1, "message": {"content": "二"}, "logprobs": {"content": tokens}}
    with pytest.raises(Refused):
        protocol.response({"choices": choices}).screened(Exact)


def test_answers_that_must_be_json_are_told() -> None:
    form = {"type": "json_schema"}
    chat = PROTOCOLS["openai-chat"]
    assert chat.request({**chat.example.request, "response_format": form}).structured
    assert PROTOCOLS["openai-responses"].request({"model": "m", "input": "x", "text": {"format": form}}).structured
    assert not chat.request(chat.example.request).structured


def test_a_body_that_nests_too_deep_is_wrong_input() -> None:
    deep: Any = "x"
    for _ in range(200):
        deep = [deep]
    with pytest.raises(Malformed):
        PROTOCOLS["openai-chat"].response({"choices": deep})


def test_a_medium_that_is_no_base64_is_wrong_input() -> None:
    (part,) = PROTOCOLS["openai-images"].response({"data": [{"b64_json": "坏"}]}).parts
    with pytest.raises(Malformed):
        part.data()
