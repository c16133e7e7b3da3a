"""Explicit labels in texts: in the place that is wished, once, with nothing else changed."""

from io import BytesIO

import pytest

from zhengming.ground.errors import Refused, Unavailable
from zhengming.labels.edit import applied
from zhengming.labels.explicit.labeller import Wish, labeller_for
from zhengming.labels.explicit.media.text import LABELLER, labelled_text
from zhengming.labels.explicit.statement import is_statement
from zhengming.labels.formats.markdown import FORMAT as MARKDOWN
from zhengming.labels.formats.txt import FORMAT as TXT
from zhengming.labels.metadata_label import MetadataLabel

LABEL = MetadataLabel("001191110102MACQD9K64010000", "cc75f5e99aae4210960acb722f10974e")
BOTH = Wish(position="both")


def put(data: bytes, wish: Wish, format_name: str) -> bytes:
    sink = BytesIO()
    LABELLER.put(BytesIO(data), sink, wish, format_name)
    return sink.getvalue()


def test_the_label_stands_at_the_start_the_end_or_both() -> None:
    assert labelled_text("正文\n") == "AI生成\n\n正文\n"
    assert labelled_text("正文\n", Wish(position="end")) == "正文\n\nAI生成\n"
    assert labelled_text("正文", BOTH) == "AI生成\n\n正文\n\nAI生成"


def test_a_corner_mark_stands_at_the_end_of_the_first_or_last_line() -> None:
    top, bottom = Wish(corner="top-right"), Wish(corner="bottom-right")
    assert labelled_text("题目\n正文\n", top) == "题目［AI生成］\n正文\n"
    assert labelled_text("题目\n正文\n", bottom) == "题目\n正文［AI生成］\n"
    assert labelled_text("# 题目\n\n正文\n", top, "markdown") == "# 题目<sup>AI生成</sup>\n\n正文\n"


def test_a_corner_mark_never_breaks_a_block_of_markdown() -> None:
    table = "| a |\n|---|\n| b |\n"
    assert labelled_text(table, Wish(corner="bottom-right"), "markdown") == "| a |\n|---|\n| b |\n\nAI生成\n"


@pytest.mark.parametrize(
    "wish", [Wish(), BOTH, Wish(position="end"), Wish(corner="top-left"), Wish(text="由 AI 合成*")]
)
@pytest.mark.parametrize("format_name", ["txt", "markdown"])
def test_a_labelled_text_is_not_labelled_twice(wish: Wish, format_name: str) -> None:
    once = labelled_text("题目\n\n正文\n", wish, format_name)
    assert once.count("题目\n\n正文") + once.count("</sup>") + once.count("］") >= 1
    assert labelled_text(once, wish, format_name) == once


def test_a_label_of_another_wording_counts() -> None:
    text = "> 本文由人工智能生成，仅供参考\n\n正文\n"
    assert labelled_text(text, format_name="markdown") == text


def test_prose_about_generation_is_no_label() -> None:
    assert labelled_text("AI生成技术正在改变世界。\n") == "AI生成\n\nAI生成技术正在改变世界。\n"


@pytest.mark.parametrize("position", ["start", "end", "both"])
def test_front_matter_stays_first_and_the_metadata_label_stays_last(position: str) -> None:
    wish = Wish(position=position)  # type: ignore[arg-type]
    fenced = b"---\ntitle: x\n---\n# t\n"
    marked = applied(MARKDOWN.write(BytesIO(fenced), LABEL), fenced)
    assert put(marked, wish, "markdown").startswith(marked[: marked.index(b"# t")])
    plain = "正文\n".encode()
    marked = applied(TXT.write(BytesIO(plain), LABEL), plain)
    shown = put(marked, wish, "txt")
    assert shown.endswith(marked[len(plain) :])
    assert "AI生成" in shown.decode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_encoding_mark_and_line_ends_are_kept(encoding: str, line_end: str) -> None:
    text = line_end.join(["名不正，则言不顺。", "言不顺，则事不成。", ""])
    result = put(text.encode(encoding), BOTH, "txt")
    assert result == f"AI生成{line_end * 2}{text[: -len(line_end)]}{line_end * 2}AI生成{line_end}".encode(encoding)


def test_markdown_with_an_open_code_block_is_refused_at_its_end() -> None:
    with pytest.raises(Refused, match="代码块"):
        labelled_text("正文\n\n```python\nprint()\n", Wish(position="end"), "markdown")
    assert labelled_text("```\nx\n```\n", Wish(position="end"), "markdown").endswith("```\n\nAI生成\n")


def test_an_encoding_without_the_characters_is_refused() -> None:
    with pytest.raises(Refused, match="latin-1"):
        put(b"caf\xe9 \xff\xff", Wish(), "txt")


def test_json_is_data_for_programs_and_is_labelled_on_the_interface_that_shows_it() -> None:
    with pytest.raises(Unavailable, match="界面"):
        labeller_for("json")


def test_an_empty_text_is_refused_with_a_reason() -> None:
    with pytest.raises(Refused, match="没有内容"):
        put(b" \n", Wish(), "txt")


def test_labels_of_any_wording_are_seen_at_either_end() -> None:
    text = "AI生成\n\n" + "正文\n" * 50 + "\n（以上内容由 AI 合成）\n"
    assert list(LABELLER.seen(BytesIO(text.encode()), "txt")) == ["AI生成", "（以上内容由 AI 合成）"]
    for wish in (Wish(corner="top-left"), Wish(corner="bottom-left")):
        for format_name in ("txt", "markdown"):
            shown = labelled_text("题目\n正文\n", wish, format_name)
            assert list(LABELLER.seen(BytesIO(shown.encode()), format_name)) == ["AI生成"]


@pytest.mark.parametrize(
    "line",
    [
        "AI生成",
        "人工智能生成合成",
        "本文由AI生成",
        "【AI合成内容】",
        "注：以上内容由AI大模型生成，仅供参考。",
        "ＡＩ生成",
    ],
)
def test_statements_are_known(line: str) -> None:
    assert is_statement(line)


@pytest.mark.parametrize("line", ["AI", "AI生成技术的未来", "如何识别AI生成的内容", "生成AI", "AI生成" + "x" * 99])
def test_other_lines_are_not_statements(line: str) -> None:
    assert not is_statement(line)
