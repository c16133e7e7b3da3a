"""Recognising the format of a file by its content; its name only breaks ties."""

from pathlib import PurePath
from typing import BinaryIO

from zhengming.ground.errors import WrongInput, ZhengmingError
from zhengming.labels.format import FORMATS, Format, Sample

START = 4096


class UnknownFormat(WrongInput):
    """No format on the shelf claims the file."""

    kind = "unknown-format"


def recognise(file: BinaryIO, name: str = "") -> Format:
    """The format of ``file``. ``name`` may be a path. Raises UnknownFormat when none claims it."""
    file.seek(0)
    sample = Sample(file.read(START), PurePath(name).suffix.lower(), file)
    best = max(FORMATS, key=lambda format_: (_score(format_, sample), sample.suffix in format_.suffixes))
    if not _score(best, sample):
        raise UnknownFormat(
            f"不认识的文件格式（{sample.suffix or '无扩展名'}）；支持的格式见 zhengming formats",
            f"unknown file format ({sample.suffix or 'no suffix'}); zhengming formats lists what is supported",
        )
    return best


def _score(format_: Format, sample: Sample) -> int:
    try:
        return format_.score(sample)
    except ZhengmingError:  # a file too broken to look into is not this format's
        return 0
