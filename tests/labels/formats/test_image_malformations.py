"""Labels where they should not be or as they should not be, each seen in the wild: all are found, and one is left."""

import json
import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from labels.formats.image_tools import (
    OTHER,
    has_only_our_label,
    labelled,
    labels_in,
    picture,
    pixels,
    run,
    saved,
)
from zhengming.labels.format import FORMATS

WRAPPED = OTHER.wrapped_json()
NAMESPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"
SPREAD_OUT = json.dumps(OTHER.fields(), indent=4)


def exif(tag: int, value: object) -> bytes:
    block = Image.Exif()
    if tag >= 0x9000 and tag < 0x9C00:
        block.get_ifd(0x8769)[tag] = value
    else:
        block[tag] = value
    block[0x010F] = "a maker"
    return block.tobytes()


def jpeg_with(*segments: tuple[int, bytes]) -> bytes:
    data = saved(picture(), "JPEG")
    head = b"".join(struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body for marker, body in segments)
    return data[:20] + head + data[20:]


def png_with(kind: bytes, body: bytes, behind: bool = False) -> bytes:
    data = FORMATS["png"].example()
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return data[:-12] + chunk + data[-12:] if behind else data[:33] + chunk + data[33:]


def packet(inside: str, end: str = '"w"?') -> bytes:
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    head = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    return f'{head}<rdf:RDF xmlns:rdf="{rdf}">{inside}</rdf:RDF></x:xmpmeta><?xpacket end={end}?>'.encode()


def jpeg_with_xmp(inside: str, **options: str) -> bytes:
    return jpeg_with((0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet(inside, **options)))


def escaped(text: str) -> str:
    return text.replace('"', "&quot;")


def description(attributes: str, inside: str = "") -> str:
    return f'<rdf:Description rdf:about="" {attributes}>{inside}</rdf:Description>'


MALFORMED: dict[str, Callable[[], bytes]] = {
    "jpeg-user-comment-ascii": lambda: saved(picture(), "JPEG", exif=exif(0x9286, b"ASCII\0\0\0" + WRAPPED.encode())),
    "jpeg-user-comment-unicode": lambda: saved(
        picture(), "JPEG", exif=exif(0x9286, b"UNICODE\0" + WRAPPED.encode("utf-16-le"))
    ),
    "jpeg-user-comment-unicode-other-order": lambda: saved(
        picture(), "JPEG", exif=exif(0x9286, b"UNICODE\0" + WRAPPED.encode("utf-16-be"))
    ),
    "jpeg-user-comment-jis": lambda: saved(
        picture(), "JPEG", exif=exif(0x9286, b"JIS\0\0\0\0\0" + WRAPPED.encode("iso2022_jp"))
    ),
    "jpeg-user-comment-without-charset": lambda: saved(picture(), "JPEG", exif=exif(0x9286, WRAPPED.encode())),
    "jpeg-image-description": lambda: saved(picture(), "JPEG", exif=exif(0x010E, OTHER.json())),
    "jpeg-image-description-spread-out": lambda: saved(picture(), "JPEG", exif=exif(0x010E, SPREAD_OUT)),
    "jpeg-xp-comment": lambda: saved(picture(), "JPEG", exif=exif(0x9C9C, WRAPPED.encode("utf-16-le"))),
    "jpeg-app9": lambda: jpeg_with((0xE9, b"AIGC" + OTHER.json().encode())),
    "jpeg-app11": lambda: jpeg_with((0xEB, b"AIGC" + OTHER.json().encode() + b"\0")),
    "jpeg-app5-without-name": lambda: jpeg_with((0xE5, WRAPPED.encode())),
    "jpeg-comment": lambda: jpeg_with((0xFE, WRAPPED.encode())),
    "jpeg-xmp-attribute": lambda: jpeg_with_xmp(
        description(f'xmlns:TC260="{NAMESPACE}" TC260:AIGC="{escaped(OTHER.json())}"')
    ),
    "jpeg-xmp-wrong-namespace": lambda: jpeg_with_xmp(
        description('xmlns:TC260="http://example.com/"', f"<TC260:AIGC>{OTHER.json()}</TC260:AIGC>")
    ),
    "jpeg-xmp-lower-case-prefix": lambda: jpeg_with_xmp(
        description(f'xmlns:tc260="{NAMESPACE}"', f"<tc260:AIGC>{escaped(OTHER.json())}</tc260:AIGC>"), end='"w"?'
    ),
    "jpeg-xmp-odd-end": lambda: jpeg_with_xmp(
        description(f'xmlns:TC260="{NAMESPACE}"', f"<TC260:AIGC>{OTHER.json()}</TC260:AIGC>"), end='"w"??'
    ),
    "jpeg-xmp-mirror-of-user-comment": lambda: jpeg_with_xmp(
        description(
            'xmlns:exif="http://ns.adobe.com/exif/1.0/"',
            f"<exif:UserComment><rdf:Alt><rdf:li>{WRAPPED}</rdf:li></rdf:Alt></exif:UserComment>",
        )
    ),
    "jpeg-two-packets": lambda: jpeg_with(
        *[
            (0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet(description(f'xmlns:T="{NAMESPACE}" T:AIGC="{value}"')))
            for value in (escaped(OTHER.json()), escaped(WRAPPED))
        ]
    ),
    "png-text": lambda: png_with(b"tEXt", b"AIGC\0" + OTHER.json().encode()),
    "png-text-wrapped": lambda: png_with(b"tEXt", b"AIGC\0" + WRAPPED.encode()),
    "png-text-behind-the-image": lambda: png_with(b"tEXt", b"AIGC\0" + OTHER.json().encode(), behind=True),
    "png-compressed-text": lambda: png_with(b"zTXt", b"AIGC\0\0" + zlib.compress(OTHER.json().encode())),
    "png-international-text": lambda: png_with(
        b"iTXt", b"AIGC\0\1\0\0\0" + zlib.compress(SPREAD_OUT.encode()), behind=True
    ),
    "png-comment": lambda: png_with(b"tEXt", b"Comment\0" + WRAPPED.encode()),
    "png-xmp-behind-the-image": lambda: png_with(
        b"iTXt",
        b"XML:com.adobe.xmp\0\0\0\0\0" + packet(description(f'xmlns:T="{NAMESPACE}" T:AIGC="{escaped(WRAPPED)}"')),
        behind=True,
    ),
    "png-xmp-in-plain-text": lambda: png_with(
        b"tEXt", b"XML:com.adobe.xmp\0" + packet(description(f'xmlns:T="{NAMESPACE}" T:AIGC="{escaped(WRAPPED)}"'))
    ),
    "png-exif": lambda: png_with(b"eXIf", exif(0x010E, OTHER.json())[6:]),
    "png-raw-profile-exif": lambda: png_with(b"tEXt", raw_profile("exif", exif(0x010E, OTHER.json()))),
    "png-raw-profile-xmp": lambda: png_with(
        b"tEXt", raw_profile("xmp", packet(description(f'xmlns:T="{NAMESPACE}" T:AIGC="{escaped(WRAPPED)}"')))
    ),
    "webp-exif": lambda: saved(picture(), "WEBP", exif=exif(0x9286, b"ASCII\0\0\0" + WRAPPED.encode())),
    "gif-comment": lambda: saved(picture("P"), "GIF", comment=WRAPPED.encode()),
    "gif-application": lambda: gif_with_application(b"AIGC\0\0\0\0\0\0\0"),
    "gif-xmp-in-sub-blocks": lambda: gif_with_application(b"XMP DataXMP"),
    "tiff-image-description": lambda: saved(picture(), "TIFF", description=OTHER.json()),
    "tiff-second-page": lambda: saved(
        picture(), "TIFF", save_all=True, append_images=[with_description(picture("L"), WRAPPED)]
    ),
}


