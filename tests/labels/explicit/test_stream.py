"""The label of a text that is still being made: once, in its place, however the chunks are cut."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengming.ground.errors import WrongInput
from zhengming.labels.explicit.stream import ByteStreamLabeller, StreamLabeller
from zhengming.labels.explicit.wording import DEFAULT

POSITIONS = ("start", "end", "both")
TEXTS = (
    "你好，世界。\n第二行",
    "AI生成技术正在改变世界",
    "AI",
    "\ufeff本文很短",
    "👨‍👩‍👧‍👦 e\u0301 🇨🇳\r\n",
    "\u0301 begins with a combining mark",
    "> 本文由AI生成的东西不少\n\n正文",
    "\n\n  \n",
)
LABELLED = (
    "AI生成\n\n正文",
    "本文由AI生成。正文",
    "【AI生成】正文",
    "> 以上内容由人工智能合成\n正文",
    "\ufeffAI生成，仅供参考",
)


def streamed(chunks: list[str], position: str) -> str:
    labeller = StreamLabeller(position=position)
    return "".join([*(labeller.feed(chunk) for chunk in chunks), labeller.close()])


def every_cut(text: str, pieces: int) -> list[list[str]]:
    places = combinations(range(1, len(text)), pieces - 1)
    return [[text[a:b] for a, b in zip((0, *cuts), (*cuts, len(text)), strict=True)] for cuts in places]


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("text", [*TEXTS, *LABELLED])
def test_every_way_of_cutting_gives_the_same(text: str, position: str) -> None:
    whole = streamed([text], position)
    assert streamed(list(text), position) == whole
    for pieces in (2, 3):
        for chunks in every_cut(text, pieces):
            assert streamed(chunks, position) == whole


@pytest.mark.parametrize("text", TEXTS[:-1])
def test_the_label_comes_out_once_first_or_last_and_the_text_is_unchanged(text: str) -> None:
    bare = text.removeprefix("\ufeff")
    mark = text[: len(text) - len(bare)]
    assert streamed([text], "start") == f"{mark}{DEFAULT}\n\n{bare}"
    assert streamed([text], "end") == f"{text}\n\n{DEFAULT}"
    assert streamed([text], "both") == f"{mark}{DEFAULT}\n\n{bare}\n\n{DEFAULT}"


@pytest.mark.parametrize("text", LABELLED)
def test_a_reply_that_begins_with_a_label_gets_no_second_one_there(text: str) -> None:
    assert streamed([text], "start") == text


def test_a_reply_that_ends_with_a_label_gets_no_second_one_there() -> None:
    assert streamed(["正文\n\n（以上内容由AI生成）\n"], "end") == "正文\n\n（以上内容由AI生成）\n"


def test_a_stream_without_content_gets_no_label() -> None:
    assert streamed([], "both") == streamed(["", ""], "both") == ""


def test_the_first_character_of_most_replies_is_not_held_back() -> None:
    assert StreamLabeller().feed("你") == f"{DEFAULT}\n\n你"


def test_a_surrogate_pair_cut_in_two_comes_out_as_one_character() -> None:
    high, low = "\ud83d", "\ude00"
    for position in POSITIONS:
        assert "😀" in streamed(["x", high, low, "y"], position)
    assert streamed(["x", high], "end") == f"x{high}\n\n{DEFAULT}"


def test_a_wording_without_both_elements_is_wrong_input() -> None:
    with pytest.raises(WrongInput):
        StreamLabeller("AI")


def test_a_closed_stream_takes_no_more() -> None:
    labeller = StreamLabeller()
    labeller.close()
    with pytest.raises(WrongInput):
        labeller.feed("x")


@given(st.text(alphabet=st.characters(codec="utf-8") | st.sampled_from("AI生成本文由。\n "), max_size=90), st.data())
def test_any_text_cut_anywhere_in_bytes_comes_out_whole_with_one_label(text: str, data: st.DataObject) -> None:
    raw = text.encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=12)))
    position = data.draw(st.sampled_from(POSITIONS))
    labeller = ByteStreamLabeller(position=position)
    parts = [labeller.feed(raw[a:b]) for a, b in zip((0, *cuts), (*cuts, len(raw)), strict=True)]
    parts.append(labeller.close())
    for part in parts:
        part.decode()  # no chunk that comes out ends within a character
    whole = ByteStreamLabeller(position=position)
    result = b"".join(parts)
    assert result == whole.feed(raw) + whole.close()
    added = len(result) - len(raw)
    assert added in {0, len(f"{DEFAULT}\n\n".encode()), 2 * len(f"{DEFAULT}\n\n".encode())}


@given(st.lists(st.binary(max_size=20), max_size=8))
def test_bytes_that_are_no_text_pass_unchanged(chunks: list[bytes]) -> None:
    labeller = ByteStreamLabeller(position="end")
    result = b"".join([*map(labeller.feed, chunks), labeller.close()])
    assert result.startswith(b"".join(chunks))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le"])
def test_the_label_is_in_the_encoding_of_the_stream(encoding: str) -> None:
    raw = "你好😀".encode(encoding)
    labeller = ByteStreamLabeller(position="both", encoding=encoding)
    result = b"".join([*(labeller.feed(raw[at : at + 1]) for at in range(len(raw))), labeller.close()])
    assert result.decode(encoding) == f"{DEFAULT}\n\n你好😀\n\n{DEFAULT}"
