"""The rhythm that says AI: 短长 短短, Morse A-gap-I (GB 45438-2025 §5.3 c). [H]

The clause fixes neither the units nor the pitch. [?] Ours are settings: Morse's own proportions, 1 for short,
3 for long, 1 between beats and 3 between the letters. Without the longer gap it would be the letter L.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from zhengming.labels.explicit.sound.sound import Samples

#: What the rhythm says, as a record and an examination give it.
TEXT = "AI生成（节奏提示：短长 短短）"
#: Beats and pauses by turns, in units: 短 · 长 ·· 短 · 短.
UNITS = (1, 1, 3, 3, 1, 1, 1)
#: Step in seconds at which a sound is looked at when the rhythm is searched.
STEP = 0.01
#: A beat or pause may be this share of a unit longer or shorter than it should.
TOLERANCE = 0.4
#: Units between these many seconds are taken for the rhythm.
SHORTEST, LONGEST = 0.05, 0.4
#: All beats have this share of their power close to one pitch.
PURITY = 0.6


@dataclass(frozen=True)
class Rhythm:
    """How the rhythm sounds: ``unit`` in seconds, ``pitch`` in Hz. Settings of ours, not the standard's."""

    unit: float = 0.15
    pitch: float = 880.0

    def sound(self, rate: int) -> "Samples":
        """The rhythm at ``rate`` samples a second, of shape (samples,), with beats of full scale."""
        import numpy as np

        beats = [self._beat(rate, units) * (place % 2 == 0) for place, units in enumerate(UNITS)]
        return np.concatenate(beats).astype(np.float32)

    def _beat(self, rate: int, units: int) -> "NDArray[np.float64]":
        """A tone whose ends fade within 10 ms, so that it does not click."""
        import numpy as np

        time = np.arange(round(units * self.unit * rate)) / rate
        fade = np.clip(np.minimum(time, time[-1] - time) / 0.01, 0, 1)
        pitch = min(self.pitch, rate / 4)
        beat: NDArray[np.float64] = np.sin(2 * np.pi * pitch * time) * np.sin(fade * np.pi / 2) ** 2
        return beat


def is_in(samples: "Samples", rate: int) -> bool:
    """Whether the rhythm is heard in a sound of shape (samples,), at any unit and pitch."""
    import numpy as np

    hop = max(1, round(STEP * rate))
    steps = samples[: len(samples) // hop * hop].reshape(-1, hop)
    if not len(steps):
        return False
    envelope = np.sqrt((steps.astype(np.float64) ** 2).mean(axis=1))
    return any(
        _is_one_tone(samples, rate, [(start * hop, stop * hop) for start, stop in beats])
        for share in (0.5, 0.25, 0.12)
        for beats in _candidates(envelope > max(share * envelope.max(), 1e-4))
    )


def _candidates(loud: "NDArray[np.bool_]") -> "Iterator[list[tuple[int, int]]]":
    """Runs of four beats whose lengths and pauses are those of the rhythm, as steps (start, stop)."""
    import numpy as np

    edges = np.flatnonzero(np.diff(np.concatenate([[False], loud, [False]]).astype(np.int8)))
    for first in range(0, len(edges) - len(UNITS), 2):
        own = [int(edge) for edge in edges[first : first + len(UNITS) + 1]]
        if _is_proportioned([later - earlier for earlier, later in pairwise(own)]):
            yield list(zip(own[::2], own[1::2], strict=True))


def _is_proportioned(lengths: list[int]) -> bool:
    unit = sum(lengths) / sum(UNITS)
    if not SHORTEST <= unit * STEP <= LONGEST:
        return False
    slack = max(TOLERANCE * unit, 2)
    return all(abs(length - units * unit) <= slack for length, units in zip(lengths, UNITS, strict=True))


def _is_one_tone(samples: "Samples", rate: int, beats: list[tuple[int, int]]) -> bool:
    """Whether the beats are the same pure tone, which speech and drums are not."""
    import numpy as np

    size = min(stop - start for start, stop in beats)
    window = np.hanning(size)
    pitches = []
    for start, _ in beats:
        power = np.abs(np.fft.rfft(samples[start : start + size] * window)) ** 2
        top = int(power.argmax())
        if power[max(0, top - 3) : top + 4].sum() < PURITY * power.sum():
            return False
        pitches.append(top)
    return max(pitches) - min(pitches) <= 2 and max(pitches) * rate / size > 50
