"""What goes wrong with an upstream has a name, and nothing that was not cleared gets through with it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthesis.upstreams import HIT, UPSTREAMS, Exact, Upstream, Window, bodies, pumped, sees_any_of_the_hit, strings
from zhengming.ground.errors import Unavailable
from zhengming.ground.words import Words
from zhengming.synthesis.parts import Part
from zhengming.synthesis.protocol import PROTOCOLS, Streamed
from zhengming.synthesis.refusal import Refusal
from zhengming.synthesis.streams import HeldStream
from zhengming.synthesis.text_label import TextLabel

CHAT = next(one for one in UPSTREAMS if one.name == "chat content")
every_upstream = pytest.mark.parametrize("upstream", UPSTREAMS, ids=lambda upstream: upstream.name.replace(" ", "-"))
TOKENS = ["今天", "天气", "不错"]


def ending(held: HeldStream) -> str:
    return held.outcome.ending if held.outcome else "none"


@every_upstream
def test_an_upstream_that_dies_is_cut_off_wherever_it_dies(upstream: Upstream) -> None:
    raw = upstream.wire(["今天", HIT[:2]])
    for at in range(0, raw.rindex(b"data: {") - 2, 11):
        for dies in (HeldStream.close, HeldStream.break_off):
            held = upstream.held(Exact)
            out = held.feed(raw[:at]) + dies(held)
            assert ending(held) in ("cut-off", "complete"), at
            if ending(held) == "cut-off":
                assert "cut_off" in out.decode() or "InternalError.CutOff" in out.decode()
            assert held.feed(raw) == held.close() == b""


@every_upstream
def test_a_line_that_is_no_json_ends_the_stream(upstream: Upstream) -> None:
    for bad in (HIT, '{"a": "' + HIT, "[", '{"a": NaN}', "[" * 5000 + "]" * 5000, "{" * 9):
        held = upstream.held(Window)
        first = upstream.wire(TOKENS).split(b"\n\n")[0]
        out = pumped(held, [first, b"\n\n", f"data: {bad}\n\n".encode(), upstream.wire(TOKENS)])
        assert ending(held) == "malformed"
        assert not sees_any_of_the_hit(out)


@every_upstream
@pytest.mark.parametrize(
    "body", ["[]", "1", '"x"', "null", "{}", '{"choices": 1}', '{"choices": [1, {"index": "x"}]}']
)
def test_json_of_another_shape_breaks_nothing(upstream: Upstream, body: str) -> None:
    held = upstream.held(Exact, TextLabel())
    pumped(held, [f"data: {body}\n\n".encode(), upstream.wire(TOKENS)])
    assert ending(held) in ("complete", "malformed", "cut-off")


@pytest.mark.parametrize(
    "event",
    [
        'data: {"error": {"message": "坏𠮷句"}}\n\n',
        'event: error\ndata: {"code": "X", "message": "坏𠮷句"}\n\n',
        'event: error\ndata: {"type": "error", "message": "坏𠮷句"}\n\n',
    ],
)
@every_upstream
def test_an_error_of_the_upstream_is_told_in_words_of_ours(upstream: Upstream, event: str) -> None:
    held = upstream.held(Exact)
    out = pumped(held, [*upstream.wire(TOKENS).split(b"data: {", 2)[:1], event.encode(), upstream.wire(TOKENS)])
    assert ending(held) == "upstream-error"
    assert not sees_any_of_the_hit(out)
    assert "upstream" in out.decode()


@every_upstream
def test_a_body_that_is_no_stream_is_told_apart(upstream: Upstream) -> None:
    for body in (b'{"error": "x"}', b"<html>", json.dumps({"a": HIT}).encode(), "坏".encode("gbk")):
        held = upstream.held(Exact)
        out = pumped(held, [body])
        assert ending(held) == "no-stream"
        assert not sees_any_of_the_hit(out)


def test_an_empty_answer_is_cut_off() -> None:
    held = CHAT.held(Exact)
    assert b"cut_off" in held.close()
    assert ending(held) == "cut-off"


@every_upstream
def test_a_giant_line_is_not_taken_into_memory(upstream: Upstream) -> None:
    held = HeldStream(upstream.streamed, upstream.request, Exact, longest=10_000)
    out = b"".join(held.feed(b"data: " + b"x" * 4_000) for _ in range(50))
    assert ending(held) == "too-long"
    assert len(out) < 1_000


def test_many_lines_of_one_event_are_bounded_too() -> None:
    held = HeldStream(CHAT.streamed, CHAT.request, Exact, longest=10_000)
    for _ in range(300):
        held.feed(b"data: " + b"x" * 100 + b"\n")
    assert ending(held) == "too-long"


def test_what_may_wait_is_bounded() -> None:
    class Never(Window):
        def feed(self, text: str) -> int:
            return 0

    held = HeldStream(CHAT.streamed, CHAT.request, Never, most=5_000)
    out = held.feed(CHAT.wire(["今天"] * 200))
    assert ending(held) == "too-long"
    assert "今" not in "".join(strings(bodies(out)))


@every_upstream
def test_screening_that_is_not_available_ends_the_stream(upstream: Upstream) -> None:
    class Away(Window):
        def feed(self, text: str) -> int:
            raise Unavailable("审核引擎没有响应", "the screening does not answer")

    held = upstream.held(Away)
    out = pumped(held, [upstream.wire(TOKENS)])
    assert ending(held) == "unavailable"
    assert "天" not in "".join(strings(bodies(out)))


def test_a_mistake_of_a_screener_lets_nothing_through_even_if_one_goes_on() -> None:
    class Wrong(Window):
        def feed(self, text: str) -> int:
            raise ZeroDivisionError

    held = CHAT.held(Wrong)
    with pytest.raises(ZeroDivisionError):
        held.feed(CHAT.wire(TOKENS))
    assert held.feed(CHAT.wire(TOKENS)) == held.close() == b""
    assert ending(held) == "unavailable"


def test_a_stream_is_stopped_from_outside() -> None:
    held = CHAT.held(Window, TextLabel(position="end"))
    out = held.feed(CHAT.wire([*TOKENS, "xxxx"]).partition(b"xxxx")[0].rpartition(b"data: ")[0])
    out += held.refuse(Refusal(403, "order_in_force", Words("按要求停止", "stopped by order")))
    assert ending(held) == "refused"
    assert '"content_filter"' in out.decode() and "AI生成" in out.decode()
    assert out.endswith(b"data: [DONE]\n\n")


def test_what_comes_after_the_end_is_not_looked_at() -> None:
    held = CHAT.held(Exact)
    out = held.feed(CHAT.wire(TOKENS) + b"data: " + HIT.encode() + b"\n\n")
    assert ending(held) == "complete"
    assert out == CHAT.held(Exact).feed(CHAT.wire(TOKENS))


def test_comments_keep_the_connection_alive_and_carry_nothing() -> None:
    held = CHAT.held(Exact)
    assert held.feed(b": keep-alive\n\n") == b":\n\n"
    assert held.feed(f": {HIT}\n\nid: {HIT}\nevent: {HIT}\n".encode()) == b":\n\n"
    out = held.feed(CHAT.wire(TOKENS))
    assert not set(HIT) & set(out.decode())


def test_a_connection_is_kept_alive_while_its_texts_wait() -> None:
    held = CHAT.held(Window)
    event = {"choices": [{"index": 0, "delta": {"content": "好"}}]}
    assert held.feed(f"data: {json.dumps(event)}\n\n: ping\n\n".encode()) == b":\n\n"


def test_a_member_given_twice_goes_out_as_it_was_read() -> None:
    held = CHAT.held(Exact)
    raw = '{"choices": [{"index": 0, "delta": {"content": "HIT", "content": "好"}}]}'.replace("HIT", HIT)
    out = held.feed(f"data: {raw}\n\n".encode())
    assert not set(HIT) & set(out.decode())


def test_a_name_of_a_member_is_text_when_it_looks_like_text() -> None:
    held = CHAT.held(Exact)
    out = held.feed(f'data: {{"choices": [{{"index": 0, "delta": {{"{HIT}": 1}}}}]}}\n\n'.encode())
    assert ending(held) == "refused"
    assert not sees_any_of_the_hit(out)


def test_usage_empty_deltas_and_roles_pass() -> None:
    held = CHAT.held(Exact)
    said = bodies(pumped(held, [CHAT.wire(["", "好"])]))
    assert said[0]["choices"][0]["delta"] == {"role": "assistant"}
    assert said[1]["choices"][0]["delta"] == {"content": ""}
    assert said[-1]["usage"] == {"total_tokens": 3}


def test_a_stream_without_done_that_has_finished_is_complete_and_gets_its_done() -> None:
    held = CHAT.held(Exact)
    out = pumped(held, [CHAT.wire(TOKENS).replace(b"data: [DONE]\n\n", b"")])
    assert ending(held) == "complete"
    assert out.endswith(b"data: [DONE]\n\n")


def test_started_tells_whether_a_refusal_can_still_be_a_status() -> None:
    held = CHAT.held(Window)
    held.feed(b"data: {")
    assert not held.started
    held.feed(CHAT.wire(TOKENS)[7:])
    assert held.started


PICTURE = (
    'data: {"type":"image_generation.partial_image","b64_json":"aGk=","partial_image_index":0}\n\n'
    'data: {"type":"image_generation.completed","b64_json":"aG8=","usage":{}}\n\n'
)


def pictures() -> tuple[Streamed, object]:
    protocol = PROTOCOLS["openai-images"]
    assert isinstance(protocol, Streamed)
    return protocol, protocol.request({"prompt": "猫", "stream": True})


def test_a_picture_in_a_stream_goes_out_only_labelled() -> None:
    protocol, request = pictures()
    held = HeldStream(protocol, request, Exact)  # type: ignore[arg-type]
    assert b"aGk=" not in pumped(held, [PICTURE.encode()])
    assert ending(held) == "unlabelled"
    seen: list[Part] = []

    def labelled(part: Part) -> str:
        seen.append(part)
        return "bGFiZWxsZWQ="

    held = HeldStream(protocol, request, Exact, medium=labelled)  # type: ignore[arg-type]
    said = bodies(pumped(held, [PICTURE.encode()]))
    assert [body["b64_json"] for body in said] == ["bGFiZWxsZWQ="] * 2
    assert [part.data() for part in seen] == [b"hi", b"ho"]
    assert ending(held) == "complete"


NAMES = st.sampled_from(
    [
        "choices", "index", "delta", "content", "finish_reason", "type", "response", "output", "item_id", "text",
        "output_index", "content_index", "bytes", "logprobs", "token", "message", "tool_calls", "error", "item",
        "sequence_number", "b64_json", "code", "part", "response.output_text.delta", "response.output_text.done",
        "response.completed",
    ]
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers(-2, 300) | st.floats(allow_nan=False) | st.text(max_size=3) | NAMES
VALUES = st.recursive(
    LEAVES, lambda v: st.lists(v, max_size=3) | st.dictionaries(NAMES, v, max_size=4), max_leaves=12
)


@given(st.lists(VALUES, max_size=4), st.sampled_from(UPSTREAMS), st.sampled_from(["start", "end", "both", None]))
@settings(max_examples=200, deadline=None)
def test_any_json_has_a_named_outcome(said: list[object], upstream: Upstream, position: str | None) -> None:
    label = TextLabel(position=position) if position else None  # type: ignore[arg-type]
    held = upstream.held(Exact, label)
    events = [f"data: {json.dumps(body)}\n\n".encode() for body in said]
    pumped(held, [*events, upstream.wire(TOKENS)])
    assert ending(held) in ("complete", "cut-off", "malformed", "upstream-error", "unlabelled")


def test_a_number_that_json_cannot_write_ends_the_stream() -> None:
    held = CHAT.held(Exact)
    assert b"Infinity" not in pumped(held, [b'data: {"choices": [], "x": 1e999}\n\n'])
    assert ending(held) == "malformed"


def test_more_texts_than_anyone_needs_end_the_stream() -> None:
    held = CHAT.held(Exact)
    choices = [{"index": at, "delta": {"content": "x"}} for at in range(5000)]
    held.feed(f"data: {json.dumps({'choices': choices})}\n\n".encode())
    assert ending(held) == "too-long"


def test_a_picture_is_a_picture_whatever_its_member_is_called() -> None:
    for value in ("data:image/png;base64,aGk=", "DATA:Image/png;base64,aGk="):
        held = CHAT.held(Exact)
        body = {"choices": [{"index": 0, "delta": {"novel": value}}]}
        assert b"aGk=" not in held.feed(f"data: {json.dumps(body)}\n\n".encode())
        assert ending(held) == "unlabelled"


def test_a_citation_of_a_file_is_no_file() -> None:
    responses = next(one for one in UPSTREAMS if one.name == "responses text")
    note = {"type": "file_citation", "file_id": "file-1", "filename": "文.pdf", "index": 0}
    event = {"type": "response.output_text.annotation.added", "item_id": "i", "annotation": note}
    held = responses.held(Exact)
    said = bodies(pumped(held, [f"data: {json.dumps(event)}\n\n".encode(), responses.wire(TOKENS)]))
    assert said[0]["annotation"] == note
    assert ending(held) == "complete"
