"""The rhythm 短长 短短 is Morse A-gap-I, and is told from other beats."""

import numpy as np
import pytest

from zhengming.labels.explicit.sound.rhythm import UNITS, Rhythm, is_in

RATE = 16_000


def beats(units: tuple[int, ...], unit: float = 0.15, pitch: float = 880) -> np.ndarray:
    parts = []
    for place, length in enumerate(units):
        time = np.arange(round(length * unit * RATE)) / RATE
        parts.append(0.3 * np.sin(2 * np.pi * pitch * time) * (place % 2 == 0))
    return np.concatenate([np.zeros(RATE // 2), *parts, np.zeros(RATE // 2)]).astype(np.float32)


def test_the_rhythm_is_short_long_gap_short_short() -> None:
    sound = Rhythm(unit=0.1).sound(RATE)
    loud = np.sqrt((sound.reshape(-1, 160) ** 2).mean(axis=1)) > 0.3
    lengths = np.diff(np.flatnonzero(np.diff(np.concatenate([[0], loud, [0]]))))
    assert np.round(lengths / 10).astype(int).tolist() == list(UNITS) == [1, 1, 3, 3, 1, 1, 1]


@pytest.mark.parametrize("unit", [0.06, 0.1, 0.15, 0.3])
@pytest.mark.parametrize("pitch", [440, 880, 2000])
def test_it_is_recognised_at_other_units_and_pitches(unit: float, pitch: float) -> None:
    assert is_in(beats(UNITS, unit, pitch), RATE)


def test_it_is_recognised_in_front_of_louder_content_and_under_noise() -> None:
    chance = np.random.default_rng(1)
    content = chance.normal(0, 0.25, 2 * RATE).astype(np.float32)
    sound = np.concatenate([beats(UNITS), content])
    assert is_in(sound + chance.normal(0, 0.01, len(sound)).astype(np.float32), RATE)


@pytest.mark.parametrize(
    "units",
    [(1, 1, 3, 1, 1, 1, 1), (1, 1, 1, 1, 1, 1, 1), (3, 1, 1, 3, 1, 1, 1), (1, 1, 3, 3, 1, 1, 3), (1, 1, 3, 3, 1)],
    ids=["the letter L, without the gap", "four short", "N I", "A A", "A E"],
)
def test_other_morse_is_not_taken_for_it(units: tuple[int, ...]) -> None:
    assert not is_in(beats(units), RATE)


def test_beats_of_noise_or_of_several_pitches_are_not_taken_for_it() -> None:
    noise = np.random.default_rng(2).normal(0, 1, len(beats(UNITS))).astype(np.float32)
    assert not is_in((beats(UNITS) != 0) * noise, RATE)
    assert not is_in(np.zeros(RATE, np.float32), RATE)
    assert not is_in(np.zeros(3, np.float32), RATE)
