"""The contract of the shelf of identity methods: whatever stands there keeps all of this."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.cloud import NOW
from identity.rings import ring
from zhengming.ground.errors import Refused, Unavailable, WrongInput, ZhengmingError
from zhengming.identity.claim import FIELDS, Claim
from zhengming.identity.digests import Digester
from zhengming.identity.method import METHODS, Means, Method, Task, Verified
from zhengming.identity.secret import Secret
from zhengming.identity.vault import Vault

methods = pytest.mark.parametrize("method", list(METHODS), ids=lambda method: method.name)
MEANS = Means(NOW, "n-1", Digester(ring("look-1")), "user-1", Vault(ring("seal-1")))


def test_the_five_ways_of_the_law_and_staff_stand_on_the_shelf() -> None:
    assert {"mobile", "resident_id", "uscc", "network_id", "manual"} <= set(METHODS.things)


@methods
def test_a_method_brings_a_valid_example(method: Method) -> None:
    example = method.example()
    assert example.method == method.name
    assert set(method.required) <= set(example.fields)
    assert set(method.facts(example, MEANS.today).fields) >= set(method.required)


@methods
def test_a_method_says_in_both_languages_what_it_is_needs_and_keeps(method: Method) -> None:
    for words in (method.words, method.contract, method.kept):
        assert words.zh
        assert words.en
    assert set(method.required) | set(method.optional) <= set(FIELDS)


@methods
def test_every_required_field_is_required(method: Method) -> None:
    for name in method.required:
        fields = {other: text for other, text in method.example().fields.items() if other != name}
        with pytest.raises(WrongInput):
            method.facts(replace(method.example(), fields=fields), MEANS.today)


@methods
def test_what_a_method_does_not_need_is_refused(method: Method) -> None:
    for name in set(FIELDS) - set(method.required) - set(method.optional):
        fields = {**method.example().fields, name: Secret("某些内容")}
        with pytest.raises(Refused, match="不收集"):
            method.facts(replace(method.example(), fields=fields), MEANS.today)


@methods
def test_nobody_is_verified_without_a_source_of_record_or_staff(method: Method) -> None:
    try:
        outcome = method.verify(method.example(), MEANS)
    except (Refused, Unavailable):
        return
    assert isinstance(outcome, Task)


@methods
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_text_in_any_field_gives_only_our_errors_and_never_shows(method: Method, data: st.DataObject) -> None:
    wild = (
        st.text(max_size=40) | st.from_regex("[0-9X]{15,19}", fullmatch=True) | st.characters().map(lambda c: c * 9)
    )
    name = data.draw(st.sampled_from(sorted({*method.required, *method.optional})))
    text = data.draw(wild)
    given_claim = replace(method.example(), fields={**method.example().fields, name: Secret(text)})
    try:
        outcome = method.verify(given_claim, MEANS)
    except ZhengmingError as error:
        shown = f"{error} {error!r} {error.json()} {error.__cause__!r}"
    else:
        assert not isinstance(outcome, Verified)
        shown = repr(outcome)
    for number in re.findall("[0-9X]{8,}", text):  # words could coincide with our own sentences
        assert number not in shown


@methods
def test_pictures_are_taken_only_where_staff_look_at_them(method: Method) -> None:
    with_picture = replace(method.example(), documents=(MEANS.digester.digest("document", "x"),))
    if method.name == "manual":
        method.facts(with_picture, MEANS.today)
        return
    with pytest.raises(Refused, match="pictures"):
        method.facts(with_picture, MEANS.today)


def test_an_unknown_field_is_refused_at_once_and_its_name_not_repeated() -> None:
    with pytest.raises(WrongInput) as caught:
        Claim("mobile", {"13812345678": Secret("x")})
    assert "13812345678" not in str(caught.value)


def test_means_without_a_source_say_so_and_name_the_way_out(means: Callable[..., Any]) -> None:
    with pytest.raises(Unavailable, match="人工核验"):
        METHODS["resident_id"].verify(METHODS["resident_id"].example(), means())
