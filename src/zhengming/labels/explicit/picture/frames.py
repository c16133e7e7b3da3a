"""Explicit labels on animated PNG, WebP, AVIF (and GIF where it cannot be done in place): every frame at one
place, durations and loop kept."""

from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO

from zhengming.ground.errors import Refused
from zhengming.labels.edit import Progress
from zhengming.labels.explicit.labeller import Shown, Wish
from zhengming.labels.explicit.picture.decoding import opened, orientation_of
from zhengming.labels.explicit.picture.pixels import put_at, seen_in
from zhengming.labels.explicit.picture.placement import CORNER_WORDS, Spot, plate_for, spot_for
from zhengming.labels.explicit.picture.png_frame import is_16_bit, join

if TYPE_CHECKING:
    from PIL.Image import Image

#: The encoders want all frames at once, four bytes a pixel: 2 GiB.
LARGEST_ANIMATION = 512 * 1024 * 1024
#: The files do not tell the quality they were made with; this one is hard to tell from the original.
LOSSY_QUALITY = 90
#: Each whole GIF frame makes way for the next, so that transparent pixels stay so.
TO_BACKGROUND = 2


def label_frames(source: BinaryIO, sink: BinaryIO, wish: Wish, kind: str, progress: Progress | None = None) -> Shown:
    """Write the animation ``source``, of a format as Pillow calls it, with the label on every frame to ``sink``.

    Raises Refused for an animation whose decoded frames would not fit in memory, or of 16 bits a sample.
    """
    book = opened(source, kind)
    _check(book, source, kind)
    orientation = orientation_of(book)
    frames, durations = _decoded(book, progress)
    plate = plate_for(book.size if orientation < 5 else book.size[::-1], wish)
    spot = _spot(frames, plate, wish, orientation)
    for frame in frames:
        put_at(frame, plate, spot, orientation)
    _save(source, sink, kind, frames, _options(book, durations, source, kind))
    return Shown(wish.text, CORNER_WORDS[spot.corner], {**spot.facts(plate), "frames": len(frames)})


def _check(book: "Image", source: BinaryIO, kind: str) -> None:
    pixels = book.width * book.height * getattr(book, "n_frames", 1)
    if pixels > LARGEST_ANIMATION:
        raise Refused(
            f"动图解码后共 {pixels} 像素，上限 {LARGEST_ANIMATION}",
            f"an animation of {pixels} decoded pixels, the limit is {LARGEST_ANIMATION}",
        )
    if kind == "PNG" and is_16_bit(source):
        raise Refused("16 位动态 PNG 重新编码会损失精度", "an animated PNG of 16 bits a sample would lose precision")


def _decoded(book: "Image", progress: Progress | None) -> tuple[list["Image"], list[float]]:
    """Every frame as displayed, and how many milliseconds it is shown."""
    frames, durations, total = [], [], getattr(book, "n_frames", 1)
    for number in range(total):
        book.seek(number)
        frames.append(book.convert("RGBA" if _see_through(book) else "RGB"))
        durations.append(book.info.get("duration", 0))
        if progress:
            progress(number + 1, total)
    return frames, durations


def _see_through(book: "Image") -> bool:
    return book.mode in ("RGBA", "LA", "PA") or "transparency" in book.info


def _spot(frames: list["Image"], plate: Any, wish: Wish, orientation: int) -> Spot:
    """One spot that suits all frames: what is behind it is what is behind it in any of them."""
    import numpy as np

    size = frames[0].size if orientation < 5 else frames[0].size[::-1]
    return spot_for(
        size,
        plate,
        lambda box: np.concatenate([seen_in(frame, box, orientation) for frame in frames]),
        wish.corner,
        see_through=any(frame.mode == "RGBA" for frame in frames),
    )


def _options(book: "Image", durations: list[float], source: BinaryIO, kind: str) -> dict[str, Any]:
    keys = ("loop", "background", "exif", "icc_profile", "xmp")
    options = {key: book.info[key] for key in keys if book.info.get(key) is not None}
    options["duration"] = [round(duration) for duration in durations]
    if kind == "PNG":
        return _options_of_png(book, durations)
    if kind == "GIF":
        return {key: options[key] for key in ("loop", "duration") if key in options} | {"disposal": TO_BACKGROUND}
    if kind == "WEBP":
        lossless = is_lossless_webp(source)
        options |= {"lossless": lossless, "exact": lossless}
    return options | {"quality": LOSSY_QUALITY}


def _options_of_png(book: "Image", durations: list[float]) -> dict[str, Any]:
    """Durations stay fractions of a millisecond; a picture for viewers without animation is no frame."""
    hidden = bool(getattr(book, "default_image", False))
    return {"duration": durations[hidden:], "loop": book.info.get("loop", 0), "default_image": hidden}


def _save(source: BinaryIO, sink: BinaryIO, kind: str, frames: list["Image"], options: dict[str, Any]) -> None:
    target = BytesIO() if kind == "PNG" else sink
    frames[0].save(target, kind, save_all=True, append_images=frames[1:], **options)
    if kind == "PNG":
        join(source, BytesIO(target.getvalue()), sink)  # type: ignore[attr-defined]


def is_lossless_webp(file: BinaryIO) -> bool:
    """Whether the first frame of a WebP is coded without loss."""
    file.seek(0)
    start = file.read(1 << 16)
    lossless, lossy = start.find(b"VP8L"), start.find(b"VP8 ")
    return lossless >= 0 and (lossy < 0 or lossless < lossy)
