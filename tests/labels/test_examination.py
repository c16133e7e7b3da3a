"""The journey of an examination: verdicts by Art. 6 of the Labelling Measures, advice, the JSON contract."""

import json
from dataclasses import replace
from importlib.resources import files
from io import BytesIO
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labels.carriers import jpeg_user_comment, markdown, png_text, png_xmp, png_xmp_element
from zhengming.labels.advice import advice
from zhengming.labels.edit import applied
from zhengming.labels.examination import Examination, Terms, examine
from zhengming.labels.explicit.wording import checked_wording
from zhengming.labels.format import FORMATS, Format
from zhengming.labels.metadata_label import Attribute, MetadataLabel
from zhengming.labels.verdict import BadSeal, Verdict

CODE = "001191110102MACQD9K64010000"
LABEL = MetadataLabel(CODE, "cc75f5e99aae4210960acb722f10974e")
PARAMETERS = "a cat\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1"
SCHEMA = json.loads(files("zhengming.labels").joinpath("examination.schema.json").read_text("utf-8"))


def labelled(label: MetadataLabel = LABEL, format_: Format | None = None) -> bytes:
    format_ = format_ or FORMATS["png"]
    data = format_.example()
    return applied(format_.write(BytesIO(data), label), data)


def looked_at(data: bytes, terms: Terms | None = None, name: str = "a.png") -> Examination:
    result = examine(BytesIO(data), terms, name=name)
    check(json.loads(json.dumps(result.json())), SCHEMA)
    return result


def check(value: object, schema: dict) -> None:
    """A value against the parts of JSON Schema that our schema uses."""
    if "$ref" in schema:
        return check(value, SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]])
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "null": type(None)}
    allowed = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    assert any(isinstance(value, kinds[kind]) for kind in allowed), (value, schema)
    assert value in schema.get("enum", [value])
    if isinstance(value, list):
        for item in value:
            check(item, schema["items"])
    if isinstance(value, dict):
        assert set(schema.get("required", ())) <= set(value)
        for key, item in value.items():
            part = schema.get("properties", {}).get(key, schema.get("additionalProperties", False))
            assert part is not False, f"{key} is not in the contract"
            check(item, part)
    return None


every_format = pytest.mark.parametrize("format_", list(FORMATS), ids=lambda format_: format_.name)


@every_format
def test_what_we_write_is_read_without_a_fault_in_every_format(format_: Format) -> None:
    result = looked_at(labelled(LABEL, format_), name=f"x{format_.suffixes[0]}")
    (label,) = result.labels
    assert label.fields == LABEL.fields() and label.findings == () and result.findings == ()
    assert (result.verdict, result.error) == (Verdict.IS, None)


@every_format
def test_an_example_without_a_label_shows_nothing(format_: Format) -> None:
    result = looked_at(format_.example(), name=f"x{format_.suffixes[0]}")
    assert (result.verdict, result.labels, result.traces, result.error) == (Verdict.NOT_SEEN, (), (), None)


VERDICTS = [
    ("the label says so: 6(1)", labelled(), False, "属于"),
    ("the label says so, whatever the user declares", labelled(), True, "属于"),
    ("the label says possibly", labelled(replace(LABEL, attribute="2")), False, "可能"),
    ("the label says suspected", labelled(replace(LABEL, attribute="3")), False, "疑似"),
    ("suspected, and the user declares it", labelled(replace(LABEL, attribute="3")), True, "可能"),
    ("only the user declares it: 6(2)", FORMATS["png"].example(), True, "可能"),
    ("only a trace: 6(3)", png_text(PARAMETERS, "parameters")[1], False, "疑似"),
    ("only words for people: 6(3)", png_text("本图由AI生成", "Description")[1], False, "疑似"),
    ("a trace, and the user declares it", png_text(PARAMETERS, "parameters")[1], True, "可能"),
    ("a label with no value of the standard", png_text('{"Label":"AIGC","ContentProducer":"x"}')[1], False, "疑似"),
    ("a label that cannot be read", png_text("???")[1], False, "疑似"),
    ("an inconclusive trace", png_text('{"aigc_info":{"aigc_type":0}}', "Comment")[1], False, "未见"),
    ("nothing", FORMATS["png"].example(), False, "未见"),
]


