"""What is particular to JPEG: rare codings, several pictures in one file, packets larger than a segment."""

import hashlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from labels.formats.image_tools import (
    EXIFTOOL_CONFIG,
    LABEL,
    OTHER,
    exiftool_reads,
    has_only_our_label,
    labelled,
    labels_in,
    picture,
    pixels,
    run,
    saved,
)
from zhengming.ground.errors import BadFile
from zhengming.labels.format import FORMATS


def test_an_arithmetic_coded_picture_decodes_the_same() -> None:
    data = run("cjpeg", "-arithmetic", "-quality", "90", input=saved(picture(), "PPM"))
    once = labelled("jpeg", data)
    assert run("djpeg", input=once) == run("djpeg", input=data)
    assert has_only_our_label("jpeg", once)


def test_a_video_behind_the_picture_stays_at_the_end() -> None:
    trailer = b"\0\0\0\x18ftypmp42 not really a video \xff\xd8\xff\xe1AIGC{}"
    data = saved(picture(), "JPEG") + trailer
    assert labelled("jpeg", data).endswith(trailer)


def test_further_pictures_are_found_where_the_index_says() -> None:
    sink = BytesIO()
    picture().save(sink, "MPO", save_all=True, append_images=[picture(turn=90), picture("L", (30, 20))])
    data = sink.getvalue()
    once = labelled("jpeg", labelled("jpeg", data, OTHER))
    assert len(pixels(data)) == 4
    assert pixels(once) == pixels(data)
    with Image.open(BytesIO(once)) as image:
        assert image.format == "MPO"
        first = image.mpinfo[0xB002][0]
    start = once.index(b"\xff\xd9\xff\xd8") + 2
    assert first["Size"] == start, "the index still tells the size of the first picture"


def test_an_index_in_front_of_the_old_packet_moves_with_the_pictures() -> None:
    sink = BytesIO()
    picture().save(sink, "MPO", save_all=True, append_images=[picture(turn=90)])
    data = labelled("jpeg", sink.getvalue(), OTHER)
    packet_at = data.rindex(b"\xff\xe1", 0, data.index(b"http://ns.adobe.com"))
    index_at = data.index(b"MPF\0") - 4
    index_stop = index_at + int.from_bytes(data[index_at + 2 : index_at + 4], "big") + 2
    turned = data[:packet_at] + data[index_at:index_stop] + data[packet_at:index_at] + data[index_stop:]

    def beside(of: bytes) -> int:
        """How far the second picture is from where the index says, in a file whose index may be wrong already."""
        with Image.open(BytesIO(of)) as image:
            stated = image.mpinfo[0xB002][1]["DataOffset"]
        return of.index(b"\xff\xd9\xff\xd8") + 2 - (of.index(b"MPF\0") + 4 + stated)

    assert beside(data) == 0
    assert beside(turned) != 0
    assert beside(labelled("jpeg", turned)) == beside(turned)
    assert has_only_our_label("jpeg", labelled("jpeg", turned))


def test_an_extended_packet_of_exiftool_keeps_its_properties_and_loses_its_label(tmp_path: Path) -> None:
    config, path, long = tmp_path / "config", tmp_path / "x.jpg", tmp_path / "long.txt"
    config.write_text(EXIFTOOL_CONFIG)
    text = "很长的说明" * 12000
    long.write_text(text)
    path.write_bytes(saved(picture(), "JPEG"))
    run("exiftool", "-config", config, "-q", f"-XMP-dc:Description<={long}", "-XMP-dc:Title=short", path)
    assert b"xmp/extension/" in path.read_bytes()
    path.write_bytes(labelled("jpeg", labelled("jpeg", path.read_bytes(), OTHER)))
    tags = exiftool_reads(path)
    assert tags["XMP-dc:Description"] == text
    assert tags["XMP-dc:Title"] == "short"
    assert tags["XMP-TC260:Aigc"] == LABEL.json()
    assert "ExifTool:Warning" not in tags


def extended(packet: bytes) -> bytes:
    digest = hashlib.md5(packet).hexdigest().upper().encode()
    parts = [packet[at : at + 60000] for at in range(0, len(packet), 60000)]
    result = b""
    for number, part in enumerate(parts):
        at = number * 60000
        head = (
            b"http://ns.adobe.com/xmp/extension/\0" + digest + len(packet).to_bytes(4, "big") + at.to_bytes(4, "big")
        )
        result += b"\xff\xe1" + (len(head) + len(part) + 2).to_bytes(2, "big") + head + part
    return result


RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'


def test_a_label_in_an_extended_packet_is_taken_over() -> None:
    body = f'<rdf:RDF {RDF}><rdf:Description xmlns:T="u" T:AIGC=\'{OTHER.json()}\' T:note="{"x" * 70000}"/></rdf:RDF>'
    data = saved(picture(), "JPEG")
    data = data[:20] + extended(body.encode()) + data[20:]
    assert len(labels_in("jpeg", data)) == 1
    once = labelled("jpeg", data)
    assert has_only_our_label("jpeg", once)
    notes = [entry for entry in FORMATS["jpeg"].entries(BytesIO(once)) if entry.key == "T:note"]
    assert [len(entry.value) for entry in notes] == [70000]
    assert pixels(once) == pixels(data)


def test_a_packet_too_full_for_a_label_is_moved_into_an_extension(tmp_path: Path) -> None:
    note = "y" * 64900
    packet = f'<rdf:RDF {RDF}><rdf:Description xmlns:T="u:" T:note="{note}"/></rdf:RDF>'.encode()
    body = b"http://ns.adobe.com/xap/1.0/\0" + packet
    data = saved(picture(), "JPEG")
    data = data[:20] + b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body + data[20:]
    once = labelled("jpeg", labelled("jpeg", data, OTHER))
    assert has_only_our_label("jpeg", once)
    (tmp_path / "x.jpg").write_bytes(once)
    tags = exiftool_reads(tmp_path / "x.jpg")
    assert tags["XMP-T:Note"] == note
    assert tags["XMP-TC260:Aigc"] == LABEL.json()


def test_a_packet_full_of_padding_gives_the_padding_up() -> None:
    packet = f"<rdf:RDF {RDF}></rdf:RDF>{' ' * 65350}<?xpacket end='w'?>".encode()
    body = b"http://ns.adobe.com/xap/1.0/\0" + packet
    data = saved(picture(), "JPEG")
    data = data[:20] + b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body + data[20:]
    once = labelled("jpeg", data)
    assert len(once) < len(data)
    assert has_only_our_label("jpeg", once)


def test_a_signed_manifest_keeps_its_segments_and_their_order(samples: Path) -> None:
    data = (samples / "files" / "CA.jpg").read_bytes()
    once = labelled("jpeg", data)

    def manifest(of: bytes) -> bytes:
        return of[of.index(b"\xff\xeb") : of.index(b"\xff\xdb")]

    assert b"jumb" in manifest(data)
    assert manifest(once) == manifest(data)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8" + b"\xff" * 5000,
        b"\xff\xd8\xff\xe1\0\0",
        b"\xff\xd8\xff\xe1\xff\xffhttp://ns.adobe.com/xap/1.0/\0",
        b"\xff\xd8" + b"\xff\xfe\0\2" * 20000 + b"\xff\xda",
    ],
    ids=["no-image", "only-fill", "no-length", "stated-too-long", "too-many-segments"],
)
def test_hostile_bytes_give_our_error(data: bytes) -> None:
    with pytest.raises(BadFile):
        labelled("jpeg", data)
