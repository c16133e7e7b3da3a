"""A cursor never believes a length that the file states."""

from io import BytesIO

import pytest

from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile


def test_it_takes_and_moves_on() -> None:
    cursor = Cursor(BytesIO(b"\0\x01abc"))
    assert cursor.unpack(">H") == (1,)
    assert cursor.peek(9) == b"abc"
    assert cursor.take(3) == b"abc"
    assert cursor.left == 0


@pytest.mark.parametrize("size", [-1, 6, 2**63])
def test_a_length_beyond_the_end_is_refused_before_anything_is_read(size: int) -> None:
    cursor = Cursor(BytesIO(b"abcde"))
    with pytest.raises(BadFile, match=str(size)):
        cursor.take(size)
    with pytest.raises(BadFile, match="byte 0"):
        cursor.skip(size)
    assert cursor.at == 0


def test_a_structure_over_the_limit_is_refused() -> None:
    with pytest.raises(BadFile, match="limit 4"):
        Cursor(BytesIO(b"abcde")).take(5, limit=4)


def test_a_part_of_a_file_ends_where_it_was_told() -> None:
    with pytest.raises(BadFile):
        Cursor(BytesIO(b"abcde"), 1, 3).take(3)
