"""Every frame of an animation shows the label; times, loop, transparency and all other pixels are kept."""

import random
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from zhengming.ground.errors import Refused, ZhengmingError
from zhengming.labels.explicit.labeller import Shown, Wish, labeller_for

SIZE = (200, 160)
DURATIONS = [50, 120, 300, 80]


def scene(number: int, mode: str = "RGB", sprite: bool = False) -> Image.Image:
    """A ball that moves; on a ground of many colours, or alone on nothing."""
    y, x = np.mgrid[: SIZE[1], : SIZE[0]]
    ground = np.dstack([x, y, (x + y) // 2, np.full_like(x, 255)]).astype(np.uint8)
    picture = Image.new("RGBA", SIZE) if sprite else Image.fromarray(ground)
    ImageDraw.Draw(picture).ellipse((20 + 15 * number, 30, 60 + 15 * number, 70), fill=(200, 30, 40, 255))
    return picture.convert(mode)


def encoded(frames: list[Image.Image], kind: str, **options: object) -> bytes:
    file = BytesIO()
    times = DURATIONS[: len(frames)]
    frames[0].save(file, kind, save_all=True, append_images=frames[1:], duration=times, loop=3, **options)
    return file.getvalue()


def labelled(data: bytes, name: str, **wish: object) -> tuple[bytes, Shown]:
    sink = BytesIO()
    shown = labeller_for(name).put(BytesIO(data), sink, Wish(**wish), name)
    return sink.getvalue(), shown


def frames_of(data: bytes) -> tuple[list[np.ndarray], list[int]]:
    book = Image.open(BytesIO(data))
    pictures, durations = [], []
    for number in range(book.n_frames):
        book.seek(number)
        pictures.append(np.asarray(book.convert("RGBA")).astype(int))
        durations.append(book.info.get("duration"))
    return pictures, durations


def check(before: bytes, after: bytes, shown: Shown, tolerance: float = 0) -> None:
    (old, old_times), (new, new_times) = frames_of(before), frames_of(after)
    assert len(new) == len(old) == shown.facts["frames"]
    assert new_times == old_times
    assert Image.open(BytesIO(after)).info.get("loop") == Image.open(BytesIO(before)).info.get("loop")
    left, top, right, bottom = shown.facts["box"]
    for one, two in zip(old, new, strict=True):
        plate = two[top:bottom, left:right]
        assert (plate[..., :3].min(axis=2) > 200).any(axis=1).sum() >= 9, "white text"
        assert (plate[..., 3] == 255).mean() > 0.9
        assert plate[..., :3].mean() < 130, "on a dark ground"
        mask = np.ones(one.shape[:2], bool)
        mask[top:bottom, left:right] = False
        visible = mask & ((one[..., 3] > 0) | (two[..., 3] > 0))
        assert not visible.any() or np.abs(one[visible] - two[visible]).mean() <= tolerance


@pytest.mark.parametrize("disposal", [0, 1, 2, 3])
@pytest.mark.parametrize(("colours", "tolerance"), [(256, 0.05), (120, 0)])
@pytest.mark.parametrize("corner", ["bottom-right", "top-left"])
def test_a_gif_shows_the_label_in_every_frame(disposal: int, colours: int, tolerance: float, corner: str) -> None:
    """In a full palette the rarest colours make room for the label's; otherwise no other pixel changes."""
    frames = [scene(number).quantize(colours) for number in range(4)]
    data = encoded(frames, "GIF", disposal=disposal)
    result, shown = labelled(data, "gif", corner=corner)
    check(data, result, shown, tolerance)


@pytest.mark.parametrize("disposal", [1, 2])
@pytest.mark.parametrize("corner", ["bottom-right", "top-left"])
def test_a_transparent_gif_of_small_images_shows_the_label_in_every_frame(disposal: int, corner: str) -> None:
    data = encoded([scene(number, "RGBA", sprite=True) for number in range(4)], "GIF", disposal=disposal)
    result, shown = labelled(data, "gif", corner=corner)
    check(data, result, shown)


def test_a_gif_whose_images_go_back_to_a_painted_ground_still_shows_the_label() -> None:
    frames = [scene(number) for number in range(4)]
    data = encoded(frames, "GIF", disposal=[1, 2, 2, 1])
    result, shown = labelled(data, "gif", corner="bottom-left")
    check(data, result, shown, tolerance=6)


def test_images_that_leave_the_label_standing_are_not_encoded_again() -> None:
    ground = scene(0).quantize(200)
    frames = [ground]
    for number in range(1, 4):
        moved = ground.copy()
        ImageDraw.Draw(moved).rectangle((20 + number, 20, 40, 40), fill=number)
        frames.append(moved)
    data = encoded(frames, "GIF", disposal=1)
    result, shown = labelled(data, "gif", corner="bottom-right")
    check(data, result, shown)
    assert result[result.index(b"\x21\xf9\x04", 2000) :].count(b"\x2c") >= 1
    assert data[-300:] == result[-300:]


def test_a_still_gif_with_a_full_palette_is_labelled_and_keeps_its_comment() -> None:
    still = scene(1).quantize(256)
    file = BytesIO()
    still.save(file, "GIF", comment=b"kept", interlace=1)
    result, shown = labelled(file.getvalue(), "gif")
    before, after = (
        np.asarray(Image.open(BytesIO(data)).convert("RGB")).astype(int) for data in (file.getvalue(), result)
    )
    left, top, right, bottom = shown.facts["box"]
    difference = np.abs(before - after)
    difference[top:bottom, left:right] = 0
    assert difference.mean() < 0.2, "a few rare colours went over to their neighbours"
    assert b"kept" in result


@pytest.mark.parametrize("transparent", [False, True])
@pytest.mark.parametrize(("name", "kind", "options", "tolerance"), [
    ("png", "PNG", {}, 0),
    ("webp", "WEBP", {"lossless": True, "exact": True}, 0),
    ("webp", "WEBP", {"quality": 90}, 6),
    ("avif", "AVIF", {"quality": 90}, 12),
])  # fmt: skip
def test_other_animations_show_the_label_in_every_frame(
    name: str, kind: str, options: dict[str, object], tolerance: float, transparent: bool
) -> None:
    data = encoded([scene(number, "RGBA", transparent) for number in range(4)], kind, **options)
    result, shown = labelled(data, name, corner="bottom-left")
    check(data, result, shown, tolerance)


def test_an_animated_png_keeps_its_texts_and_its_picture_for_old_viewers() -> None:
    from PIL.PngImagePlugin import PngInfo

    texts = PngInfo()
    texts.add_text("parameters", "a cat")
    frames = [scene(number) for number in range(4)]
    file = BytesIO()
    frames[0].save(
        file, "PNG", save_all=True, append_images=frames[1:], default_image=True, duration=[10, 20, 30], pnginfo=texts
    )
    result, _ = labelled(file.getvalue(), "png")
    after = Image.open(BytesIO(result))
    assert after.default_image
    assert after.n_frames == 4
    assert after.info["parameters"] == "a cat"


def test_an_animation_too_large_to_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhengming.labels.explicit.picture.frames.LARGEST_ANIMATION", 1000)
    with pytest.raises(Refused):
        labelled(encoded([scene(0), scene(1)], "WEBP")[:], "webp")


def test_broken_gifs_give_our_errors_only() -> None:
    data = encoded([scene(number) for number in range(4)], "GIF", disposal=2)
    chance = random.Random(3)
    for _ in range(60):
        broken = bytearray(data[: chance.randrange(len(data))] if chance.random() < 0.5 else data)
        for _ in range(4):
            if broken:
                broken[chance.randrange(len(broken))] = chance.randrange(256)
        with suppress(ZhengmingError):
            labelled(bytes(broken), "gif")


def test_a_real_gif_is_labelled(samples: Path) -> None:
    data = (samples / "files" / "sample1.gif").read_bytes()
    result, shown = labelled(data, "gif")
    assert shown.facts["frames"] == Image.open(BytesIO(result)).n_frames
