"""Where an explicit label stands on a picture, and how strong its ground must be to be read there.

GB 45438-2025 §5.2: at an edge or corner (边或角); bottom right is the example of annex C.2. Contrast is the ratio of
WCAG 2.2 (1.4.3), at least 4.5 : 1, measured against the lightest pixel behind the text: our choice, as the
standard only asks for clear legibility.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from zhengming.ground.errors import Refused
from zhengming.labels.explicit.labeller import Corner, Wish
from zhengming.labels.explicit.picture.drawing import LEAST_PIXELS, Plate, plate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.float32]
    #: Gives the pixels of a box (left, top, right, bottom): sRGB between 0 and 1, shape (h, w) or (h, w, 3).
    Look = Callable[[tuple[int, int, int, int]], Pixels]

LEAST_CONTRAST = 4.5
#: The ground is never fainter than this, so that the label looks alike wherever it stands.
LEAST_OPACITY = 0.45
#: A pattern behind the text may vary by this much of the sRGB range once the ground lies over it.
LARGEST_RIPPLE = 0.25
#: Distance from the edges as a share of the shortest side.
MARGIN = 0.02
#: Corners in the order they are preferred; another one must be this much calmer to be taken.
CORNERS: tuple[Corner, ...] = ("bottom-right", "bottom-left", "top-right", "top-left")
CALMER = 0.7
#: A corner with no more activity than this (five levels in 255 from pixel to pixel) is calm enough.
CALM = 0.02
#: In how many rows and columns the activity of a region is measured.
SITES = 64
CORNER_WORDS = {"bottom-right": "右下角", "bottom-left": "左下角", "top-right": "右上角", "top-left": "左上角"}

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Spot:
    """Where a plate goes: its ``corner``, its ``box`` (left, top, right, bottom) in pixels, the ``opacity`` its
    ground needs there, and the WCAG ``contrast`` of text to the lightest pixel behind it."""

    corner: Corner
    box: Box
    opacity: float
    contrast: float

    def facts(self, plate: Plate) -> dict[str, object]:
        """What a record keeps of it."""
        return {
            "box": self.box,
            "corner": self.corner,
            "contrast": round(self.contrast, 2),
            "height": plate.text_height,
        }


def plate_for(size: tuple[int, int], wish: Wish) -> Plate:
    """The plate that ``wish`` asks for on a picture of ``size`` (width, height) pixels as displayed.

    Raises Refused when the picture is too small for a legible label.
    """
    width, height = size
    pixels = max(ceil(wish.height * min(size)), LEAST_PIXELS)
    drawn = plate(wish.text, pixels, width - 2)
    if drawn.size[1] > height - 2:
        raise Refused(
            f"画面只有 {width}×{height} 像素，放不下清晰的标识文字“{wish.text}”",
            f"a picture of {width}×{height} pixels has no room for a legible label {wish.text!r}",
        )
    return drawn


def spot_for(
    size: tuple[int, int], plate: Plate, look: "Look", corner: Corner | None = None, *, see_through: bool = False
) -> Spot:
    """The spot for ``plate`` on a picture of ``size``: ``corner`` if given, else the calmest one.

    ``see_through``: what will lie behind the picture is unknown (transparency), so the ground must be opaque.
    """
    chosen = corner or _calmest(size, plate, look)
    box = box_at(size, plate.size, chosen)
    darkest, lightest = _range(look(box))
    opacity = 1.0 if see_through else needed_opacity(darkest, lightest)
    return Spot(chosen, box, opacity, contrast(1.0, lightest * (1 - opacity)))


def box_at(size: tuple[int, int], plate_size: tuple[int, int], corner: Corner) -> Box:
    """The box of a plate in ``corner``, inside the margins as far as there is room for them."""
    spare = (size[0] - plate_size[0], size[1] - plate_size[1])
    margin = round(MARGIN * min(size))
    left, top = (min(margin, room // 2) for room in spare)
    left = spare[0] - left if corner.endswith("right") else left
    top = spare[1] - top if corner.startswith("bottom") else top
    return left, top, left + plate_size[0], top + plate_size[1]


def needed_opacity(darkest: float, lightest: float) -> float:
    """The least opacity of a black ground over pixels between two sRGB values, under white text: it rises until
    the contrast with the lightest holds and a pattern no longer competes with the strokes."""
    opacity = LEAST_OPACITY
    while opacity < 1 and not _is_legible(darkest * (1 - opacity), lightest * (1 - opacity)):
        opacity = min(1.0, round(opacity + 0.01, 2))
    return opacity


def _is_legible(darkest: float, lightest: float) -> bool:
    return contrast(1.0, lightest) >= LEAST_CONTRAST and lightest - darkest <= LARGEST_RIPPLE


def contrast(one: float, other: float) -> float:
    """The WCAG contrast ratio of two sRGB greys between 0 and 1."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def activity(pixels: "Pixels") -> float:
    """How much goes on in a region: the mean step to the next pixel across and down, 0 for a plain one.

    Measured at up to ``SITES`` places each way, which tells as much as all of them.
    """
    import numpy as np

    down, across = (max(1, length // SITES) for length in pixels.shape[:2])
    here = pixels[::down, ::across]
    right, below = pixels[::down, 1::across], pixels[1::down, ::across]
    steps = (
        np.abs(right - here[:, : right.shape[1]]),
        np.abs(below - here[: below.shape[0]]),
    )
    return float(sum(step.mean() for step in steps if step.size))


def _calmest(size: tuple[int, int], plate: Plate, look: "Look") -> Corner:
    """The corner with the least activity, the usual one unless another is clearly calmer."""
    measured = {corner: activity(look(box_at(size, plate.size, corner))) for corner in CORNERS}
    best = CORNERS[0]
    for corner in CORNERS[1:]:
        if measured[best] > CALM and measured[corner] < CALMER * measured[best]:
            best = corner
    return best


def _range(pixels: "Pixels") -> tuple[float, float]:
    """The sRGB greys that bound the pixels: smallest and largest channel, never too favourable a guess."""
    return (float(pixels.min()), float(pixels.max())) if pixels.size else (0.0, 1.0)


def _luminance(grey: float) -> float:
    return grey / 12.92 if grey <= 0.04045 else float(((grey + 0.055) / 1.055) ** 2.4)
