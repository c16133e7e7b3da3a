"""What is particular to Markdown, plain text, HTML and JSON, and what no text or scene may do to a reader."""

import json
from html.parser import HTMLParser
from io import BytesIO
from textwrap import indent
from time import process_time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from conftest import SAMPLES
from zhengming.ground.errors import BadFile, Refused, ZhengmingError
from zhengming.labels.edit import applied
from zhengming.labels.format import Entry, Format
from zhengming.labels.formats.glb import FORMAT as GLB
from zhengming.labels.formats.gltf import FORMAT as GLTF
from zhengming.labels.formats.html import FORMAT as HTML
from zhengming.labels.formats.json import FORMAT as JSON
from zhengming.labels.formats.markdown import FORMAT as MARKDOWN
from zhengming.labels.formats.txt import FORMAT as TXT
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.reading import is_label, read_label
from zhengming.labels.recognition import recognise
from zhengming.labels.structures.text.text_encoding import decoded

LABEL = MetadataLabel("001191110102MACQD9K64010000", "cc75f5e99aae4210960acb722f10974e", reserved1='{"a":"\'<&>"}')
OLD = {"Label": "1", "ContentProducer": "001191440300708461136T1XGW3", "ProduceID": "0012"}
BLOCK = 'AIGC:\n    Label: "1"\n    ContentProducer: 001191440300708461136T1XGW3\n    ProduceID: 0012\n'
WRAPPED = json.dumps({"AIGC": OLD}, separators=(",", ":"))
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030")
TEXTS = (MARKDOWN, TXT, HTML, JSON)
ALL = (*TEXTS, GLTF, GLB)


def entries(format_: Format, data: bytes) -> list[Entry]:
    return list(format_.entries(BytesIO(data)))


def labels(format_: Format, data: bytes) -> list[Entry]:
    return [entry for entry in entries(format_, data) if is_label(entry)]


def written(format_: Format, data: bytes) -> bytes:
    result = applied(format_.write(BytesIO(data), LABEL), data)
    assert [read_label(entry).fields for entry in labels(format_, result)] == [LABEL.fields()]
    assert body(format_, result) == body(format_, data)
    return result


def body(format_: Format, data: bytes) -> bytes:
    return b"".join(data[span.start : span.stop] for span in format_.body(BytesIO(data)))


# Markdown and plain text

PLACES = {
    "front matter": f"---\n{BLOCK}---\n# 题\n",
    "other front matter": f"---\ntitle: 'x'\n{BLOCK}tags:\n- a\n- b\n---\n# 题\n",
    "second front matter": f"---\ntitle: x\n---\n\n---\n{BLOCK}---\n# 题\n",
    "a front matter before another": f"---\n{BLOCK}---\n\n---\ntitle: x\n---\n# 题\n",
    "the end without fences": f"# 题\n\n正文\n\n{BLOCK}",
    "the end without a line end": f"# 题\n\n正文\n{BLOCK.rstrip()}",
    "the end in fences": f"# 题\n\n正文\n\n---\n{BLOCK}---\n",
    "the start without fences": f"{BLOCK}\n# 题\n",
    "a code fence at the end": f"# 题\n\n```yaml\n{BLOCK}```\n\n",
    "a code fence at the start": f"```yaml\n{BLOCK}```\n\n# 题\n",
    "one flow line": f"---\nAIGC: {json.dumps(OLD)}\n---\n# 题\n",
    "a flow mapping over lines": f"---\nAIGC: {json.dumps(OLD, indent=2)}\ntitle: x\n---\n# 题\n",
    "a quoted scalar": f"---\nAIGC: '{json.dumps(OLD)}'\n---\n# 题\n",
    "a block scalar": f"---\nAIGC: |\n  {json.dumps(OLD)}\n---\n# 题\n",
    "below another key": f"---\nmeta:\n{indent(BLOCK, '  ')}  b: 1\n---\n# 题\n",
    "a JSON line at the end": f"# 题\n\n{WRAPPED}\n",
    "JSON over lines at the end": f"# 题\n\n{json.dumps({'AIGC': OLD}, indent=2)}\n",
    "an assignment": f"# 题\n\nAIGC={json.dumps(OLD)}",
    "a fragment": f"# 题\n\n{WRAPPED[1:-1]}\n",
    "lower case": f"---\n{BLOCK.replace('AIGC', 'aigc')}---\n# 题\n",
}  # fmt: skip


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"], ids=repr)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("format_", [MARKDOWN, TXT], ids=lambda format_: format_.name)
def test_a_label_in_any_place_is_read_and_taken_over(format_: Format, place: str, line_end: str) -> None:
    data = PLACES[place].replace("\n", line_end).encode()
    (entry,) = labels(format_, data)
    assert {key: read_label(entry).fields[key] for key in OLD} == OLD
    result = written(format_, data)
    assert b"XGW3" not in result
    assert "# 题".encode() in result


