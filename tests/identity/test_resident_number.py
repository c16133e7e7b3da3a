"""Resident numbers: shape, province, day of birth, check character; age only as a flag."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengming.ground.errors import WrongInput
from zhengming.identity.resident_number import Minor, check_character, parse

TODAY = date(2026, 11, 23)


def number(first17: str) -> str:
    return first17 + check_character(first17)


def test_the_example_of_the_standard_checks() -> None:
    # The worked example of GB 11643-1999: 11010519491231002 gives X, 44052418800101001 gives 4.
    assert check_character("11010519491231002") == "X"
    assert check_character("44052418800101001") == "4"
    assert parse("11010519491231002x", TODAY).text == "11010519491231002X"


@pytest.mark.parametrize(
    ("first17", "told"),
    [
        ("00010519491231002", "province"),
        ("71010519491231002", "province"),
        ("91010519491231002", "province"),
        ("11010519490231002", "no real date"),
        ("11010519491331002", "no real date"),
        ("11010519000229002", "no real date"),  # 1900 was no leap year
        ("11010520261124002", "future"),
        ("11010518801231002", "130 years"),
    ],
)
def test_a_number_that_cannot_be_is_refused_with_the_part_at_fault(first17: str, told: str) -> None:
    with pytest.raises(WrongInput, match=told):
        parse(number(first17), TODAY)


def test_numbers_of_another_length_are_refused() -> None:
    for text in ("", "1101051949123100", "110105491231002", "11010519491231002X1", "1101051949123100ⅩX"):
        with pytest.raises(WrongInput):
            parse(text, TODAY)


@pytest.mark.parametrize("start", ["810000", "820000", "830000"])
def test_residence_permits_are_read_as_permits(start: str) -> None:
    assert parse(number(f"{start}19990101001"), TODAY).kind == "permit"


def test_one_wrong_digit_or_two_swapped_are_always_found() -> None:
    right = "11010519491231002X"
    for place in range(17):
        for digit in set("0123456789") - {right[place]}:
            wrong = right[:place] + digit + right[place + 1 :]
            with pytest.raises(WrongInput):
                parse(wrong, TODAY)
    for place in range(16):
        if right[place] != right[place + 1]:
            swapped = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
            with pytest.raises(WrongInput):
                parse(swapped, TODAY)


def test_random_digits_pass_no_more_often_than_by_chance() -> None:
    import random

    source = random.Random(11643)
    passed = 0
    for _ in range(11_000):
        first17 = "".join(source.choices("0123456789", k=17))
        last = source.choice("0123456789X")
        passed += check_character(first17) == last
    assert 850 < passed < 1_150  # one in eleven of 11 000; four standard deviations are 121
    random_numbers = ("".join(source.choices("0123456789", k=18)) for _ in range(20_000))
    assert sum(_parses(text) for text in random_numbers) < 30  # province, date and check together: about 1 in 2 700


def _parses(text: str) -> bool:
    try:
        parse(text, TODAY)
    except WrongInput:
        return False
    return True


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        ("20121123", Minor.UNDER_14),  # the fourteenth birthday is today: completed tomorrow
        ("20121122", Minor.UNDER_18),
        ("20081123", Minor.UNDER_18),
        ("20081122", Minor.ADULT),
        ("20261123", Minor.UNDER_14),
        ("20080229", Minor.ADULT),
    ],
)
def test_the_flag_changes_on_the_day_after_the_birthday(born: str, expected: Minor) -> None:
    assert parse(number(f"110105{born}001"), TODAY).minor(TODAY) is expected


def test_the_sex_digit_changes_nothing_that_is_kept() -> None:
    one, two = parse(number("11010519491231001"), TODAY), parse(number("11010519491231002"), TODAY)
    assert (one.kind, one.born) == (two.kind, two.born)


def test_a_number_does_not_show_in_repr() -> None:
    assert "1949" not in repr(parse("11010519491231002X", TODAY))


@given(st.text(max_size=30) | st.from_regex("[0-9]{14,17}[0-9X]{1,2}", fullmatch=True))
def test_any_text_gives_a_number_or_our_error(text: str) -> None:
    try:
        parse(text, TODAY)
    except WrongInput as error:
        for digits in re.findall("[0-9]{6,}", text):
            assert digits not in str(error)
