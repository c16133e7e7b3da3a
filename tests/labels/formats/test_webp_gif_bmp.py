"""What is particular to WebP, GIF and BMP: flags and sizes, sub-blocks, bytes behind the end."""

import struct
from io import BytesIO

import pytest

from labels.formats.image_tools import LABEL, OTHER, has_only_our_label, labelled, labels_in, picture, pixels, saved
from zhengming.ground.errors import BadFile
from zhengming.labels.format import FORMATS

XMP, ALPHA = 0x04, 0x10


def flags(data: bytes) -> int:
    assert data[12:16] == b"VP8X"
    return data[20]


def test_a_simple_webp_becomes_an_extended_one_of_the_same_canvas() -> None:
    for options, expected in (({}, XMP), ({"lossless": True}, XMP)):
        data = labelled("webp", saved(picture("RGB", (300, 7)), "WEBP", **options))
        assert flags(data) == expected
        assert int.from_bytes(data[24:27], "little") + 1 == 300
        assert int.from_bytes(data[27:30], "little") + 1 == 7
    assert flags(labelled("webp", saved(picture("RGBA"), "WEBP", lossless=True))) == XMP | ALPHA


def test_the_stated_size_of_a_webp_is_that_of_the_file_and_bytes_behind_it_stay() -> None:
    data = labelled("webp", saved(picture(), "WEBP"))
    assert int.from_bytes(data[4:8], "little") == len(data) - 8
    assert labelled("webp", saved(picture(), "WEBP") + b"behind").endswith(b"behind")


def test_a_second_packet_in_a_webp_keeps_what_is_not_a_label() -> None:
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    packet = (
        f"<rdf:RDF xmlns:rdf='{rdf}'><rdf:Description xmlns:T='u:' T:AIGC='{OTHER.json()}' T:note='kept'/></rdf:RDF>"
    )
    first = labelled("webp", saved(picture(), "WEBP"), OTHER)
    inside = first[12:] + struct.pack("<4sI", b"XMP ", len(packet)) + packet.encode() + b"\0" * (len(packet) % 2)
    data = b"RIFF" + struct.pack("<I", len(inside) + 4) + b"WEBP" + inside
    assert len(labels_in("webp", data)) == 2
    once = labelled("webp", data)
    assert has_only_our_label("webp", once)
    assert "kept" in [entry.value for entry in FORMATS["webp"].entries(BytesIO(once))]
    assert pixels(once) == pixels(data)


@pytest.mark.parametrize(
    "data",
    [
        b"RIFF\x04\0\0\0WEBP",
        b"RIFF\xf0\xff\xff\xffWEBPVP8 ",
        b"RIFF\x10\0\0\0WEBPVP8X\x04\0\0\0\0\0\0\0",
        b"RIFF\x16\0\0\0WEBPVP8 \x0a\0\0\0" + bytes(10),
        b"RIFF\x12\0\0\0WEBPVP8L\x05\0\0\0\x2e" + bytes(5),
    ],
    ids=["empty", "stated-too-long", "short-header", "no-start-code", "no-signature"],
)
def test_hostile_webp_gives_our_error(data: bytes) -> None:
    with pytest.raises(BadFile):
        labelled("webp", data)


def test_a_reader_of_sub_blocks_passes_over_the_packet_of_a_gif() -> None:
    """Wherever the packet's bytes, taken for lengths, lead: the magic trailer leads to the terminator."""
    for label in (LABEL, OTHER):
        data = labelled("gif", saved(picture("P"), "GIF"), label)
        at = data.index(b"XMP DataXMP") + 11
        while data[at]:
            at += data[at] + 1
        assert data[at + 1] in b"\x21\x2c"


def test_a_gif_without_trailer_and_one_with_bytes_behind_it_stay_so() -> None:
    data = FORMATS["gif"].example()
    assert labelled("gif", data[:-1])[-1:] != b";"
    assert has_only_our_label("gif", labelled("gif", data[:-1]))
    assert labelled("gif", data + b"behind").endswith(b";behind")


@pytest.mark.parametrize(
    "data",
    [
        b"GIF89a",
        b"GIF89a\1\0\1\0\x87\0\0",
        b"GIF89a\1\0\1\0\0\0\0\x21\xfe\xff",
        b"GIF89a\1\0\1\0\0\0\0\x2c",
        b"GIF89a\1\0\1\0\0\0\0" + b"\x21\xfe\0" * 200_000,
        b"GIF89a\1\0\1\0\0\0\0\x99",
    ],
    ids=["head-only", "colours-cut", "sub-block-cut", "image-cut", "too-many-blocks", "unknown-block"],
)
def test_hostile_gif_gives_our_error(data: bytes) -> None:
    with pytest.raises(BadFile):
        labelled("gif", data)


def test_the_headers_and_pixels_of_a_bmp_and_foreign_bytes_behind_them_stay() -> None:
    data = saved(picture(), "BMP")
    once = labelled("bmp", data + b"foreign bytes")
    assert once.startswith(data + b"foreign bytes<?xpacket begin=")
    assert labelled("bmp", once) == once
    assert pixels(once) == pixels(data)


def test_a_bmp_that_states_its_size_states_the_new_one() -> None:
    data = saved(picture(), "BMP")
    now = data
    for label in (OTHER, LABEL):
        now = labelled("bmp", now, label)
        assert struct.unpack_from("<I", now, 2) == (len(now),)
        assert (now[:2], now[6 : len(data)]) == (data[:2], data[6:])
    assert has_only_our_label("bmp", now)
    assert _body(now) == _body(data)


def _body(data: bytes) -> bytes:
    return b"".join(data[span.start : span.stop] for span in FORMATS["bmp"].body(BytesIO(data)))


@pytest.mark.parametrize(
    "data",
    [
        b"BM" + bytes(60),
        FORMATS["bmp"].example()[:-1],
        FORMATS["bmp"].example()[:18] + b"\xff\xff\xff\x7f" * 2 + FORMATS["bmp"].example()[26:],
        FORMATS["bmp"].example() + b"<?xpacket begin=" * 1000,
    ],
    ids=["no-header", "cut", "huge", "packet-without-end"],
)
def test_hostile_bmp_gives_our_error(data: bytes) -> None:
    with pytest.raises(BadFile):
        labelled("bmp", data)
