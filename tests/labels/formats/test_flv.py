"""FLV: the label in onMetaData, and every stated byte position still right."""

import struct
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from labels.formats.av_tools import (
    LABEL,
    LONGER,
    PICTURE,
    SOUND,
    body,
    decoded,
    entries,
    has,
    labels,
    made,
    others,
    run,
    tags_seen_by_ffprobe,
    written,
)
from zhengming.ground.errors import BadFile
from zhengming.labels.format import FORMATS
from zhengming.labels.structures import amf
from zhengming.labels.structures.picture import xmp

pytestmark = has("ffmpeg")

H264 = f"{PICTURE} {SOUND} -c:v libx264 -g 5 -c:a aac -shortest"
VARIANTS = {
    "h264 and aac": H264,
    "key frame index": f"{H264} -flvflags add_keyframe_index",
    "sorenson and mp3": f"{PICTURE} {SOUND} -c:v flv -c:a mp3 -ar 44100 -metadata title=题目",
    "no onMetaData": f"{PICTURE} -c:v flv -flvflags no_metadata",
    "audio only": f"{SOUND} -c:a aac",
}
every_variant = pytest.mark.parametrize("arguments", VARIANTS.values(), ids=VARIANTS)


def tags(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Type, place and data of each tag, by a reader that shares no code with the product."""
    at = 13
    while at < len(data):
        size = int.from_bytes(data[at + 1 : at + 4], "big")
        assert data[at + 11 + size : at + 15 + size] == struct.pack(">I", size + 11)
        yield data[at], at, data[at + 11 : at + 11 + size]
        at += 15 + size
    assert at == len(data)


def key_frames(data: bytes) -> list[int]:
    return [at for kind, at, content in tags(data) if kind == 9 and content[0] >> 4 == 1]


def stated_positions(data: bytes) -> list[int]:
    script = next(content for kind, _, content in tags(data) if kind == 18)
    at = script.index(b"filepositions") + 13
    (count,) = struct.unpack_from(">I", script, at + 1)
    return [int(struct.unpack_from(">d", script, at + 6 + 9 * n)[0]) for n in range(count)]


def stated_size(data: bytes) -> float:
    return float(struct.unpack_from(">d", data, data.index(b"filesize") + 9)[0])


@every_variant
def test_what_is_decoded_stays_and_ffprobe_sees_the_label(tmp_path: Path, arguments: str) -> None:
    data = made(tmp_path, "x.flv", arguments)
    before, texts = decoded(tmp_path, data, ".flv"), others(data)
    media = body(data)
    for label in (LONGER, LABEL):
        data = written(data, label)
        assert labels(data) == [label.json()]
        assert others(data) == texts
        assert body(data) == media
        assert decoded(tmp_path, data, ".flv") == before
        if len(label.json()) < 1024:  # ffmpeg reads no longer string from script data
            assert tags_seen_by_ffprobe(tmp_path, data, ".flv")["AIGC"] == label.json()
        assert list(tags(data))
        assert b"filesize" not in data or stated_size(data) == len(data)


def test_the_index_of_key_frames_moves_with_them(tmp_path: Path) -> None:
    data = made(tmp_path, "x.flv", VARIANTS["key frame index"])
    assert set(stated_positions(data)) & set(key_frames(data))
    for label in (LABEL, LONGER, LABEL):
        result = written(data, label)
        shift = len(result) - len(data)
        assert stated_positions(result) == [position + shift for position in stated_positions(data)]
        assert set(key_frames(data)) == {position - shift for position in key_frames(result)}
        data = result


def test_a_label_that_ffmpeg_wrote_is_read_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "x.flv"
    run("ffmpeg", "-v", "error", *H264.split(), "-metadata", f"AIGC={LABEL.json()}", path)
    assert labels(path.read_bytes()) == [LABEL.json()]
    assert labels(written(path.read_bytes(), LONGER)) == [LONGER.json()]


def script(name: str, *members: bytes, kind: int = amf.OBJECT) -> bytes:
    data = amf.string(name) + bytes([kind]) + b"".join(members) + amf.END_OF_OBJECT
    return bytes([18]) + len(data).to_bytes(3, "big") + bytes(7) + data + struct.pack(">I", len(data) + 11)


def with_scripts(*scripts: bytes) -> bytes:
    data = FORMATS["flv"].example()
    return data[:13] + b"".join(scripts) + data[13:]


def test_labels_in_other_script_data_and_in_xmp_are_taken_over() -> None:
    packet = xmp.labelled(None, LABEL.json()).decode()
    data = with_scripts(
        script("onMetaData", amf.member("creator", "me"), amf.member("aigc", "not even JSON")),
        script("onXMPData", amf.member("liveXML", packet)),
        script("onTextData", amf.member("text", '{"AIGC":{"Label":"1","ContentProducer":"x"}}')),
        script("onMetaData", amf.member("AIGC", LABEL.json())),
    )
    assert len(labels(data)) == 4
    result = written(data, LONGER)
    assert labels(result) == [LONGER.json()]
    assert [entry.value for entry in others(result)] == ["me"]
    assert len(list(tags(result))) == 5


def test_the_end_that_a_live_recording_lost_stays_lost() -> None:
    data = FORMATS["flv"].example()
    result = written(data + b"\x09\0\1\0cut off")
    assert labels(result) == [LABEL.json()]
    assert result.endswith(b"\x09\0\1\0cut off")


def nested(depth: int) -> bytes:
    value = amf.string("x")
    for _ in range(depth):
        value = bytes([amf.OBJECT]) + b"\0\1a" + value + amf.END_OF_OBJECT
    return value


@pytest.mark.parametrize(
    "member",
    [
        b"\0\1a" + nested(3000),
        b"\0\1a\x0a\xff\xff\xff\xff",
        b"\0\1a\x0a\xff\xff\xff\xff" + b"\5" * 1_000_000,
        b"\0\1a\x0c\xff\xff\xff\xffx",
        b"\xff\xff",
        b"\0\1a\x77",
    ],
    ids=["nested", "huge array", "a swarm of values", "huge string", "huge name", "unknown type"],
)
def test_hostile_script_data_gives_our_error(member: bytes) -> None:
    with pytest.raises(BadFile):
        entries(with_scripts(script("onMetaData", member)))


def test_a_header_of_impossible_size_gives_our_error() -> None:
    with pytest.raises(BadFile):
        FORMATS["flv"].write(BytesIO(b"FLV\1\1\xff\xff\xff\xff" + bytes(100)), LABEL)
