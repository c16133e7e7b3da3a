"""Opening a picture with a decoder that may meet any bytes: only our errors come out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from zhengming.ground.errors import BadFile, Refused, ZhengmingError

if TYPE_CHECKING:
    from PIL.Image import Image

ORIENTATION_TAG = 0x0112
#: A file of a kilobyte can claim any size, and pixels cost memory and time: four bytes each, and more to encode.
MOST_PIXELS = 100_000_000


@contextmanager
def decoding(what: str) -> Iterator[None]:
    """Turns whatever a decoder or encoder lets out into BadFile, or Refused for a picture beyond its limit."""
    from PIL.Image import DecompressionBombError

    try:
        yield
    except (ZhengmingError, MemoryError):
        raise
    except DecompressionBombError as error:
        raise Refused(f"画面过大，不予解码：{error}", f"the picture is too large to decode: {error}") from error
    except Exception as error:  # decoders raise SyntaxError, struct.error, KeyError… for broken files
        raise BadFile(f"{what} 解码或编码失败：{error}", f"{what} does not decode or encode: {error}") from error


def opened(file: BinaryIO, pillow_format: str) -> "Image":
    """The picture in ``file``, not decoded yet, which must be of the format as Pillow calls it.

    Raises Refused for one of more than ``MOST_PIXELS``.
    """
    from PIL import Image

    file.seek(0)
    picture = Image.open(file, formats=[pillow_format])
    check_size(picture.size)
    return picture


def check_size(size: tuple[int, int]) -> None:
    """Raise Refused for a picture of more than ``MOST_PIXELS``."""
    if size[0] * size[1] > MOST_PIXELS:
        raise Refused(
            f"画面 {size[0]}×{size[1]} 像素，超过上限 {MOST_PIXELS}",
            f"a picture of {size[0]}×{size[1]} pixels is over the limit of {MOST_PIXELS}",
        )


def orientation_of(picture: "Image") -> int:
    """The EXIF orientation, 1 to 8; 1 where there is none or a wrong one."""
    value = picture.getexif().get(ORIENTATION_TAG, 1)
    return value if value in range(1, 9) else 1