def raw_profile(name: str, profile: bytes) -> bytes:
    """As ImageMagick writes it."""
    digits = profile.hex()
    lines = [digits[at : at + 72] for at in range(0, len(digits), 72)]
    return f"Raw profile type {name}\0\n{name}\n{len(profile):8}\n".encode() + "\n".join(lines).encode() + b"\n"


def gif_with_application(name: bytes) -> bytes:
    body = OTHER.json().encode()
    if name.startswith(b"XMP"):
        body = packet(description(f'xmlns:T="{NAMESPACE}" T:AIGC="{escaped(WRAPPED)}"'))
    blocks = b"".join(bytes((len(part),)) + part for part in (body[at : at + 255] for at in range(0, len(body), 255)))
    data = FORMATS["gif"].example()
    return data[:-1] + b"\x21\xff\x0b" + name + blocks + b"\0" + data[-1:]


def with_description(image: Image.Image, text: str) -> Image.Image:
    image.encoderinfo = {"description": text}
    return image


@pytest.mark.parametrize("place", MALFORMED)
def test_a_label_in_an_odd_place_is_found_and_taken_over(place: str) -> None:
    name, data = place.partition("-")[0], MALFORMED[place]()
    found = labels_in(name, data)
    assert found
    assert all(OTHER.produce_id in entry.value for entry in found)
    once = labelled(name, data)
    assert has_only_our_label(name, once)
    assert OTHER.produce_id.encode() not in once, "the former label lingers in the file"
    assert pixels(once) == pixels(data)


def test_labels_in_many_places_become_one() -> None:
    data = saved(picture(), "JPEG", exif=exif(0x010E, OTHER.json()), comment=WRAPPED.encode())
    inside = description(f'xmlns:TC260="{NAMESPACE}"', f"<TC260:AIGC>{OTHER.json()}</TC260:AIGC>")
    body = b"http://ns.adobe.com/xap/1.0/\0" + packet(inside)
    data = data[:20] + struct.pack(">BBH", 0xFF, 0xE1, len(body) + 2) + body + data[20:]
    assert len(labels_in("jpeg", data)) == 3
    assert has_only_our_label("jpeg", labelled("jpeg", data))


def test_exif_around_a_label_that_is_taken_over_keeps_its_length_and_its_other_tags(tmp_path: Path) -> None:
    block = exif(0x9286, b"UNICODE\0" + WRAPPED.encode("utf-16-le"))
    data = labelled("jpeg", saved(picture(), "JPEG", exif=block))
    with Image.open(BytesIO(data)) as image:
        assert len(image.info["exif"]) == len(block)
        assert image.getexif()[0x010F] == "a maker"
    (tmp_path / "x.jpg").write_bytes(data)
    assert run("exiftool", "-validate", "-s3", "-Make", tmp_path / "x.jpg").decode().strip().endswith("a maker")


def test_a_description_that_speaks_of_labels_is_none() -> None:
    data = saved(picture(), "JPEG", exif=exif(0x010E, "AIGC content needs a Label"), comment=b"AIGC")
    assert labels_in("jpeg", data) == []
    once = labelled("jpeg", data)
    assert b"AIGC content needs a Label" in once
    assert has_only_our_label("jpeg", once)


def test_generation_parameters_stay() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", "a cat, Steps: 20")
    info.add_text("workflow", '{"nodes": []}', zip=True)
    with Image.open(BytesIO(labelled("png", saved(picture(), "PNG", pnginfo=info)))) as image:
        assert image.text["parameters"] == "a cat, Steps: 20"
        assert image.text["workflow"] == '{"nodes": []}'
