"""Mobile numbers: by a table of ranges, never by carrier."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengming.ground.errors import Refused, Unavailable, WrongInput, ZhengmingError
from zhengming.identity.mobile_number import Ranges, parse, ranges


@pytest.mark.parametrize(
    "text",
    ["13812345678", "+8613812345678", "0086 138-1234-5678", "86 138 1234 5678", "+86 (138) 1234 5678"],
)
def test_a_number_is_read_however_it_is_written(text: str) -> None:
    assert parse(text) == "13812345678"


@pytest.mark.parametrize("start", ["134", "1349", "17400", "162", "170", "192", "199"])
def test_personal_and_reseller_ranges_are_taken(start: str) -> None:
    assert parse(start.ljust(11, "0"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("14500000000", "data card"),
        ("1440000000000", "M2M"),
        ("1480000000000", "M2M"),
        ("17406000000", "emergency"),
        ("17490000000", "satellite"),
        ("12345678901", "range"),
        ("16000000000", "range"),
        ("+14155550100", "mainland"),
        ("0085212345678", "mainland"),
    ],
)
def test_other_numbers_are_refused_with_the_reason(text: str, told: str) -> None:
    with pytest.raises(Refused, match=told) as caught:
        parse(text)
    assert text not in str(caught.value)


def test_the_table_says_when_it_was_true_and_how_sure_it_is() -> None:
    assert ranges().date == "2022-05"
    assert ranges().confidence == "M"


def test_an_operator_can_bring_a_newer_table(tmp_path: Path) -> None:
    file = tmp_path / "ranges.toml"
    file.write_text(
        'date = "2027-01"\nconfidence = "H"\n[[range]]\nuse = "personal"\nlength = 11\nbegins = ["160"]\n'
    )
    assert parse("16000000000", Ranges.read(file)) == "16000000000"
    with pytest.raises(Refused):
        parse("13812345678", Ranges.read(file))
    file.write_text('date = "2027-01"\n')
    with pytest.raises(WrongInput, match="complete"):
        Ranges.read(file)
    with pytest.raises(Unavailable):
        Ranges.read(tmp_path / "absent.toml")


def test_no_range_stands_in_the_table_twice() -> None:
    from zhengming.identity.tables import table

    begins = [start for row in table("mobile_ranges")["range"] for start in row["begins"]]
    assert len(begins) == len(set(begins))


@given(st.text(max_size=30) | st.from_regex("[+]?[0-9]{5,14}", fullmatch=True))
def test_any_text_gives_a_national_number_or_our_error(text: str) -> None:
    try:
        found = parse(text)
    except ZhengmingError as error:
        for digits in re.findall("[0-9]{5,}", text):
            assert digits not in str(error)
    else:
        assert found.isascii()
        assert found.isdigit()
        assert len(found) == 11
