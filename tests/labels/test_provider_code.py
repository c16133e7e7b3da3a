"""Provider codes: written strictly, read generously."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengming.ground.errors import WrongInput
from zhengming.labels.provider_code import ProviderCode, Service, compose, parse, read

TENCENT = "001191440300708461136T1XGW3"


def codes(text: str, service: Service | None = None) -> set[str]:
    return {finding.code for finding in read(text, service)[1]}


def test_a_code_is_composed_from_the_credit_code() -> None:
    assert str(compose("91440300708461136T", Service.GENERATION, "XGW3")) == TENCENT


def test_a_composed_code_is_parsed_into_the_same_parts() -> None:
    code = compose("9144030008867405X2", Service.PROPAGATION, "0001")
    assert parse(str(code)) == code
    assert code == ProviderCode("9144030008867405X2", "2", "0001", "00", "1", "1")


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("011191440300708461136T1XGW3", 1),
        ("002191440300708461136T1XGW3", 3),  # 0021…: the third character
        ("001291440300708461136T1XGW3", 4),
        ("001191440300708461136I1XGW3", 22),
        ("001191440300708461136U1XGW3", 22),
        ("0011914403O0708461136T1XGW3", 11),
        ("001191440300708461136T3XGW3", 23),
        ("001191440300708461136T0XGW3", 24),
        ("001191440300708461136T1XGw3", 26),
        ("001191440300708461136T1XG 3", 26),
    ],
)
def test_a_wrong_code_is_refused_with_the_position(text: str, position: int) -> None:
    with pytest.raises(WrongInput, match=f"position {position}:"):
        parse(text)


@pytest.mark.parametrize("text", ["", TENCENT[:26], TENCENT + "0"])
def test_a_code_of_another_length_is_refused(text: str) -> None:
    with pytest.raises(WrongInput, match=f"got {len(text)}"):
        parse(text)


@pytest.mark.parametrize("extension", ["abc1", "00001", "1", "中文中文"])
def test_an_extension_is_four_digits_or_capitals(extension: str) -> None:
    with pytest.raises(WrongInput):
        compose("91440300708461136T", Service.GENERATION, extension)


def test_an_honest_code_has_no_findings() -> None:
    assert read(TENCENT, Service.GENERATION) == (parse(TENCENT), ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("001191330101", {"code-length", "code-truncated"}),
        (
            "001191330101MA27WPYJ18xliu",
            {"code-lower-case", "code-length", "code-truncated", "code-unknown-form"},
        ),
        ("91440300708461136T", {"code-bare-uscc"}),
        ("001191440300708461136T", {"code-fixed-part-only"}),
        ("001191440101MA9Y9T4H7A00001", {"code-service-zero"}),
        ("doubao", {"code-not-a-code"}),
        ("Minimax Agent AI", {"code-not-a-code"}),
        ("某某科技有限公司", {"code-not-a-code"}),
        ("", {"code-not-a-code"}),
        ("0" * 29, {"code-all-zero"}),
        ("0" * 27, {"code-all-zero"}),
        ("001191440300708461136U1XGW3", {"code-checksum"}),
        ("005291440300708461136T1XGW3", {"code-unknown-form"}),
        (TENCENT.lower(), {"code-lower-case"}),
        (f" {TENCENT}", {"code-characters"}),
        (TENCENT + "9", {"code-length"}),
    ],
)
def test_every_departure_seen_in_the_wild_becomes_a_finding(text: str, expected: set[str]) -> None:
    assert codes(text) == expected


def test_a_propagators_code_under_the_producers_key_is_noticed() -> None:
    assert codes("00119144030008867405X220001", Service.GENERATION) == {"code-service"}
    assert codes("00119144030008867405X220001", Service.PROPAGATION) == set()


def test_the_credit_code_is_found_in_a_bare_one() -> None:
    code, _ = read("91440300708461136T")
    assert code
    assert code.uscc == "91440300708461136T"


def test_the_findings_are_in_both_languages_and_name_the_guide() -> None:
    for text in ("0" * 27, "doubao", TENCENT[:24], TENCENT.lower(), "91440300708461136T", TENCENT[:22]):
        for found in read(text)[1]:
            assert found.words.zh
            assert found.words.en
            assert found.source == "TC260-PG-20252A"


@given(st.text(max_size=60) | st.from_regex("00[0-9A-Za-z]{0,30}", fullmatch=True))
def test_reading_any_text_never_raises_and_agrees_with_the_strict_parser(text: str) -> None:
    code, found = read(text)
    if code and not found:
        assert str(parse(text)) == text
    try:
        strict = parse(text)
    except WrongInput:
        return
    assert code == strict


def test_real_codes_are_read_without_a_wrong_checksum(samples: Path) -> None:
    lines = (samples / "labels_in_the_wild.jsonl").read_text().splitlines()
    import re

    seen = {match for line in lines for match in re.findall(r"0011[0-9A-Z]{23}", json.loads(line)["raw"])}
    assert len(seen) >= 8
    for text in seen:
        assert "code-checksum" not in codes(text), text
