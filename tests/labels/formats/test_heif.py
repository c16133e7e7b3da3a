"""HEIC and AVIF: pictures identical by independent decoders, whatever their tables of items look like."""

import json
import struct
import subprocess
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageSequence

from labels.formats.av_tools import LABEL, LONGER, PICTURE, has, labels, made, others, run, written
from zhengming.ground.errors import BadFile, ZhengmingError
from zhengming.labels.formats.avif import FORMAT as AVIF
from zhengming.labels.formats.heic import FORMAT as HEIC
from zhengming.labels.structures.iso import heif_items
from zhengming.labels.structures.iso.boxes import Boxes, make, make_full
from zhengming.labels.structures.picture import xmp

OLD = xmp.labelled(None, LONGER.json())
RICH = OLD.replace(b"<rdf:Description", b'<rdf:Description rdf:about="" xmlns:d="u:d" d:k="v"/><rdf:Description', 1)
BARE = xmp.unlabelled(RICH)
HDLR = make_full(b"hdlr", bytes(4), b"pict", bytes(12), b"\0")


@pytest.fixture(scope="module", autouse=True)
def decoder() -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    pillow_heif.register_heif_opener()


def picture(size: tuple[int, int] = (64, 48), mode: str = "RGB") -> Image.Image:
    gradient = Image.linear_gradient("L").resize(size)
    return Image.merge("RGB", (gradient, gradient.transpose(Image.Transpose.FLIP_LEFT_RIGHT), gradient)).convert(mode)


def saved(kind: str, image: Image.Image | None = None, **options: object) -> bytes:
    sink = BytesIO()
    (image or picture()).save(sink, kind, quality=60, **options)
    return sink.getvalue()


def pixels(data: bytes) -> list[str]:
    with Image.open(BytesIO(data)) as image:
        return [sha256(frame.convert("RGBA").tobytes()).hexdigest() for frame in ImageSequence.Iterator(image)]


def tagged() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F] = "camera"
    exif[0x010E] = "d"
    return exif


PICTURES = {
    "heic": lambda: saved("HEIF"),
    "heic with xmp, exif and icc": lambda: saved("HEIF", xmp=RICH, exif=tagged().tobytes(), icc_profile=profile()),
    "heic with alpha": lambda: saved("HEIF", picture(mode="RGBA")),
    "heic with thumbnails": lambda: saved("HEIF", picture((320, 200)), thumbnails=[64]),
    "heic, several pictures": lambda: saved("HEIF", save_all=True, append_images=[picture((32, 32))]),
    "avif": lambda: saved("AVIF"),
    "avif with xmp, exif and icc": lambda: saved("AVIF", xmp=RICH, exif=tagged().tobytes(), icc_profile=profile()),
    "avif with alpha": lambda: saved("AVIF", picture(mode="RGBA")),
    "avif, animated": lambda: saved("AVIF", save_all=True, append_images=[picture((64, 48)).rotate(90)], duration=50),
    "avif, animated, with xmp": lambda: saved("AVIF", save_all=True, append_images=[picture().rotate(9)], xmp=RICH),
    "avif, animated, with little xmp": lambda: saved("AVIF", save_all=True, append_images=[picture()], xmp=BARE),
}


def profile() -> bytes:
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize("name", PICTURES)
def test_pixels_and_other_metadata_stay_and_pillow_finds_the_label(name: str) -> None:
    data = PICTURES[name]()
    once = written(data)
    longer = written(once, LONGER)
    for result, label in ((once, LABEL), (longer, LONGER), (written(longer), LABEL)):
        assert pixels(result) == pixels(data)
        assert labels(result) == [label.json()]
        assert others(result) == others(data)
        with Image.open(BytesIO(result)) as after, Image.open(BytesIO(data)) as before:
            assert label.produce_id.encode() in after.info["xmp"]
            assert after.getexif() == before.getexif()
            assert after.info.get("icc_profile") == before.info.get("icc_profile")
    assert b"y" * 700 not in written(longer), "an old label is still in the file"


