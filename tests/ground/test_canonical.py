"""Canonical JSON: one value, one sequence of bytes, and no other bytes are read back."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengming.ground.canonical import LARGEST_NUMBER, canonical, parsed
from zhengming.ground.errors import BadFile, WrongInput, ZhengmingError

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST_NUMBER, LARGEST_NUMBER) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_what_is_written_is_read_back(value: Any) -> None:
    assert parsed(canonical(value)) == value
    assert json.loads(canonical(value)) == value


def test_the_order_of_members_does_not_matter() -> None:
    assert (
        canonical({"b": 1, "a": [True, None]}) == canonical({"a": [True, None], "b": 1}) == b'{"a":[true,null],"b":1}'
    )


def test_members_are_sorted_by_utf16_as_in_the_example_of_rfc_8785() -> None:
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    found = list(json.loads(canonical(dict.fromkeys(names, 0))))
    assert found == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


def test_strings_are_escaped_as_in_rfc_8785() -> None:
    assert canonical('\u20ac$\x0f\nA\'B"\\"/\x7f') == '"€$\\u000f\\nA\'B\\"\\\\\\"/\x7f"'.encode()


@pytest.mark.parametrize(
    "value", [1.0, float("nan"), 2**53, -(2**53), {1: 2}, {"a": b""}, "\ud800", {"\ud800": 1}, set()]
)
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(WrongInput):
        canonical(value)


def test_nesting_without_end_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(WrongInput):
        canonical(value)


@pytest.mark.parametrize(
    "data",
    [b'{"b":1,"a":2}', b'{"a": 1}', b'{"a":1,"a":1}', b"1.0", b"1e3", b"-0", b"NaN", b'"\\u0041"', b"[1]\n", b"",
     b"[" * 99999, b"9" * 5000, b'"\\ud800"', b"\xff"],
)  # fmt: skip
def test_other_spellings_are_not_read(data: bytes) -> None:
    with pytest.raises(BadFile):
        parsed(data)


@given(st.binary(max_size=64))
def test_any_bytes_end_in_our_error(data: bytes) -> None:
    with contextlib.suppress(ZhengmingError):
        parsed(data)
