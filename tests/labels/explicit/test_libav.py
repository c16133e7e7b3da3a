"""Errors of libav: about the file, or about the machine."""

import pytest

from zhengming.ground.errors import BadFile
from zhengming.labels.explicit.film.libav import coding

av = pytest.importorskip("av")


def test_a_file_that_asks_libav_for_too_much_is_bad() -> None:
    with pytest.raises(BadFile), coding("视频"):
        raise av.error.MemoryError(12, "Cannot allocate memory")


def test_no_memory_left_is_no_fault_of_the_file() -> None:
    with pytest.raises(MemoryError), coding("视频"):
        raise MemoryError
