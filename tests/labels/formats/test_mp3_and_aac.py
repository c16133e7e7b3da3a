"""MP3 and AAC: audio frames never change, and every version of ID3v2 keeps its other frames."""

import struct
from io import BytesIO
from pathlib import Path

import pytest

from labels.formats.av_tools import (
    LABEL,
    LONGER,
    SOUND,
    STEREO,
    body,
    decoded,
    entries,
    has,
    labels,
    made,
    others,
    tags_seen_by_ffprobe,
    written,
)
from zhengming.ground.errors import BadFile, Refused, ZhengmingError
from zhengming.labels.format import FORMATS
from zhengming.labels.structures.picture import xmp
from zhengming.labels.structures.sound import id3

mutagen = pytest.importorskip("mutagen")
from mutagen.apev2 import APEv2  # noqa: E402
from mutagen.id3 import APIC, COMM, ID3, TIT2, TXXX  # noqa: E402

pytestmark = has("ffmpeg")

VARIANTS = {
    "mono": ("x.mp3", f"{SOUND} -b:a 64k"),
    "stereo, variable rate with Xing header": ("x.mp3", f"{STEREO} -q:a 4"),
    "2.3 tag": ("x.mp3", f"{STEREO} -id3v2_version 3 -metadata title=题目"),
    "no tag at all": ("x.mp3", f"{STEREO} -id3v2_version 0 -write_xing 0"),
    "ID3v1": ("x.mp3", f"{STEREO} -write_id3v1 1 -metadata title=Name"),
    "MPEG-2": ("x.mp3", f"{SOUND} -ar 22050"),
    "MPEG-2.5": ("x.mp3", f"{SOUND} -ar 11025"),
    "layer II": ("x.mp2", f"{STEREO} -c:a mp2"),
    "aac mono": ("x.aac", f"{SOUND} -c:a aac"),
    "aac stereo": ("x.aac", f"{STEREO} -c:a aac -b:a 96k"),
    "aac with a tag": ("x.aac", f"{STEREO} -c:a aac -write_id3v2 1 -metadata title=题目"),
}
every_variant = pytest.mark.parametrize(("name", "arguments"), VARIANTS.values(), ids=VARIANTS)


@every_variant
def test_what_is_decoded_stays_and_others_see_the_label(tmp_path: Path, name: str, arguments: str) -> None:
    data = made(tmp_path, name, arguments)
    suffix = Path(name).suffix
    before, texts = decoded(tmp_path, data, suffix), others(data)
    media = body(data)
    for label in (LONGER, LABEL):
        data = written(data, label, name)
        assert labels(data) == [label.json()]
        assert others(data) == texts
        assert body(data) == media
        assert decoded(tmp_path, data, suffix) == before
        assert tags_seen_by_ffprobe(tmp_path, data, suffix)["AIGC"] == label.json()
        (frame,) = ID3(BytesIO(data)).getall("TXXX:AIGC")
        assert frame.text == [label.json()]


@pytest.mark.parametrize("encoding", [0, 1, 2, 3])
@pytest.mark.parametrize("version", [3, 4])
def test_labels_that_mutagen_wrote_are_read_in_every_encoding(tmp_path: Path, version: int, encoding: int) -> None:
    path = tmp_path / "x.mp3"
    path.write_bytes(FORMATS["mp3"].example())
    tag = ID3()
    tag.add(TXXX(encoding=encoding, desc="AIGC", text=[LABEL.json()]))
    tag.add(TIT2(encoding=3, text=["题目"]))
    tag.add(APIC(mime="image/png", data=bytes(range(256)) * 20))
    tag.update_to_v23() if version == 3 else None
    tag.save(path, v2_version=version)
    data = path.read_bytes()
    assert labels(data) == [LABEL.json()]
    result = written(data, LONGER)
    assert labels(result) == [LONGER.json()]
    again = ID3(BytesIO(result))
    assert again.getall("APIC")[0].data == bytes(range(256)) * 20
    assert again["TIT2"].text == ["题目"]


def test_a_label_as_comment_in_xmp_and_in_ape_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "x.mp3"
    path.write_bytes(FORMATS["mp3"].example())
    tag = ID3()
    tag.add(COMM(encoding=3, lang="eng", desc="", text=['{"AIGC":{"Label":"1","ContentProducer":"x"}}']))
    tag.add(COMM(encoding=3, lang="eng", desc="note", text=["kept"]))
    tag.add(mutagen.id3.PRIV(owner="XMP", data=xmp.labelled(None, LABEL.json())))
    tag.save(path)
    ape = APEv2()
    ape["AIGC"], ape["Genre"] = LABEL.json(), "Speech"
    ape.save(path)
    data = path.read_bytes()
    assert len(labels(data)) == 3
    result = written(data, LONGER)
    path.write_bytes(result)
    assert labels(result) == [LONGER.json()]
    assert dict(APEv2(path)) == {"Genre": "Speech"}
    assert ID3(path)["COMM:note:eng"].text == ["kept"]


