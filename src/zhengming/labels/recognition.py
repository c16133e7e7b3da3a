"""Recognising the format of a file by its content; its name only breaks ties."""

from pathlib import PurePath
from typing import BinaryIO

from zhengming.ground.errors import WrongInput, ZhengmingError
from zhengming.labels.format import FORMATS, Format, Sample

START = 4096


class UnknownFormat(WrongInput):
    """No format on the shelf claims the file. ``misnamed``: its name says one that does not fit its content."""

    kind = "unknown-format"

    def __init__(self, suffix: str) -> None:
        self.misnamed = any(suffix in format_.suffixes for format_ in FORMATS)
        if self.misnamed:
            super().__init__(
                f"扩展名是 {suffix}，内容却不是任何支持的格式：文件可能为空、已损坏，或改过扩展名",
                f"named {suffix}, but the content is of no supported format: empty, damaged or renamed",
            )
        else:
            super().__init__(
                f"不认识的文件格式（{suffix or '无扩展名'}）；支持的格式见 zhengming formats",
                f"unknown file format ({suffix or 'no suffix'}); zhengming formats lists what is supported",
            )


def recognise(file: BinaryIO, name: str = "") -> Format:
    """The format of ``file``. ``name`` may be a path. Raises UnknownFormat when none claims it."""
    file.seek(0)
    sample = Sample(file.read(START), PurePath(name).suffix.lower(), file)
    best = max(FORMATS, key=lambda format_: (_score(format_, sample), sample.suffix in format_.suffixes))
    if not _score(best, sample):
        raise UnknownFormat(sample.suffix)
    return best


def _score(format_: Format, sample: Sample) -> int:
    try:
        return format_.score(sample)
    except ZhengmingError:  # a file too broken to look into is not this format's
        return 0
