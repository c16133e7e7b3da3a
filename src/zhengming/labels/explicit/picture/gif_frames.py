"""One image of a GIF as palette indices: decoded, given the plate's greys, encoded again. Nothing is dithered,
no other pixel changes its colour."""

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from zhengming.ground.errors import BadFile
from zhengming.labels.explicit.picture.drawing import Plate
from zhengming.labels.explicit.picture.placement import Box
from zhengming.labels.formats.gif import IMAGE, TRAILER, blocks

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Indices = NDArray[np.uint8]

#: The greys of the text's edges, black to white. A palette has room for few.
GREYS = (0, 85, 170, 255)
#: A colour of the palette that differs by no more than this in each channel serves as the grey.
NEAR = 24
_GREY_TABLE = bytes(value for level in range(256) for value in (level,) * 3)


@dataclass(frozen=True)
class Frame:
    """An image: its ``box`` on the canvas, ``indices`` of shape (height, width), ``palette`` of three bytes a
    colour, and the index that is ``transparent``, if any."""

    box: Box
    indices: "Indices"
    palette: bytes
    transparent: int | None


def decoded(descriptor: bytes, data: bytes, palette: bytes, transparent: int | None) -> Frame:
    """The frame of an image descriptor (ten bytes) and its compressed ``data``. Raises BadFile."""
    import numpy as np
    from PIL import Image

    left, top, width, height = (int.from_bytes(descriptor[at : at + 2], "little") for at in (1, 3, 5, 7))
    if not width or not height:
        raise BadFile("GIF 图像的宽或高为零", "a GIF image has no width or height")
    size = descriptor[5:9]
    # A grey palette makes the decoder hand out the indices themselves.
    alone = (
        b"GIF89a" + size + b"\xf7\0\0" + _GREY_TABLE
        + IMAGE + bytes(4) + size + bytes([descriptor[9] & 0x40]) + data + TRAILER
    )  # fmt: skip
    indices = np.array(Image.open(BytesIO(alone), formats=["GIF"]).convert("L"))
    return Frame((left, top, left + width, top + height), indices, palette, transparent)


def encoded(frame: Frame) -> bytes:
    """The frame as an image block with a colour table of its own."""
    from PIL import Image

    left, top, right, bottom = frame.box
    place = b"".join(value.to_bytes(2, "little") for value in (left, top, right - left, bottom - top))
    bits = max(1, (len(frame.palette) // 3 - 1).bit_length())
    table = frame.palette.ljust(3 << bits, b"\0")
    file = BytesIO()
    Image.fromarray(frame.indices).save(file, "GIF", optimize=False, interlace=0)
    image = next(block for block in blocks(file) if block.kind == IMAGE[0])
    data = file.getvalue()[image.first - 1 : image.stop]
    return IMAGE + place + bytes([0x80 | (bits - 1)]) + table + data


def with_plate(frame: Frame, plate: Plate, box: Box, *, whole: bool) -> Frame:
    """The frame with the plate in ``box``; ``whole`` widens a frame that does not cover it, else it is cut off."""
    import numpy as np

    room = _union(frame.box, box) if whole else frame.box
    needs_clear = room != frame.box and frame.transparent is None
    palette = _Palette(frame)
    greys = [palette.grey(level) for level in GREYS]
    clear = palette.clear() if needs_clear else frame.transparent
    indices = np.full((room[3] - room[1], room[2] - room[0]), clear or 0, np.uint8)
    indices[_slices(frame.box, room)] = palette.indices
    inside = _intersection(room, box)
    levels = np.array(greys, np.uint8)[np.rint(plate.ink * 3).astype(int)][_slices(inside, box)]
    covered = (plate.ground > 0.5)[_slices(inside, box)]
    indices[_slices(inside, room)][covered] = levels[covered]
    return Frame(room, indices, bytes(palette.colours), clear)


def touches(one: Box, other: Box) -> bool:
    """Whether two boxes share a pixel."""
    return max(one[0], other[0]) < min(one[2], other[2]) and max(one[1], other[1]) < min(one[3], other[3])


def covers(outer: Box, inner: Box) -> bool:
    """Whether ``inner`` lies wholly in ``outer``."""
    return _union(outer, inner) == outer


class _Palette:
    """The palette of a frame that takes in a few colours more: near ones serve, then unused and free entries;
    in a full palette the rarest colour gives way to its nearest neighbour."""

    def __init__(self, frame: Frame) -> None:
        import numpy as np

        self.colours = bytearray(frame.palette)
        self.indices = frame.indices.copy()
        self.counts = np.bincount(frame.indices.ravel(), minlength=256)
        self.taken = {frame.transparent} if frame.transparent is not None else set()

    def grey(self, level: int) -> int:
        """The index of an entry that serves as this grey."""
        near, distance = self._nearest((level,) * 3, self.taken)
        if distance > NEAR:
            near = self._make((level,) * 3)
        self.taken.add(near)
        return near

    def clear(self) -> int:
        """The index of an entry that no pixel uses, for transparency."""
        entry = self._make((0, 0, 0))
        self.taken.add(entry)
        return entry

    def _make(self, colour: tuple[int, int, int]) -> int:
        entries = len(self.colours) // 3
        unused = (entry for entry in range(entries) if not self.counts[entry] and entry not in self.taken)
        entry = next(unused, None)
        if entry is None and entries < 256:
            entry = entries
        if entry is None:
            entry = self._vacated()
        self.colours[3 * entry : 3 * entry + 3] = bytes(colour)
        self.counts[entry] += 1
        return entry

    def _vacated(self) -> int:
        """The entry of the rarest colour, whose pixels have gone over to the nearest other one."""
        entry = min((one for one in range(256) if one not in self.taken), key=lambda one: int(self.counts[one]))
        red, green, blue = self.colours[3 * entry : 3 * entry + 3]
        heir, _ = self._nearest((red, green, blue), {*self.taken, entry})
        self.indices[self.indices == entry] = heir
        self.counts[heir] += self.counts[entry]
        return entry

    def _nearest(self, colour: tuple[int, int, int], without: set[int]) -> tuple[int, int]:
        """The entry nearest to a colour, and its largest difference in a channel; (-1, 256) if there is none."""
        distances = (
            (max(abs(self.colours[3 * entry + channel] - colour[channel]) for channel in range(3)), entry)
            for entry in range(len(self.colours) // 3)
            if entry not in without
        )
        distance, entry = min(distances, default=(256, -1))
        return entry, distance


def _union(one: Box, other: Box) -> Box:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def _intersection(one: Box, other: Box) -> Box:
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def _slices(box: Box, around: Box) -> tuple[slice, slice]:
    """Where ``box`` lies in an array that spans ``around``."""
    return (
        slice(box[1] - around[1], box[3] - around[1]),
        slice(box[0] - around[0], box[2] - around[0]),
    )
