"""What is particular to the files of virtual scenes: glTF and GLB."""

import json
import struct
from io import BytesIO
from pathlib import Path
from shutil import which
from subprocess import run

import pytest

from zhengming.ground.errors import ZhengmingError
from zhengming.labels.edit import applied, new_size
from zhengming.labels.format import Entry, Format
from zhengming.labels.formats.glb import FORMAT as GLB
from zhengming.labels.formats.gltf import FORMAT as GLTF
from zhengming.labels.formats.json import FORMAT as JSON
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.reading import is_label, read_label

LABEL = MetadataLabel("001191110102MACQD9K64010000", "cc75f5e99aae4210960acb722f10974e", reserved1='{"a":"\'<&>"}')
OLD = {"Label": "1", "ContentProducer": "001191440300708461136T1XGW3", "ProduceID": "0012"}


def entries(format_: Format, data: bytes) -> list[Entry]:
    return list(format_.entries(BytesIO(data)))


def labels(format_: Format, data: bytes) -> list[Entry]:
    return [entry for entry in entries(format_, data) if is_label(entry)]


def written(format_: Format, data: bytes) -> bytes:
    result = applied(format_.write(BytesIO(data), LABEL), data)
    assert [read_label(entry).fields for entry in labels(format_, result)] == [LABEL.fields()]
    assert body(format_, result) == body(format_, data)
    return result


def body(format_: Format, data: bytes) -> bytes:
    return b"".join(data[span.start : span.stop] for span in format_.body(BytesIO(data)))


ASSET = {"version": "2.0", "generator": "g", "copyright": "c"}
PACKETS = {
    "@context": {"TC260": "http://www.tc260.org.cn/ns/AIGC/1.0/", "dc": "http://purl.org/dc/elements/1.1/"},
    "dc:title": "t",
    "TC260:AIGC": json.dumps(OLD),
}
SCENES = {
    "bare": {"asset": ASSET, "scenes": [{}]},
    "empty extras": {"asset": ASSET | {"extras": {}}},
    "other extras": {"asset": ASSET | {"extras": {"k": "v", "n": 1}}},
    "a label": {"asset": ASSET | {"extras": {"AIGC": OLD}}},
    "a label as text": {"asset": ASSET | {"extras": {"AIGC": json.dumps(OLD), "k": "v"}}},
    "a label of the file": {"asset": ASSET, "extras": {"AIGC": OLD, "k": "v"}},
    "a label of a scene": {"asset": ASSET, "scenes": [{"extras": {"aigc": OLD, "k": "v"}}, {}]},
    "an XMP packet": {"extensions": {"KHR_xmp_json_ld": {"packets": [PACKETS]}}, "asset": ASSET},
    "several": {
        "asset": ASSET | {"extras": {"AIGC": OLD}},
        "extensions": {"KHR_xmp_json_ld": {"packets": [PACKETS, PACKETS]}},
    },
}


def glb(text: str, *chunks: tuple[bytes, bytes], after: bytes = b"") -> bytes:
    json_ = text.encode()
    json_ += b" " * (-len(json_) % 4)
    rest = b"".join(struct.pack("<I", len(data)) + kind + data for kind, data in chunks)
    header = struct.pack("<II", 2, 20 + len(json_) + len(rest))
    return b"glTF" + header + struct.pack("<I", len(json_)) + b"JSON" + json_ + rest + after


@pytest.mark.parametrize("step", [None, 2])
@pytest.mark.parametrize("name", SCENES)
def test_a_scene_keeps_everything_but_its_old_labels(name: str, step: int | None) -> None:
    text = json.dumps(SCENES[name], indent=step)
    for format_, data in (
        (GLTF, text.encode()),
        (GLB, glb(text, (b"BIN\0", b"1234"), (b"XTRA", b"5678"), after=b"tail")),
    ):
        assert bool(labels(format_, data)) == ("label" in name or name in ("an XMP packet", "several"))
        result = written(format_, data)
        others = [entry for entry in entries(format_, data) if not is_label(entry)]
        assert [entry for entry in entries(format_, result) if not is_label(entry)] == others
        content = json.loads(result) if format_ is GLTF else json.loads(_json_of(result))
        assert content["asset"]["extras"]["AIGC"] == LABEL.fields()
        assert {**content["asset"], "extras": None} == {**ASSET, "extras": None}


