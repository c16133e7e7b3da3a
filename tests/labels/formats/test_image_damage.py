"""Damaged still images of every kind: each ends in an error of ours or in a file with exactly our label."""

import random
from collections.abc import Iterator
from io import BytesIO

import pytest

from labels.formats.image_tools import OTHER, has_only_our_label, labelled
from labels.formats.test_image_malformations import MALFORMED
from labels.formats.test_images import VARIANTS
from labels.formats.test_svg import VARIANTS as DRAWINGS
from zhengming.ground.errors import ZhengmingError
from zhengming.labels.format import FORMATS

TURNS = 40


def whole_files() -> Iterator[tuple[str, str, bytes]]:
    for name, make in {**VARIANTS, **MALFORMED}.items():
        yield name, name.partition("-")[0], make()
    for name, text in DRAWINGS.items():
        yield f"svg-{name}", "svg", text.encode()
    yield "jxl", "jxl", FORMATS["jxl"].example()


def damaged(data: bytes, chance: random.Random) -> bytes:
    """``data`` with a few bytes changed, lost, doubled or cut off, mostly near the start where the structure is."""
    result = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        at = chance.randrange(len(result) if chance.random() < 0.3 else min(len(result), 1200))
        stop = at + chance.randrange(1, 30)
        match chance.randrange(5):
            case 0:
                result[at] = chance.choice((0, 1, 127, 255, chance.randrange(256)))
            case 1:
                result[at : at + 4] = chance.choice((b"\xff" * 4, bytes(4), b"\0\0\0\1", b"\1\0\0\0"))
            case 2:
                del result[at + 1 : stop]
            case 3:
                result[at:at] = result[at:stop]
            case _:
                del result[max(at, 1) + len(result) // 2 :]
    return bytes(result)


@pytest.mark.parametrize("seed", [20250901, 20230110])
def test_damage_gives_our_error_or_exactly_our_label(seed: int) -> None:
    chance = random.Random(seed)
    labelled_files = 0
    for variant, name, data in whole_files():
        once = labelled(name, data, OTHER)
        for turn in range(TURNS):
            broken = damaged(data if turn % 2 else once, chance)
            try:
                list(FORMATS[name].entries(BytesIO(broken)))
                list(FORMATS[name].body(BytesIO(broken)))
                result = labelled(name, broken)
            except ZhengmingError:
                continue
            assert has_only_our_label(name, result), f"{variant}, turn {turn}"
            labelled_files += 1
    assert labelled_files > 100
