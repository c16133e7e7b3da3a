"""What is particular to TIFF: nothing lingers, nothing piles up, nothing overlaps."""

import struct
from io import BytesIO
from pathlib import Path

import pytest

from labels.formats.image_tools import LABEL, OTHER, has_only_our_label, labelled, labels_in, picture, pixels, saved
from zhengming.ground.errors import BadFile, Refused, ZhengmingError
from zhengming.labels.edit import Kept
from zhengming.labels.format import FORMATS
from zhengming.labels.metadata_label import MetadataLabel

LONG = MetadataLabel("001191110102MACQD9K64010000", "n" * 500, reserved1="r" * 3000)


@pytest.mark.parametrize("options", [{}, {"big_tiff": True}], ids=["classic", "big"])
def test_writing_a_hundred_times_does_not_make_the_file_grow(options: dict[str, bool]) -> None:
    data = saved(picture(), "TIFF", **options)
    once = labelled("tiff", data, LONG)
    now = once
    for turn in range(100):
        now = labelled("tiff", now, LONG if turn % 2 else LABEL)
        assert len(now) <= len(once)
    assert pixels(now) == pixels(data)


def test_a_shorter_label_leaves_nothing_of_a_longer_one() -> None:
    now = labelled("tiff", labelled("tiff", saved(picture(), "TIFF"), LONG))
    assert b"rrrr" not in now
    assert b"nnnn" not in now
    assert has_only_our_label("tiff", now)


def test_a_packet_in_the_middle_of_the_file_is_overwritten_when_the_new_one_goes_to_the_end() -> None:
    from PIL import TiffImagePlugin

    tags = TiffImagePlugin.ImageFileDirectory_v2()
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    packet = (
        f"<rdf:RDF xmlns:rdf='{rdf}'><rdf:Description xmlns:T='u:' T:AIGC='{OTHER.json()}' T:note='kept'/></rdf:RDF>"
    )
    tags[700], tags.tagtype[700] = packet.encode(), 1
    data = saved(picture(), "TIFF", tiffinfo=tags)
    assert len(labels_in("tiff", data)) == 1
    now = labelled("tiff", data, LONG)
    assert OTHER.produce_id.encode() not in now
    assert "kept" in [entry.value for entry in FORMATS["tiff"].entries(BytesIO(now))]
    assert pixels(now) == pixels(data)
    assert len(labelled("tiff", now, LONG)) == len(now)


def test_strips_do_not_move() -> None:
    data = saved(picture(), "TIFF")
    spans = list(FORMATS["tiff"].body(BytesIO(data)))
    assert list(FORMATS["tiff"].body(BytesIO(labelled("tiff", data)))) == spans


def tiff(*tags: tuple[int, int, int, int], following: int = 0, tail: bytes = b"") -> bytes:
    rows = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + rows + struct.pack("<I", following) + tail


HOSTILE = {
    "ring": tiff((256, 3, 1, 1), following=8),
    "no-directory": b"II*\0\0\0\0\0",
    "directory-outside": b"II*\0\xff\xff\xff\x7f",
    "huge-count": b"II*\0\x08\0\0\0\xff\xff",
    "huge-big-count": b"II+\0\x08\0\0\0\x10" + bytes(7) + b"\xff" * 8,
    "strip-outside": tiff((273, 4, 1, 0xFFFFFFF0), (279, 4, 1, 0xFFFFFF)),
    "text-outside": tiff((270, 2, 0xFFFFFFFF, 8)),
    "text-over-directory": tiff((270, 2, 20, 8), (273, 4, 1, 8), (279, 4, 1, 20)),
    "sub-ifds-of-itself": tiff((330, 4, 1, 8), (0x8769, 4, 1, 8)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_give_our_error_or_a_whole_label(name: str) -> None:
    data = HOSTILE[name]
    try:
        now = labelled("tiff", data)
    except ZhengmingError:
        return
    assert has_only_our_label("tiff", now)


def test_directories_that_overlap_do_not_take_for_ever() -> None:
    """Each of 4000 directories claims 60000 tags that are those of all the others too."""
    rows = struct.pack("<HHII", 256, 3, 1, 1) * 60000
    links = b"".join(struct.pack("<H", 60000) for _ in range(4000))
    subs = struct.pack("<4000I", *range(26, 26 + 8000, 2))
    data = tiff((330, 4, 4000, 26 + 8000 + len(rows)), following=0) + links + rows + subs
    with pytest.raises(BadFile):
        list(FORMATS["tiff"].entries(BytesIO(data)))


def test_a_label_that_overlaps_the_picture_is_left_alone() -> None:
    text = OTHER.wrapped_json().encode()
    data = tiff((270, 2, len(text), 50), (273, 4, 1, 50), (279, 4, 1, 20), tail=text)
    assert data[50:] == text
    with pytest.raises(BadFile):
        labelled("tiff", data)


def test_a_picture_of_five_gigabytes_is_neither_read_nor_moved(tmp_path: Path) -> None:
    example = saved(picture(), "TIFF", big_tiff=True)
    path, size = tmp_path / "big.tif", 5 * 1024**3
    with path.open("w+b") as file:
        file.write(example)
        file.truncate(size)  # sparse: takes no room on the disk
        edit = FORMATS["tiff"].write(file, LABEL)
    assert sum(len(piece) for piece in edit if isinstance(piece, bytes)) < 4000
    assert sum(len(piece) for piece in edit if isinstance(piece, Kept)) == size - 8


def test_a_directory_that_is_full_is_refused() -> None:
    data = saved(picture(), "TIFF")
    start = -(-len(data) // 2) * 2
    rows = b"".join(struct.pack("<HHII", 40_000, 1, 1, 0) for _ in range(0xFFFF))
    full = data[:4] + struct.pack("<I", start) + data[8:].ljust(start - 8, b"\0") + b"\xff\xff" + rows + bytes(4)
    with pytest.raises(Refused):
        FORMATS["tiff"].write(BytesIO(full), LABEL)


def test_what_outgrows_classic_tiff_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "big.tif").open("w+b") as file:
        file.write(saved(picture(), "TIFF"))
        file.truncate(2**32 - 100)
        with pytest.raises(Refused):
            FORMATS["tiff"].write(file, LABEL)
