"""The label on the planes of a decoded frame: only its own region is touched, and no colour is converted.

A frame stays stored as it is; the label is turned and squeezed so that it stands upright and undistorted when the
display matrix and the shape of the pixels (sample aspect ratio) are honoured.
"""

import re
import struct
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from zhengming.labels.explicit.picture.drawing import Plate, Stamp
from zhengming.labels.explicit.picture.pixels import TURNED, stored_box, upright
from zhengming.labels.explicit.picture.placement import Box, Spot

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Coverage = NDArray[np.float32]

#: Formats whose planes hold one component each, in the byte order of this machine or of one byte.
PLANAR = re.compile(r"(yuvj?|yuva)4\d\dp(\d+le)?|gray(\d+le)?|gbra?p(\d+le)?")
#: In which format frames are labelled whose own has no plane for each component.
_PLANAR_OF = {"nv12": "yuv420p", "nv21": "yuv420p", "nv16": "yuv422p", "p010le": "yuv420p10le", "yuyv422": "yuv422p",
              "uyvy422": "yuv422p", "rgba": "gbrap", "bgra": "gbrap", "argb": "gbrap", "abgr": "gbrap"}  # fmt: skip
#: The EXIF orientation that a display matrix stands for, by the signs of its a, b, c, d.
_ORIENTATIONS = {
    (1, 0, 0, 1): 1, (-1, 0, 0, 1): 2, (-1, 0, 0, -1): 3, (1, 0, 0, -1): 4,
    (0, 1, 1, 0): 5, (0, 1, -1, 0): 6, (0, -1, -1, 0): 7, (0, -1, 1, 0): 8,
}  # fmt: skip
#: How bright white text is, as a share of the range: in HDR the top of it is for highlights, not for paper.
#: 203 cd/m² by ITU-R BT.2408: 58 % in PQ (transfer 16), 75 % in HLG (transfer 18).
_WHITE = {16: 0.58, 18: 0.75}
_FULL_RANGE = 2


@dataclass(frozen=True)
class Geometry:
    """How frames are displayed: stored ``size`` in pixels, their ``aspect`` (width to height), ``orientation``
    as in EXIF, and the display ``matrix`` it came from (nine integers), where there is one."""

    size: tuple[int, int]
    aspect: Fraction
    orientation: int
    matrix: tuple[int, ...] | None

    @classmethod
    def of(cls, frame: Any, aspect: Fraction | None) -> "Geometry":
        matrix = display_matrix(frame)
        usual = aspect if aspect and Fraction(1, 8) <= aspect <= 8 else Fraction(1)
        return cls((frame.width, frame.height), usual, _orientation(matrix), matrix)

    @property
    def square(self) -> tuple[int, int]:
        """The size with square pixels, not turned."""
        return max(1, round(self.size[0] * self.aspect)), self.size[1]

    @property
    def displayed(self) -> tuple[int, int]:
        """The size as people see it."""
        return self.square[::-1] if self.orientation in TURNED else self.square

    def stored(self, box: Box) -> Box:
        """Where a displayed box lies in stored pixels."""
        left, top, right, bottom = stored_box(box, self.square, self.orientation)
        return round(left / self.aspect), top, round(right / self.aspect), bottom

    def stored_coverage(self, cover: "Coverage", width: int) -> "Coverage":
        """A displayed coverage as it is stored, ``width`` pixels wide."""
        import numpy as np
        from PIL import Image

        turned: Coverage = np.zeros(cover.shape[::-1] if self.orientation in TURNED else cover.shape, np.float32)
        upright(turned, self.orientation)[...] = cover
        height = len(turned)
        if turned.size == width * height:
            return turned
        squeezed = Image.fromarray(turned).resize((width, height), Image.Resampling.BOX)
        return np.asarray(squeezed, np.float32)


def display_matrix(frame: Any) -> tuple[int, ...] | None:
    """The display matrix of a frame: nine integers, or None."""
    data = next((side for side in frame.side_data if side.type.name == "DISPLAYMATRIX"), None)
    return struct.unpack("<9i", bytes(data)) if data is not None else None


def _orientation(matrix: tuple[int, ...] | None) -> int:
    """The nearest of the eight orientations; 1 where the picture stands at another angle."""
    if matrix is None:
        return 1
    a, b, c, d = (round(matrix[place] / 65536) for place in (0, 1, 3, 4))
    return _ORIENTATIONS.get((a, b, c, d), 1)


def labelled_as(pixel_format: str) -> str:
    """The format in which frames of ``pixel_format`` are labelled: their own, where each component has its plane."""
    if PLANAR.fullmatch(pixel_format):
        return pixel_format
    if pixel_format in _PLANAR_OF:
        return _PLANAR_OF[pixel_format]
    return "gbrp" if "rgb" in pixel_format or "bgr" in pixel_format or pixel_format == "pal8" else "yuv444p"


