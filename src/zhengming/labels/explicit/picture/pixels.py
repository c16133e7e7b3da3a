"""Putting the plate of a label into a decoded picture: any pixel mode, any orientation, only the region touched.

The picture stays stored as it is; the label is turned so that it stands upright when the EXIF orientation
(1 to 8, CIPA DC-008) is honoured.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zhengming.ground.errors import Refused
from zhengming.labels.explicit.labeller import Wish
from zhengming.labels.explicit.picture.drawing import Plate, Stamp
from zhengming.labels.explicit.picture.placement import Box, Spot, plate_for, spot_for

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    Pixels = NDArray[Any]

#: Orientations under which rows are shown as columns.
TURNED = (5, 6, 7, 8)


@dataclass(frozen=True)
class Depiction:
    """How a pixel mode of Pillow depicts white and black; ``alpha`` says that its last channel is coverage."""

    white: tuple[int, ...]
    black: tuple[int, ...]
    alpha: bool = False


DEPICTIONS = {
    "1": Depiction((1,), (0,)),
    "L": Depiction((255,), (0,)),
    "LA": Depiction((255,), (0,), alpha=True),
    "RGB": Depiction((255,) * 3, (0,) * 3),
    "RGBA": Depiction((255,) * 3, (0,) * 3, alpha=True),
    "YCbCr": Depiction((255, 128, 128), (0, 128, 128)),
    "CMYK": Depiction((0, 0, 0, 0), (0, 0, 0, 255)),
    "I;16": Depiction((65535,), (0,)),
    "I;16B": Depiction((65535,), (0,)),
}


def put_on(picture: "Image", wish: Wish, orientation: int = 1) -> tuple[Spot, Plate]:
    """Blend the label of ``wish`` into ``picture`` in place; the spot is in displayed coordinates.

    Raises Refused when the picture is too small, or its pixel mode has no known white.
    """
    if picture.mode not in DEPICTIONS:
        raise Refused(f"不支持的像素模式 {picture.mode}", f"pixel mode {picture.mode} is not supported")
    size = picture.size[::-1] if orientation in TURNED else picture.size
    plate = plate_for(size, wish)
    spot = spot_for(
        size,
        plate,
        lambda box: seen_in(picture, box, orientation),
        wish.corner,
        see_through=picture.mode == "1" or DEPICTIONS[picture.mode].alpha,
    )
    put_at(picture, plate, spot, orientation)
    return spot, plate


def put_at(picture: "Image", plate: Plate, spot: Spot, orientation: int = 1) -> None:
    """Blend ``plate`` into ``picture`` in place at ``spot``."""
    import numpy as np
    from PIL import Image

    depiction = DEPICTIONS[picture.mode]
    box = stored_box(spot.box, picture.size, orientation)
    region = np.array(picture.crop(box))
    _blend(upright(region, orientation), Stamp.of(plate, spot.opacity), depiction)
    picture.paste(
        Image.fromarray(region) if picture.mode not in ("YCbCr", "CMYK") else _as(picture.mode, region), box
    )


def seen_in(picture: "Image", box: Box, orientation: int = 1) -> "NDArray[np.float32]":
    """The pixels of a displayed box as sRGB between 0 and 1, upright. Transparent ones count as what they hide."""
    import numpy as np

    region = picture.crop(stored_box(box, picture.size, orientation))
    full = 65535 if region.mode.startswith("I;16") else 255
    if region.mode not in ("L", "I;16", "I;16B"):
        region = region.convert("L" if region.mode in ("1", "LA") else "RGB")
    return _fraction(upright(np.asarray(region), orientation), full)


def blend_16_bit(pixels: "Pixels", wish: Wish, *, alpha: bool) -> tuple[Spot, Plate]:
    """The same for an array of shape (height, width, channels) of native uint16, the last one alpha if so said."""
    colours = pixels.shape[2] - alpha
    size = pixels.shape[1], pixels.shape[0]
    plate = plate_for(size, wish)

    def look(box: Box) -> "NDArray[np.float32]":
        return _fraction(pixels[box[1] : box[3], box[0] : box[2], :colours], 65535)

    spot = spot_for(size, plate, look, wish.corner, see_through=alpha)
    left, top, right, bottom = spot.box
    depiction = Depiction((65535,) * colours, (0,) * colours, alpha)
    _blend(pixels[top:bottom, left:right], Stamp.of(plate, spot.opacity), depiction)
    return spot, plate


def upright(pixels: "Pixels", orientation: int) -> "Pixels":
    """A view of stored pixels as they are displayed under an EXIF orientation."""
    if orientation in TURNED:
        pixels = pixels.swapaxes(0, 1)
    across = -1 if orientation in (2, 3, 6, 7) else 1
    down = -1 if orientation in (3, 4, 7, 8) else 1
    return pixels[::down, ::across]


def stored_box(box: Box, stored: tuple[int, int], orientation: int) -> Box:
    """The box in stored pixels of a box in displayed pixels; ``stored`` is the stored width and height."""
    left, top, right, bottom = box
    width, height = stored[::-1] if orientation in TURNED else stored
    if orientation in (2, 3, 6, 7):
        left, right = width - right, width - left
    if orientation in (3, 4, 7, 8):
        top, bottom = height - bottom, height - top
    return (top, left, bottom, right) if orientation in TURNED else (left, top, right, bottom)


def _as(mode: str, region: "Pixels") -> "Image":
    from PIL import Image

    return Image.frombytes(mode, (region.shape[1], region.shape[0]), region.tobytes())


def _fraction(pixels: "Pixels", full: int) -> "NDArray[np.float32]":
    import numpy as np

    return np.divide(pixels, full, dtype=np.float32)


def _blend(region: "Pixels", stamp: Stamp, depiction: Depiction) -> None:
    if region.dtype == bool:
        _blend_bits(region, stamp)
    elif depiction.alpha:
        _blend_over(region, stamp, depiction)
    else:
        stamp.blend(region, depiction.white, depiction.black)


def _blend_bits(region: "Pixels", stamp: Stamp) -> None:
    """Black and white only: each pixel goes to what covers most of it."""
    region[stamp.ground + stamp.ink > 0.5] = False
    region[stamp.ink > 0.5] = True


def _blend_over(region: "Pixels", stamp: Stamp, depiction: Depiction) -> None:
    """The "over" of Porter and Duff on straight alpha, so that nothing shines through from transparent pixels."""
    import numpy as np

    full = float(np.iinfo(region.dtype).max)
    alpha = region[..., -1:] / full
    under = alpha * stamp.keep[..., None]
    cover = under + (1 - stamp.keep[..., None])
    colours = region[..., :-1] * under + stamp.ink[..., None] * np.array(depiction.white, np.float32)
    region[..., :-1] = np.rint(np.divide(colours, cover, out=np.zeros_like(colours), where=cover > 0))
    region[..., -1:] = np.rint(cover * full)
