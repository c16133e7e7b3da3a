"""Damage to audio and video files of every kind: our errors only, or one whole label and the same media."""

import random
import tracemalloc
from io import BytesIO
from time import process_time

import pytest

from labels.formats.av_tools import LABEL
from labels.formats.test_wav_and_avi import open_dml
from zhengming.ground.errors import ZhengmingError
from zhengming.labels.edit import applied
from zhengming.labels.format import FORMATS, Format
from zhengming.labels.reading import is_label

NAMES = ("mkv", "webm", "avi", "flv", "mp3", "wav", "flac", "ogg", "opus", "aac")
PIECES = (
    b"\xff\xff\xff\xff",
    b"\0\0\0\0",
    b"\x7f\xff\xff\xff",
    b"\xec\x80" * 5,
    b"LIST\4\0\0\0INFO",
    b"ID3\4\0\0\0\0\0\0",
)


def damaged(data: bytes, chance: random.Random) -> bytes:
    """``data`` with a few of its bytes changed, dropped, doubled or overwritten."""
    result = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5))):
        at = chance.randrange(len(result) + 1)
        kind = chance.randrange(5)
        if kind == 0:
            result[at : at + 1] = chance.randbytes(1)
        elif kind == 1:
            del result[at : at + chance.randrange(30)]
        elif kind == 2:
            result[at:at] = result[chance.randrange(len(result) + 1) :][: chance.randrange(200)]
        elif kind == 3:
            result[at : at + 4] = chance.choice(PIECES)
        else:
            result[at:at] = chance.choice(PIECES)
    return bytes(result)


def labels_in(format_: Format, data: bytes) -> list[str]:
    return [entry.value for entry in format_.entries(BytesIO(data)) if is_label(entry)]


def others_in(format_: Format, data: bytes) -> list[tuple[str, str, str]]:
    return sorted((e.place, e.key, e.value) for e in format_.entries(BytesIO(data)) if not is_label(e))


@pytest.mark.parametrize("name", NAMES)
def test_damage_gives_our_error_or_one_label_and_the_rest_as_it_was(name: str) -> None:
    format_ = FORMATS[name]
    example = open_dml(100) if name == "avi" else format_.example()
    starts = (example, applied(format_.write(BytesIO(example), LABEL), example))
    chance = random.Random(name)
    for turn in range(400):
        data = damaged(starts[turn % 2], chance)
        try:
            list(format_.entries(BytesIO(data)))
            list(format_.body(BytesIO(data)))
            result = applied(format_.write(BytesIO(data), LABEL), data)
        except ZhengmingError:
            continue
        assert labels_in(format_, result) == [LABEL.json()]
        assert others_in(format_, result) == others_in(format_, data)


SWARMS = {
    "mkv": b"\xec\x80" * 500_000,
    "avi": b"JUNK\0\0\0\0" * 125_000,
    "wav": b"JUNK\0\0\0\0" * 125_000,
    "flv": b"\x12\0\0\0" + bytes(11),
    "flac": b"\1\0\0\0" * 250_000,
    "ogg": b"OggS\0" * 200_000,
    "opus": (b"OggS\0" + bytes(22)) * 37_000,
    "mp3": b"\xff\xfb\x90\x00" * 250_000,
    "aac": b"ID3\4\0\0\0\0\0\0" * 100_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SWARMS)
def test_a_megabyte_of_tiny_parts_takes_neither_time_nor_memory(name: str) -> None:
    format_ = FORMATS[name]
    swarm = SWARMS[name] * (70_000 if name == "flv" else 1)
    data = format_.example() + swarm
    if name == "mkv":
        data = data[: data.index(b"\x18\x53\x80\x67") + 4] + b"\xff" + data[data.index(b"\x15\x49\xa9\x66") :]
    if name in ("avi", "wav"):
        data = data[:4] + (len(data) - 8).to_bytes(4, "little") + data[8:]
    if name == "flac":
        data = data[:4] + b"\0" + data[5:42] + swarm
    start = process_time()
    tracemalloc.start()
    try:
        list(format_.entries(BytesIO(data)))
        format_.write(BytesIO(data), LABEL)
    except ZhengmingError:
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert process_time() - start < 20  # tracing and a busy machine included; it takes about one
    assert peak < max(10 * len(data), 16 << 20)
