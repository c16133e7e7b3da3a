"""Still images of every kind: their pixels stay what they were, and other tools see our label and we theirs."""

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from labels.formats.image_tools import (
    EXIFTOOL_CONFIG,
    LABEL,
    OTHER,
    exiftool_reads,
    ffmpeg_hashes,
    has_only_our_label,
    labelled,
    labels_in,
    picture,
    pixels,
    run,
    saved,
)
from zhengming.labels.format import FORMATS, Entry
from zhengming.labels.reading import is_label
from zhengming.labels.recognition import recognise

ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def animation(mode: str = "RGB") -> dict[str, object]:
    """Options for three frames after the first, of different times, played twice."""
    frames = [picture(mode, turn=turn) for turn in (90, 180, 270)]
    return {"save_all": True, "append_images": frames, "duration": [40, 80, 120, 160], "loop": 2}


def converted(image: Image.Image, target: str, *options: str) -> bytes:
    """What ImageMagick makes of a picture, for variants that Pillow does not write."""
    return run("convert", "png:-", *options, f"{target}:-", input=saved(image, "PNG"))


VARIANTS: dict[str, Callable[[], bytes]] = {
    "jpeg-grey": lambda: saved(picture("L"), "JPEG"),
    "jpeg-progressive": lambda: saved(picture(), "JPEG", progressive=True, quality=95, subsampling=0),
    "jpeg-cmyk": lambda: saved(picture("CMYK"), "JPEG", icc_profile=ICC),
    "jpeg-comment": lambda: saved(picture(), "JPEG", comment=b"a comment", dpi=(300, 300)),
    "jpeg-restart": lambda: saved(picture(), "JPEG", restart_marker_blocks=1),
    "png-palette": lambda: saved(picture("P"), "PNG", transparency=3),
    "png-16-bit": lambda: saved(picture("L").convert("I;16"), "PNG"),
    "png-alpha": lambda: saved(picture("RGBA"), "PNG", icc_profile=ICC),
    "png-one-bit": lambda: saved(picture("1"), "PNG"),
    "png-interlaced": lambda: converted(picture(), "png", "-interlace", "PNG"),
    "png-animated": lambda: saved(picture("RGBA"), "PNG", **animation("RGBA")),
    "webp-lossy": lambda: saved(picture(), "WEBP"),
    "webp-lossless": lambda: saved(picture(), "WEBP", lossless=True),
    "webp-lossless-alpha": lambda: saved(picture("RGBA"), "WEBP", lossless=True),
    "webp-lossy-alpha": lambda: saved(picture("RGBA"), "WEBP"),
    "webp-profile": lambda: saved(picture(), "WEBP", icc_profile=ICC),
    "webp-animated": lambda: saved(picture("RGBA"), "WEBP", **animation("RGBA")),
    "gif-still": lambda: saved(picture("P"), "GIF"),
    "gif-interlaced": lambda: saved(picture("P"), "GIF", interlace=1),
    "gif-87a": lambda: b"GIF87a" + FORMATS["gif"].example()[6:],
    "gif-animated": lambda: saved(picture("P"), "GIF", **animation("P"), comment=b"a comment", transparency=0),
    "tiff-grey": lambda: saved(picture("L"), "TIFF"),
    "tiff-big-endian": lambda: converted(picture(), "tiff", "-endian", "MSB"),
    "tiff-lzw": lambda: saved(picture(), "TIFF", compression="tiff_lzw", software="a tool"),
    "tiff-jpeg": lambda: saved(picture(), "TIFF", compression="jpeg"),
    "tiff-fax": lambda: saved(picture("1"), "TIFF", compression="group4"),
    "tiff-16-bit": lambda: saved(picture("L").convert("I;16"), "TIFF"),
    "tiff-cmyk": lambda: saved(picture("CMYK"), "TIFF"),
    "tiff-tiled": lambda: converted(picture(), "tiff", "-define", "tiff:tile-geometry=16x16"),
    "tiff-pages": lambda: saved(
        picture(), "TIFF", save_all=True, append_images=[picture("L"), picture("1")], compression="tiff_lzw"
    ),
    "tiff-big": lambda: saved(picture(), "TIFF", big_tiff=True, save_all=True, append_images=[picture("L")]),
    "bmp-24-bit": lambda: saved(picture(), "BMP"),
    "bmp-palette": lambda: saved(picture("P"), "BMP"),
    "bmp-one-bit": lambda: saved(picture("1"), "BMP"),
    "bmp-v4-alpha": lambda: converted(picture("RGBA"), "bmp"),
    "bmp-os2": lambda: converted(picture(), "bmp2"),
    "bmp-run-length": lambda: converted(picture("P"), "bmp", "-compress", "RLE"),
}


def others_in(name: str, data: bytes) -> list[Entry]:
    return [entry for entry in FORMATS[name].entries(BytesIO(data)) if not is_label(entry)]


every_variant = pytest.mark.parametrize("variant", VARIANTS)


@every_variant
def test_every_frame_decodes_to_the_same_pixels(variant: str) -> None:
    data, name = VARIANTS[variant](), variant.partition("-")[0]
    once = labelled(name, data, OTHER)
    twice = labelled(name, once)
    assert pixels(once) == pixels(data) == pixels(twice)
    assert others_in(name, twice) == others_in(name, data)
    assert has_only_our_label(name, twice)


