"""A sound says that it is generated, before or after its content, and the content keeps its samples."""

import random
import struct
from contextlib import suppress
from io import BytesIO

import numpy as np
import pytest

from zhengming.ground.errors import Refused, Unavailable, ZhengmingError
from zhengming.labels.explicit.film import libav
from zhengming.labels.explicit.labeller import Shown, Wish, labeller_for
from zhengming.labels.explicit.sound import sound, voice
from zhengming.labels.explicit.sound.prompt import GAP
from zhengming.labels.explicit.sound.rhythm import TEXT
from zhengming.labels.explicit.sound.wav_samples import FLOAT, PCM, Shape, Wav
from zhengming.labels.explicit.wording import is_wording
from zhengming.labels.formats.flac import FORMAT as FLAC
from zhengming.labels.formats.wav import FORMAT as WAV

SHAPES = [
    Shape(PCM, 1, 8_000, 1, 8), Shape(PCM, 2, 44_100, 2, 16), Shape(PCM, 2, 22_050, 3, 24),
    Shape(PCM, 6, 48_000, 4, 32), Shape(PCM, 1, 16_000, 3, 20), Shape(FLOAT, 2, 48_000, 4, 32),
    Shape(FLOAT, 1, 11_025, 8, 64),
]  # fmt: skip


def tune(shape: Shape, seconds: float = 3.0, level: float = 0.2) -> np.ndarray:
    time = np.arange(round(seconds * shape.rate)) / shape.rate
    tone = level * np.sin(2 * np.pi * (300 + 40 * np.sin(3 * time)) * time) * (0.6 + 0.4 * np.sin(5 * time))
    return np.repeat(tone[:, None], shape.channels, axis=1).astype(np.float32)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack("<4sI", kind, len(data)) + data + b"\0" * (len(data) % 2)


def wav(shape: Shape, samples: np.ndarray, *more: bytes) -> bytes:
    fmt = struct.pack(
        "<HHIIHH", shape.kind, shape.channels, shape.rate, shape.rate * shape.frame, shape.frame, shape.bits
    )
    inside = b"WAVE" + chunk(b"fmt ", fmt) + b"".join(more) + chunk(b"data", shape.encoded(samples))
    return chunk(b"RIFF", inside)


