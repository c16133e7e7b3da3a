"""Streams held back: protocol × chunking × place of the hit × encoding. A client never sees any of a hit."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthesis.upstreams import (
    HIT,
    SCREENERS,
    UPSTREAMS,
    Exact,
    Upstream,
    Window,
    bodies,
    pumped,
    sees_any_of_the_hit,
    strings,
)
from zhengming.labels.explicit.wording import DEFAULT
from zhengming.synthesis.streams import HeldStream
from zhengming.synthesis.text_label import TextLabel

CLEAN = ["今天", "天气", "", "不错，", "fine", "。"]
#: The hit as one token, over three, within others, and cut in the middle of a character.
HITS = {
    "in one token": [HIT],
    "over three tokens": list(HIT),
    "within tokens": ["看" + HIT[0], HIT[1:] + "看"],
    "in half a character": [HIT[0], "\ud842", "\udfb7" + HIT[2]],
}
PLACES = {"first": 0, "middle": 3, "last": len(CLEAN)}
CHUNKS: dict[str, Callable[[bytes], list[bytes]]] = {
    "at once": lambda raw: [raw],
    "by the byte": lambda raw: [raw[at : at + 1] for at in range(len(raw))],
    "by seven": lambda raw: [raw[at : at + 7] for at in range(0, len(raw), 7)],
    "by the event": lambda raw: [part + b"\n\n" for part in raw.split(b"\n\n")[:-1]],
}

every_upstream = pytest.mark.parametrize("upstream", UPSTREAMS, ids=lambda upstream: upstream.name.replace(" ", "-"))
every_screener = pytest.mark.parametrize("new", SCREENERS, ids=lambda new: new.__name__)


def with_hit(place: int, hit: list[str]) -> list[str]:
    return [*CLEAN[:place], *hit, *CLEAN[place:]]


def answers(upstream: Upstream, raw: bytes) -> str:
    """The text that a client puts together in the place where the upstream speaks."""
    if upstream.protocol == "dashscope":
        found = [body["output"]["choices"][0]["message"] for body in bodies(raw) if "output" in body]
        texts = [m["content"][0]["text"] if isinstance(m["content"], list) else m["content"] for m in found]
        return texts[-1] if not upstream.settings else "".join(texts)
    if upstream.protocol == "openai-responses":
        return "".join(body["delta"] for body in bodies(raw) if body["type"].endswith(".delta"))
    last = upstream.n - 1
    found = [choice for body in bodies(raw) for choice in body["choices"] if choice["index"] == last]
    return "".join(choice.get("text") or choice.get("delta", {}).get("content") or "" for choice in found)


def hits(upstream: Upstream) -> list[str]:
    """Half a pair has no bytes, and a text that is repeated has no halves."""
    whole = "bytes" in upstream.name or "repeating" in upstream.name
    return [name for name in HITS if not (whole and name == "in half a character")]


@every_upstream
@every_screener
@pytest.mark.parametrize("place", PLACES)
def test_a_client_never_sees_any_of_a_hit(upstream: Upstream, new: Callable[[], Window], place: str) -> None:
    for hit in hits(upstream):
        tokens = with_hit(PLACES[place], HITS[hit])
        for ascii_only in (True, False) if hit != "in half a character" else (True,):
            raw = upstream.wire(tokens, ascii_only)
            for name in CHUNKS if place == "middle" and new is Exact else ("by seven", "by the event"):
                held = upstream.held(new)
                out = pumped(held, CHUNKS[name](raw))
                assert held.outcome and held.outcome.ending == "refused"
                assert not sees_any_of_the_hit(out)
                assert ends_as_the_protocol_does(upstream, out)


def ends_as_the_protocol_does(upstream: Upstream, out: bytes) -> bool:
    said = bodies(out)
    if upstream.protocol in ("openai-chat", "openai-completions"):
        reasons = {c["index"]: c["finish_reason"] for b in said for c in b["choices"] if c.get("finish_reason")}
        assert set(reasons) == set(range(upstream.n)) and "content_filter" in reasons.values()
        return out.endswith(b"data: [DONE]\n\n")
    if upstream.protocol == "openai-responses":
        assert [body["sequence_number"] for body in said] == list(range(len(said)))
        return said[-1]["response"]["incomplete_details"] == {"reason": "content_filter"}
    code = said[-1]["error"]["code"] if "error" in said[-1] else said[-1]["code"]
    return b"event: error\n" in out and code in ("content_filter", "DataInspectionFailed")


@every_upstream
@every_screener
def test_without_a_hit_every_event_comes_out_as_it_was_and_in_order(
    upstream: Upstream, new: Callable[[], Window]
) -> None:
    for ascii_only in (True, False):
        raw = upstream.wire(CLEAN, ascii_only)
        for cut in CHUNKS.values():
            held = upstream.held(new)
            out = pumped(held, cut(raw))
            assert bodies(out) == upstream.say(CLEAN)
            assert held.outcome and held.outcome.ending == "complete"
            assert set(held.verdicts) == {"clean"}


@every_upstream
def test_every_cut_of_a_short_stream_in_two_gives_the_same(upstream: Upstream) -> None:
    raw = upstream.wire(["看", *HIT, "看"], True)
    for at in range(0, len(raw), 11):
        held = upstream.held(Exact)
        assert not sees_any_of_the_hit(pumped(held, [raw[:at], raw[at:]]))
        assert held.outcome and held.outcome.ending == "refused"


@given(st.lists(st.text(alphabet='今天a \\\n"u坏𠮷句', max_size=4), min_size=1, max_size=12), st.data())
@settings(max_examples=100, deadline=None)
def test_any_text_in_any_chunks_comes_out_the_same_or_is_stopped_before_the_hit(
    tokens: list[str], data: st.DataObject
) -> None:
    upstream = data.draw(st.sampled_from(UPSTREAMS))
    raw = upstream.wire(tokens, data.draw(st.booleans()), data.draw(st.sampled_from(["\n", "\r\n", "\r"])))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=9)))
    chunks = [raw[a:b] for a, b in zip([0, *cuts], [*cuts, len(raw)], strict=True)]
    held = upstream.held(data.draw(st.sampled_from(SCREENERS)))
    out = pumped(held, chunks)
    if HIT in "".join(tokens):
        assert held.outcome and held.outcome.ending == "refused"
        assert HIT not in "".join(strings(bodies(out)))
    else:
        assert bodies(out) == upstream.say(tokens)
        assert held.outcome and held.outcome.ending == "complete"


@pytest.mark.parametrize("upstream", [one for one in UPSTREAMS if one.answer], ids=lambda one: one.name)
@pytest.mark.parametrize("new", SCREENERS)
@pytest.mark.parametrize("position", ["start", "end", "both"])
def test_each_answer_is_labelled_once(upstream: Upstream, new: Callable[[], Window], position: str) -> None:
    raw = upstream.wire(CLEAN)
    label = TextLabel(position=position)  # type: ignore[arg-type]
    first = f"{DEFAULT}\n\n" if position != "end" else ""
    last = f"\n\n{DEFAULT}" if position != "start" else ""
    for cut in CHUNKS.values():
        held = upstream.held(new, label)
        out = pumped(held, cut(raw))
        assert answers(upstream, out) == first + "".join(CLEAN) + last
        other = first + "另" * len(CLEAN) + last
        assert set(held.texts.values()) <= {first + "".join(CLEAN) + last, other}


def test_every_text_of_a_response_carries_the_same_label() -> None:
    upstream = next(one for one in UPSTREAMS if one.name == "responses text")
    for position in ("start", "end"):
        held = upstream.held(Exact, TextLabel(position=position))  # type: ignore[arg-type]
        said = bodies(pumped(held, [upstream.wire(CLEAN)]))
        (text,) = held.texts.values()
        done = next(body for body in said if body["type"].endswith("output_text.done"))
        assert done["text"] == said[-1]["response"]["output"][0]["content"][0]["text"] == text
        assert [body["sequence_number"] for body in said] == list(range(len(said)))


def test_a_response_whose_text_is_never_said_to_be_done_is_labelled_before_it_is_complete() -> None:
    upstream = next(one for one in UPSTREAMS if one.name == "responses text")
    events = [event for event in upstream.wire(CLEAN).split(b"\n\n") if b".done" not in event]
    held = upstream.held(Exact, TextLabel(position="end"))
    said = bodies(pumped(held, [b"\n\n".join(events)]))
    assert [body["type"] for body in said[-2:]] == ["response.output_text.delta", "response.completed"]
    assert answers(upstream, wire_of(said)) == said[-1]["response"]["output"][0]["content"][0]["text"]


def wire_of(said: list[dict[str, object]]) -> bytes:
    return "".join(f"data: {json.dumps(body)}\n\n" for body in said).encode()


def test_an_answer_that_is_stopped_still_gets_the_label_that_comes_last() -> None:
    for upstream in UPSTREAMS:
        if upstream.answer:
            held = upstream.held(Exact, TextLabel(position="end"))
            out = pumped(held, [upstream.wire(["今天", "天气", HIT])])
            assert answers(upstream, out) == f"今天天气\n\n{DEFAULT}", upstream.name
            assert ends_as_the_protocol_does(upstream, out)


def test_reasoning_does_not_hold_back_the_content_that_follows_it() -> None:
    chat = next(one for one in UPSTREAMS if one.name == "chat content")
    top = {"id": "c", "choices": []}
    held = chat.held(Window)
    out = b""
    for delta in (
        {"reasoning_content": "想一"},
        {"reasoning_content": "想"},
        {"content": "今天天气"},
        {"content": "好"},
    ):
        body = {**top, "choices": [{"index": 0, "delta": delta}]}
        out += held.feed(f"data: {json.dumps(body)}\n\n".encode())
    deltas = [body["choices"][0]["delta"] for body in bodies(out)]
    assert deltas[:2] == [{"reasoning_content": "想一"}, {"reasoning_content": "想"}]


def fed(upstream: Upstream, new: Callable[[], Window], choices: list[dict[str, object]]) -> tuple[HeldStream, bytes]:
    held = upstream.held(new)
    chunks = [f"data: {json.dumps({'choices': [{'index': 0, **choice}]})}\n\n".encode() for choice in choices]
    return held, b"".join(map(held.feed, chunks))


def test_the_name_of_a_tool_does_not_hold_back_its_arguments() -> None:
    chat = next(one for one in UPSTREAMS if one.name == "chat tool arguments")
    calls = [{"name": "weather", "arguments": ""}, {"arguments": '{"city":'}, {"arguments": '"北京"'}]
    _, out = fed(chat, Window, [{"delta": {"tool_calls": [{"index": 0, "function": call}]}} for call in calls])
    assert [c["delta"]["tool_calls"][0]["function"] for b in bodies(out) for c in b["choices"]] == calls[:2]
    _, out = fed(chat, Exact, [{"delta": {"tool_calls": [{"index": 0, "function": call}]}} for call in calls])
    assert [c["delta"]["tool_calls"][0]["function"] for b in bodies(out) for c in b["choices"]] == calls


def test_what_an_event_says_beside_its_choices_holds_back_no_more_than_that_event() -> None:
    chat = next(one for one in UPSTREAMS if one.name == "chat content")
    held = chat.held(Window)
    event = {"choices": [], "novel": "一", "obfuscation": "aB3"}
    assert held.feed(f"data: {json.dumps(event)}\n\n".encode()) == b""
    content = [
        f'data: {{"choices": [{{"index": 0, "delta": {{"content": "{text}"}}}}]}}\n\n' for text in ("ab", "cd")
    ]
    assert bodies(held.feed(content[0].encode())) == [event]
    assert len(bodies(held.feed(content[1].encode()))) == 1


@every_screener
def test_logprobs_that_are_left_out_for_a_while_show_nothing_of_a_hit(new: Callable[[], Window]) -> None:
    chat = next(one for one in UPSTREAMS if one.name == "chat logprobs")
    token = [{"delta": {"content": "x"}, "logprobs": {"content": [{"token": sign}]}} for sign in HIT]
    held, out = fed(
        chat, new, [token[0], {"delta": {"content": "y"}}, token[1], {"delta": {"content": "y"}}, token[2]]
    )
    assert not sees_any_of_the_hit(out + held.close())
    assert held.outcome and held.outcome.ending == "refused"


@every_screener
def test_a_hit_spread_over_reasoning_that_is_interrupted_is_never_complete(new: Callable[[], Window]) -> None:
    chat = next(one for one in UPSTREAMS if one.name == "chat content")
    held = chat.held(new)
    out = b""
    for sign in HIT:
        for delta in ({"reasoning_content": sign}, {"content": "好"}):
            out += held.feed(f"data: {json.dumps({'choices': [{'index': 0, 'delta': delta}]})}\n\n".encode())
    out += held.close()
    reasoning = "".join(c["delta"].get("reasoning_content", "") for b in bodies(out) for c in b.get("choices", []))
    assert held.outcome and held.outcome.ending == "refused"
    assert len(reasoning) < 2


def test_what_may_go_goes_at_once() -> None:
    for upstream in UPSTREAMS:
        held = upstream.held(Exact)
        events = upstream.wire(["今天", "天气"]).split(b"\n\n")
        sent = [held.feed(event + b"\n\n") for event in events[:-1]]
        assert all(sent), upstream.name