def test_the_front_matter_is_yaml_with_quoted_values_and_other_lines_stay() -> None:
    text = "---\r\ntitle: 'it''s'   # kept\r\n{{ template }}\r\nlist:\r\n- 1\r\n---\r\n# 题\r\n"
    result = written(MARKDOWN, text.encode()).decode()
    added = result.removeprefix(text[: text.index("---\r\n#")]).removesuffix(text[text.index("---\r\n#") :])
    assert set(yaml.safe_load(added)) == {"AIGC"}
    assert yaml.safe_load(added)["AIGC"] == LABEL.fields()
    assert "\n" not in added.replace("\r\n", "")


def test_a_document_without_front_matter_gets_one() -> None:
    result = written(MARKDOWN, "# 题\n".encode()).decode()
    _, front, rest = result.split("---\n")
    assert yaml.safe_load(front) == {"AIGC": LABEL.fields()}
    assert rest == "# 题\n"


def test_horizontal_rules_are_not_front_matter() -> None:
    text = "---\n\nHello\n\n---\nWorld\n"
    assert written(MARKDOWN, text.encode()).decode().endswith("---\n" + text)


def test_a_label_that_is_quoted_in_the_middle_of_a_text_stays() -> None:
    text = f"# 标识示例\n\n```yaml\n{BLOCK}```\n\n正文\n"
    assert labels(MARKDOWN, text.encode()) == []
    assert written(MARKDOWN, text.encode()).decode().endswith(text)
    assert labels(MARKDOWN, "---\ntitle: x\n---\nAIGC: 人工智能生成内容\n".encode()) == []


@pytest.mark.parametrize("text", ["+++\ntitle = 'x'\n+++\n", "{\n}\n\n# x\n", "---\n{a: b}\n---\n"])
def test_front_matter_that_is_not_block_yaml_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="YAML"):
        MARKDOWN.write(BytesIO(text.encode()), LABEL)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("format_", TEXTS, ids=lambda format_: format_.name)
def test_every_encoding_is_kept_and_read(format_: Format, encoding: str) -> None:
    text = format_.example().decode().replace("utf-8", encoding if encoding == "gb18030" else "utf-8")
    text = text.replace('"1"', '"名不正"')
    data = text.encode(encoding)
    result = written(format_, data)
    assert "正" in result.decode(encoding)
    assert recognise(BytesIO(result), f"x{format_.suffixes[0]}") is format_


@given(st.binary(max_size=300))
def test_any_bytes_can_be_decoded_and_had_back(data: bytes) -> None:
    text = decoded(data)
    assert data[text.offset :] == text.encode(text.text)


def test_plain_text_keeps_whether_it_ended_with_a_line_end() -> None:
    assert written(TXT, b"abc") == b"abc\n" + LABEL.wrapped_json().encode()
    assert written(TXT, b"abc\r\n") == b"abc\r\n" + LABEL.wrapped_json().encode() + b"\r\n"
    assert written(TXT, b"") == LABEL.wrapped_json().encode() + b"\n"


def test_joined_texts_that_were_both_labelled_end_up_with_one_label() -> None:
    one = written(TXT, b"one\n")
    assert written(TXT, one + written(TXT, b"two\n")).count(b"AIGC") == 1


def test_a_binary_file_is_no_text_whatever_its_name() -> None:
    assert TXT.score(_sample(b"\x00\x01\x02PK", ".txt")) == 0
    assert MARKDOWN.score(_sample(b"\x7fELF\x02\x01", ".md")) == 0


def _sample(start: bytes, suffix: str):  # type: ignore[no-untyped-def]
    from zhengming.labels.format import Sample

    return Sample(start, suffix, BytesIO(start))


# Labels that services really wrote