@pytest.mark.parametrize(
    "variant", ["jpeg-cmyk", "png-animated", "png-interlaced", "gif-animated", "tiff-big-endian", "bmp-run-length"]
)
def test_ffmpeg_decodes_the_same_frames(variant: str, tmp_path: Path) -> None:
    name = variant.partition("-")[0]
    before, after = (tmp_path / f"{part}{FORMATS[name].suffixes[0]}" for part in ("before", "after"))
    before.write_bytes(VARIANTS[variant]())
    after.write_bytes(labelled(name, before.read_bytes()))
    assert ffmpeg_hashes(after) == ffmpeg_hashes(before)


@pytest.fixture(scope="module")
def seen_by_exiftool(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """What exiftool reads from every variant, labelled twice; asked once for all, because it is slow to start."""
    folder = tmp_path_factory.mktemp("variants")
    for variant, make in VARIANTS.items():
        name = variant.partition("-")[0]
        path = folder / f"{variant}{FORMATS[name].suffixes[0]}"
        path.write_bytes(labelled(name, labelled(name, make(), OTHER)))
    # BMP has no place that exiftool knows: there the packet is found by its wrapper
    shown = run("exiftool", "-json", "-G1", "-scanForXMP", folder)
    return {Path(tags["SourceFile"]).stem: tags for tags in json.loads(shown)}


@every_variant
def test_exiftool_finds_our_label_in_the_xmp(variant: str, seen_by_exiftool: dict[str, dict[str, object]]) -> None:
    tags = seen_by_exiftool[variant]
    assert tags["XMP-TC260:Aigc"] == LABEL.json()  # exiftool writes names that it does not know its own way
    assert str(tags.get("ExifTool:Warning", "[minor]")).startswith("[minor]")
    assert "ExifTool:Error" not in tags


@pytest.mark.parametrize("name", ["jpeg", "png", "webp", "gif", "tiff", "jxl"])
def test_the_label_that_exiftool_writes_is_read_and_replaced(name: str, tmp_path: Path) -> None:
    config, path = tmp_path / "config", tmp_path / f"x{FORMATS[name].suffixes[0]}"
    config.write_text(EXIFTOOL_CONFIG)
    path.write_bytes(FORMATS[name].example())
    run("exiftool", "-config", config, "-q", f"-XMP-TC260:AIGC={OTHER.json()}", "-XMP-dc:Title=标题", path)
    data = path.read_bytes()
    assert [json.loads(entry.value) for entry in labels_in(name, data)] == [OTHER.fields()]
    path.write_bytes(labelled(name, data))
    assert has_only_our_label(name, path.read_bytes())
    tags = exiftool_reads(path)
    assert (tags["XMP-dc:Title"], tags["XMP-TC260:Aigc"]) == ("标题", LABEL.json())


def test_real_files_keep_every_pixel_and_every_tag_that_exiftool_knows(samples: Path, tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    after.mkdir()
    for source in sorted((samples / "files").iterdir()):
        name = recognise(BytesIO(source.read_bytes()), source.name).name
        if name not in {variant.partition("-")[0] for variant in VARIANTS}:
            continue
        data = source.read_bytes()
        once = labelled(name, data)
        assert pixels(once) == pixels(data), source.name
        (before / source.name).write_bytes(data)
        (after / source.name).write_bytes(once)
    shown = [json.loads(run("exiftool", "-json", "-G1", "-a", folder)) for folder in (before, after)]
    assert len(shown[0]) >= 6
    for old, new in zip(*shown, strict=True):
        changed = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
        changed = {key for key in changed if not key.startswith(("SourceFile", "System:"))}
        assert changed - {"RIFF:WebP_Flags"} == {"XMP-TC260:Aigc"}, old["SourceFile"]


@pytest.mark.parametrize("name", ["jpeg", "png", "webp", "tiff"])
def test_exif_and_colour_profile_stay_byte_for_byte(name: str) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0132] = "a maker", "2026:01:02 03:04:05"
    data = saved(picture(), name, exif=exif, icc_profile=ICC)
    with Image.open(BytesIO(data)) as before, Image.open(BytesIO(labelled(name, data))) as after:
        assert after.info["icc_profile"] == before.info["icc_profile"] == ICC
        kept = [{tag: image.getexif().get(tag) for tag in (0x010F, 0x0132)} for image in (before, after)]
        assert kept[0] == kept[1] == {0x010F: "a maker", 0x0132: "2026:01:02 03:04:05"}
        assert after.info.get("exif") == before.info.get("exif")


@pytest.mark.parametrize("variant", ["webp-lossy", "webp-lossless-alpha", "webp-animated", "webp-profile"])
def test_webp_tools_accept_the_extended_file(variant: str, tmp_path: Path) -> None:
    path = tmp_path / "x.webp"
    path.write_bytes(labelled("webp", VARIANTS[variant]()))
    shown = run("webpmux", "-info", path).decode()
    assert "Canvas size: 61 x 47" in shown
    assert "XMP metadata" in shown
    run("webpmux", "-get", "xmp", path, "-o", tmp_path / "packet.xmp")
    assert LABEL.produce_id in (tmp_path / "packet.xmp").read_text()
    assert ("transparency" in shown) == (b"alpha" in variant.encode() or "animated" in variant)


def test_a_gif_of_1987_becomes_one_of_1989_because_it_has_an_extension_now() -> None:
    assert labelled("gif", VARIANTS["gif-87a"]()).startswith(b"GIF89a")


def test_pillow_reads_our_packet_where_it_knows_xmp() -> None:
    for variant in ("jpeg-grey", "png-alpha", "webp-lossy", "tiff-big"):
        data = labelled(variant.partition("-")[0], VARIANTS[variant]())
        with Image.open(BytesIO(data)) as image:
            assert LABEL.produce_id.encode() in image.info["xmp"], variant
