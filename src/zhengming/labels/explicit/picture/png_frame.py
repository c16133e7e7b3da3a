"""PNG under an explicit label: 16 bits stay 16 bits, every chunk of metadata stays where it was."""

import struct
import zlib
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO

from zhengming.ground.cursor import Cursor
from zhengming.labels.explicit.labeller import Wish
from zhengming.labels.explicit.picture.decoding import opened, orientation_of
from zhengming.labels.explicit.picture.drawing import Plate
from zhengming.labels.explicit.picture.pixels import blend_16_bit, put_on
from zhengming.labels.explicit.picture.placement import Spot
from zhengming.labels.formats.png import SIGNATURE, chunks

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

#: What the encoder decides; and what only fits the colour type that it was written for.
PICTURE = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
BOUND_TO_COLOURS = (b"bKGD", b"sBIT", b"hIST", b"sPLT")
ANIMATION = (b"acTL", b"fcTL", b"fdAT")
#: Colour types whose 16 bits Pillow cuts down to 8: colour, grey with alpha, colour with alpha.
CUT_DOWN = (2, 4, 6)


def label_png(source: BinaryIO, sink: BinaryIO, wish: Wish) -> tuple[Spot, Plate]:
    """Write the still PNG ``source`` with the label of ``wish`` to ``sink``; other pixels stay the same."""
    colours = _header(source)[9]
    if is_16_bit(source):
        pixels = _pixels_16(source, colours)
        put = blend_16_bit(pixels, wish, alpha=colours in (4, 6))
        fresh = _encoded_16(pixels, colours)
    else:
        picture = _plain(opened(source, "PNG"))
        put = put_on(picture, wish, orientation_of(picture))
        fresh = BytesIO()
        picture.save(fresh, "PNG")
    join(source, fresh, sink)
    return put


def is_16_bit(file: BinaryIO) -> bool:
    """Whether the PNG has 16 bits a sample in a colour type whose depth Pillow cannot keep."""
    header = _header(file)
    return header[8] == 16 and header[9] in CUT_DOWN


def join(old: BinaryIO, fresh: BinaryIO, sink: BinaryIO) -> None:
    """Write the picture of the PNG ``fresh``, its animation too, with the metadata chunks of ``old``."""
    same = _header(old)[8:10] == _header(fresh)[8:10]
    dropped = {*PICTURE, *ANIMATION, b""} | (set() if same else set(BOUND_TO_COLOURS))
    before: list[bytes] = []
    middle: list[bytes] = []
    after: list[bytes] = []
    place = before
    for chunk in chunks(old):
        place = middle if chunk.kind == b"PLTE" else after if chunk.kind == b"IDAT" else place
        if chunk.kind not in dropped:
            (middle if chunk.kind in BOUND_TO_COLOURS and place is before else place).append(_bytes(old, chunk))
    _write(fresh, sink, before, middle, after)


def _write(fresh: BinaryIO, sink: BinaryIO, before: list[bytes], middle: list[bytes], after: list[bytes]) -> None:
    sink.write(SIGNATURE)
    for chunk in chunks(fresh):
        if chunk.kind == b"IDAT":
            sink.writelines(middle)
            middle = []
        if chunk.kind == b"IEND":
            sink.writelines(after)
        if chunk.kind in (*PICTURE, *ANIMATION):
            sink.write(_bytes(fresh, chunk))
        if chunk.kind == b"IHDR":
            sink.writelines(before)


def _bytes(file: BinaryIO, chunk: Any) -> bytes:
    size = chunk.stop - chunk.start
    return Cursor(file, chunk.start).take(size, size)


def _header(file: BinaryIO) -> bytes:
    return Cursor(file, 16).take(13)


def _plain(picture: "Image") -> "Image":
    """The picture in a mode that has white and black: a palette is unfolded, a transparent colour made alpha."""
    if picture.mode == "P" or "transparency" in picture.info:
        see_through = "transparency" in picture.info
        grey = picture.mode in ("1", "L")
        return picture.convert(("LA" if grey else "RGBA") if see_through else "RGB")
    return picture.convert("I;16") if picture.mode == "I" else picture


def _pixels_16(source: BinaryIO, colours: int) -> "NDArray[np.uint16]":
    """The 16-bit samples, (height, width, channels): decoded once for the high bytes and once for the low ones,
    because Pillow unpacks such pixels to 8 bits but leaves the choice of the byte open."""
    import numpy as np

    if colours == 4:  # grey and alpha in 16 bits is as wide as four channels in 8
        bytes_ = np.asarray(_decoded(source, "RGBA", "RGBA"))
        return bytes_.view(">u2").astype(np.uint16)
    mode = "RGB" if colours == 2 else "RGBA"
    high, low = (np.asarray(_decoded(source, mode, f"{mode};16{order}")) for order in "BL")
    samples: NDArray[np.uint16] = high.astype(np.uint16) << 8 | low
    return samples


def _decoded(source: BinaryIO, mode: str, raw: str) -> "Image":
    picture: Any = opened(source, "PNG")
    picture._mode = mode
    picture.tile = [tile._replace(args=raw) for tile in picture.tile]
    picture.load()
    decoded: Image = picture
    return decoded


def _encoded_16(pixels: "NDArray[np.uint16]", colours: int) -> BytesIO:
    """A PNG with 16 bits a sample, each row filtered by the one above it (filter 2)."""
    import numpy as np

    height, width, channels = pixels.shape
    rows = pixels.astype(">u2").view(np.uint8).reshape(height, width * channels * 2)
    filtered = np.full((height, rows.shape[1] + 1), 2, np.uint8)
    filtered[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    header = struct.pack(">IIBBBBB", width, height, 16, colours, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(filtered.data, 6)), (b"IEND", b""))
    return BytesIO(SIGNATURE + b"".join(map(_chunk, parts)))


def _chunk(part: tuple[bytes, bytes]) -> bytes:
    kind, data = part
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
