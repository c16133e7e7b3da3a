"""Which bytes are a text, and in which encoding."""

import pytest

from zhengming.labels.structures.text.text_encoding import is_binary


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030"])
def test_texts_are_no_binary_files(encoding: str) -> None:
    assert not is_binary("# title, Latin enough 正名\n".encode(encoding))


def test_a_text_cut_within_a_character_is_still_one() -> None:
    assert not is_binary("abcdefgh😀".encode("utf-16-le")[:-2])


@pytest.mark.parametrize(
    "data",
    [b"\xfb\x7f\x80\xff\x80\0e\0\xf5\0\n", "abcdefgh\udc00e".encode("utf-16-le", "surrogatepass"), b"a\0b\0\0c\0d"],
    ids=["an odd number of bytes", "halves of characters", "zeros on both sides"],
)
def test_zeros_alone_make_no_utf_16(data: bytes) -> None:
    assert is_binary(data)
