"""Errors say the same in two languages, and travel between processes."""

import pickle

import pytest

from zhengming.ground.errors import BadFile, Refused, Unavailable, WrongInput, ZhengmingError


@pytest.mark.parametrize("kind", [WrongInput, Refused, Unavailable, BadFile])
def test_an_error_speaks_both_languages(kind: type[ZhengmingError]) -> None:
    error = kind("坏了", "broken")
    assert "坏了" in str(error)
    assert "broken" in str(error)
    assert error.json() == {"kind": kind.kind, "message": "坏了", "message_en": "broken", "at": None}


def test_a_bad_file_names_the_byte() -> None:
    assert "第 7 字节" in BadFile("坏了", "broken", 7).words.zh
    assert BadFile("坏了", "broken", 7).json()["at"] == 7


def test_an_error_survives_the_way_between_processes() -> None:
    error = pickle.loads(pickle.dumps(BadFile("坏了", "broken", 7)))
    assert (type(error), error.words, error.at) == (BadFile, BadFile("坏了", "broken", 7).words, 7)