@has("exiftool")
@pytest.mark.parametrize("name", ["heic", "avif", "heic with xmp, exif and icc", "avif, animated"])
def test_exiftool_reads_the_label_and_finds_nothing_amiss(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"x.{name[:4]}"
    path.write_bytes(written(PICTURES[name]()))
    (seen,) = json.loads(run("exiftool", "-j", "-G1", "-XMP:all", "-warning", path))
    assert seen["XMP-TC260:Aigc"] in (LABEL.json(), LABEL.fields())
    assert "ExifTool:Warning" not in seen


@has("exiftool")
@pytest.mark.parametrize("name", ["heic", "avif", "avif with xmp, exif and icc"])
def test_a_label_that_exiftool_writes_is_read_and_taken_over(name: str, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text(
        "%Image::ExifTool::UserDefined = ('Image::ExifTool::XMP::Main' => { TC260 => { SubDirectory => { TagTable =>"
        " 'Image::ExifTool::UserDefined::TC260' } } }); %Image::ExifTool::UserDefined::TC260 = (GROUPS =>"
        " { 0 => 'XMP', 1 => 'XMP-TC260' }, NAMESPACE => { 'TC260' => 'http://www.tc260.org.cn/ns/AIGC/1.0/' },"
        " WRITABLE => 'string', AIGC => {}); 1;"
    )
    path = tmp_path / f"x.{name[:4]}"
    path.write_bytes(PICTURES[name]().replace(b"y" * 700, b"z" * 700))
    value = '{"Label":"1","ContentProducer":"other","ProduceID":"7"}'
    run("exiftool", "-config", config, "-q", "-overwrite_original", f"-XMP-TC260:AIGC={value}", path)
    data = path.read_bytes()
    assert labels(data) == [value]
    assert labels(written(data)) == [LABEL.json()]
    assert pixels(written(data)) == pixels(data)


@has("heif-convert")
def test_heif_convert_decodes_the_same(tmp_path: Path) -> None:
    def converted(data: bytes) -> list[str]:
        (tmp_path / "x.heic").write_bytes(data)
        subprocess.run(["heif-convert", "x.heic", "y.png"], cwd=tmp_path, check=True, capture_output=True)
        return pixels((tmp_path / "y.png").read_bytes())

    data = PICTURES["heic with alpha"]()
    assert converted(written(data)) == converted(data)


@has("ffmpeg")
def test_the_frames_of_an_animation_stay(tmp_path: Path) -> None:
    data = PICTURES["avif, animated"]()

    def frames(data: bytes) -> bytes:
        (tmp_path / "x.avifs").write_bytes(data)
        return run("ffmpeg", "-v", "error", "-f", "mov", "-i", tmp_path / "x.avifs", "-map", "0", "-c", "copy",
                   "-f", "framemd5", "-")  # fmt: skip

    assert frames(written(data)) == frames(data)


@has("ffmpeg")
def test_a_sequence_without_items_gets_its_packet_in_a_box_of_its_own(tmp_path: Path) -> None:
    film = made(tmp_path, "x.mp4", f"{PICTURE} -c:v libx264 -pix_fmt yuv420p -movflags +faststart")
    size = int.from_bytes(film[:4], "big")
    data = make(b"ftyp", b"hevc", bytes(4), b"msf1hevc") + film[size:]
    first, second = written(data), written(written(data, LONGER))
    for result in (first, second):
        assert labels(result) == [LABEL.json()]
        assert result.count(b"TC260:AIGC>") == 2


def test_an_exif_comment_that_is_a_label_is_taken_over() -> None:
    exif = tagged()
    exif[0x010E] = json.dumps({"AIGC": LONGER.fields()})
    data = saved("HEIF", exif=exif.tobytes())
    assert len(labels(data)) == 1
    assert labels(written(data)) == [LABEL.json()]
    with Image.open(BytesIO(written(data))) as image:
        assert image.getexif()[0x010F] == tagged()[0x010F]
    assert pixels(written(data)) == pixels(data)


def rebuilt(version: int, offset: int, base: int, method: int, packet: bytes | None, late: bool = False) -> bytes:
    """The example AVIF with its tables laid out anew: ``iloc`` in this version and widths, the packet in ``idat`` or
    not, and in version 0 without the reference that says what the packet is about."""
    data = AVIF.example()
    boxes = Boxes(BytesIO(data))
    top = {box.kind: box for box in boxes.top()}
    tables = {box.kind: data[box.start : box.stop] for box in boxes.within(top[b"meta"], 4)}
    media = data[top[b"mdat"].data : top[b"mdat"].stop]
    infe = make_full(b"infe", struct.pack(">HH", 1, 0), b"av01", b"\0", version=2)
    mime = make_full(b"infe", struct.pack(">HH", 2, 0), b"mime", b"\0", heif_items.XMP_TYPE, b"\0", version=2)
    listed = [infe, mime] if packet else [infe]
    iinf = make_full(b"iinf", struct.pack(">H", len(listed)), *listed)
    idat = make(b"idat", b"pad!", packet) if packet and method else b""
    shared = packet if packet and not method else b""

    def whole(start: int) -> bytes:
        image = place(1, 0, start, len(media))
        at = 4 if method else start + len(media)
        entries = [image, place(2, method, at, len(packet))] if packet else [image]
        count = struct.pack(">I" if version == 2 else ">H", len(entries))
        iloc = make_full(b"iloc", bytes((offset << 4 | 4, base << 4)), count, *entries, version=version)
        iref = make_full(b"iref", make(b"cdsc", struct.pack(">HHH", 2, 1, 1))) if packet and version else b""
        meta = make_full(b"meta", tables[b"hdlr"], tables[b"pitm"], iloc, iinf, iref, tables[b"iprp"], idat)
        mdat = make(b"mdat", media, shared)
        head = data[: top[b"meta"].start]
        return head + mdat + meta if late else head + meta + mdat

    def place(item: int, method_: int, at: int, length: int) -> bytes:
        parts = [struct.pack(">I" if version == 2 else ">H", item), struct.pack(">H", method_) if version else b""]
        in_base = at if base and (item == 1 or not offset) else 0
        parts += [b"\0\0", in_base.to_bytes(base, "big"), b"\0\1"]
        return b"".join([*parts, (at - in_base).to_bytes(offset, "big"), struct.pack(">I", length)])

    return whole(whole(0).index(media))


@pytest.mark.parametrize("packet", [None, OLD, RICH + b" " * 3000], ids=["none", "full", "roomy"])
@pytest.mark.parametrize(
    ("version", "offset", "base", "method", "late"),
    [
        (0, 4, 0, 0, False), (0, 0, 4, 0, False), (0, 4, 4, 0, True), (1, 4, 4, 0, False), (1, 8, 8, 0, False),
        (1, 4, 0, 1, False), (1, 0, 4, 1, True), (2, 4, 4, 0, False), (2, 0, 8, 1, False), (2, 4, 0, 0, True),
    ],
)  # fmt: skip
def test_every_form_of_item_locations(
    version: int, offset: int, base: int, method: int, late: bool, packet: bytes | None
) -> None:
    data = rebuilt(version, offset, base, method, packet, late)
    assert pixels(data) == pixels(AVIF.example())
    for label in (LABEL, LONGER):
        result = written(data, label)
        assert pixels(result) == pixels(data)
        assert labels(result) == [label.json()]
        assert others(result) == others(data)
        with Image.open(BytesIO(result)) as image:
            assert label.produce_id.encode() in image.info["xmp"]


def test_an_item_at_the_end_has_its_place_in_the_base_field() -> None:
    """Readers in the wild lose an XMP item whose base is zero."""
    for format_ in (HEIC, AVIF):
        data = written(format_.example())
        meta = next(box for box in Boxes(BytesIO(data)).top() if box.kind == b"meta")
        items = heif_items.items_of(Boxes(BytesIO(data)), (meta,))
        assert items
        place = items.location(items.xmp()[0])
        assert place
        assert place.base == data.index(b"<?xpacket")
        assert [extent.offset for extent in place.extents] == [0]


def test_room_in_the_packet_is_used_so_that_nothing_moves() -> None:
    data = rebuilt(1, 4, 4, 0, RICH + b" " * 3000)
    assert len(written(data, LONGER)) == len(data)


def test_a_packet_whose_bytes_are_also_the_pictures_is_refused() -> None:
    """Two items share bytes, which no honest file has: the picture must not change when the label does."""
    data = rebuilt(1, 4, 4, 0, OLD)
    media = next(box for box in Boxes(BytesIO(data)).top() if box.kind == b"mdat")
    image = struct.pack(">I", media.stop - media.data - len(OLD))
    tables, rest = data[: data.index(b"iinf")], data[data.index(b"iinf") :]
    assert tables.count(image) == 1
    reaching_over = tables.replace(image, struct.pack(">I", media.stop - media.data)) + rest
    with pytest.raises(BadFile, match="shares bytes"):
        HEIC.write(BytesIO(reaching_over), LABEL)


def test_a_real_photo_of_a_phone_keeps_its_pixels(samples: Path) -> None:
    for path in (samples / "files" / "sample1.heic", samples / "files" / "sample1.avif"):
        data = path.read_bytes()
        assert pixels(written(data)) == pixels(data)


HOSTILE = {
    "items by the billion": make_full(
        b"meta", HDLR, make_full(b"iinf", b"\xff\xff"), make_full(b"iloc", b"\x44\0\xff\xff")
    ),
    "extents by the billion": make_full(
        b"meta", HDLR, make_full(b"iinf", b"\0\0"), make_full(b"iloc", b"\0\0\xff\xff", b"\0\1\0\0\xff\xff" * 65535)
    ),
    "odd widths": make_full(
        b"meta", HDLR, make_full(b"iinf", b"\0\0"), make_full(b"iloc", b"\x33\x30\0\1" + bytes(40))
    ),
    "an item of the whole file": rebuilt(1, 4, 4, 0, OLD).replace(struct.pack(">I", len(OLD)), b"\xff\xff\xff\xff"),
    "no tables": make_full(b"meta", HDLR),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_tables_end_in_our_error_or_a_label(name: str) -> None:
    data = HOSTILE[name]
    data = data if data[4:8] == b"ftyp" else make(b"ftyp", b"heic", bytes(4)) + data
    for work in (HEIC.entries, HEIC.body, lambda file: HEIC.write(file, LABEL)):
        try:
            list(work(BytesIO(data)))
        except ZhengmingError:
            continue
