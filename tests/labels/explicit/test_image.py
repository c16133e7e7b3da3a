"""A still image gets a legible label, upright as displayed; what is outside the label and beside it is kept."""

import contextlib
import random
import zlib
from io import BytesIO
from math import ceil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps, PngImagePlugin, TiffImagePlugin

from zhengming.ground.errors import Refused, Unavailable, ZhengmingError
from zhengming.labels.explicit.labeller import Shown, Wish, labeller_for
from zhengming.labels.explicit.media.image import LABELLER
from zhengming.labels.explicit.picture.placement import LEAST_CONTRAST

y, x = np.mgrid[:240, :320]
COLOURS = np.dstack([x * 255 // 319, y * 255 // 239, (x + y) * 255 // 558]).astype(np.uint8)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def labelled(data: bytes, name: str, **wish: object) -> tuple[bytes, Shown]:
    sink = BytesIO()
    shown = LABELLER.put(BytesIO(data), sink, Wish(**wish), name)
    return sink.getvalue(), shown


def decoded(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def outside(array: np.ndarray, box: tuple[int, int, int, int]) -> np.ndarray:
    mask = np.ones(array.shape[:2], bool)
    mask[box[1] : box[3], box[0] : box[2]] = False
    return array[mask]


def white_height(array: np.ndarray, box: tuple[int, int, int, int], full: int = 255) -> int:
    """Rows of the box in which something is nearly white, where the picture is nowhere so."""
    region = array[box[1] : box[3], box[0] : box[2]]
    grey = region if region.ndim == 2 else region[..., :3].min(axis=2)
    return int((grey.max(axis=1) > 0.6 * full).sum())


PLAIN = {
    "jpeg": ("JPEG", {"quality": 90}),
    "png": ("PNG", {}),
    "webp": ("WEBP", {"quality": 90}),
    "tiff": ("TIFF", {"compression": "tiff_lzw"}),
    "bmp": ("BMP", {}),
    "avif": ("AVIF", {"quality": 90}),
}


@pytest.mark.parametrize("name", PLAIN)
def test_the_label_is_high_enough_and_the_rest_stays(name: str) -> None:
    kind, options = PLAIN[name]
    source = Image.fromarray(COLOURS // 2)
    data = encoded(source, kind, **options)
    result, shown = labelled(data, name, corner="bottom-right")
    before, after = np.asarray(decoded(data).convert("RGB")), np.asarray(decoded(result).convert("RGB"))
    assert after.shape == before.shape
    assert shown.where == "右下角"
    assert shown.facts["contrast"] >= LEAST_CONTRAST
    assert white_height(after, shown.facts["box"]) >= ceil(0.05 * 240)
    margin = tuple(np.add(shown.facts["box"], (-16, -16, 16, 16)))
    change = np.abs(outside(after, margin).astype(int) - outside(before, margin))
    assert change.mean() < 1.5
    if name in ("png", "tiff", "bmp"):
        assert not change.any()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["jpeg", "png", "webp", "avif"])
def test_the_label_stands_upright_as_displayed(name: str, orientation: int) -> None:
    """Labelling and turning upright give what turning upright and labelling give."""
    kind, options = PLAIN[name]
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(Image.fromarray(COLOURS // 2), kind, exif=exif.tobytes(), **options)
    result, shown = labelled(data, name, corner="bottom-left")
    displayed = ImageOps.exif_transpose(decoded(result)).convert("RGB")
    upright = encoded(ImageOps.exif_transpose(decoded(data)).convert("RGB"), "PNG")
    expected, same = labelled(upright, "png", corner="bottom-left")
    assert shown.facts["box"] == same.facts["box"]
    assert np.abs(np.asarray(displayed).astype(int) - np.asarray(decoded(expected))).mean() < 2.5


@pytest.mark.parametrize("sampling", [0, 1, 2])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_keeps_its_tables_sampling_coding_and_every_segment(sampling: int, progressive: bool) -> None:
    exif = Image.Exif()
    exif[0x010E] = "a description"
    options = {
        "quality": 77, "subsampling": sampling, "progressive": progressive, "dpi": (300, 300), "icc_profile": SRGB,
        "exif": exif.tobytes(), "comment": b"a comment", "xmp": b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>",
    }  # fmt: skip
    data = encoded(Image.fromarray(COLOURS), "JPEG", **options)
    result, _ = labelled(data, "jpeg")
    before, after = decoded(data), decoded(result)
    assert after.quantization == before.quantization
    assert after.layer == before.layer
    assert after.info.get("progressive") == before.info.get("progressive")
    for key in ("dpi", "icc_profile", "exif", "comment", "xmp"):
        assert after.info[key] == before.info[key]
    assert result.count(b"JFIF\0") == 1


@pytest.mark.parametrize("mode", ["L", "CMYK", "RGB"])
def test_a_jpeg_keeps_its_colour_space(mode: str) -> None:
    options = {"keep_rgb": True} if mode == "RGB" else {}
    data = encoded(Image.fromarray(COLOURS // 2).convert(mode), "JPEG", quality=95, **options)
    result, shown = labelled(data, "jpeg", corner="top-left")
    after = decoded(result)
    assert after.mode == mode
    assert after.layer == decoded(data).layer
    assert white_height(np.asarray(after.convert("RGB")), shown.facts["box"]) >= 12
    change = np.abs(np.asarray(after, int) - np.asarray(decoded(data)))[100:]
    assert change.mean() < 1


def test_a_second_generation_of_jpeg_is_nearly_the_first() -> None:
    data = encoded(Image.fromarray(COLOURS), "JPEG", quality=60)
    result, _ = labelled(data, "jpeg", corner="bottom-right")
    change = np.abs(np.asarray(decoded(result), int) - np.asarray(decoded(data)))[:200]
    assert change.mean() < 0.2


def test_pictures_behind_the_first_one_do_not_stay_without_a_label() -> None:
    data = encoded(Image.fromarray(COLOURS), "JPEG")
    result, _ = labelled(data + b"trailing video", "jpeg")
    assert b"trailing video" not in result


def png16(channels: int, interlace: bool = False) -> tuple[bytes, np.ndarray]:
    """A 16-bit PNG with every filter in use, made by hand."""
    import struct
    import zlib

    pixels = np.random.default_rng(1).integers(0, 20000, (90, 130, channels)).astype(">u2")
    raw, above = bytearray(), bytes(130 * channels * 2)
    bpp = channels * 2
    for number, row in enumerate(pixels):
        line, kind = row.tobytes(), number % 5
        left = bytes(bpp) + line[:-bpp]
        upper_left = bytes(bpp) + above[:-bpp]
        predicted = [
            bytes(len(line)), left, above,
            bytes((a + b) // 2 for a, b in zip(left, above, strict=True)),
            bytes(_paeth(a, b, c) for a, b, c in zip(left, above, upper_left, strict=True)),
        ][kind]  # fmt: skip
        raw += bytes([kind]) + bytes((v - p) % 256 for v, p in zip(line, predicted, strict=True))
        above = line
    header = struct.pack(">IIBBBBB", 130, 90, 16, {2: 4, 3: 2, 4: 6}[channels], 0, 0, 0)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    parts = chunk(b"IHDR", header) + chunk(b"tEXt", b"Title\0x") + chunk(b"IDAT", zlib.compress(bytes(raw)))
    return b"\x89PNG\r\n\x1a\n" + parts + chunk(b"IEND", b""), pixels


def _paeth(a: int, b: int, c: int) -> int:
    return min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]


@pytest.mark.parametrize("channels", [2, 3, 4])
def test_a_png_of_16_bits_keeps_every_bit_outside_the_label(channels: int) -> None:
    from zhengming.labels.explicit.picture.png_frame import _pixels_16

    data, pixels = png16(channels)
    result, shown = labelled(data, "png")
    after = _pixels_16(BytesIO(result), {2: 4, 3: 2, 4: 6}[channels])
    assert np.array_equal(outside(after, shown.facts["box"]), outside(pixels, shown.facts["box"]))
    assert white_height(after, shown.facts["box"], 65535) >= 9
    assert result[24] == 16
    assert b"tEXtTitle\0x" in result


def test_grey_of_16_bits_keeps_every_bit_outside_the_label() -> None:
    pixels = np.random.default_rng(1).integers(0, 20000, (240, 320)).astype(np.uint16)
    for name, kind in (("png", "PNG"), ("tiff", "TIFF")):
        result, shown = labelled(encoded(Image.fromarray(pixels), kind), name)
        after = np.asarray(decoded(result)).astype(np.uint16)
        assert decoded(result).mode == "I;16"
        assert np.array_equal(outside(after, shown.facts["box"]), outside(pixels, shown.facts["box"]))
        assert white_height(after, shown.facts["box"], 65535) >= 12


@pytest.mark.parametrize("transparent", [False, True])
def test_a_png_with_a_palette_keeps_its_colours(transparent: bool) -> None:
    source = Image.fromarray(COLOURS // 2).quantize(200)
    options = {"transparency": 3} if transparent else {}
    data = encoded(source, "PNG", **options)
    result, shown = labelled(data, "png")
    before, after = (np.asarray(decoded(file).convert("RGBA")) for file in (data, result))
    assert np.array_equal(outside(before, shown.facts["box"]), outside(after, shown.facts["box"]))


@pytest.mark.parametrize("name", ["png", "webp"])
def test_on_a_transparent_picture_the_ground_is_opaque(name: str) -> None:
    data = encoded(Image.new("RGBA", (200, 200), (255, 255, 255, 0)), PLAIN[name][0], lossless=True)
    result, shown = labelled(data, name)
    after = np.asarray(decoded(result))
    left, top, right, bottom = shown.facts["box"]
    middle = after[(top + bottom) // 2, left:right]
    assert (middle[2:-2, 3] == 255).all()
    assert not outside(after, shown.facts["box"])[:, 3].any()
    assert shown.facts["contrast"] == 21


def test_a_png_keeps_its_chunks_in_place() -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("parameters", "a cat")
    texts.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
    texts.add(b"gAMA", (45455).to_bytes(4, "big"))
    texts.add(b"zmNt", b"late", after_idat=True)
    data = encoded(Image.fromarray(COLOURS), "PNG", pnginfo=texts, dpi=(300, 300), icc_profile=SRGB)
    result, _ = labelled(data, "png")
    before, after = decoded(data), decoded(result)
    for key in ("parameters", "XML:com.adobe.xmp", "dpi", "icc_profile", "gamma"):
        assert after.info[key] == before.info[key]
    assert result.index(b"zmNtlate") > result.rindex(b"IDAT")
    assert result.index(b"tEXtparameters") < result.index(b"IDAT")


def test_a_lossless_webp_stays_lossless_and_a_lossy_one_keeps_its_metadata() -> None:
    data = encoded(Image.fromarray(COLOURS // 2), "WEBP", lossless=True)
    result, shown = labelled(data, "webp")
    after = np.asarray(decoded(result))
    assert np.array_equal(outside(after, shown.facts["box"]), outside(COLOURS // 2, shown.facts["box"]))
    data = encoded(
        Image.fromarray(COLOURS), "WEBP", icc_profile=SRGB, xmp=b"<x/>", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0"
    )
    after = decoded(labelled(data, "webp")[0])
    assert after.info["icc_profile"] == SRGB
    assert after.info["xmp"] == b"<x/>"


def test_every_page_of_a_tiff_is_labelled_and_keeps_its_tags() -> None:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[270] = "a description"
    tags[700] = b"<x:xmpmeta/>"
    tags[34675] = SRGB
    tags[315] = "an artist"
    pages = [Image.fromarray(COLOURS // 2), Image.fromarray(COLOURS // 2).convert("L"), Image.new("1", (300, 200), 1)]
    data = encoded(
        pages[0],
        "TIFF",
        save_all=True,
        append_images=pages[1:],
        tiffinfo=tags,
        dpi=(300, 300),
        compression="tiff_lzw",
    )
    result, _shown = labelled(data, "tiff", corner="bottom-right")
    before, after = decoded(data), decoded(result)
    assert after.n_frames == 3
    assert after.info["compression"] == "tiff_lzw"
    for tag in (270, 700, 34675, 315, 282, 283, 296):
        assert after.tag_v2[tag] == before.tag_v2[tag]
    for page, mode in enumerate(("RGB", "L", "1")):
        before.seek(page)
        after.seek(page)
        assert after.mode == mode
        one, two = np.asarray(before.convert("L")), np.asarray(after.convert("L"))
        changed = np.argwhere(one != two)
        assert changed.min(axis=0).min() >= 100, "only in the corner"
        assert len(changed) > 200


def tiff16(pixels: np.ndarray, order: str, compression: int = 1, photometric: int = 2) -> bytes:
    """A TIFF of 16 bits a sample made by hand, in one strip, ``order`` being II or MM."""
    height, width, channels = pixels.shape
    data = pixels.astype({"II": "<u2", "MM": ">u2"}[order]).tobytes()
    data = zlib.compress(data) if compression == 8 else data
    tags = {
        256: width, 257: height, 258: (16,) * channels, 259: compression, 262: photometric, 270: "kept", 273: 0,
        277: channels, 278: height, 279: len(data),
    } | ({338: (2,)} if channels == 4 and photometric == 2 else {})  # fmt: skip
    directory = TiffImagePlugin.ImageFileDirectory_v2(prefix=order.encode())
    for tag, value in tags.items():
        directory[tag] = value
    directory.tagtype[273] = 4  # counted from behind the directory
    header = order.encode() + (b"*\0\x08\0\0\0" if order == "II" else b"\0*\0\0\0\x08")
    return header + directory.tobytes(8) + data


@pytest.mark.parametrize("order", ["II", "MM"])
@pytest.mark.parametrize("compression", [1, 8])
@pytest.mark.parametrize("channels", [3, 4])
def test_a_colour_tiff_of_16_bits_keeps_every_bit_outside_the_label(
    order: str, compression: int, channels: int
) -> None:
    from zhengming.labels.explicit.picture.tiff_deep import samples

    pixels = np.random.default_rng(1).integers(0, 20000, (90, 130, channels)).astype(np.uint16)
    data = tiff16(pixels, order, compression)
    assert np.array_equal(samples(BytesIO(data), 0), pixels)
    result, shown = labelled(data, "tiff")
    after = samples(BytesIO(result), 0)
    assert np.array_equal(outside(after, shown.facts["box"]), outside(pixels, shown.facts["box"]))
    assert white_height(after, shown.facts["box"], 65535) >= 9
    assert decoded(result).tag_v2[270] == "kept"


def test_a_big_tiff_stays_one() -> None:
    pages = [Image.fromarray(COLOURS // 2)] * 2
    data = encoded(pages[0], "TIFF", big_tiff=True, save_all=True, append_images=pages[1:])
    assert data[:4] == b"II+\0"
    result, _ = labelled(data, "tiff")
    assert result[:4] == b"II+\0"
    assert decoded(result).n_frames == 2


def test_a_tiff_whose_depth_cannot_be_kept_is_refused_rather_than_cut_down() -> None:
    pixels = np.zeros((90, 130, 4), np.uint16)
    with pytest.raises(Refused, match="16"):
        labelled(tiff16(pixels, "II", photometric=5), "tiff")


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("deep", [False, True])
def test_a_heic_keeps_depth_and_metadata(mode: str, deep: bool) -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    alpha = [np.full((240, 320), 255, np.uint8)] * (mode == "RGBA")
    pixels = np.dstack([COLOURS // 2, *alpha])
    file = pillow_heif.HeifFile()
    if deep:
        file.add_frombytes(f"{mode};16", (320, 240), (pixels.astype(np.uint16) * 257).tobytes())
    else:
        file.add_frombytes(mode, (320, 240), pixels.tobytes())
    file[0].info["xmp"] = b"<x:xmpmeta/>"
    source = BytesIO()
    file.save(source, quality=90)
    result, shown = labelled(source.getvalue(), "heic", corner="bottom-right")
    after = pillow_heif.open_heif(BytesIO(result), convert_hdr_to_8bit=False)
    before = pillow_heif.open_heif(source, convert_hdr_to_8bit=False)
    assert after.info["bit_depth"] == before.info["bit_depth"] == (10 if deep else 8)
    assert after.info["xmp"] == b"<x:xmpmeta/>"
    assert white_height(np.asarray(after[0]), shown.facts["box"], 65535 if deep else 255) >= 12


def test_heic_without_its_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pillow_heif", None)
    with pytest.raises(Unavailable, match=r"zhengming\[heif\]"):
        labelled(b"", "heic")


@pytest.mark.parametrize("size", [(1, 1), (16, 16), (3000, 9)])
def test_a_picture_too_small_for_a_legible_label_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(Refused):
        labelled(encoded(Image.new("RGB", size), "PNG"), "png")


def test_a_small_file_that_claims_a_huge_picture_is_refused() -> None:
    data = bytearray(encoded(Image.new("L", (64, 64)), "PNG"))
    data[16:24] = (20_000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    with pytest.raises(Refused, match=r"过大|20000"):
        labelled(bytes(data), "png")


def test_a_format_without_an_encoder_says_so() -> None:
    with pytest.raises(Unavailable):
        labeller_for("jxl")


@pytest.mark.parametrize("name", PLAIN)
def test_broken_files_give_our_errors_only(name: str) -> None:
    kind, options = PLAIN[name]
    data = encoded(Image.fromarray(COLOURS[:60, :80]), kind, **options)
    chance = random.Random(5)
    for _ in range(25):
        broken = bytearray(data[: chance.randrange(len(data))] if chance.random() < 0.5 else data)
        for _ in range(4):
            if broken:
                broken[chance.randrange(len(broken))] = chance.randrange(256)
        with contextlib.suppress(ZhengmingError):
            labelled(bytes(broken), name)


@pytest.mark.slow
def test_real_files_are_labelled(samples: Path) -> None:
    names = {"P1000827.jpg": "jpeg", "CA.jpg": "jpeg", "mars.webp": "webp", "TUSCANY.TIF": "tiff",
             "sample1.png": "png", "sample1.avif": "avif", "sample1.heic": "heic"}  # fmt: skip
    for file, name in names.items():
        data = (samples / "files" / file).read_bytes()
        try:
            result, shown = labelled(data, name)
        except (Refused, Unavailable) as error:
            assert error.words.zh
            continue
        assert len(result) > 100, file
        assert shown.facts["contrast"] >= LEAST_CONTRAST
