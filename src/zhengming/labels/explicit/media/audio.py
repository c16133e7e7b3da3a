"""Explicit labels in sound (GB 45438-2025 §5.3): a spoken prompt, or the rhythm 短长 短短, before or after it.

WAV is edited, so its content keeps every bit; FLAC and ALAC lose nothing; other codecs are decoded and encoded again
with the same codec near the same bitrate.
"""

from collections.abc import Iterator
from typing import BinaryIO

from zhengming.labels.edit import Progress, copy
from zhengming.labels.explicit.labeller import Labeller, Shown, Wish
from zhengming.labels.explicit.sound.prompt import NEIGHBOUR, SEARCHED, Prompt, heard
from zhengming.labels.explicit.sound.sound import loudness
from zhengming.labels.explicit.sound.wav_samples import Wav


class Audio(Labeller):
    name = "audio"
    title = "音频"
    formats = ("wav", "mp3", "m4a", "aac", "flac", "ogg", "opus")

    def put(
        self, source: BinaryIO, sink: BinaryIO, wish: Wish, format_name: str, progress: Progress | None = None
    ) -> Shown:
        wish = wish.checked()
        if format_name == "wav":
            return _label_wav(source, sink, wish, progress)
        from zhengming.labels.explicit.sound.coded_audio import label_coded

        return label_coded(source, sink, wish, format_name, progress)

    def seen(self, file: BinaryIO, format_name: str) -> Iterator[str]:
        """The prompts at either end of a WAV file; other formats would have to be decoded."""
        if format_name != "wav":
            return
        wav = Wav.read(file)
        for end in (False, True):
            stretch = wav.stretch(file, SEARCHED, end=end)
            if len(stretch) and (text := heard(stretch[:, :2].mean(axis=1), wav.shape.rate)):
                yield text


LABELLER = Audio()


def _label_wav(source: BinaryIO, sink: BinaryIO, wish: Wish, progress: Progress | None) -> Shown:
    wav, prompt = Wav.read(source), Prompt.of(wish)
    shape = wav.shape
    before = after = b""
    if wish.position != "end":
        programme = loudness(wav.stretch(source, NEIGHBOUR, end=False), shape.rate)
        before = shape.encoded(prompt.before(shape.rate, shape.channels, programme))
    if wish.position != "start":
        programme = loudness(wav.stretch(source, NEIGHBOUR, end=True), shape.rate)
        after = shape.encoded(prompt.after(shape.rate, shape.channels, programme))
    copy(wav.with_prompts(source, before, after), source, sink, progress)
    return prompt.shown(wish, content="unchanged")
