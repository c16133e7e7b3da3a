"""What is particular to JPEG XL: bare codestreams, compressed boxes, JPEGs that can be made again."""

import struct
from io import BytesIO
from pathlib import Path

import pytest

from labels.formats.image_tools import (
    LABEL,
    OTHER,
    has_only_our_label,
    labelled,
    labels_in,
    picture,
    pixels,
    run,
    saved,
)
from zhengming.ground.errors import BadFile, Unavailable, ZhengmingError
from zhengming.labels.format import FORMATS

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


def encoded(folder: Path, data: bytes, suffix: str, *options: str) -> bytes:
    source, target = folder / f"source{suffix}", folder / "made.jxl"
    source.write_bytes(data)
    run("cjxl", source, target, "--quiet", "-e", "3", *options)
    return target.read_bytes()


def decoded(folder: Path, data: bytes, suffix: str) -> bytes:
    source, target = folder / "read.jxl", folder / f"decoded{suffix}"
    source.write_bytes(data)
    run("djxl", source, target, "--quiet")
    return target.read_bytes()


@pytest.mark.parametrize(
    "options",
    [("-d", "0"), ("-d", "1", "--container=1"), ("-d", "2", "-p")],
    ids=["bare", "container", "progressive"],
)
def test_every_pixel_stays(options: tuple[str, ...], tmp_path: Path) -> None:
    data = encoded(tmp_path, saved(picture("RGBA"), "PNG"), ".png", *options)
    twice = labelled("jxl", labelled("jxl", data, OTHER))
    assert has_only_our_label("jxl", twice)
    assert pixels(decoded(tmp_path, twice, ".png")) == pixels(decoded(tmp_path, data, ".png"))


def test_an_animation_stays(tmp_path: Path) -> None:
    frames = [picture("RGBA", turn=turn) for turn in (90, 180)]
    source = saved(picture("RGBA"), "PNG", save_all=True, append_images=frames, duration=50)
    data = encoded(tmp_path, source, ".apng", "-d", "0")
    once = labelled("jxl", data)
    assert len(pixels(decoded(tmp_path, data, ".apng"))) == 4
    assert pixels(decoded(tmp_path, once, ".apng")) == pixels(decoded(tmp_path, data, ".apng"))


def with_xmp(folder: Path, jpeg: bytes, inside: str) -> bytes:
    packet = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}">{inside}</rdf:RDF></x:xmpmeta>'.encode()
    body = b"http://ns.adobe.com/xap/1.0/\0" + packet
    return jpeg[:20] + b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body + jpeg[20:]


TITLE = '<rdf:Description xmlns:t="u:" t:note="a note"/>'


def test_a_recompressed_jpeg_is_made_again_bit_by_bit(tmp_path: Path) -> None:
    pytest.importorskip("brotli")
    jpeg = with_xmp(tmp_path, saved(picture(), "JPEG"), TITLE)
    data = encoded(tmp_path, jpeg, ".jpg")
    assert b"brob" in data
    assert decoded(tmp_path, data, ".jpg") == jpeg
    twice = labelled("jxl", labelled("jxl", data, OTHER))
    assert has_only_our_label("jxl", twice)
    assert "a note" in [entry.value for entry in FORMATS["jxl"].entries(BytesIO(twice))]
    assert decoded(tmp_path, twice, ".jpg") == jpeg


def test_a_label_that_came_with_the_jpeg_is_taken_over_at_its_length(tmp_path: Path) -> None:
    pytest.importorskip("brotli")
    label = f'<rdf:Description xmlns:T="u:" T:AIGC=\'{OTHER.json()}\' T:note="a note"/>'
    jpeg = with_xmp(tmp_path, saved(picture(), "JPEG"), label)
    data = encoded(tmp_path, jpeg, ".jpg")
    assert len(labels_in("jxl", data)) == 1
    once = labelled("jxl", data)
    assert has_only_our_label("jxl", once)
    again = decoded(tmp_path, once, ".jpg")
    assert len(again) == len(jpeg)
    assert labels_in("jpeg", again) == []


def brob(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I4s", len(data) + 12, b"brob") + kind + data


def test_compressed_xmp_is_not_overlooked_where_no_decoder_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "brotli", None)
    data = FORMATS["jxl"].example() + brob(b"xml ", b"\x0b\x02\x80abc\x03")
    assert list(FORMATS["jxl"].entries(BytesIO(data))) == []
    with pytest.raises(Unavailable):
        labelled("jxl", data)


def test_a_compressed_box_that_unfolds_to_gigabytes_is_refused() -> None:
    brotli = pytest.importorskip("brotli")
    bomb = brotli.compress(bytes(64 * 1024 * 1024), quality=1)
    with pytest.raises(BadFile):
        list(FORMATS["jxl"].entries(BytesIO(FORMATS["jxl"].example() + brob(b"xml ", bomb))))


def test_a_bare_codestream_of_noise_never_lets_out_a_foreign_error() -> None:
    for size in range(40):
        try:
            assert labels_in("jxl", labelled("jxl", b"\xff\x0a" + bytes(range(size)))) != []
        except ZhengmingError:
            continue


def test_exif_in_its_box_is_read_and_cleaned() -> None:
    from PIL import Image

    exif = Image.Exif()
    exif[0x010E], exif[0x010F] = OTHER.json(), "a maker"
    block = b"\0\0\0\0" + exif.tobytes()[6:]
    data = FORMATS["jxl"].example() + struct.pack(">I4s", len(block) + 8, b"Exif") + block
    assert len(labels_in("jxl", data)) == 1
    once = labelled("jxl", data)
    assert has_only_our_label("jxl", once)
    assert "a maker" in [entry.value for entry in FORMATS["jxl"].entries(BytesIO(once))]
    assert LABEL.produce_id.encode() in once
