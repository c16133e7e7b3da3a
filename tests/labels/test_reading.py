"""Reading label texts in every form, and leaving foreign metadata alone."""

import json
import time
from base64 import b64encode, urlsafe_b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengming.labels.format import Entry
from zhengming.labels.metadata_label import KEYS, MetadataLabel
from zhengming.labels.reading import Reading, is_label, mentions_label, read_label

LABEL = MetadataLabel("001191110102MACQD9K64010000", "cc75f5e99aae4210960acb722f10974e", reserved1='{"a":"b"}')
JSON = LABEL.json()
CODE = LABEL.producer


def read(text: str, key: str = "AIGC") -> Reading:
    return read_label(Entry("anywhere", key, text))


def codes(text: str) -> list[str]:
    return [found.code for found in read(text).findings]


FORMS = {
    "json": (JSON, []),
    "json-with-blanks": (json.dumps(LABEL.fields()), []),
    "wrapper": (LABEL.wrapped_json(), []),
    "wrapper-in-lower-case": (LABEL.wrapped_json().replace("AIGC", "aigc"), ["wrapper-case"]),
    "line-breaks": (json.dumps(LABEL.fields(), indent=2), ["line-breaks"]),
    "json-string": (json.dumps(JSON), ["double-encoded"]),
    "json-string-in-a-wrapper": (json.dumps({"AIGC": JSON}), ["double-encoded"]),
    "base64": (b64encode(JSON.encode()).decode(), ["base64"]),
    "url-safe-base64": (urlsafe_b64encode((JSON + " ").encode()).decode().rstrip("="), ["base64"]),
    "base64-of-an-assignment": (b64encode(f"AIGC={JSON}".encode()).decode(), ["base64", "prefix"]),
    "assignment": (f"AIGC={JSON}", ["prefix"]),
    "name-without-sign": (f"AIGC{JSON}", ["prefix"]),
    "member-without-braces": (f'"AIGC":{JSON}', ["fragment"]),
    "members-without-braces": (JSON[1:-1], ["fragment"]),
    "entities": (JSON.replace('"', "&quot;"), ["double-encoded"]),
    "python-dict": (str(LABEL.fields()), ["python-literal"]),
    "exif-charset": ("ASCII\0\0\0" + JSON, []),
    "byte-order-mark": ("\ufeff" + JSON + "\0", []),
    "yaml-block": ("AIGC:\n" + "".join(f"  {key}: '{value}'\n" for key, value in LABEL.fields().items()), []),
    "yaml-inner-block": ("".join(f"{key}: '{value}'\n" for key, value in LABEL.fields().items()), []),
    "yaml-flow": (f"AIGC: {json.dumps(LABEL.fields())}", []),
    "fenced-yaml": (f"---\nAIGC: {JSON}\n---\n", []),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_fields(form: str) -> None:
    text, odd = FORMS[form]
    assert read(text).fields == LABEL.fields()
    assert codes(text) == odd
    assert is_label(Entry("anywhere", "comment", text)) or form in ("yaml-inner-block", "fenced-yaml", "python-dict")


def test_unquoted_digits_of_yaml_stay_text() -> None:
    reading = read(
        "AIGC:\n  Label: 1\n  ContentProducer: 001191320114777023172010000\n  ProduceID: 142569260085903360\n"
    )
    assert reading.fields["ContentProducer"] == "001191320114777023172010000"
    assert reading.fields["ProduceID"] == "142569260085903360"


def test_numbers_of_json_are_read_as_written_and_reported() -> None:
    text = (
        '{"Label":1,"ContentProducer":"%s","ProduceID":142569260085903360999999999999999999999,"ReservedCode1":null}'
    )
    reading = read(text.replace("%s", CODE))
    assert reading.fields["Label"] == "1" and reading.fields["ProduceID"].endswith("60999999999999999999999")
    found = {(found.code, found.detail) for found in reading.findings}
    assert {
        ("value-not-a-string", "Label"),
        ("value-not-a-string", "ProduceID"),
        ("value-null", "ReservedCode1"),
    } <= found


@pytest.mark.parametrize(
    ("spelt", "standard"),
    [
        ("ReserveCode1", "ReservedCode1"),
        ("Propagator", "ContentPropagator"),
        ("PropatorID", "PropagateID"),
        ("content_producer", "ContentProducer"),
        ("produceId", "ProduceID"),
        ("label", "Label"),
    ],
)
def test_a_misspelt_key_is_read_under_its_name_and_reported(spelt: str, standard: str) -> None:
    fields = {(spelt if key == standard else key): value for key, value in LABEL.fields().items()}
    assert read(json.dumps(fields)).fields == LABEL.fields()
    assert "key-misspelt" in codes(json.dumps(fields))


def test_the_keys_of_another_scheme_are_read_and_reported() -> None:
    reading = read('{"AIGC":{"ServiceProvider":"x","ServiceUser":"y","Time":"2026","ContentId":"8f3a"}}')
    assert (reading.fields["ContentProducer"], reading.fields["ProduceID"]) == ("x", "8f3a")
    assert "other-scheme" in [found.code for found in reading.findings]
    assert set(reading.extra) == {"ServiceUser", "Time"}


def test_the_first_of_a_repeated_key_counts() -> None:
    reading = read('{"Label":"1","Label":"3","ContentProducer":"A","ProduceID":"b7"}')
    assert reading.fields["Label"] == "1"
    assert "key-repeated" in [found.code for found in reading.findings]


@pytest.mark.parametrize("size", range(len('{"Label":"1",'), len(JSON)))
def test_a_label_cut_off_anywhere_keeps_its_whole_members(size: int) -> None:
    reading = read(JSON[:size])
    whole = [key for key, value in LABEL.fields().items() if f"{json.dumps(key)}:{json.dumps(value)}" in JSON[:size]]
    assert reading.fields == {key: LABEL.fields()[key] for key in whole}
    assert "truncated" in [found.code for found in reading.findings]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "id-missing"),
        ("00000000000000000000000000000000", "id-all-zero"),
        ("00000000-0000-0000-0000-000000000000", "id-all-zero"),
        ("[object Object]", "id-object-text"),
        ("ExportRequest(files=[ExportFile(docType=2)])", "id-object-text"),
        ("com.example.Request@1b6d3586", "id-object-text"),
        ("<Request object at 0x7f3a>", "id-object-text"),
        ("%!s(MISSING)", "id-format-error"),
        ("undefined", "id-format-error"),
        ("iflow", "id-constant"),
        (CODE, "id-constant"),
        ("f3a9c1d7e8b524af6d0e1c2b3a485967", "id-regular"),
        ("${uuid}", "value-placeholder"),
    ],
)
def test_a_number_that_cannot_be_unique_is_reported(number: str, code: str) -> None:
    assert code in codes(json.dumps({**LABEL.fields(), "ProduceID": number}))


