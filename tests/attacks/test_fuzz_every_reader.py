"""Every reader, fed damaged files of every format: no exception but ours, no hang, no greed.

Bounds: one second of processor time a megabyte, memory within ten times the file (with room for what Python and
the libraries need at all: small files are mostly that).
"""

import time
import tracemalloc
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhengming.ground.errors import ZhengmingError
from zhengming.labels.edit import applied
from zhengming.labels.examination import examine
from zhengming.labels.format import FORMATS, Format
from zhengming.labels.metadata_label import MetadataLabel

pytestmark = pytest.mark.slow

LABEL = MetadataLabel("001191110102MACQD9K64010000", "cc75f5e99aae4210960acb722f10974e")
LEAST_MEMORY = 24 * 1024 * 1024
every_format = pytest.mark.parametrize("format_", list(FORMATS), ids=lambda format_: format_.name)
fuzzing = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def damaged(data: bytes, seed: int, hits: int) -> bytes:
    """``data`` after some hits: bytes changed, stretches cut out, doubled, moved, or filled with a large number."""
    chance, result = Random(seed), bytearray(data)
    for _ in range(hits):
        start = chance.randrange(len(result) + 1)
        stop = min(len(result), start + chance.choice((1, 1, 2, 4, 8, 64)))
        stretch = bytes(result[start:stop])
        result[start:stop] = chance.choice(
            (chance.randbytes(len(stretch)), b"", stretch * 2, b"\xff" * len(stretch), b"\0" * len(stretch))
        )
        if chance.random() < 0.1:
            at = chance.randrange(len(result) + 1)
            result[at:at] = stretch
    return bytes(result)


def endures(format_: Format, data: bytes) -> None:
    """Read and write within the bounds, letting out nothing but our errors."""
    tracemalloc.start()
    before = time.process_time()
    try:
        examine(BytesIO(data), name=f"x{format_.suffixes[0]}")
        applied(format_.write(BytesIO(data), LABEL), data)
    except ZhengmingError:
        pass
    finally:
        took, (_, peak) = time.process_time() - before, tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < max(LEAST_MEMORY, 10 * len(data))
    assert took < 2 + 4 * len(data) / 1e6, "tracing memory slows Python down about four times"


@every_format
def test_a_damaged_example_is_endured(format_: Format) -> None:
    whole = format_.example()
    bases = (whole, applied(format_.write(BytesIO(whole), LABEL), whole))

    @fuzzing
    @given(st.sampled_from(bases), st.integers(0, 2**32), st.integers(1, 12))
    def run(base: bytes, seed: int, hits: int) -> None:
        endures(format_, damaged(base, seed, hits))

    run()


@every_format
def test_bytes_that_only_begin_like_the_format_are_endured(format_: Format) -> None:
    start = format_.example()[:64]

    @fuzzing
    @given(st.integers(0, len(start)), st.binary(max_size=4096))
    def run(kept: int, rest: bytes) -> None:
        endures(format_, start[:kept] + rest)

    run()


def test_damaged_real_files_are_endured(samples: Path) -> None:
    for path in sorted(samples.glob("files/*")):
        format_ = FORMATS[examine(path).format.name]
        for seed in range(6):
            endures(format_, damaged(path.read_bytes(), seed, 6))


def test_hostile_files_are_endured(samples: Path) -> None:
    hostile = sorted(samples.glob("hostile/*"))
    assert hostile
    for path in hostile:
        before = time.process_time()
        examine(path)
        assert time.process_time() - before < 1


@pytest.mark.parametrize("size", [0, 1, 7, 4095, 4096, 100_000])
def test_noise_is_no_format_or_endured(size: int) -> None:
    noise = Random(size).randbytes(size)
    for suffix in sorted({suffix for format_ in FORMATS for suffix in format_.suffixes}):
        found = examine(BytesIO(noise), name=f"x{suffix}")
        assert found.verdict == "未见"
