"""Explicit labels in web pages: a note that every reader sees, in a page that is otherwise as it was."""

import re
from html.parser import HTMLParser
from io import BytesIO

import pytest

from zhengming.ground.errors import Refused
from zhengming.labels.edit import applied
from zhengming.labels.explicit.labeller import Wish
from zhengming.labels.explicit.media.html import LABELLER
from zhengming.labels.formats.html import FORMAT
from zhengming.labels.metadata_label import MetadataLabel

PAGE = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"><title>本文由AI生成</title></head>'
    "<body class=dark><p>正文</p><script>var s = '</body>';</script></body></html>"
)
ASIDE = re.compile(r"(?:<style data-explicit-label>[^<]*</style>)?<aside[^>]*>[^<]*</aside>")


class Outline(HTMLParser):
    """The elements of a page in order, with their attributes and the text of the notes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.order: list[str] = []
        self.notes: list[dict[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.order.append(tag)
        if tag == "aside":
            self.notes.append(dict(attrs))


def put(page: str, wish: Wish | None = None, encoding: str = "utf-8") -> str:
    sink = BytesIO()
    LABELLER.put(BytesIO(page.encode(encoding)), sink, wish or Wish(), "html")
    return sink.getvalue().decode(encoding)


@pytest.mark.parametrize(
    ("wish", "count"),
    [(Wish(), 1), (Wish(position="end"), 1), (Wish(position="both"), 2), (Wish(corner="top-left"), 1)],
)
def test_nothing_but_the_note_is_added(wish: Wish, count: int) -> None:
    result = put(PAGE, wish)
    assert len(ASIDE.findall(result)) == count
    assert ASIDE.sub("", result) == PAGE


def test_the_note_is_the_first_or_last_thing_of_the_body() -> None:
    assert re.search(r"<body class=dark><style data-explicit-label>[^<]*</style><aside", put(PAGE))
    assert put(PAGE, Wish(position="end")).endswith("</aside></body></html>")


def test_readers_software_is_told_that_it_is_a_note_in_chinese() -> None:
    (note,) = Outline(put(PAGE, Wish(text='AI生成 "<&>"'))).notes
    assert (note["role"], note["lang"], note["aria-label"]) == ("note", "zh-Hans", 'AI生成 "<&>"')


def test_it_stays_in_view_and_no_rule_of_the_page_overrides_it() -> None:
    (note,) = Outline(put(PAGE)).notes
    styles = (note["style"] or "").split(";")
    assert all(style.endswith("!important") for style in styles)
    assert {"position:fixed!important", "top:0!important", "display:block!important"} <= set(styles)


@pytest.mark.parametrize(
    ("before", "content"),
    [
        ("", "正文"),
        ("", "<p>正文"),
        ("<!DOCTYPE html><meta charset=utf-8><title>t</title>", "<p>正文"),
        ("<html><head><style>p{}</style></head>", "<p>正文</html>"),
        ("<!-- <body> --><!DOCTYPE html><title><body></title>", "正文"),
    ],
)
def test_a_page_without_a_body_tag_is_labelled_where_its_content_begins(before: str, content: str) -> None:
    page = before + content
    result = put(page, Wish(position="both"))
    assert ASIDE.search(result).start() == len(before)  # type: ignore[union-attr]
    assert ASIDE.sub("", result) == page
    assert len(ASIDE.findall(result)) == 2


def test_a_labelled_page_is_left_as_it_is() -> None:
    once = put(PAGE)
    assert put(once, Wish(corner="top-left")) == once


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_the_encoding_of_the_page_is_kept(encoding: str) -> None:
    page = PAGE.replace("utf-8", encoding if encoding == "gb18030" else "utf-8")
    assert ASIDE.sub("", put(page, encoding=encoding)) == page


def test_a_frameset_is_refused() -> None:
    with pytest.raises(Refused, match="框架"):
        put("<html><frameset><frame src=a></frameset></html>")


def test_visible_statements_are_seen_and_those_in_titles_and_scripts_are_not() -> None:
    page = PAGE.replace("<p>正文", "<p>以上内容由AI&#29983;成</p><!-- AI生成 --><script>AI生成</script><p>正文")
    assert list(LABELLER.seen(BytesIO(page.encode()), "html")) == ["以上内容由AI生成"]
    assert list(LABELLER.seen(BytesIO(put(PAGE).encode()), "html")) == ["AI生成"]


def test_the_metadata_label_and_the_note_live_in_one_page() -> None:
    shown = put(PAGE).encode()
    label = MetadataLabel("001191110102MACQD9K64010000", "cc75f5e99aae4210960acb722f10974e")
    page = applied(FORMAT.write(BytesIO(shown), label), shown)
    assert Outline(page.decode()).order[:4] == ["html", "head", "meta", "meta"]
    assert list(LABELLER.seen(BytesIO(page), "html")) == ["AI生成"]