def _json_of(data: bytes) -> bytes:
    magic, version, size, length, kind = struct.unpack("<4sIII4s", data[:20])
    assert (magic, version, kind, length % 4) == (b"glTF", 2, b"JSON", 0)
    assert data[size:] == b"tail"
    rest = data[20 + length : size]
    assert rest == struct.pack("<I", 4) + b"BIN\0" + b"1234" + struct.pack("<I", 4) + b"XTRA" + b"5678"
    return data[20 : 20 + length]


def test_an_xmp_packet_is_read_with_its_namespace() -> None:
    found = entries(GLTF, json.dumps(SCENES["an XMP packet"]).encode())
    assert [(entry.key, entry.detail) for entry in found if "XMP" in entry.place] == [
        ("dc:title", "http://purl.org/dc/elements/1.1/"),
        ("TC260:AIGC", "http://www.tc260.org.cn/ns/AIGC/1.0/"),
    ]


def test_embedded_buffers_and_numbers_of_a_gltf_stay_as_written() -> None:
    text = b'{"asset":{"version":"2.0"},"buffers":[{"byteLength":3,"uri":"data:;base64,AAAA"}],"x":[1.0,1e-07,-0]}'
    result = written(GLTF, text)
    assert result.startswith(b'{"asset":{"version":"2.0","extras":{"AIGC":')
    assert result.endswith(text[len(b'{"asset":{"version":"2.0"') :])


@pytest.mark.parametrize(
    "data",
    [
        b"glTF",
        b"glTF" + struct.pack("<II", 2, 2**32 - 1),
        b"glTF" + struct.pack("<III", 2, 24, 2**32 - 1) + b"JSON{}  ",
        b"glTF" + struct.pack("<III", 1, 24, 4) + b"JSON{}  ",
        b"glTF" + struct.pack("<III", 2, 24, 4) + b"BIN\0{}  ",
        glb("[]"),
        glb("{}"),
        glb('{"asset":1}'),
        glb('{"asset":{"extras":"x"}}'),
        glb('{"a":' * 3000),
        glb('{"asset":{"version":"2.0"}}', after=b"")[:-4] + b"\xff\xff\xff\xff",
    ],
)
def test_a_broken_glb_gives_our_error(data: bytes) -> None:
    with pytest.raises(ZhengmingError):
        GLB.write(BytesIO(data), LABEL)


def test_a_scene_of_three_gigabytes_is_labelled_without_reading_it(tmp_path: Path) -> None:
    size = 3 * 2**30
    start = glb('{"asset":{"version":"2.0"}}')
    start = start[:8] + struct.pack("<I", len(start) + 8 + size) + start[12:] + struct.pack("<I", size) + b"BIN\0"
    path = tmp_path / "large.glb"
    with path.open("w+b") as file:
        file.write(start)
        file.truncate(len(start) + size)
        edit = GLB.write(file, LABEL)
    assert sum(len(piece) for piece in edit if isinstance(piece, bytes)) < 1024
    assert new_size(edit) > size


@pytest.mark.skipif(not which("exiftool"), reason="exiftool is not installed")
@pytest.mark.parametrize(("format_", "prefix"), [(JSON, "AIGC"), (GLTF, "AssetExtrasAIGC")], ids=["json", "gltf"])
def test_exiftool_reads_the_label_in_json(format_: Format, prefix: str, tmp_path: Path) -> None:
    path = tmp_path / f"x{format_.suffixes[0]}"
    path.write_bytes(written(format_, format_.example()))
    (found,) = json.loads(run(["exiftool", "-j", str(path)], capture_output=True, check=True).stdout)
    assert found[f"{prefix}ContentProducer"] == LABEL.producer
    assert found[f"{prefix}ProduceID"] == LABEL.produce_id
