"""A TIFF page of 16 bits a sample in colour: read and written bit for bit, which Pillow would cut down to 8.

Pillow unpacks such samples to their high bytes but leaves the choice of the byte open, so a page is decoded
twice. It is written in one strip of Deflate (compression 8 of the TIFF supplements).
"""

import sys
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO

from zhengming.ground.errors import Refused
from zhengming.labels.explicit.picture.decoding import opened

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

MODES = ("RGB", "RGBA")
WIDTH, LENGTH, BITS, COMPRESSION, PHOTOMETRIC = 256, 257, 258, 259, 262
STRIP_OFFSETS, SAMPLES, ROWS_PER_STRIP, STRIP_BYTES, PLANES, EXTRA_SAMPLES = 273, 277, 278, 279, 284, 338
DEFLATE, RGB, CHUNKY, STRAIGHT_ALPHA, LONG = 8, 2, 1, 2, 4


def samples(source: BinaryIO, page: int) -> "NDArray[np.uint16]":
    """The samples of a page, upright, (height, width, channels). Raises Refused for what it cannot keep."""
    import numpy as np

    book: Any = opened(source, "TIFF")
    book.seek(page)
    raw, bits = str(book.tile[0].args[0]), book.tag_v2[BITS]
    if book.mode not in MODES or not raw.startswith(f"{book.mode};16") or set(bits) != {16}:
        raise Refused(
            f"这种彩色 TIFF（{raw}，每样本 {max(bits)} 位）重新编码会损失精度；请先转为 16 位 PNG 或 8 位 TIFF",
            f"a TIFF of {raw} with {max(bits)} bits a sample would lose precision; "
            "convert it to a 16-bit PNG or an 8-bit TIFF first",
        )
    order = ("L" if sys.byteorder == "little" else "B") if raw.endswith("N") else raw[-1]
    high, low = (_bytes(source, page, f"{book.mode};16{one}") for one in (order, "B" if order == "L" else "L"))
    joined: NDArray[np.uint16] = high.astype(np.uint16) << 8 | low
    return joined


def write(pixels: "NDArray[np.uint16]", tags: "ImageFileDirectory_v2", writer: Any) -> None:
    """Write the page with ``tags`` besides those of its storage."""
    height, width, channels = pixels.shape
    data = zlib.compress(pixels.astype("<u2").tobytes(), 6)
    storage: dict[int, Any] = {
        WIDTH: width, LENGTH: height, BITS: (16,) * channels, COMPRESSION: DEFLATE, PHOTOMETRIC: RGB,
        STRIP_OFFSETS: 0, SAMPLES: channels, ROWS_PER_STRIP: height, STRIP_BYTES: len(data), PLANES: CHUNKY,
    }  # fmt: skip
    if channels == 4:
        storage[EXTRA_SAMPLES] = (STRAIGHT_ALPHA,)
    for tag, value in storage.items():
        tags[tag] = value
    tags.tagtype[STRIP_OFFSETS] = LONG
    tags.save(writer)
    writer.write(data)


def _bytes(source: BinaryIO, page: int, raw: str) -> Any:
    """One byte of each sample of a page."""
    import numpy as np

    book: Any = opened(source, "TIFF")
    book.seek(page)
    book.tile = [tile._replace(args=(raw, *tile.args[1:])) for tile in book.tile]
    return np.array(book)
