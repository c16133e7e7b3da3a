"""An entry has one form, and takes nothing that is personal or could be a content."""

import contextlib
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.making import entry
from zhengming.ground.canonical import canonical
from zhengming.ground.errors import WrongInput, ZhengmingError
from zhengming.ledger.digest import Digest
from zhengming.ledger.entry import NAME, WORD, Entry, decoded

names = st.from_regex(NAME, fullmatch=True)
words = st.from_regex(WORD, fullmatch=True)
numbers = st.integers(-(2**53) + 1, 2**53 - 1)


@given(
    names,
    st.integers(0, 2**53 - 1),
    st.dictionaries(names, words, max_size=3),
    st.dictionaries(names, words | numbers),
)
def test_what_is_written_is_canonical_and_read_back(
    kind: str, at: int, subjects: Mapping[str, str], facts: Mapping[str, Any]
) -> None:
    try:
        made = Entry(kind, at, subjects, {"output": Digest.of(b"x")}, facts)
    except WrongInput:  # a word that looks like somebody's number, or too many facts
        return
    assert decoded(made.encoded) == made
    plain = {"at": at, "kind": kind, "subjects": dict(subjects), "facts": dict(facts)}
    assert made.encoded == canonical({**plain, "digests": {"output": str(Digest.of(b"x"))}})


@pytest.mark.parametrize(
    "word",
    ["张三", "a b", "zhang@example.com", "", "x" * 65, '"', "-", "13800138000", "user:13800138000", "+8613800138000",
     "11010119900307123X", "id/110101199003071234"],
)  # fmt: skip
def test_what_may_be_personal_is_refused_and_not_repeated(word: str) -> None:
    for part in ("subjects", "facts"):
        with pytest.raises(WrongInput) as refusal:
            Entry("work.released", 1, **{part: {"user": word}})  # type: ignore[arg-type]
        assert len(word) < 5 or word not in str(refusal.value)


def test_ids_that_merely_hold_many_digits_are_taken() -> None:
    assert Entry("a", 1, {"work": "f13800138000f13800138000f1380013", "code": "001191110102MACQD9K64010000"})


@pytest.mark.parametrize("value", ["sha256:00", b"x", "提示词", 5, None])
def test_only_a_digest_is_a_digest(value: Any) -> None:
    with pytest.raises(WrongInput):
        Entry("work.released", 1, digests={"prompt": value})


@pytest.mark.parametrize("value", [1.5, True, None, b"", [], 2**53])
def test_a_fact_is_a_word_or_a_whole_number(value: Any) -> None:
    with pytest.raises(WrongInput):
        Entry("work.released", 1, facts={"n": value})


@pytest.mark.parametrize("at", [-1, 1.0, 2**53, True, "1"])
def test_a_moment_is_a_number_of_microseconds(at: Any) -> None:
    with pytest.raises(WrongInput):
        Entry("work.released", at)


def test_an_entry_stays_as_it_was_checked() -> None:
    subjects = {"work": "1"}
    made = Entry("work.released", 1, subjects)
    subjects["work"] = "张三"
    assert made.subjects["work"] == "1"
    with pytest.raises(TypeError):
        made.subjects["work"] = "张三"  # type: ignore[index]


def test_the_largest_entry_is_small() -> None:
    many = [f"a{number:031d}" for number in range(16)]
    largest = Entry(
        "a" * 32, 2**53 - 1, dict.fromkeys(many, "x" * 64), {n: Digest("hmac-sha256", b"x" * 32) for n in many}
    )
    assert len(largest.encoded) + 16 * 104 < 6 * 1024  # facts may be as many again
    with pytest.raises(WrongInput):
        Entry("a", 1, {f"a{number}": "x" for number in range(17)})


@given(
    st.binary(max_size=80)
    | st.sampled_from([entry(1).encoded]).flatmap(
        lambda e: st.integers(0, len(e) - 1).map(lambda i: e[:i] + b"x" + e[i + 1 :])
    )
)
def test_any_bytes_end_in_our_error(data: bytes) -> None:
    with contextlib.suppress(ZhengmingError):
        assert decoded(data).encoded == data


def test_digests_are_of_contents_or_under_a_key() -> None:
    assert Digest.of(b"abc") == Digest.of_file(BytesIO(b"abc"))
    assert str(Digest.of_file(BytesIO(b"abc"), "sm3")).startswith("sm3:66c7f0f4")
    assert Digest.keyed(b"k" * 16, b"13800138000") != Digest.keyed(b"l" * 16, b"13800138000")
    assert Digest.parsed(str(Digest.of(b"abc"))) == Digest.of(b"abc")
    for wrong in (
        lambda: Digest.keyed(b"short", b""),
        lambda: Digest("md5", b"x" * 32),
        lambda: Digest.parsed("abc"),
    ):
        with pytest.raises(WrongInput):
            wrong()