def _wild() -> list[str]:
    path = SAMPLES / "labels_in_the_wild.jsonl"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [
        record["raw"]
        for record in map(json.loads, lines)
        if "YAML" in record["carrier"] or "---" in record["raw"][:4]
    ]


@pytest.mark.parametrize("raw", _wild() or [pytest.param("", marks=pytest.mark.skip(reason=f"none at {SAMPLES}"))])
def test_a_label_of_a_real_service_is_read_as_written(raw: str) -> None:
    (entry,) = labels(MARKDOWN, raw.encode())
    inner = raw.replace("---\n", "")
    expected = yaml.load(inner, Loader=yaml.BaseLoader)["AIGC"]
    fields = read_label(entry).fields
    assert fields["ProduceID"] == expected["ProduceID"]
    assert fields["ContentProducer"] == expected["ContentProducer"]
    written(MARKDOWN, raw.encode())


# JSON

STYLES = ({}, {"indent": 2}, {"indent": "\t"}, {"separators": (",", ":")}, {"indent": 4})


@pytest.mark.parametrize("style", STYLES, ids=str)
@pytest.mark.parametrize(
    "value",
    [
        {},
        {"a": "x"},
        {"a": [1, {"AIGC": "}"}], "b": {"c": "]"}},
        {"AIGC": OLD},
        {"a": 1, "AIGC": OLD, "b": 2},
        {"aigc": OLD, "a": 1},
        {"AIGC": json.dumps(OLD), "a": 1},
        {"data": {"AIGC": OLD, "t": 1}, "aigc": OLD, "AIGC": None},
        {"data": {"AIGC": OLD}},
    ],
    ids=str,
)
def test_json_keeps_its_other_members_and_its_style(value: dict[str, object], style: dict[str, object]) -> None:
    text = json.dumps(value, **style)  # type: ignore[arg-type]
    result = json.loads(written(JSON, text.encode()))
    assert result.pop("AIGC") == LABEL.fields()
    expected = {key: inner for key, inner in value.items() if key.lower() != "aigc"}
    if isinstance(expected.get("data"), dict):
        expected["data"] = {key: inner for key, inner in value["data"].items() if key != "AIGC"}  # type: ignore[attr-defined]
    assert result == expected


def test_json_that_was_dumped_with_an_indent_looks_dumped_again() -> None:
    for step in (2, 4, "\t"):
        text = json.dumps({"a": 1, "b": [1, 2]}, indent=step)
        expected = json.dumps({"a": 1, "b": [1, 2], "AIGC": LABEL.fields()}, indent=step)
        assert written(JSON, text.encode()).decode() == expected


def test_numbers_and_escapes_of_json_stay_as_they_are_written() -> None:
    text = b'{"a": 1.00e+05, "b":"\\u4e2d\\/", "a" : 2 ,\r\n "c":[ ] }'
    assert written(JSON, text).startswith(text[:-2])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[1]", "顶层"),
        ("1", "顶层"),
        ('{"a":1}\n{"b":2}\n', "多个"),
        ('{"AIGC":["x"]}', "别的"),
        ('{"AIGC":{"x":1}}', "别的"),
    ],
)
def test_json_without_a_place_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        JSON.write(BytesIO(text.encode()), LABEL)


@pytest.mark.parametrize("text", ["", "{", '{"a":1,}', "{'a':1}", '{"a":' * 100_000, "[" * 100_000, "x"])
def test_what_is_no_json_is_bad_file(text: str) -> None:
    with pytest.raises(BadFile):
        JSON.write(BytesIO(text.encode()), LABEL)


# HTML