@pytest.mark.parametrize(
    "number",
    ["cc75f5e99aae4210960acb722f10974e", "142569260085903360", "33aAROBAQOOK4K6FXe9TNg", "cz/c7fe057c", "abc123"],
)
def test_a_number_as_services_give_it_is_not_reported(number: str) -> None:
    assert codes(json.dumps({**LABEL.fields(), "ProduceID": number})) == []


def test_only_one_of_the_propagators_two_elements_is_reported() -> None:
    assert codes(json.dumps({**LABEL.fields(), "PropagateID": "cc75f5e9"})) == ["propagator-incomplete"]


FOREIGN = [
    ("prompt", '{"3": {"class_type": "KSampler", "inputs": {"text": "AIGC Label ContentProducer"}}}'),
    ("workflow", '{"nodes": [{"title": "AIGC", "Label": "1", "ContentProducer": "x"}]}'),
    ("parameters", 'write {"Label":"1","ContentProducer":"x"} on a wall\nSteps: 20, Sampler: Euler'),
    ("Comment", "AIGC labels are a duty"),
    ("dc:description", "Label: a cat\nContentProducer: none of ours"),
    ("xmp:Label", "Red"),
    ("ImageDescription", '{"data":{"aigc_info":{"aigc_type":1}}}'),
    ("Comment", '{"Label": "cat", "Score": 0.9}'),
    ("xmpGImg:image", "/9j/4AAQSkZJRgABAgEASABIAAD/" * 1000),
    ("photo", '{"AIGC":{"Label":"1","ContentProducer":"x"},"camera":{"serial":7}}'),
]


