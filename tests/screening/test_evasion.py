"""Words are found however they are written, and ordinary text holds none of them."""

import os
import sys
from functools import cache
from pathlib import Path

import pytest

from conftest import ROOT
from zhengming.screening.compiling import compiled
from zhengming.screening.feature import Feature
from zhengming.screening.screening import screen
from zhengming.screening.snapshot import Snapshot

sys.path.insert(0, str(ROOT / "benchmarks" / "screening"))
from techniques import CHINESE, FOR_CHINESE, FOR_LATIN, LATIN, written

#: A folder of ordinary Chinese text: files of Debian's Chinese documentation (docs/screening.md says how to make it).
TEXTS = Path(os.environ.get("ZHENGMING_TEXTS", "/nowhere"))
#: Folds under which the word itself stands in the text: Notebook is no false hit for notebook.
SAME = {"case"}
CASES = [(name, CHINESE, way) for name, way in FOR_CHINESE.items()]
CASES += [(name, LATIN, way) for name, way in FOR_LATIN.items()]


@cache
def snapshot() -> Snapshot:
    return Snapshot(compiled(Feature(word, "term", word, "A.1.8") for word in CHINESE + LATIN))


def is_found(word: str, text: str) -> bool:
    return word in {each.feature.id for each in screen(text, snapshot()).evidence}


def test_there_are_enough_ways_and_words() -> None:
    assert len(CASES) >= 40 and min(len(CHINESE), len(LATIN)) >= 25


@pytest.mark.parametrize(("name", "words", "way"), CASES, ids=[case[0] for case in CASES])
def test_a_word_is_found_however_it_is_written(name: str, words: tuple[str, ...], way: object) -> None:
    texts = {word: text for word in words if (text := written(word, way))}  # type: ignore[arg-type]
    missed = [text for word, text in texts.items() if not is_found(word, text)]
    assert len(texts) >= (20 if name not in ("traditional", "compatibility forms") else 5)
    assert len(missed) <= 0.04 * len(texts), missed


def test_hardly_any_is_missed_in_all() -> None:
    texts = [(word, text) for _, words, way in CASES for word in words if (text := written(word, way))]
    missed = [text for word, text in texts if not is_found(word, text)]
    assert len(missed) <= 0.01 * len(texts), missed


@pytest.mark.slow
def test_ordinary_text_holds_none_of_them() -> None:
    files = sorted(TEXTS.glob("*.txt"))
    if not files:
        pytest.skip("no ordinary text: set ZHENGMING_TEXTS to a folder of .txt files")
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    messages = [text[at : at + 500] for at in range(0, len(text), 500)]
    false = [each for message in messages for each in screen(message, snapshot()).evidence if set(each.folds) - SAME]
    assert len(false) <= 0.001 * len(messages), [each.json() for each in false]