class Metas(HTMLParser):
    """The meta elements, as Python's own parser sees them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "meta":
            self.found.append(dict(attrs))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "<p>x"),
        ("<!DOCTYPE html>", "<p>x"),
        ("<!-- <head> --><html lang=zh>", "<body>x"),
        ("<html><head>", "<title><meta charset=x></title></head>"),
        ('<html><head><meta charset="utf-8">', "<title>x</title></head>"),
        ("<html><head><title>x</title><meta http-equiv=Content-Type content='text/html; charset=utf-8'>", "</head>"),
        ("<html\n  data-x='>'>", "<script>'<head>'</script>"),
    ],
)
def test_the_meta_element_goes_behind_what_declares_the_encoding(before: str, after: str) -> None:
    result = written(HTML, (before + after).encode()).decode()
    assert result.startswith(before + '<meta name="AIGC"')
    assert result.endswith(">" + after)
    ours = [meta for meta in Metas(result).found if meta.get("name") == "AIGC"]
    assert [json.loads(meta["content"] or "") for meta in ours] == [LABEL.fields()]


def test_the_meta_element_is_indented_like_its_neighbour_and_closed_in_xhtml() -> None:
    page = '<?xml version="1.0"?>\r\n<html>\r\n  <head>\r\n    <meta charset="utf-8" />\r\n  </head></html>'
    result = written(HTML, page.encode()).decode()
    assert '<meta charset="utf-8" />\r\n    <meta name="AIGC" content="' in result
    assert '" />\r\n  </head>' in result


@pytest.mark.parametrize(
    "tag",
    [
        "<meta name=AIGC content='{}'>",
        "<META\n content='{}' NAME=\"aigc\" />",
        "<meta property='TC260:AIGC' content='{}'>",
    ],
)
def test_a_label_of_other_tools_is_read_and_taken_over(tag: str) -> None:
    page = f"<html><head><title>x</title>\n{tag.format(json.dumps(OLD))}</head><body>正文</body></html>"
    (entry,) = labels(HTML, page.encode())
    assert read_label(entry).fields["ProduceID"] == "0012"
    assert b"XGW3" not in written(HTML, page.encode())


@pytest.mark.parametrize(
    "quoted",
    [
        "<!-- {} -->",
        "<script>'{}'</script>",
        "<style>{}</style>",
        "<textarea>{}</textarea>",
        "<template>{}</template>",
        '<p title="{}">',
    ],
)
def test_a_meta_element_that_is_only_quoted_is_none(quoted: str) -> None:
    page = "<!DOCTYPE html><p>" + quoted.format("<meta name=AIGC content=Label>")
    assert labels(HTML, page.encode()) == []


def test_other_meta_elements_are_entries() -> None:
    page = '<meta name="generator" content="x &amp; y"><meta property="og:title" content=t>'
    assert entries(HTML, page.encode()) == [
        Entry("HTML meta", "generator", "x & y"),
        Entry("HTML meta", "og:title", "t"),
    ]


# Hostile texts

HOSTILE = {
    "keys": "AIGC:\n" * 30_000,
    "labels": BLOCK[:17] * 10_000,
    "open flows": "---\n" + "AIGC: {\n" * 10_000 + "\n---\n",
    "nested keys": "---\na:\n" + "  AIGC:\n" * 8_000 + "---\n",
    "open braces": "{\n" * 80_000,
    "open fences": "```\n" * 50_000,
    "rules": "---\n" * 50_000,
    "carriage returns": "\r" * 200_000,
    "open wrappers": '{"AIGC":' * 20_000,
    "members": '{"b":1' + ',"AIGC":1' * 8_000 + "}",
    "objects": '{"a":1' + ',"b":{"AIGC":{}}' * 4_000 + "}",
    "open tags": "<meta " * 40_000,
    "open quotes": "<meta name='" * 20_000,
    "quotes": "<meta name=\"'" * 20_000,
    "comments": "<!--" * 50_000,
    "titles": "<title>" * 30_000,
    "attributes": "<p " + "a=b " * 50_000,
    "blanks": "<p>" + " " * 200_000,
    "blanks in a key": "---\nAIGC" + " " * 60_000 + "x\n---\n",
    "blanks in front": "---\n" + " " * 200_000 + "x\n---\n",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_take_linear_time(name: str) -> None:
    data = HOSTILE[name].encode()
    for format_ in (MARKDOWN, TXT, HTML, JSON, GLTF):
        start = process_time()
        try:
            entries(format_, data)
            written(format_, data)
        except ZhengmingError:
            pass
        assert process_time() - start < 2, format_.name


@given(st.sampled_from(ALL), st.binary(max_size=200), st.integers(0, 400))
def test_bytes_put_anywhere_give_our_error_or_one_label(format_: Format, noise: bytes, at: int) -> None:
    example = format_.example()
    data = example[: at % (len(example) + 1)] + noise + example[at % (len(example) + 1) :]
    try:
        entries(format_, data)
        result = applied(format_.write(BytesIO(data), LABEL), data)
    except ZhengmingError:
        return
    assert [read_label(entry).fields for entry in labels(format_, result)] == [LABEL.fields()]
