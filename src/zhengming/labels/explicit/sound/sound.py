"""Sound as arrays: changing its rate, measuring its loudness, and bringing a prompt to the loudness of a programme.

Arrays are float32 between -1 and 1: a prompt has the shape (samples,), a programme (samples, channels).
"""

from math import gcd
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

#: How loud a prompt is where the programme is silent: the programme level of EBU R 128, in LUFS.
USUAL_LOUDNESS = -23.0
#: A prompt stays within these, in LUFS, so that it is heard beside a whisper and does not hurt after shouting.
QUIETEST, LOUDEST = -36.0, -16.0
#: No sample of a prompt goes beyond this (-1 dBFS).
PEAK = 0.89
#: Length in seconds of the blocks whose power is measured (ITU-R BS.1770-5; here they do not overlap).
BLOCK = 0.4
#: Blocks below these are pauses and do not count, in LUFS and relative to the mean in LU (BS.1770-5).
SILENCE, GATE = -70.0, -10.0
#: The two filters of K-weighting, numerators and denominators, at 48 kHz (ITU-R BS.1770-5, tables 1 and 2).
_K_WEIGHTING = (
    ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585)),
    ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621)),
)


def resampled(samples: "Samples", rate: int, new_rate: int) -> "Samples":
    """A prompt of shape (samples,) at another rate, in Hz, by way of its spectrum; short sounds only."""
    import numpy as np

    if rate == new_rate:
        return samples
    # The spectrum maps onto the new rate exactly where both lengths are whole numbers of samples.
    whole = rate // gcd(rate, new_rate)
    length = -(-len(samples) // whole) * whole
    new_length = length * new_rate // rate
    spectrum = np.fft.rfft(samples, length)
    fitted = np.zeros(new_length // 2 + 1, complex)
    common = min(len(fitted), len(spectrum))
    fitted[:common] = spectrum[:common]
    result = np.fft.irfft(fitted, new_length) * (new_length / length)
    kept: Samples = result[: -(-len(samples) * new_rate // rate)].astype(np.float32)
    return kept


def loudness(samples: "Samples", rate: int) -> float | None:
    """The gated loudness in LUFS of shape (samples,) or (samples, channels); None where there is only silence.

    All channels weigh alike; a sound shorter than a block counts as one.
    """
    import numpy as np

    programme = samples.reshape(len(samples), -1)
    size = max(1, min(round(BLOCK * rate), len(programme)))
    count = len(programme) // size
    if not count:
        return None
    weights = _weights(size, rate)
    powers = np.zeros(count)
    for number in range(count):  # one block at a time keeps the memory small
        spectrum = np.fft.rfft(programme[number * size : (number + 1) * size], axis=0)
        powers[number] = float((np.abs(spectrum) ** 2 * weights[:, None]).sum())
    return _gated(powers)


def _weights(size: int, rate: int) -> "NDArray[np.float64]":
    """The K-weighted share of each line of a spectrum of ``size`` samples in the mean square."""
    import numpy as np

    step = np.exp(-2j * np.pi * np.minimum(np.fft.rfftfreq(size, 1 / rate), 24_000) / 48_000)
    gain = np.ones(len(step))
    for above, below in _K_WEIGHTING:
        gain *= np.abs(np.polyval(above[::-1], step) / np.polyval(below[::-1], step)) ** 2
    both_halves = np.full(len(step), 2.0)
    both_halves[0] = 1
    if size % 2 == 0:
        both_halves[-1] = 1
    weights: NDArray[np.float64] = gain * both_halves / size**2
    return weights


def _gated(powers: "NDArray[np.float64]") -> float | None:
    import numpy as np

    levels = -0.691 + 10 * np.log10(np.maximum(powers, 1e-12))
    loud = levels > SILENCE
    if not loud.any():
        return None
    loud &= levels > -0.691 + 10 * np.log10(powers[loud].mean()) + GATE
    return float(-0.691 + 10 * np.log10(powers[loud].mean()))


def matched(prompt: "Samples", rate: int, channels: int, programme: float | None) -> "Samples":
    """``prompt`` as loud as a ``programme`` of that many LUFS when heard on ``channels`` of them, its peak safe."""
    import numpy as np

    wanted = USUAL_LOUDNESS if programme is None else min(max(programme, QUIETEST), LOUDEST)
    now = loudness(np.repeat(prompt[:, None], min(channels, 2), axis=1), rate)
    peak = float(np.abs(prompt).max(initial=0))
    if now is None or not peak:
        return prompt
    gain = min(10 ** ((wanted - now) / 20), PEAK / peak)
    return (prompt * np.float32(gain)).astype(np.float32)


def spread(prompt: "Samples", channels: int) -> "Samples":
    """``prompt`` on the front channels, which come first in every layout, as (samples, channels)."""
    import numpy as np

    spread_out = np.zeros((len(prompt), channels), np.float32)
    spread_out[:, :2] = prompt[:, None]
    return spread_out