@pytest.mark.parametrize(
    ("why", "data", "declared", "verdict"), VERDICTS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_the_verdict_follows_article_6(why: str, data: bytes, declared: bool, verdict: str) -> None:
    assert looked_at(data, Terms(declared=declared)).verdict == verdict


def test_declared_is_an_argument_of_its_own_too() -> None:
    assert examine(BytesIO(FORMATS["png"].example()), declared=True).verdict == "可能"


def test_a_bad_seal_is_worth_what_the_terms_say() -> None:
    from zhengming.labels.seal.private_keys import generate
    from zhengming.labels.seal.sealing import seal

    data = labelled(replace(seal(LABEL, generate()), produce_id="another"))
    result = looked_at(data)
    assert [sealed.reading.verdict for sealed in result.seals] == ["bad"]
    assert result.verdict == "疑似"
    assert looked_at(data, Terms(bad_seal=BadSeal.AS_LABELLED)).verdict == "属于"


def test_a_file_with_a_wrapper_where_none_belongs_is_reported() -> None:
    (label,) = looked_at(png_xmp_element(LABEL.wrapped_json())[1]).labels
    assert [found.code for found in label.findings] == ["wrapper-unneeded"]


def test_a_missing_wrapper_in_exif_is_reported_and_a_present_one_is_not() -> None:
    bare, wrapped = (jpeg_user_comment(text)[1] for text in (LABEL.json(), LABEL.wrapped_json()))
    assert [found.code for found in looked_at(bare).labels[0].findings] == ["wrapper-missing"]
    assert looked_at(wrapped).labels[0].findings == ()


@pytest.mark.parametrize(
    ("prefix", "namespace", "codes"),
    [
        ("TC260", "http://www.tc260.org.cn/ns/AIGC/1.0/", []),
        ("TC260", "http://ns.adobe.com/xap/1.0/tc/", ["namespace"]),
        ("tc260", "http://www.tc260.org.cn/ns/AIGC/1.0/", ["xmp-prefix"]),
        ("ns1", "http://example.com/", ["namespace", "xmp-prefix"]),
    ],
)
def test_namespace_and_prefix_of_xmp_are_checked(prefix: str, namespace: str, codes: list[str]) -> None:
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description xmlns:{prefix}="{namespace}"><{prefix}:AIGC>{LABEL.json()}</{prefix}:AIGC>'
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    (label,) = looked_at(png_xmp(packet)[1]).labels
    assert [found.code for found in label.findings] == codes


def test_a_label_in_broken_xml_is_still_read() -> None:
    packet = f"<x:xmpmeta><TC260:AIGC>{LABEL.json()}</TC260:AIGC>"
    result = looked_at(png_xmp(packet)[1])
    assert result.labels[0].fields == LABEL.fields() and result.verdict == "属于"
    assert "xmp-malformed" in [found.code for found in result.labels[0].findings]
    assert result.error is not None


def test_a_label_in_another_place_than_ours_is_reported() -> None:
    result = looked_at(png_text(LABEL.wrapped_json(), "Comment")[1])
    assert [found.code for found in result.labels[0].findings] == ["place-unusual"]


def two_labels(second: MetadataLabel) -> Examination:
    data = labelled()
    chunk = png_text(second.json())[1][33:]
    end = chunk.index(b"IDAT") - 4
    return looked_at(data[:33] + chunk[:end] + data[33:])


def test_two_equal_labels_are_a_duplicate_and_two_different_ones_a_conflict() -> None:
    assert [found.code for found in two_labels(LABEL).findings] == ["duplicate"]
    result = two_labels(replace(LABEL, attribute="2", produce_id="other"))
    assert [found.code for found in result.findings] == ["duplicate", "conflict", "conflict"]
    assert result.verdict == "属于", "the strongest label counts"


def test_what_was_found_before_the_end_of_a_broken_file_is_kept() -> None:
    data = labelled()
    for size in range(data.index(b"IDAT"), len(data)):
        result = looked_at(data[:size])
        assert result.labels[0].fields == LABEL.fields() and result.verdict == "属于"
        assert result.error and result.error.kind == "bad-file"


def test_an_explicit_label_in_a_text_is_read_and_leads_to_suspected() -> None:
    result = looked_at("（内容由AI生成）\n\n# 标题\n\n正文。\n".encode(), name="a.md")
    assert (result.verdict, len(result.explicit)) == ("疑似", 1)
    about = "# 人工智能生成内容标识办法读后\n\n人工智能可以生成文字。\n".encode()
    assert looked_at(about + b"\n" * 9, name="a.md").verdict == "未见"


def test_a_path_that_cannot_be_read_is_an_error_in_the_result(tmp_path: Path) -> None:
    result = examine(tmp_path / "none.png")
    assert result.error and result.error.kind == "wrong-input" and result.verdict == "未见"
    assert examine(tmp_path).error and examine("\0").error


@pytest.mark.parametrize(("verdict", "attributes"), list(product(Verdict, [set(), {"1"}, {"AIGC"}])))
def test_the_advice_never_touches_the_keys_of_the_producer(verdict: Verdict, attributes: set[str]) -> None:
    if verdict is Verdict.IS and "1" not in attributes:
        return
    given = advice(verdict, attributes)
    assert (given.write is None) == (given.show is None) == (verdict is Verdict.NOT_SEEN)
    if given.write and given.show:
        assert set(given.write) - {"Label"} == {"ContentPropagator", "PropagateID", "ReservedCode2"}
        assert ("Label" in given.write) == (not attributes & set(Attribute))
        checked_wording(given.show.zh)


def test_the_advice_for_a_declared_file_writes_label_2() -> None:
    result = looked_at(FORMATS["png"].example(), Terms(declared=True))
    assert result.advice.write == {
        "Label": "2",
        "ContentPropagator": None,
        "PropagateID": None,
        "ReservedCode2": None,
    }
    assert result.advice.show and "可能" in result.advice.show.zh


def test_a_photo_from_a_camera_shows_nothing(samples: Path) -> None:
    result = examine(samples / "files" / "P1000827.jpg")
    assert (result.verdict, result.findings, result.error) == (Verdict.NOT_SEEN, (), None)


def test_no_real_file_takes_a_second(samples: Path) -> None:
    import time

    for path in sorted(samples.glob("*/*")):
        start = time.process_time()
        check(examine(path).json(), SCHEMA)
        assert time.process_time() - start < 1 + path.stat().st_size / 1e6


STARTS = [b"", *(format_.example()[:64] for format_ in FORMATS)]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(STARTS), st.binary(max_size=2000), st.sampled_from(["", ".md", ".png", ".svg", ".json", ".mp3"])
)
def test_any_bytes_are_examined(start: bytes, rest: bytes, suffix: str) -> None:
    looked_at(start + rest, name=f"x{suffix}")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_file_is_examined(data: st.DataObject) -> None:
    format_ = data.draw(st.sampled_from(list(FORMATS)))
    damaged = bytearray(labelled(LABEL, format_))
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.sampled_from([0, 1, 127, 128, 255]))
    looked_at(bytes(damaged), name=f"x{format_.suffixes[0]}")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30), st.text())
def test_any_entry_is_examined(keyword: str, text: str) -> None:
    keyword = keyword.encode("latin-1", "ignore").decode("latin-1").replace("\0", "") or "AIGC"
    looked_at(png_text(text, keyword)[1])
    looked_at(markdown(text)[1], name="a.md")
