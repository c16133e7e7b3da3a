"""JPEG under an explicit label: the same tables, sampling and coding, every segment of metadata where it was.

The picture is decoded to YCbCr and encoded from it, so that outside the label nothing but rounding changes.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO

from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile
from zhengming.labels.explicit.labeller import Wish
from zhengming.labels.explicit.picture.decoding import opened, orientation_of
from zhengming.labels.explicit.picture.drawing import Plate
from zhengming.labels.explicit.picture.pixels import put_on
from zhengming.labels.explicit.picture.placement import Spot

if TYPE_CHECKING:
    from PIL.JpegImagePlugin import JpegImageFile

START, SCAN, COMMENT, ADOBE = 0xD8, 0xDA, 0xFE, 0xEE
APPLICATION = range(0xE0, 0xF0)
#: Adobe's marker tells how colours are coded, so the encoder's goes before the old one. An MPF index points at
#: pictures behind the first one, which would stay without the label and are left out.
INDEX_OF_MORE_PICTURES = b"MPF\0"
RGB_COMPONENTS = [82, 71, 66]


def label_jpeg(source: BinaryIO, sink: BinaryIO, wish: Wish) -> tuple[Spot, Plate]:
    """Write the JPEG ``source`` with the label of ``wish`` to ``sink``."""
    picture: Any = opened(source, "JPEG")
    is_rgb = _is_rgb(picture)
    if not is_rgb:
        picture.draft("YCbCr", picture.size)
    picture.load()
    spot, plate = put_on(picture, wish, orientation_of(picture))
    fresh = BytesIO()
    picture.save(
        fresh, "JPEG", qtables=picture.quantization, subsampling=_sampling(picture), keep_rgb=is_rgb,
        progressive=bool(picture.info.get("progressive")), optimize=bool(picture.info.get("progressive")),
    )  # fmt: skip
    _join(source, fresh, sink)
    return spot, plate


def _is_rgb(picture: "JpegImageFile") -> bool:
    return picture.mode == "RGB" and (
        picture.info.get("adobe_transform") == 0 or [layer[0] for layer in picture.layer] == RGB_COMPONENTS
    )


def _sampling(picture: "JpegImageFile") -> int:
    """Pillow's number for the chroma sampling; the full one where it has no number, so that nothing is lost."""
    from PIL import JpegImagePlugin

    return max(0, JpegImagePlugin.get_sampling(picture))


def _join(old: BinaryIO, fresh: BinaryIO, sink: BinaryIO) -> None:
    """The metadata segments of ``old`` with the frame of ``fresh``."""
    frame = [(marker, segment) for marker, segment in _segments(fresh) if marker == ADOBE or not _is_metadata(marker)]
    has_adobe = any(marker == ADOBE for marker, _ in frame)
    sink.write(b"\xff\xd8")
    for marker, segment in _segments(old):
        if _is_metadata(marker) and not (marker == ADOBE and has_adobe) and segment[4:8] != INDEX_OF_MORE_PICTURES:
            sink.write(segment)
    for _, segment in frame:
        sink.write(segment)


def _is_metadata(marker: int) -> bool:
    return marker in APPLICATION or marker == COMMENT


def _segments(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Each segment behind SOI with its marker byte; the last one is the scan with all that follows it."""
    cursor = Cursor(file)
    if cursor.take(2) != b"\xff\xd8":
        raise BadFile("不是 JPEG", "not a JPEG", 0)
    while True:
        if cursor.take(1) != b"\xff":
            raise BadFile("JPEG 段标记缺失", "a JPEG marker is missing", cursor.at)
        while (marker := cursor.take(1)[0]) == 0xFF:
            pass
        if marker == SCAN:
            yield marker, b"\xff\xda" + cursor.take(cursor.left, cursor.left)
            return
        size = int.from_bytes(cursor.peek(2), "big")
        yield marker, bytes((0xFF, marker)) + cursor.take(max(size, 2))
