"""A film shows its label upright from the first frame; sound, times, colour and everything around it are kept."""

import random
from contextlib import suppress
from fractions import Fraction
from io import BytesIO
from math import ceil

import numpy as np
import pytest

from zhengming.ground.errors import BadFile, Refused, ZhengmingError
from zhengming.labels.explicit.film.again import Again
from zhengming.labels.explicit.labeller import Shown, Wish, labeller_for
from zhengming.labels.recognition import recognise

av = pytest.importorskip("av")
MUXERS = {"mp4": "mp4", "mov": "mov", "mkv": "matroska", "webm": "webm", "avi": "avi", "flv": "flv"}
SIZE = (320, 240)


def film(
    name: str = "mp4", codec: str = "libx264", size: tuple[int, int] = SIZE, *, frames: int = 12, sound: str = "",
    form: str = "yuv420p", steps: tuple[int, ...] = (1,), turned: int = 0, aspect: Fraction | None = None,
    options: dict[str, str] | None = None, muxer_options: dict[str, str] | None = None, light: bool = True,
    **colour: int,
) -> bytes:  # fmt: skip
    """A film of a slope of grey, with a tone beside it where ``sound`` names a codec."""
    file = BytesIO()
    with av.open(file, "w", format=MUXERS[name], options=muxer_options or {}, io_open=Again(file).opened) as out:
        out.metadata["title"] = "雨"
        stream = out.add_stream(codec, rate=10, options=options or {})
        stream.width, stream.height, stream.pix_fmt = *size, form
        if aspect:
            stream.codec_context.sample_aspect_ratio = aspect
        for key, value in colour.items():
            setattr(stream.codec_context, key, value)
        if turned:
            stream.set_display_rotation(turned)
        tone = out.add_stream(sound, rate=48_000, layout="mono") if sound else None
        at = 0
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(_slope(size, number, light), "gray8").reformat(format=form)
            for key, value in colour.items():
                setattr(frame, key, value)
            frame.pts, frame.time_base = at, Fraction(1, 10)
            at += steps[number % len(steps)]
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        if tone:
            samples = np.sin(np.arange(4800 * frames) / 20).astype(np.float32)[None] / 4
            heard = av.AudioFrame.from_ndarray(samples, "fltp", "mono")
            heard.sample_rate = 48_000
            out.mux([*tone.encode(heard), *tone.encode(None)])
    return file.getvalue()


def _slope(size: tuple[int, int], number: int, light: bool) -> np.ndarray:
    width, height = size
    slope = np.linspace(150, 250, width) if light else np.linspace(5, 60, width)
    return np.ascontiguousarray(np.repeat(np.roll(slope, number)[None], height, axis=0).astype(np.uint8))


def labelled(data: bytes, name: str = "mp4", **wish: object) -> tuple[bytes, Shown]:
    sink = BytesIO()
    shown = labeller_for(name).put(BytesIO(data), sink, Wish(**wish), name)
    return sink.getvalue(), shown


def pictures(data: bytes, form: str = "gray8") -> list[np.ndarray]:
    with av.open(BytesIO(data)) as container:
        return [frame.reformat(format=form).to_ndarray().astype(int) for frame in container.decode(video=0)]


def times(data: bytes) -> list[float]:
    with av.open(BytesIO(data)) as container:
        return [round(frame.time, 3) for frame in container.decode(video=0)]


def packets(data: bytes, kind: str) -> list[bytes]:
    with av.open(BytesIO(data)) as container:
        stream = getattr(container.streams, kind)[0]
        return [bytes(packet) for packet in container.demux(stream) if packet.size]


def has_label(picture: np.ndarray, box: tuple[int, int, int, int]) -> bool:
    """White text on a dark ground in the box, as displayed."""
    left, top, right, bottom = box
    plate = picture[top:bottom, left:right]
    return bool((plate > 190).mean() > 0.05 and np.median(plate) < 110)