def id3_2(*frames: tuple[bytes, bytes], flags: int = 0, version: int = 2, extended: bytes = b"") -> bytes:
    if version == 2:
        body = b"".join(name + len(data).to_bytes(3, "big") + data for name, data in frames)
    else:
        body = b"".join(name + struct.pack(">IH", len(data), 0) + data for name, data in frames)
    body = extended + body
    if flags & 0x80:
        body = body.replace(b"\xff", b"\xff\0")
    size = len(body)
    return b"ID3" + bytes([version, 0, flags, size >> 21, size >> 14 & 127, size >> 7 & 127, size & 127]) + body


@pytest.mark.parametrize(
    "tag",
    [
        id3_2((b"TT2", b"\0Name"), (b"PIC", b"\0PNG\3\0\xff\xe0\xff\0\xff")),
        id3_2((b"TT2", b"\0Name"), (b"PIC", b"\0PNG\3\0\xff\xe0\xff\0\xff"), flags=0x80),
        id3_2((b"TIT2", b"\0Name"), (b"APIC", b"\0\0\3\0\xff\xe0\xff\0\xff"), flags=0x80, version=3),
        id3_2((b"TIT2", b"\0Name"), version=3, flags=0x40, extended=struct.pack(">IHI", 6, 0, 0)),
        id3_2((b"TIT2", b"\0Name"), version=3, flags=0x40, extended=struct.pack(">IHII", 10, 0x8000, 0, 1)),
        id3_2((b"TIT2", b"\0Name"), (b"TXXX", b"\0d\0" + b"v" * 200), version=4),
        id3_2((b"TIT2", b"\0Name"), version=3) + id3_2((b"TIT2", b"\0Name"), (b"TXXX", b"\0AIGC\0{}"), version=3),
    ],
    ids=["2.2", "2.2 unsync", "2.3 unsync", "2.3 extended", "2.3 with checksum", "2.4 with plain sizes", "two tags"],
)
def test_every_kind_of_tag_keeps_its_frames(tag: bytes) -> None:
    data = tag + FORMATS["mp3"].example()
    old = id3.read(BytesIO(data), 0)
    result = written(written(data, LONGER))
    new = id3.read(BytesIO(result), 0)
    assert old is not None and new is not None
    assert [frame.data for frame in new.frames[:-1]] == [frame.data for frame in old.frames]
    assert labels(result) == [LABEL.json()]
    assert result.endswith(FORMATS["mp3"].example())
    if new.version > 2:
        assert ID3(BytesIO(result)).getall("TXXX:AIGC")[0].text == [LABEL.json()]


def test_a_tag_at_the_end_gives_its_label_up_and_stays(tmp_path: Path) -> None:
    inner = id3_2((b"TIT2", b"\0Name"), (b"TXXX", b"\0AIGC\0{}"), version=4, flags=0x10)
    data = FORMATS["mp3"].example() + inner + b"3DI" + inner[3:10] + b"TAG" + bytes(125)
    assert labels(data) == ["{}"]
    result = written(data)
    assert labels(result) == [LABEL.json()]
    assert [entry.value for entry in others(result)] == ["Name"]
    assert result.endswith(b"TAG" + bytes(125))


def test_the_second_label_moves_nothing() -> None:
    once = written(FORMATS["mp3"].example())
    assert len(written(once, LABEL.propagated("001191110102MACQD9K64020000", "n" * 200))) == len(once)


@pytest.mark.parametrize(("start", "name"), [(b"ADIF" + bytes(60), "x.aac"), (b"\x56\xe0\x10" + bytes(60), "x.aac")])
def test_other_framings_of_aac_are_refused(start: bytes, name: str) -> None:
    with pytest.raises(Refused):
        written(start, name=name)


@pytest.mark.parametrize(
    "tag",
    [
        b"ID3\3\0\0\x7f\x7f\x7f\x7f",
        b"ID3\3\0\0\xff\xff\xff\xff",
        b"ID3\3\0\0\0\0\0\x14TXXX\xff\xff\xff\xff\0\0" + bytes(10),
        b"ID3\3\0\x40\0\0\0\x0a\xff\xff\xff\xff\0\0" + bytes(4),
    ],
    ids=["huge", "not synchsafe", "huge frame", "huge extended header"],
)
def test_a_broken_tag_gives_our_error(tag: bytes) -> None:
    with pytest.raises(ZhengmingError):
        list(FORMATS["mp3"].entries(BytesIO(tag + FORMATS["mp3"].example())))


def test_a_tag_with_nothing_behind_it_is_no_audio() -> None:
    with pytest.raises(BadFile):
        FORMATS["mp3"].write(BytesIO(id3_2((b"TIT2", b"\0Name"), version=3) + bytes(5000)), LABEL)


def test_entries_name_the_frame_and_its_description() -> None:
    data = id3_2((b"COMM", b"\1eng\xff\xfed\0\0\0\xff\xfev\0"), version=3) + FORMATS["mp3"].example()
    assert [(entry.place, entry.key, entry.value) for entry in entries(data)] == [("ID3 COMM", "d", "v")]