def planar(frame: Any) -> Any:
    """``frame`` in the format in which it is labelled."""
    wanted = labelled_as(frame.format.name)
    return frame if frame.format.name == wanted else frame.reformat(format=wanted)


def is_see_through(frame: Any) -> bool:
    """Whether a frame has an alpha plane."""
    return "a4" in frame.format.name or frame.format.name.startswith("gbrap")


def planes(frame: Any) -> list["NDArray[Any]"]:
    """The planes of a frame of a :data:`PLANAR` format, as views of shape (height, width)."""
    import numpy as np

    kind = np.dtype("<u2" if frame.format.components[0].bits > 8 else "u1")
    views = []
    for plane in frame.planes:
        rows = np.frombuffer(plane, kind).reshape(-1, plane.line_size // kind.itemsize)
        views.append(rows[: plane.height, : plane.width])
    return views


def luma(frame: Any, box: Box) -> "Coverage":
    """What is seen of a stored box, as grey between 0 and 1: luma, or green."""
    import numpy as np

    left, top, right, bottom = box
    full = (1 << frame.format.components[0].bits) - 1
    grey: Coverage = np.divide(planes(frame)[0][top:bottom, left:right], full, dtype=np.float32)
    return grey


@dataclass(frozen=True)
class _Layer:
    """What is blended into one plane: rows and columns, the stamp, and the values of white and black."""

    rows: slice
    columns: slice
    stamp: Stamp
    ink: float
    ground: float


@dataclass(frozen=True)
class Burn:
    """The label made ready for all frames of one format and size."""

    layers: tuple[_Layer, ...]

    @classmethod
    def of(cls, frame: Any, geometry: Geometry, plate: Plate, spot: Spot) -> "Burn":
        """For frames like ``frame``, with ``plate`` at ``spot`` of the displayed picture."""
        across, down = _subsampling(frame)
        left, top, right, _ = geometry.stored(spot.box)
        ink, ground = (geometry.stored_coverage(cover, right - left) for cover in (plate.ink, plate.ground))
        # Chroma samples stand for several pixels: the plate starts where one of them does.
        left, top = left // across * across, top // down * down
        stored = Plate(plate.text, plate.lines, ink, ground, plate.text_height)
        return cls(tuple(_layers(frame, stored, (left, top), spot.opacity)))

    def on(self, frame: Any) -> None:
        """Blend the label into ``frame`` in place."""
        frame.make_writable()
        for plane, layer in zip(planes(frame), self.layers, strict=True):
            region = plane[layer.rows, layer.columns]
            layer.stamp.blend(region, (layer.ink,), (layer.ground,))


def _layers(frame: Any, plate: Plate, corner: tuple[int, int], opacity: float) -> list[_Layer]:
    across, down = _subsampling(frame)
    layers = []
    for number, (ink, ground) in enumerate(_values(frame)):
        steps = (across, down) if frame.format.name.startswith("yuv") and number in (1, 2) else (1, 1)
        stamp = Stamp.of(plate if steps == (1, 1) else plate.reduced(*steps), opacity)
        plane = frame.planes[number]
        left, top = corner[0] // steps[0], corner[1] // steps[1]
        height = min(stamp.ink.shape[0], plane.height - top)
        width = min(stamp.ink.shape[1], plane.width - left)
        cut = Stamp(*(part[:height, :width] for part in (stamp.keep, stamp.ground, stamp.ink)))
        layers.append(_Layer(slice(top, top + height), slice(left, left + width), cut, ink, ground))
    return layers


def _subsampling(frame: Any) -> tuple[int, int]:
    """How many pixels across and down share one chroma sample."""
    if not frame.format.name.startswith("yuv"):
        return 1, 1
    chroma = frame.planes[1]
    return max(1, round(frame.width / chroma.width)), max(1, round(frame.height / chroma.height))


def _values(frame: Any) -> list[tuple[float, float]]:
    """White and black of each plane; alpha becomes opaque under the label."""
    name, bits = frame.format.name, frame.format.components[0].bits
    top, white = (1 << bits) - 1, _WHITE.get(frame.color_trc, 1.0)
    alpha = [(float(top), float(top))] * is_see_through(frame)
    if name.startswith("gb"):
        return [(white * top, 0.0)] * 3 + alpha
    step = 1 << bits - 8
    full = frame.color_range == _FULL_RANGE or name.startswith(("yuvj", "gray"))
    black, span = (0, top) if full else (16 * step, 219 * step)
    neutral = [(128.0 * step, 128.0 * step)] * (2 * name.startswith("yuv"))
    return [(black + white * span, float(black)), *neutral, *alpha]
