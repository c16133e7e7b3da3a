"""The prompt that a wish asks for in a sound: spoken, or the rhythm; before the content, after it, or both.

GB 45438-2025 §5.3 f: at the start means before the content, at the end after it, so the content is not touched.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zhengming.labels.explicit.labeller import Shown, Wish
from zhengming.labels.explicit.sound import rhythm, voice
from zhengming.labels.explicit.sound.sound import matched, resampled, spread

if TYPE_CHECKING:
    from zhengming.labels.explicit.sound.sound import Samples

#: Silence between prompt and content, in seconds.
GAP = 0.5
#: How much of the content next to a prompt gives it its loudness, in seconds.
NEIGHBOUR = 60
#: How much of each end is searched for a prompt, in seconds.
SEARCHED = 8
WHERE = {"start": "开头（内容之前）", "end": "结尾（内容之后）", "both": "开头和结尾"}


@dataclass(frozen=True)
class Prompt:
    """What is heard: ``text`` as spoken, or what the rhythm stands for."""

    text: str
    sound: str

    @classmethod
    def of(cls, wish: Wish) -> "Prompt":
        """The prompt for ``wish``. Only shipped texts can be spoken; for any other the usual one is."""
        return cls(rhythm.TEXT if wish.sound == "rhythm" else voice.spoken(wish.text), wish.sound)

    def at(self, rate: int) -> "Samples":
        """The prompt alone at ``rate`` samples a second, of shape (samples,)."""
        if self.sound == "rhythm":
            return rhythm.Rhythm().sound(rate)
        return resampled(voice.prompt(self.text), voice.RATE, rate)

    def before(self, rate: int, channels: int, programme: float | None) -> "Samples":
        """The prompt as it goes before a content of that loudness in LUFS: (samples, channels), the gap behind."""
        import numpy as np

        loud = spread(matched(self.at(rate), rate, channels, programme), channels)
        return np.concatenate([loud, np.zeros((round(GAP * rate), channels), np.float32)])

    def after(self, rate: int, channels: int, programme: float | None) -> "Samples":
        """The same as it goes behind a content, the gap in front."""
        import numpy as np

        loud = self.before(rate, channels, programme)
        return np.roll(loud, round(GAP * rate), axis=0)

    def shown(self, wish: Wish, **facts: object) -> Shown:
        """What a record keeps of it."""
        if self.sound == "voice":
            facts["characters_per_minute"] = round(voice.characters_per_minute(self.text))
        seconds = round(len(self.at(voice.RATE)) / voice.RATE, 2)
        return Shown(self.text, WHERE[wish.position], {"seconds": seconds, "position": wish.position, **facts})


def heard(samples: "Samples", rate: int) -> str | None:
    """The prompt that is heard in a short sound of shape (samples,), ours or anybody's rhythm."""
    spoken = voice.heard(resampled(samples, rate, voice.RATE))
    return spoken or (rhythm.TEXT if rhythm.is_in(samples, rate) else None)
