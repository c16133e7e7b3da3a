"""How far a text is clear: escapes, halves of characters, bytes that are no whole characters yet."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthesis.upstreams import HIT, AtTheEnd, Exact, Window
from zhengming.ground.errors import Refused
from zhengming.synthesis.channels import Channel, screened, unescaped
from zhengming.synthesis.refusal import Malformed


@given(st.text(alphabet='a\\u"\n坏𠮷', max_size=12), st.data())
def test_escapes_are_undone_however_the_text_is_cut(text: str, data: st.DataObject) -> None:
    escaped = json.dumps(text, ensure_ascii=data.draw(st.booleans()))[1:-1]
    assert unescaped(escaped).encode("utf-16-le", "surrogatepass").decode("utf-16-le") == text
    cuts = sorted(data.draw(st.lists(st.integers(0, len(escaped)), max_size=5)))
    seen = Window("\0")
    made = [Window("\0"), seen]
    channel = Channel(lambda: made.pop(0))
    for a, b in zip([0, *cuts], [*cuts, len(escaped)], strict=True):
        channel.feed(escaped[a:b])
    channel.end()
    assert seen.text == (text if "\\" in escaped else "")


@pytest.mark.parametrize("new", [Window, Exact])
def test_an_escape_that_begins_in_one_piece_and_ends_in_the_next_holds_the_first_back(new: type[Window]) -> None:
    for escaped in (json.dumps(HIT)[1:-1], HIT[0] + json.dumps(HIT[1:])[1:-1], json.dumps(HIT[:2])[1:-1] + HIT[2]):
        channel = Channel(new)
        marks = [channel.feed("看")]
        with pytest.raises(Refused):
            for sign in escaped:
                marks.append(channel.feed(sign))
                assert not any(channel.clear(mark) for mark in marks[1:])
        assert len(marks) == len(escaped)


def test_a_backslash_that_is_escaped_escapes_nothing() -> None:
    for text in ("\\\\u574f𠮷句", "\\\\", "\\", "\\u", "\\u57", "\\x"):
        channel = Channel(Exact)
        marks = [channel.feed(sign) for sign in text]
        channel.end()
        assert all(channel.clear(mark) for mark in marks)


def test_bytes_are_read_as_characters_over_pieces() -> None:
    raw = HIT.encode()
    channel = Channel(Exact)
    first = channel.feed_bytes([0xE7, 0x9C])
    assert not channel.clear(first)
    channel.feed_bytes([0x8B])
    assert channel.clear(first)
    with pytest.raises(Refused):
        for byte in raw:
            channel.feed_bytes([byte])


def test_a_text_that_comes_back_is_screened_from_its_beginning() -> None:
    channel = Channel(Exact)
    channel.feed(HIT[0])
    channel.end()
    channel.feed(HIT[1])
    assert channel.resumed
    with pytest.raises(Refused):
        channel.feed(HIT[2])


def test_a_text_that_is_repeated_must_go_on() -> None:
    channel = Channel(Exact)
    channel.feed_total("今天")
    channel.feed_total("今天天气")
    assert channel.text == "今天天气"
    with pytest.raises(Malformed):
        channel.feed_total("明天")


@given(st.text(alphabet="坏𠮷句a\\", max_size=8))
@settings(max_examples=60)
def test_a_whole_text_is_refused_when_the_hit_is_in_it(text: str) -> None:
    for new in (Window, Exact, AtTheEnd):
        if HIT in text:
            with pytest.raises(Refused):
                screened(text, new)
        else:
            assert set(screened(text, new)) <= {"clean"}