@pytest.mark.parametrize(("name", "codec", "sound"), [
    ("mp4", "libx264", "aac"), ("mp4", "libx265", "aac"), ("mp4", "mpeg4", ""), ("mov", "libx264", "pcm_s16le"),
    ("mkv", "libx264", "libopus"), ("mkv", "ffv1", ""), ("webm", "libvpx-vp9", "libopus"), ("webm", "libvpx", ""),
    ("avi", "mpeg4", "libmp3lame"), ("avi", "mjpeg", ""), ("flv", "libx264", "aac"), ("flv", "flv", ""),
])  # fmt: skip
def test_every_frame_shows_the_label_and_the_sound_is_copied(name: str, codec: str, sound: str) -> None:
    data = film(name, codec, sound=sound, form="yuvj420p" if codec == "mjpeg" else "yuv420p")
    result, shown = labelled(data, name)
    assert recognise(BytesIO(result), "film." + name).name == name
    before, after = pictures(data), pictures(result)
    assert len(after) == len(before) == shown.facts["frames"]
    assert all(has_label(picture, shown.facts["box"]) for picture in after)
    left, top, right, bottom = shown.facts["box"]
    for one, two in zip(before, after, strict=True):
        one[top:bottom, left:right] = two[top:bottom, left:right]
        assert np.abs(one - two).mean() < 3
    assert times(result) == times(data)
    if sound:
        assert packets(result, "audio") == packets(data, "audio")
    with av.open(BytesIO(data)) as old, av.open(BytesIO(result)) as new:
        assert new.streams.video[0].codec_context.name == old.streams.video[0].codec_context.name
        assert new.metadata.get("title") == old.metadata.get("title")


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
@pytest.mark.parametrize("aspect", [None, Fraction(4, 3), Fraction(2, 3)])
def test_the_label_is_upright_and_high_enough_as_displayed(turned: int, aspect: Fraction | None) -> None:
    data = film(turned=turned, aspect=aspect, frames=3, light=False)
    result, shown = labelled(data, corner="top-left", text="由AI生成")
    with av.open(BytesIO(result)) as container:
        frame = next(container.decode(video=0))
        assert frame.rotation % 360 == turned % 360
        assert (container.streams.video[0].sample_aspect_ratio or 1) == (aspect or 1)
    displayed = np.rot90(_square(pictures(result)[0], aspect or Fraction(1)), turned // 90)
    assert has_label(displayed, shown.facts["box"])
    assert shown.facts["height"] >= ceil(0.05 * min(displayed.shape))
    reference, there = labelled(
        film(size=displayed.shape[::-1], frames=3, light=False, form="yuv444p"), corner="top-left", text="由AI生成"
    )
    assert there.facts["box"] == shown.facts["box"]
    left, top, right, bottom = there.facts["box"]
    two = pictures(reference)[0][top:bottom, left:right]
    assert _likeness(displayed, two, left, top) > 0.7
    assert _likeness(displayed, two[:, ::-1], left, top) < 0.6, "not mirrored"
    assert _likeness(displayed, two[::-1], left, top) < 0.6, "not upside down"


def _likeness(picture: np.ndarray, pattern: np.ndarray, left: int, top: int) -> float:
    """The best correlation within two pixels of the place."""
    height, width = pattern.shape
    places = ((x, y) for x in range(left - 2, left + 3) for y in range(top - 2, top + 3))
    parts = (picture[y : y + height, x : x + width] for x, y in places)
    return max(np.corrcoef(part.ravel(), pattern.ravel())[0, 1] for part in parts)


def _square(picture: np.ndarray, aspect: Fraction) -> np.ndarray:
    width = round(picture.shape[1] * aspect)
    return picture[:, np.arange(width) * picture.shape[1] // width]


def test_after_its_time_the_label_is_gone() -> None:
    data = film(frames=30)
    result, shown = labelled(data, seconds=2.0)
    marked = [has_label(picture, shown.facts["box"]) for picture in pictures(result)]
    assert marked == [True] * 20 + [False] * 10
    assert shown.where.startswith("前 2 秒")


def test_uneven_times_and_key_frames_stay_where_they_were() -> None:
    data = film(steps=(1, 3, 2), frames=20, options={"g": "6", "sc_threshold": "0"})
    result, _ = labelled(data)
    assert times(result) == times(data)
    keys = []
    for one in (data, result):
        with av.open(BytesIO(one)) as container:
            keys.append([round(frame.time, 3) for frame in container.decode(video=0) if frame.key_frame])
    assert set(keys[0]) <= set(keys[1])
    assert len(keys[0]) > 2


@pytest.mark.parametrize(
    ("codec", "form"), [("libx265", "yuv420p10le"), ("libx264", "yuv422p10le"), ("libx264", "yuv444p")]
)
def test_depth_sampling_and_colour_are_kept(codec: str, form: str) -> None:
    colour = {"color_primaries": 9, "color_trc": 18, "colorspace": 9, "color_range": 1}
    result, shown = labelled(film(codec=codec, form=form, frames=4, **colour))
    with av.open(BytesIO(result)) as container:
        frame = next(container.decode(video=0))
        assert frame.format.name == form
        assert {key: int(getattr(frame, key)) for key in colour} == colour
    assert shown.facts["contrast"] >= 4.5


def test_odd_sizes_one_frame_and_fragments_are_labelled() -> None:
    for data in (
        film(size=(321, 243), form="yuv444p", frames=1),
        film(size=(321, 243), codec="libvpx-vp9", frames=2),
        film(muxer_options={"movflags": "+frag_keyframe+empty_moov"}),
        film(muxer_options={"movflags": "+faststart"}),
    ):
        result, shown = labelled(data)
        assert has_label(pictures(result)[0], shown.facts["box"])
        assert (b"moof" in result) == (b"moof" in data)
        assert (result.index(b"moov") < result.index(b"mdat")) == (data.index(b"moov") < data.index(b"mdat"))


def test_a_transparent_webm_stays_transparent_and_its_label_is_opaque() -> None:
    file = BytesIO()
    with av.open(file, "w", format="webm") as out:
        stream = out.add_stream("libvpx-vp9", rate=10)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuva420p"
        stream.metadata["alpha_mode"] = "1"
        for _ in range(3):
            rgba = np.zeros((*SIZE[::-1], 4), np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(rgba, "rgba").reformat(format="yuva420p")))
        out.mux(stream.encode(None))
    result, shown = labelled(file.getvalue(), "webm", corner="bottom-left")
    with av.open(BytesIO(result)) as container:
        decoder = av.CodecContext.create("libvpx-vp9", "r")
        frame = next(frame for packet in container.demux(video=0) for frame in decoder.decode(packet))
    alpha = frame.reformat(format="rgba").to_ndarray()[..., 3]
    left, top, right, bottom = shown.facts["box"]
    assert np.median(alpha[top:bottom, left:right]) > 230
    assert alpha[:50].max() < 30


def test_a_film_too_small_for_legible_text_is_refused_and_sound_alone_is_no_film() -> None:
    with pytest.raises(Refused):
        labelled(film(size=(16, 16), frames=1))
    file = BytesIO()
    with av.open(file, "w", format="mp4") as out:
        tone = out.add_stream("aac", rate=48_000, layout="mono")
        heard = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.float32), "fltp", "mono")
        heard.sample_rate = 48_000
        out.mux([*tone.encode(heard), *tone.encode(None)])
    with pytest.raises(BadFile):
        labelled(file.getvalue())


def test_progress_goes_up_to_the_size_of_the_file() -> None:
    told: list[tuple[int, int]] = []
    data = film(frames=5)
    labeller_for("mp4").put(BytesIO(data), BytesIO(), Wish(), "mp4", lambda done, total: told.append((done, total)))
    assert told[-1] == (len(data), len(data))


def test_broken_films_give_our_errors_only() -> None:
    chance = random.Random(4)
    for name in ("mp4", "mkv"):
        data = film(name, frames=3)
        for _ in range(10):
            broken = bytearray(data[: chance.randrange(len(data))] if chance.random() < 0.3 else data)
            for _ in range(8):
                if broken:
                    broken[chance.randrange(len(broken))] = chance.randrange(256)
            with suppress(ZhengmingError):
                labelled(bytes(broken), name)
