"""Drawing an explicit label: a text is rendered once to a plate, and a plate is blended into a small region.

Text height: GB 45438-2025 §5.2 and §5.4 do not say what it measures. [?] Taken strictly: the ink height in
pixels of the lowest full-height character (capital, digit or ideograph), counting rows at least half covered.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING

from zhengming.ground.errors import Refused
from zhengming.labels.explicit.fonts import font_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    import numpy as np
    from numpy.typing import NDArray
    from PIL.ImageFont import FreeTypeFont

    Coverage = NDArray[np.float32]

#: Ink height in pixels below which the strokes of an ideograph run together. Our choice, not the standard's.
LEAST_PIXELS = 9
#: Space around the text, space between lines, and radius of the corners, as shares of the text height.
PADDING, LEADING, RADIUS = 0.45, 0.35, 0.35
#: An ideograph lower than this share of its em (一, 二) is flat by nature and does not measure the text.
FLAT = 0.6


@dataclass(frozen=True, eq=False)
class Plate:
    """A rendered label: white text on a dark ground with round corners, as two coverages.

    ``ink`` and ``ground`` are float32 arrays of shape (height, width) between 0 and 1: how much of each pixel
    the text and the ground cover. ``text_height`` is the measured height of the text in pixels.
    """

    text: str
    lines: tuple[str, ...]
    ink: "Coverage"
    ground: "Coverage"
    text_height: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        height, width = self.ink.shape
        return width, height

    def reduced(self, across: int, down: int) -> "Plate":
        """This plate for a plane with one sample for ``across`` × ``down`` pixels, such as subsampled chroma."""
        return Plate(
            self.text, self.lines, _mean(self.ink, across, down), _mean(self.ground, across, down), self.text_height
        )

    def rgba(self, opacity: float) -> "NDArray[np.uint8]":
        """The plate as a picture of shape (height, width, 4), straight alpha, with its ground at ``opacity``."""
        import numpy as np

        stamp = Stamp.of(self, opacity)
        cover = 1 - stamp.keep
        white = np.divide(stamp.ink, cover, out=np.zeros_like(cover), where=cover > 0)
        picture: NDArray[np.uint8] = np.rint(np.dstack([white, white, white, cover]) * 255).astype(np.uint8)
        return picture


@dataclass(frozen=True, eq=False)
class Stamp:
    """A plate at one opacity, ready to be blended into many frames: each pixel is kept, ground or ink in part.

    The three float32 arrays of the plate's shape sum to 1.
    """

    keep: "Coverage"
    ground: "Coverage"
    ink: "Coverage"

    @classmethod
    def of(cls, plate: Plate, opacity: float) -> "Stamp":
        """``plate`` with its ground at ``opacity``, 0 to 1; the text is always opaque."""
        import numpy as np

        ground = (plate.ground * np.float32(opacity) * (1 - plate.ink)).astype(np.float32)
        return cls(1 - ground - plate.ink, ground, plate.ink)

    def blend(self, region: "NDArray[np.generic]", ink: "Sequence[float]", ground: "Sequence[float]") -> None:
        """Blend into ``region`` in place: shape (height, width) or (height, width, channels), any integer or float.

        ``ink`` and ``ground`` give the value of each channel, e.g. ``(235,)`` and ``(16,)`` for a luma plane in
        limited range, ``(128,)`` twice for chroma.
        """
        import numpy as np

        planes: NDArray[Any] = region[..., None] if region.ndim == 2 else region
        for channel, (light, dark) in enumerate(zip(ink, ground, strict=True)):
            value = planes[..., channel] * self.keep + (self.ink * np.float32(light) + self.ground * np.float32(dark))
            planes[..., channel] = value if region.dtype.kind == "f" else np.rint(value)


@lru_cache(maxsize=32)
def plate(text: str, height: int, widest: int) -> Plate:
    """``text`` rendered at least ``height`` pixels high, in as many lines as ``widest`` pixels ask for.

    Raises Refused when the text would be too small to read or one character is wider than ``widest``.
    """
    if height < LEAST_PIXELS:
        raise Refused(
            f"标识文字只有 {height} 像素高，看不清；至少需要 {LEAST_PIXELS} 像素",
            f"label text of {height} pixels cannot be read; it needs {LEAST_PIXELS}",
        )
    font = _font_of_height(text, height)
    padding = ceil(PADDING * height)
    lines = tuple(broken(text, widest - 2 * padding, font.getlength))
    ink = _ink(font, lines, padding, ceil(LEADING * height))
    return Plate(text, lines, ink, _rounded(ink.shape, ceil(RADIUS * height)), text_height(font, text))


def text_height(font: "FreeTypeFont", text: str) -> int:
    """The height of ``text`` in pixels, as this module's first lines define it."""
    heights = {_ink_height(font, character) for character in set(text) if is_full_height(character)}
    upright = {height for height in heights if height >= FLAT * font.size}
    return min(upright or {_ink_height(font, "H")})


