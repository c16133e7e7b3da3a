"""The spoken prompts (语音提示, GB 45438-2025 §5.3 a, b, e), made offline once by scripts/make_voice_prompt.py.

Speech is not made on the spot: each prompt is a WAV under ``data/voice`` of 16 kHz, one channel, 16 bits.
"""

from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zhengming.labels.explicit.sound.sound import Samples

RATE = 16_000
#: What is spoken, and the file that holds it. The first is the usual one.
PROMPTS = {"本音频由人工智能生成": "audio.wav", "人工智能生成": "short.wav"}
#: Normalised correlation from which a sound is taken for a prompt.
LIKENESS = 0.6
_HEADER = 44


def spoken(text: str) -> str:
    """The prompt that stands for the label ``text``: itself where there is one, else the usual one."""
    return text if text in PROMPTS else next(iter(PROMPTS))


@lru_cache(maxsize=len(PROMPTS))
def prompt(text: str) -> "Samples":
    """The prompt that says ``text``, of shape (samples,), at :data:`RATE`."""
    import numpy as np

    data = (files("zhengming.labels.explicit") / "data" / "voice" / PROMPTS[text]).read_bytes()
    return (np.frombuffer(data[_HEADER:], "<i2") / np.float32(32768)).astype(np.float32)


def characters_per_minute(text: str) -> float:
    """How fast the prompt is spoken; GB 45438-2025 §5.3 note 4 asks for about 120 to 160."""
    return len(text) * 60 * RATE / len(prompt(text))


def heard(samples: "Samples") -> str | None:
    """The prompt that is heard in a sound of shape (samples,) at :data:`RATE`; the longest, where several are."""
    found = (text for text in PROMPTS if _likeness(samples, prompt(text)) >= LIKENESS)
    return max(found, key=len, default=None)


def _likeness(samples: "Samples", pattern: "Samples") -> float:
    """The largest normalised correlation of ``pattern`` with any stretch of ``samples``."""
    import numpy as np

    if len(samples) < len(pattern):
        return 0.0
    size = 1 << (len(samples) + len(pattern)).bit_length()
    product = np.fft.rfft(samples, size) * np.conj(np.fft.rfft(pattern, size))
    correlation = np.fft.irfft(product, size)[: len(samples) - len(pattern) + 1]
    sums = np.concatenate([[0.0], np.cumsum(samples.astype(np.float64) ** 2)])
    powers = sums[len(pattern) :] - sums[: -len(pattern)]
    own = float((pattern.astype(np.float64) ** 2).sum())
    # A stretch that is all but silent is like nothing, however it correlates.
    audible = powers > 1e-6 * len(pattern)
    scale = np.sqrt(np.where(audible, powers, np.inf) * own)
    return float((correlation / scale).max())