def rf64(data: bytes, frame: int) -> bytes:
    at = data.index(b"data")
    (size,) = struct.unpack_from("<I", data, at + 4)
    ds64 = chunk(b"ds64", struct.pack("<QQQI", len(data) + 28, size, size // frame, 0))
    unknown = b"\xff\xff\xff\xff"
    return b"RF64" + unknown + b"WAVE" + ds64 + data[12 : at + 4] + unknown + data[at + 8 :]


def labelled(data: bytes, name: str = "wav", **wish: object) -> tuple[bytes, Shown]:
    sink = BytesIO()
    shown = labeller_for(name).put(BytesIO(data), sink, Wish(**wish), name)
    return sink.getvalue(), shown


def seen(data: bytes) -> list[str]:
    return list(labeller_for("wav").seen(BytesIO(data), "wav"))


def raw(data: bytes) -> bytes:
    file = BytesIO(data)
    kept = Wav.read(file).samples
    return data[kept.start : kept.stop]


@pytest.mark.parametrize("position", ["start", "end", "both"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_wav_says_it_is_generated_and_its_content_keeps_every_bit(shape: Shape, position: str) -> None:
    data = wav(shape, tune(shape))
    for kind, text in (("voice", "本音频由人工智能生成"), ("rhythm", TEXT)):
        result, shown = labelled(data, sound=kind, position=position)
        assert shown.text == text
        assert set(seen(result)) == {text}
        before, after = raw(data), raw(result)
        where = {"start": after.endswith(before), "end": after.startswith(before), "both": before in after}
        assert where[position]
    assert seen(data) == []


def test_the_usual_prompts_meet_the_wording_and_the_pace_of_the_standard() -> None:
    for text in voice.PROMPTS:
        assert is_wording(text)
        assert 120 <= voice.characters_per_minute(text) <= 160
    assert is_wording(TEXT)


def test_a_prompt_is_as_loud_as_the_content_and_never_clips() -> None:
    shape = Shape(FLOAT, 2, 48_000, 4, 32)
    for level, wanted in ((0.05, None), (0.2, None), (0.9, -16.0), (0.0, -23.0), (0.0005, -36.0)):
        result, _ = labelled(wav(shape, tune(shape, level=level)), position="start")
        programme = sound.loudness(tune(shape, level=level), shape.rate) if wanted is None else wanted
        prompt = Wav.read(BytesIO(result)).stretch(BytesIO(result), 4.2, end=False)
        assert sound.loudness(prompt, shape.rate) == pytest.approx(programme, abs=1.0)
        assert np.abs(prompt).max() <= sound.PEAK + 1e-6


def test_loudness_is_that_of_the_standard() -> None:
    """A 997 Hz sine of full scale in one channel is -3.01 LUFS (ITU-R BS.1770-5)."""
    time = np.arange(48_000) / 48_000
    assert sound.loudness(np.sin(2 * np.pi * 997 * time).astype(np.float32), 48_000) == pytest.approx(-3.01, abs=0.05)
    assert sound.loudness(np.zeros((48_000, 2), np.float32), 48_000) is None


def test_rf64_keeps_its_64_bit_sizes_right() -> None:
    shape = Shape(PCM, 2, 44_100, 2, 16)
    data = rf64(wav(shape, tune(shape)), shape.frame)
    result, _ = labelled(data)
    assert seen(result)
    riff, size, count = struct.unpack_from("<QQQ", result, 20)
    assert (riff, size, count) == (len(result) - 8, len(raw(result)), len(raw(result)) // shape.frame)


def test_marks_and_counts_follow_the_content() -> None:
    shape = Shape(PCM, 1, 16_000, 2, 16)
    cue = chunk(b"cue ", struct.pack("<I", 1) + struct.pack("<II4sIII", 7, 1000, b"data", 0, 0, 1000))
    content = tune(shape)
    data = wav(shape, content, chunk(b"fact", struct.pack("<I", len(content))), cue)
    result, _ = labelled(data, sound="rhythm", position="both")
    added = len(raw(result)) // 2 - len(content)
    assert struct.unpack_from("<I", result, result.index(b"fact") + 8) == (len(content) + added,)
    mark = struct.unpack_from("<II4sIII", result, result.index(b"cue ") + 12)
    assert mark == (7, 1000 + added // 2, b"data", 0, 0, 1000 + added // 2)
    assert added // 2 == round((11 * 0.15 + GAP) * shape.rate)


def test_speech_that_is_no_prompt_and_noise_are_not_taken_for_one() -> None:
    shape = Shape(PCM, 1, 16_000, 2, 16)
    chance = np.random.default_rng(5)
    assert seen(wav(shape, chance.normal(0, 0.1, (80_000, 1)).astype(np.float32))) == []
    assert seen(wav(shape, voice.prompt("人工智能生成")[::-1, None].copy())) == []
    assert seen(wav(shape, np.zeros((0, 1), np.float32))) == []


def test_compressed_samples_in_a_wav_are_refused() -> None:
    data = bytearray(wav(SHAPES[0], tune(SHAPES[0])))
    struct.pack_into("<H", data, data.index(b"fmt ") + 8, 7)
    with pytest.raises(Refused):
        labelled(bytes(data))


def test_broken_wavs_give_our_errors_only() -> None:
    data = wav(SHAPES[1], tune(SHAPES[1], 0.2), chunk(b"cue ", bytes(28)))
    chance = random.Random(9)
    for _ in range(80):
        broken = bytearray(data[: chance.randrange(len(data))] if chance.random() < 0.5 else data)
        for _ in range(4):
            if broken:
                broken[chance.randrange(min(120, len(broken)))] = chance.randrange(256)
        with suppress(ZhengmingError):
            labelled(bytes(broken), sound="rhythm")
        with suppress(ZhengmingError):
            seen(bytes(broken))


def coded(codec: str, muxer: str, form: str = "fltp", rate: int = 48_000, **metadata: str) -> bytes:
    av = pytest.importorskip("av")
    file = BytesIO()
    samples = np.ascontiguousarray(tune(Shape(FLOAT, 2, rate, 4, 32), 2.0).T)
    with av.open(file, "w", format=muxer) as out:
        out.metadata.update(metadata)
        stream = out.add_stream(codec, rate=rate)
        stream.codec_context.format, stream.codec_context.layout = form, "stereo"
        frame = av.AudioFrame.from_ndarray(samples, "fltp", "stereo")
        frame.sample_rate = rate
        for fitting in av.AudioResampler(form, "stereo", rate).resample(frame):
            fitting.pts = None
            out.mux(stream.encode(fitting))
        out.mux(stream.encode(None))
    return file.getvalue()


def decoded(data: bytes) -> tuple[np.ndarray, int]:
    av = pytest.importorskip("av")
    with av.open(BytesIO(data)) as container:
        fitting = av.AudioResampler("fltp")
        parts = [part.to_ndarray() for frame in container.decode(audio=0) for part in fitting.resample(frame)]
        return np.concatenate(parts, axis=1), container.streams.audio[0].codec_context.sample_rate


@pytest.mark.parametrize(("name", "codec", "muxer", "form", "slack"), [
    ("mp3", "libmp3lame", "mp3", "fltp", 0.02), ("m4a", "aac", "ipod", "fltp", 0.02),
    ("m4a", "alac", "ipod", "s16p", 0),
    ("aac", "aac", "adts", "fltp", 0.02), ("flac", "flac", "flac", "s16", 0), ("flac", "flac", "flac", "s32", 0),
    ("opus", "libopus", "ogg", "flt", 0.03),
])  # fmt: skip
def test_a_compressed_sound_is_labelled_in_its_own_codec(
    name: str, codec: str, muxer: str, form: str, slack: float
) -> None:
    data = coded(codec, muxer, form, title="雨")
    old, rate = decoded(data)
    result, shown = labelled(data, name, position="start")
    new, new_rate = decoded(result)
    assert new_rate == rate
    assert voice.heard(sound.resampled(new[0, : 8 * rate], rate, voice.RATE)) == shown.text
    start = round((shown.facts["seconds"] + GAP) * rate)
    if slack:
        lag = _lag(old[0], new[0, start - 4800 :]) - 4800
        assert abs(lag) < 3000
        content = new[:, start + lag : start + lag + old.shape[1]]
        assert np.sqrt(((content - old[:, : content.shape[1]]) ** 2).mean()) < slack
    else:
        assert np.array_equal(new[:, -old.shape[1] :], old)


def _lag(old: np.ndarray, new: np.ndarray) -> int:
    size = 1 << (len(old) + len(new)).bit_length()
    return int(np.fft.irfft(np.fft.rfft(new, size) * np.conj(np.fft.rfft(old, size)), size)[: len(new)].argmax())


def test_tags_of_a_compressed_sound_are_kept_and_it_takes_a_metadata_label() -> None:
    av = pytest.importorskip("av")
    result, _ = labelled(
        coded("flac", "flac", "s16", title="雨", artist="某人"), "flac", sound="rhythm", position="end"
    )
    with av.open(BytesIO(result)) as container:
        assert container.metadata["title"] == "雨"
        assert container.metadata["artist"] == "某人"
    assert list(FLAC.entries(BytesIO(result)))
    assert list(WAV.entries(BytesIO(labelled(wav(SHAPES[1], tune(SHAPES[1])))[0]))) == []


def test_without_pyav_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "av", None)
    with pytest.raises(Unavailable, match=r"zhengming\[video\]"):
        libav.libav()
    with pytest.raises(Unavailable, match=r"zhengming\[video\]"):
        labelled(b"anything", "mp3")
    with pytest.raises(Unavailable, match=r"zhengming\[video\]"):
        labelled(b"anything", "mp4")
