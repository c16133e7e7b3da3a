"""Labels as real services write them, put back in the carriers they came from, and read with the right findings.

The texts lie outside the project (labels_in_the_wild.jsonl); here each is known by the start of its SHA-256.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from html import unescape
from io import BytesIO

import pytest

from conftest import SAMPLES
from labels.carriers import (
    Carrier,
    jpeg_description,
    jpeg_user_comment,
    markdown,
    markdown_end,
    mp3,
    mp4,
    png_foreign_namespace,
    png_text,
    png_text_base64,
    png_xmp,
    png_xmp_attribute,
    png_xmp_element,
)
from zhengming.labels.examination import Examination, examine
from zhengming.labels.metadata_label import KEYS

TEXTS = SAMPLES / "labels_in_the_wild.jsonl"


@dataclass(frozen=True)
class Wild:
    """One record: which it is, who wrote it, how it is carried, and what reading it must give."""

    digest: str
    vendor: str
    carrier: Carrier
    fields: int
    verdict: str
    findings: str = ""


WILD = (
    Wild("7a4ef69c", "ByteDance", markdown, 7, "属于"),
    Wild("f6cb1b63", "ByteDance", markdown, 7, "属于"),
    Wild("a2070dfc", "ByteDance", markdown, 7, "属于"),
    Wild("a03054c4", "ByteDance", markdown, 7, "属于"),
    Wild("39ee625b", "Tencent", markdown_end, 7, "属于", "place-unusual"),
    Wild("57d78c92", "Tencent", markdown_end, 7, "属于", "place-unusual"),
    Wild("d27bac4c", "Tencent", png_text, 7, "属于", "fragment"),
    Wild("12b0a3d9", "MiniMax", markdown, 7, "疑似", "code-not-a-code id-all-zero label-value value-characters"),
    Wild("b6a80038", "StepFun", markdown, 7, "属于"),
    Wild("049d11ef", "Zhipu", markdown, 7, "属于"),
    Wild("76378508", "Zhipu", markdown, 7, "属于", "id-regular"),
    Wild("0aa55b26", "Zhipu", markdown, 7, "属于"),
    Wild("7a406aea", "Alibaba", png_xmp_element, 3, "属于", "key-missing"),
    Wild("10a15ec6", "Alibaba", png_text, 7, "属于", "line-breaks"),
    Wild("e80b3d1b", "Doubao", png_xmp, 7, "属于"),
    Wild("7706d73c", "Jimeng", png_xmp, 7, "属于"),
    Wild("a7b1fb7a", "Volcengine", mp4, 3, "属于", "key-missing"),
    Wild("92b17f3f", "MiniMax", mp3, 3, "属于", "code-not-a-code key-missing truncated"),
    Wild(
        "019ef447", "iFlow", markdown, 7, "属于",
        "code-length code-lower-case code-not-a-code code-truncated code-unknown-form id-constant key-misspelt",
    ),
    Wild("9f2b2bab", "unknown", png_text, 7, "疑似", "label-enum-name truncated wrapper-case"),
    Wild("e96a4366", "Huawei", png_text, 6, "属于", "key-missing value-characters value-placeholder"),
    Wild(
        "b62778eb", "Huawei", png_text, 6, "疑似",
        "code-not-a-code key-missing key-unknown label-value value-characters value-placeholder",
    ),
    Wild("d200a390", "Hangzhou", markdown, 7, "属于", "id-object-text value-characters"),
    Wild("3e0f86e0", "draft-standard", jpeg_user_comment, 7, "属于", "code-not-a-code id-regular key-misspelt"),
    Wild("c4b20bff", "Kling", mp4, 3, "属于", "code-not-a-code fragment key-missing value-placeholder"),
    Wild("f5ee0272", "Doubao", png_text, 3, "属于", "code-not-a-code key-missing"),
    Wild("7272b946", "Tencent", jpeg_user_comment, 3, "属于", "key-missing"),
    Wild("ec5c46fd", "PicWish", png_xmp_attribute, 2, "属于", "code-not-a-code id-missing key-missing"),
    Wild("a50a15f0", "Mindshow", png_text, 7, "疑似", "code-not-a-code id-constant label-value value-characters"),
    Wild(
        "1ca898ad", "Alibaba", png_text_base64, 7, "属于",
        "base64 code-not-a-code id-constant prefix value-placeholder",
    ),
    Wild("4ab12350", "currant", png_text, 3, "属于", "fragment id-constant key-missing wrapper-case"),
    Wild("036415e0", "unknown", png_foreign_namespace, 3, "属于", "code-not-a-code key-missing namespace"),
    Wild(
        "60e7c296", "Tencent", png_text, 1, "疑似",
        "double-encoded id-missing key-missing key-unknown label-value not-json producer-missing value-placeholder",
    ),
    Wild("01eb68ed", "PyPI", png_xmp_element, 7, "属于", "code-not-a-code value-characters value-placeholder"),
)  # fmt: skip
NO_LABEL = Wild("ae763bfa", "Douyin", jpeg_description, 0, "疑似")

every_wild_label = pytest.mark.parametrize("wild", WILD, ids=lambda wild: f"{wild.vendor}-{wild.digest}")


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    if not TEXTS.is_file():
        pytest.skip(f"no labels at {TEXTS}")
    raws = [json.loads(line)["raw"] for line in TEXTS.read_text("utf-8").splitlines()]
    return {sha256(raw.encode()).hexdigest()[:8]: raw for raw in raws}


def examined(wild: Wild, raw: str) -> Examination:
    name, data = wild.carrier(raw)
    return examine(BytesIO(data), name=name)


def test_every_record_is_in_the_table(texts: dict[str, str]) -> None:
    assert set(texts) == {wild.digest for wild in (*WILD, NO_LABEL)}


@every_wild_label
def test_it_is_found_in_its_carrier_and_read_with_the_right_findings(wild: Wild, texts: dict[str, str]) -> None:
    result = examined(wild, texts[wild.digest])
    (label,) = result.labels
    assert len(label.fields) == wild.fields and set(label.fields) <= set(KEYS)
    assert sorted({found.code for found in label.findings}) == wild.findings.split()
    assert (result.verdict, result.error) == (wild.verdict, None)


@every_wild_label
def test_no_value_is_invented(wild: Wild, texts: dict[str, str]) -> None:
    raw = texts[wild.digest]
    said = (raw, unescape(raw), raw.replace('\\"', '"'))
    values = [value for value in examined(wild, raw).labels[0].fields.values() if value != "b81c44"]
    assert [value for value in values if not any(value in text for text in said)] == []


def test_the_seal_of_stepfun_is_good_and_a_changed_number_makes_it_bad(texts: dict[str, str]) -> None:
    raw = texts["b6a80038"]
    name, data = markdown(raw)
    seals = {sealed.key: sealed.reading for sealed in examine(BytesIO(data), name=name).seals}
    assert seals["ReservedCode1"].verdict == "good" and seals["ReservedCode1"].hashed == "twice"
    assert seals["ReservedCode2"].verdict == "unverifiable"
    changed = examine(BytesIO(data.replace(b"142569260085903360", b"142569260085903361")), name=name)
    assert {sealed.key: sealed.reading.verdict for sealed in changed.seals}["ReservedCode1"] == "bad"
    assert changed.verdict == "疑似"


def test_the_private_field_of_douyin_is_a_trace_and_no_label(texts: dict[str, str]) -> None:
    result = examined(NO_LABEL, texts[NO_LABEL.digest])
    assert result.labels == () and [seen.name for seen in result.traces] == ["bytedance-aigc-info"]
    assert result.verdict == "疑似"


def test_a_second_block_of_front_matter_hides_nothing(texts: dict[str, str]) -> None:
    data = f"{texts['a2070dfc']}---\ntitle: mine\n---\n# 正文\n".encode()
    assert len(examine(BytesIO(data), name="a.md").labels) == 1
    data = f"---\ntitle: mine\n---\n{texts['a2070dfc']}# 正文\n".encode()
    assert len(examine(BytesIO(data), name="a.md").labels) == 1


def every_cut(raw: str) -> Iterator[str]:
    yield from (raw[:size] for size in range(0, len(raw), max(1, len(raw) // 40)))


@every_wild_label
def test_cut_anywhere_it_never_raises(wild: Wild, texts: dict[str, str]) -> None:
    for cut in every_cut(texts[wild.digest]):
        examined(wild, cut)
