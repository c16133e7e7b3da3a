"""USCC and organisation code: the checks of GB 32100 and GB 11714."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengming.ground.errors import WrongInput
from zhengming.law import uscc

REAL = [
    "91110102MACQD9K640", "9144030008867405X2", "91110102MAD55U9H0F", "91110108MA01R70K8D", "91440300708461136T",
    "91330106MA2CFLDG4R", "91440101MA9Y9T4H7A", "91330101MA27WPYJ18", "91110108335469089C", "91110108MA01KP2T5U",
    "91310104MACE0YX639", "91340000711771143J", "91440300MA5G49LC9K", "913201147770231720", "914403001922038216",
    "91110000802100433B", "91110105MACJ6K1C8A", "91340100MAEB4N8H76", "91110108MACC4D63XF",
]  # fmt: skip


@pytest.mark.parametrize("code", REAL)
def test_every_real_code_passes_both_checks(code: str) -> None:
    assert uscc.is_valid(code)
    assert uscc.is_organisation_code_valid(uscc.parse(code).organisation)


@pytest.mark.parametrize("code", REAL)
def test_one_wrong_character_anywhere_is_noticed(code: str) -> None:
    for place, mark in enumerate(code):
        other = uscc.ALPHABET[(uscc.ALPHABET.index(mark) + 1) % 31]
        assert not uscc.is_valid(code[:place] + other + code[place + 1 :])


def test_two_neighbours_swapped_are_noticed() -> None:
    code = REAL[0]
    for place in range(17):
        if code[place] != code[place + 1]:
            assert not uscc.is_valid(code[:place] + code[place + 1] + code[place] + code[place + 2 :])


def test_the_parts_of_a_code() -> None:
    parts = uscc.parse("91110102MACQD9K640")
    assert (parts.department, parts.category, parts.region) == ("9", "1", "110102")
    assert (parts.organisation, parts.check) == ("MACQD9K64", "0")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("9111010", "7"),
        ("91110102MACQD9K64O", "character 18"),
        ("9I110102MACQD9K640", "character 2"),
        ("91110102MACQD9K641", "should be 0"),
        ("91110102macqd9k640", "character 9"),
    ],
)
def test_a_wrong_code_is_refused_at_the_right_place(text: str, says: str) -> None:
    with pytest.raises(WrongInput, match=says):
        uscc.parse(text)


@given(st.text(max_size=40))
def test_any_text_is_valid_exactly_when_it_parses(text: str) -> None:
    try:
        uscc.parse(text)
    except WrongInput:
        assert not uscc.is_valid(text)
    else:
        assert uscc.is_valid(text)


def test_the_organisation_code_of_the_standard_checks() -> None:
    # 00000000-X would be 0; the three results of the check are a digit, 0 for 11, and X for 10
    assert uscc.organisation_check_character("00000000") == "0"
    assert uscc.organisation_check_character("MACQD9K6") == "4"
    assert uscc.organisation_check_character("08867405") == "X"