def _font_of_height(text: str, height: int) -> "FreeTypeFont":
    """The smallest font, found in a few steps as ink grows with the em, whose text is ``height`` pixels high."""
    size = height
    while (measured := text_height(font := font_for(text, size), text)) < height:
        size = max(size + 1, size * height // max(1, measured))
    return font


def is_full_height(character: str) -> bool:
    """Whether a character is a capital, a digit or an ideograph, which measure the text."""
    return character.isdigit() or character.isupper() or "\u3400" <= character <= "\u9fff" or character > "\U0001ffff"


@lru_cache(maxsize=1024)
def _ink_height(font: "FreeTypeFont", character: str) -> int:
    import numpy as np

    mask = font.getmask(character)
    if not mask.size[1]:
        return 0
    rows = np.frombuffer(bytes(mask), np.uint8).reshape(mask.size[1], mask.size[0]).max(axis=1)
    return int((rows >= 128).sum())


def broken(text: str, widest: float, measure: "Callable[[str], float]") -> list[str]:
    """``text`` in lines that ``measure`` finds no wider than ``widest``.

    Chinese may be broken anywhere, but not inside a word of Latin letters or digits. Raises Refused when a
    word does not fit.
    """
    lines = [""]
    for word in re.findall(r"[A-Za-z0-9]+|\s+|.", text):
        if lines[-1] and measure((lines[-1] + word).rstrip()) > widest:
            lines.append("")
        lines[-1] += word if lines[-1] else word.lstrip()
        if measure(lines[-1].rstrip()) > widest:
            raise Refused(
                f"画面太窄，放不下清晰的标识文字“{text}”",
                f"the picture is too narrow for the label {text!r} at a legible size",
            )
    return [line.rstrip() for line in lines]


def _ink(font: "FreeTypeFont", lines: tuple[str, ...], padding: int, leading: int) -> "Coverage":
    """The lines drawn one below the other, left aligned, as coverage with ``padding`` around the ink."""
    import numpy as np
    from PIL import Image, ImageDraw

    boxes = [font.getbbox(line) for line in lines]
    top, bottom = int(min(box[1] for box in boxes)), int(max(box[3] for box in boxes))
    left, right = int(min(box[0] for box in boxes)), ceil(max(box[2] for box in boxes))
    step = bottom - top + leading
    canvas = Image.new("L", (right - left + 2 * padding, step * len(lines) - leading + 2 * padding))
    draw = ImageDraw.Draw(canvas)
    for row, line in enumerate(lines):
        draw.text((padding - left, padding - top + row * step), line, fill=255, font=font)
    return np.divide(np.asarray(canvas, np.float32), 255, dtype=np.float32)


def _rounded(shape: tuple[int, ...], radius: int) -> "Coverage":
    """The coverage of a rectangle of ``shape`` with round corners."""
    import numpy as np

    height, width = shape
    across = np.abs(np.arange(width, dtype=np.float32) - (width - 1) / 2) - (width / 2 - radius)
    down = np.abs(np.arange(height, dtype=np.float32) - (height - 1) / 2) - (height / 2 - radius)
    distance = np.hypot(np.maximum(across, 0)[None, :], np.maximum(down, 0)[:, None])
    cover: Coverage = np.clip(radius + 0.5 - distance, 0, 1).astype(np.float32)
    return cover


def _mean(plane: "Coverage", across: int, down: int) -> "Coverage":
    import numpy as np

    height, width = plane.shape
    padded = np.pad(plane, ((0, -height % down), (0, -width % across)))
    blocks = padded.reshape(padded.shape[0] // down, down, padded.shape[1] // across, across)
    means: Coverage = blocks.mean(axis=(1, 3), dtype=np.float32)
    return means
