"""Server-sent events: every way of ending lines and cutting chunks gives the same events."""

import re
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengming.synthesis.sse import Event, Parser, TooLong


def parsed(*chunks: bytes) -> list[Event]:
    parser = Parser()
    return [*(event for chunk in chunks for event in parser.feed(chunk)), *parser.close()]


STREAM = (
    "\ufeff: hi\n\nid: 1\nevent: a\ndata: 一\ndata:two\n\nretry: 5\n\ndata\n\nnovel: x\ndata: {}\n\ndata: last"
).encode()
EVENTS = [
    Event(None, comments=("hi",)),
    Event("一\ntwo", "a", "1"),
    Event(""),
    Event("{}"),
    Event("last"),
]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_end_of_line_and_every_cut_gives_the_same_events(end: bytes) -> None:
    raw = STREAM.replace(b"\n", end)
    assert parsed(raw) == parsed(*(raw[at : at + 1] for at in range(len(raw)))) == EVENTS
    for a, b in combinations(range(0, len(raw), 3), 2):
        assert parsed(raw[:a], raw[a:b], raw[b:]) == EVENTS


@given(st.lists(st.binary(max_size=30), max_size=12))
def test_any_bytes_in_any_chunks_give_the_same_events(chunks: list[bytes]) -> None:
    assert parsed(*chunks) == parsed(b"".join(chunks))


@given(st.text(max_size=60))
def test_what_is_written_is_read_again(text: str) -> None:
    text = re.sub("[\r\ud800-\udfff]", "", text)
    assert parsed(Event(text, "name", "7").encode()) == [Event(text, "name", "7")]


def test_names_and_ids_that_do_not_look_like_such_are_dropped() -> None:
    assert parsed("event: 坏\nid: a b\ndata: x\n\n".encode()) == [Event("x")]


def test_a_comment_is_written_only_when_it_is_known() -> None:
    event = Event("x", comments=("HTTP_STATUS/200", "secret"))
    assert event.encode() == b":\n:\ndata: x\n\n"
    assert event.encode(re.compile(r"HTTP_STATUS/\d{3}")) == b": HTTP_STATUS/200\n:\ndata: x\n\n"


def test_bytes_that_are_no_utf8_do_not_stop_it() -> None:
    assert parsed(b"data: \xff\xe4\xb8\n\n") == [Event("\ufffd\ufffd")]


def test_lines_and_events_are_bounded() -> None:
    for chunk in (b"x" * 60, b"data: 1\n" * 20, b": 1\n" * 40):
        parser = Parser(longest=100)
        with pytest.raises(TooLong):
            for _ in range(3):
                list(parser.feed(chunk))