@pytest.mark.parametrize(("key", "value"), FOREIGN)
def test_foreign_metadata_is_never_claimed(key: str, value: str) -> None:
    assert not is_label(Entry("PNG tEXt", key, value))


def test_a_label_beside_foreign_members_is_read_though_not_claimed() -> None:
    entry = Entry("EXIF", "UserComment", '{"AIGC":{"Label":"1","ContentProducer":"x"},"camera":{"serial":7}}')
    assert mentions_label(entry) and read_label(entry).fields == {"Label": "1", "ContentProducer": "x"}


@pytest.mark.parametrize(
    "name", ["AIGC", "aigc", "TC260:AIGC", "tc260:aigc", "Aigc", "Iptc4xmpExt:AIGC", "com.x/AIGC"]
)
def test_whatever_is_called_aigc_is_an_attempt_at_a_label(name: str) -> None:
    assert is_label(Entry("anywhere", name, "???"))


HOSTILE = [
    "{" * 200_000,
    '{"AIGC":' * 100_000,
    '"' * 300_000,
    '\\"' * 200_000,
    '{"Label":"' * 50_000,
    "'Label':\"" * 50_000,
    '"Label"' + " " * 300_000,
    "AIGC=" * 60_000,
    "AIGC:\n" + "  - " * 15_000,
    "AIGC: &a [*a]\n" * 2_000,
    "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nAIGC: *c",
    "&quot;" * 50_000,
    "[" * 60_000,
    "AIGC: " + "{a: " * 10_000,
    "QUlH" * 100_000,
    "A" * 20 + " " * 300_000 + "!",
    "x:\n" + "\n" * 60_000 + "AIG",
    "\n---" * 15_000,
    '"Label":\'"x' * 50_000,
    '{"Label":' + "9" * 300_000 + "}",
    "(" * 1000 + '{"ProduceID":"' + "x(" * 50_000 + '"}',
    '{"ProduceID":"' + "<" * 100_000 + '","Label":"' + "${" * 50_000 + '"}',
    json.dumps(
        {"ProduceID": "a" * 200_000 + "@" + "b" * 1000, "Label": "(" * 100_000, "ContentProducer": "[" * 9999}
    ),
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_is_read_in_a_moment(text: str) -> None:
    start = time.process_time()
    for key in ("AIGC", "comment"):
        entry = Entry("anywhere", key, text)
        is_label(entry), mentions_label(entry), read_label(entry)
    assert time.process_time() - start < 1.5


@settings(max_examples=300, deadline=None)
@given(st.text(), st.sampled_from(["", '{"AIGC":', "AIGC:\n ", '{"Label":"1",', "AIGC=", '"AIGC":']))
def test_any_text_is_read(text: str, start: str) -> None:
    reading = read(start + text)
    assert set(reading.fields) <= set(KEYS) and all(isinstance(value, str) for value in reading.fields.values())
    is_label(Entry("anywhere", text, start + text))


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*KEYS, "AIGC", "x"]), inner),
    )
)
def test_any_json_is_read(value: object) -> None:
    read(json.dumps({"AIGC": value}))
    read(json.dumps(value))
