"""Make the spoken prompts of src/zhengming/labels/explicit/data/voice with espeak-ng. Run by hand, offline.

The text is given in pinyin to the voice ``cmn-latn-pinyin``: the voice ``cmn`` of espeak-ng 1.51 (Debian 12)
misreads characters. The pace is searched so that the speech, silence around it cut, has 140 characters a minute.
"""

import subprocess
import tempfile
import wave
from pathlib import Path

import numpy as np

from zhengming.labels.explicit.sound.sound import PEAK, USUAL_LOUDNESS, loudness, resampled
from zhengming.labels.explicit.sound.voice import PROMPTS, RATE

FOLDER = Path(__file__).parent.parent / "src/zhengming/labels/explicit/data/voice"
PINYIN = {
    "本音频由人工智能生成": "ben3 yin1pin2 you2 ren2gong1 zhi4neng2 sheng1cheng2",
    "人工智能生成": "ren2gong1 zhi4neng2 sheng1cheng2",
}
CHARACTERS_PER_MINUTE = 140
#: What is quieter than this share of the peak, before and after the speech, is silence.
SILENCE = 0.01


def speech(pinyin: str, pace: int) -> tuple[np.ndarray, int]:
    """What espeak-ng says at a pace of its own measure (words a minute), without the silence around it."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        command = ["espeak-ng", "-v", "cmn-latn-pinyin", "-s", str(pace), "-w", file.name, pinyin]
        subprocess.run(command, check=True)
        with wave.open(file.name) as sound:
            rate, data = sound.getframerate(), sound.readframes(sound.getnframes())
    samples = np.frombuffer(data, "<i2").astype(np.float32) / 32768
    loud = np.flatnonzero(np.abs(samples) > SILENCE * np.abs(samples).max())
    return samples[loud[0] : loud[-1] + 1], rate


def at_pace(text: str) -> tuple[np.ndarray, int, int]:
    """The speech whose pace is nearest to what is wanted, its rate in Hz, and espeak-ng's measure of the pace."""
    wanted = len(text) * 60 / CHARACTERS_PER_MINUTE
    tries = ((pace, *speech(PINYIN[text], pace)) for pace in range(80, 221, 5))
    pace, samples, rate = min(tries, key=lambda one: abs(len(one[1]) / one[2] - wanted))
    return samples, rate, pace


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for text, name in PROMPTS.items():
        samples, rate, pace = at_pace(text)
        samples = resampled(samples, rate, RATE)
        samples *= 10 ** ((USUAL_LOUDNESS - loudness(samples, RATE)) / 20)
        samples *= min(1, PEAK / np.abs(samples).max())
        with wave.open(str(FOLDER / name), "wb") as sound:
            sound.setparams((1, 2, RATE, 0, "NONE", ""))
            sound.writeframes(np.rint(samples * 32767).astype("<i2").tobytes())
        seconds = len(samples) / RATE
        measured = f"{seconds:.2f} s, {len(text) * 60 / seconds:.0f} characters a minute"
        print(f"{name}: {text}, {measured}, espeak-ng -s {pace}, peak {np.abs(samples).max():.2f}")


if __name__ == "__main__":
    main()
