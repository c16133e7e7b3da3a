"""Explicit labels on still images (GB 45438-2025 §5.2): a text of at least 5 % of the shortest side in a corner.

Animated PNG, WebP and AVIF files have the same formats as still ones and get their label on every frame.
"""

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from zhengming.ground.errors import Unavailable
from zhengming.labels.edit import Progress
from zhengming.labels.explicit.labeller import Labeller, Shown, Wish
from zhengming.labels.explicit.picture.decoding import decoding, opened, orientation_of
from zhengming.labels.explicit.picture.drawing import Plate
from zhengming.labels.explicit.picture.frames import LOSSY_QUALITY, is_lossless_webp, label_frames
from zhengming.labels.explicit.picture.heic_frame import label_heic
from zhengming.labels.explicit.picture.jpeg_frame import label_jpeg
from zhengming.labels.explicit.picture.pixels import put_on
from zhengming.labels.explicit.picture.placement import CORNER_WORDS, Spot
from zhengming.labels.explicit.picture.png_frame import label_png
from zhengming.labels.explicit.picture.tiff_pages import label_tiff

Put = tuple[Spot, Plate]


class Image(Labeller):
    name = "image"
    title = "图像"
    formats = ("jpeg", "png", "webp", "tiff", "bmp", "avif", "heic")

    def put(
        self, source: BinaryIO, sink: BinaryIO, wish: Wish, format_name: str, progress: Progress | None = None
    ) -> Shown:
        wish = wish.checked()
        with decoding(format_name):
            if format_name in ANIMATED and getattr(opened(source, ANIMATED[format_name]), "is_animated", False):
                return label_frames(source, sink, wish, ANIMATED[format_name], progress)
            spot, plate = WAYS[format_name](source, sink, wish)
        if progress:
            progress(1, 1)
        return Shown(wish.text, CORNER_WORDS[spot.corner], spot.facts(plate))

    def seen(self, file: BinaryIO, format_name: str) -> Iterator[str]:  # noqa: ARG002  the contract
        """Nothing: reading text off pixels needs a model."""
        return iter(())


def _label_webp(source: BinaryIO, sink: BinaryIO, wish: Wish) -> Put:
    picture = opened(source, "WEBP")
    put = put_on(picture, wish, orientation_of(picture))
    lossless = is_lossless_webp(source)
    picture.save(
        sink, "WEBP", lossless=lossless, exact=lossless, quality=100 if lossless else LOSSY_QUALITY,
        **_metadata(picture.info),
    )  # fmt: skip
    return put


def _label_avif(source: BinaryIO, sink: BinaryIO, wish: Wish) -> Put:
    if _is_deep_avif(source):
        raise Unavailable("没有能编码 10/12 位 AVIF 的编码器", "no encoder at hand for AVIF of 10 or 12 bits")
    picture = opened(source, "AVIF")
    put = put_on(picture, wish, orientation_of(picture))
    picture.save(sink, "AVIF", quality=LOSSY_QUALITY, **_metadata(picture.info))
    return put


def _label_bmp(source: BinaryIO, sink: BinaryIO, wish: Wish) -> Put:
    picture = opened(source, "BMP")
    dpi = picture.info.get("dpi", (0, 0))
    picture = picture.convert("RGB") if picture.mode == "P" else picture
    put = put_on(picture, wish)
    picture.save(sink, "BMP", dpi=dpi)
    return put


ANIMATED = {"png": "PNG", "webp": "WEBP", "avif": "AVIF"}
WAYS: dict[str, Callable[[BinaryIO, BinaryIO, Wish], Put]] = {
    "jpeg": label_jpeg,
    "png": label_png,
    "webp": _label_webp,
    "tiff": label_tiff,
    "bmp": _label_bmp,
    "avif": _label_avif,
    "heic": label_heic,
}
LABELLER = Image()


def _metadata(info: dict[Any, Any]) -> dict[str, Any]:
    return {key: info[key] for key in ("exif", "icc_profile", "xmp") if info.get(key)}


def _is_deep_avif(file: BinaryIO) -> bool:
    """Whether the AV1 configuration (AV1-ISOBMFF 2.3.3) says more than 8 bits; it stands in the meta box."""
    file.seek(0)
    start = file.read(1 << 20)
    at = start.find(b"av1C")
    return at >= 0 and len(start) > at + 6 and bool(start[at + 6] & 0x40)
