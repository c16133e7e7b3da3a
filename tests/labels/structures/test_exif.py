"""EXIF blocks: every text is read, a label is overwritten at its length, broken blocks are left alone."""

import json
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from zhengming.ground.errors import ZhengmingError
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.reading import is_label
from zhengming.labels.structures.picture import exif

LABEL = MetadataLabel("001191110102MACQD9K64010000", "cc75f5e99aae4210960acb722f10974e")


def block(**texts: bytes | str) -> bytes:
    made = Image.Exif()
    for name, value in texts.items():
        if name == "comment":
            made.get_ifd(0x8769)[0x9286] = value
        else:
            made[{"description": 0x010E, "maker": 0x010F, "artist": 0x013B, "title": 0x9C9B}[name]] = value
    return made.tobytes()


def read(data: bytes) -> dict[str, str]:
    return {entry.key: entry.value for entry in exif.entries(data)}


def test_texts_of_both_directories_are_read() -> None:
    data = block(
        description="a picture", maker="a maker", comment=b"ASCII\0\0\0a comment", title="标题".encode("utf-16-le")
    )
    assert read(data) == {
        "ImageDescription": "a picture", "Make": "a maker", "XPTitle": "标题", "UserComment": "a comment",
    }  # fmt: skip
    assert read(data.removeprefix(exif.PREFIX)) == read(data)


@pytest.mark.parametrize(
    "comment",
    [
        b"UNICODE\0" + "说明 with words".encode("utf-16-be"),
        b"UNICODE\0" + "说明 with words".encode("utf-16-le"),
        b"UNICODE\0" + "说明 with words".encode("utf-16"),
        b"\0" * 8 + "说明 with words".encode(),
        b"ASCII\0\0\0" + "说明 with words".encode("gb18030"),
        b"JIS\0\0\0\0\0" + "説明 with words".encode("iso2022_jp"),
        "说明 with words".encode(),
    ],
    ids=["big", "little", "marked", "undefined", "gb18030", "jis", "no-code"],
)
def test_a_comment_is_read_in_every_charset(comment: bytes) -> None:
    assert read(block(comment=comment))["UserComment"].replace("説", "说") == "说明 with words"


def test_a_label_is_overwritten_and_nothing_moves() -> None:
    data = block(description="a picture", comment=b"ASCII\0\0\0" + LABEL.wrapped_json().encode(), artist=LABEL.json())
    clean = exif.unlabelled(data)
    assert len(clean) == len(data)
    assert read(clean) == {"ImageDescription": "a picture"}
    assert exif.unlabelled(clean) == clean
    made = Image.Exif()
    made.load(clean)
    assert made[0x010E] == "a picture"


def test_a_block_without_a_label_stays_as_it_is() -> None:
    data = block(description="a picture")
    assert exif.unlabelled(data) == data


def test_a_packet_of_xmp_within_loses_its_label_only() -> None:
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    inside = f"<rdf:RDF xmlns:rdf='{rdf}'><rdf:Description xmlns:T='u:' T:AIGC='{LABEL.json()}' T:b='c'/></rdf:RDF>"
    made = Image.Exif()
    made[700] = inside.encode()
    data = made.tobytes()
    assert [json.loads(entry.value) for entry in exif.entries(data) if is_label(entry)] == [LABEL.fields()]
    clean = exif.unlabelled(data)
    assert len(clean) == len(data)
    assert read(clean) == {"T:b": "c"}


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"II+\0\x08\0\0\0\x10" + bytes(7)]),
)
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_without_a_foreign_error(data: bytes, head: bytes) -> None:
    with suppress(ZhengmingError):
        list(exif.texts(BytesIO(head + data)))
    list(exif.entries(head + data))
    assert len(exif.unlabelled(head + data)) == len(head + data)
