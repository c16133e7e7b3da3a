"""TIFF under an explicit label: every page, its compression and tags kept."""

from typing import TYPE_CHECKING, Any, BinaryIO

from zhengming.labels.explicit.labeller import Wish
from zhengming.labels.explicit.picture import tiff_deep
from zhengming.labels.explicit.picture.decoding import ORIENTATION_TAG, check_size, opened
from zhengming.labels.explicit.picture.drawing import Plate
from zhengming.labels.explicit.picture.pixels import blend_16_bit, put_on
from zhengming.labels.explicit.picture.placement import Spot

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

#: Tags that describe how the pixels are stored, which the encoder writes anew (TIFF 6.0 and its supplements):
#: size, depth, compression, photometric, fill order, strips, samples, planes, predictor, palette, tiles, JPEG.
STORAGE = {
    *range(254, 260), 262, 263, 266, 273, 277, 278, 279, 280, 281, 284, 292, 293, 317, 318, 319, 320,
    322, 323, 324, 325, 330, 338, 339, 347, *range(512, 522), 529, 530, 531, 532, ORIENTATION_TAG,
}  # fmt: skip
EXIF, GPS = 0x8769, 0x8825
BITS_PER_SAMPLE = 258
#: Their encoders are lossy; a high quality keeps a second generation close.
QUALITY = {"jpeg": 95, "webp": 95}


def label_tiff(source: BinaryIO, sink: BinaryIO, wish: Wish) -> tuple[Spot, Plate]:
    """Write the TIFF ``source`` with the label of ``wish`` on each page to ``sink``; returns the first page's."""
    from PIL.TiffImagePlugin import AppendingTiffWriter

    book = opened(source, "TIFF")
    source.seek(0)
    is_big = source.read(4)[2:4] in (b"+\0", b"\0+")
    first: tuple[Spot, Plate] | None = None
    with AppendingTiffWriter(sink) as writer:
        for page in range(getattr(book, "n_frames", 1)):
            book.seek(page)
            put = _label_page(book, source, writer, wish, is_big)
            writer.newFrame()
            first = first or put
    assert first
    return first


def _label_page(book: Any, source: BinaryIO, writer: Any, wish: Wish, is_big: bool) -> tuple[Spot, Plate]:
    check_size(book.size)
    info, compression = _kept(book, book.tag_v2, is_big), str(book.info.get("compression", "raw"))
    if max(book.tag_v2.get(BITS_PER_SAMPLE, (1,))) > 8 and not book.mode.startswith("I;16"):
        pixels = tiff_deep.samples(source, book.tell())
        put = blend_16_bit(pixels, wish, alpha=pixels.shape[2] == 4)
        tiff_deep.write(pixels, info, writer)
        return put
    picture = _plain(book)
    put = put_on(picture, wish)
    options: dict[str, Any] = {} if compression == "raw" else {"compression": compression}
    if compression in QUALITY:
        options["quality"] = QUALITY[compression]
    picture.save(writer, "TIFF", tiffinfo=info, big_tiff=is_big, **options)
    return put


def _plain(book: "Image") -> "Image":
    """The page in a mode with white and black. Pillow shows it upright already, so the orientation tag goes."""
    book.load()
    if book.mode in ("P", "PA"):
        return book.convert("RGB" if book.mode == "P" else "RGBA")
    return book.copy()


def _kept(book: "Image", tags: "ImageFileDirectory_v2", is_big: bool) -> "ImageFileDirectory_v2":
    """The tags that say something of the page and not of its storage, the EXIF directories among them."""
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

    kept = ImageFileDirectory_v2(b"II+\0\x08\0\0\0" + bytes(8) if is_big else b"II*\0\0\0\0\0")
    for tag in tags:
        if tag not in STORAGE | {EXIF, GPS}:
            kept.tagtype[tag] = tags.tagtype[tag]
            kept[tag] = tags[tag]
    exif = book.getexif()
    for pointer in (EXIF, GPS):
        if pointer in tags and (directory := dict(exif.get_ifd(pointer))):
            kept[pointer] = directory
    return kept
