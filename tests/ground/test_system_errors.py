"""What the operating system says reaches Chinese readers in Chinese."""

from pathlib import Path

import pytest

from zhengming.ground.system_errors import cannot_read, reason


def opened(path: Path) -> OSError:
    with pytest.raises(OSError) as caught:
        path.read_bytes()
    return caught.value


def test_a_reason_is_chinese_for_chinese_readers_and_the_systems_own_for_others(tmp_path: Path) -> None:
    missing, folder = opened(tmp_path / "none"), opened(tmp_path)
    assert reason(missing) == ("没有这个文件或文件夹", "No such file or directory")
    assert reason(folder) == ("这是文件夹，不是文件", "Is a directory")
    assert cannot_read("图.png", missing).words.zh == "读不了 图.png：没有这个文件或文件夹"


def test_what_we_have_no_words_for_is_told_in_the_systems() -> None:
    assert reason(OSError(123456, "Unheard of")) == ("Unheard of", "Unheard of")
    assert reason(ValueError("embedded null byte")).zh == "embedded null byte"


def test_a_text_in_another_encoding_is_told() -> None:
    with pytest.raises(UnicodeDecodeError) as caught:
        b"\xff".decode("ascii")
    assert "编码" in reason(caught.value).zh
