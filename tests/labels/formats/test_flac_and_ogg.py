"""FLAC, Ogg and Opus: the sound stays, pages and checksums are right, other comments and pictures are kept."""

import struct
from io import BytesIO
from pathlib import Path

import pytest

from labels.formats.av_tools import (
    LABEL,
    LONGER,
    PICTURE,
    SOUND,
    STEREO,
    body,
    decoded,
    has,
    labels,
    made,
    others,
    run,
    tags_seen_by_ffprobe,
    written,
)
from zhengming.ground.errors import BadFile, Refused, ZhengmingError
from zhengming.labels.format import FORMATS
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.structures.sound import ogg_pages, vorbis_comment

pytest.importorskip("mutagen")
import mutagen.flac
import mutagen.id3
import mutagen.oggopus
import mutagen.oggvorbis

pytestmark = has("ffmpeg")

#: More than a page holds, so that every later page gets another number, and less than the 64 KiB ffmpeg takes.
HUGE = MetadataLabel("001191110102MACQD9K64010000", "x" * 65_100)

VARIANTS = {
    "flac 16 bit": ("x.flac", STEREO),
    "flac 24 bit with tags": ("x.flac", f"{STEREO} -sample_fmt s32 -metadata title=题目"),
    "vorbis": ("x.ogg", f"{STEREO} -c:a libvorbis -metadata title=题目"),
    "vorbis mono": ("x.ogg", f"{SOUND} -c:a libvorbis"),
    "opus": ("x.opus", f"{STEREO} -c:a libopus -metadata ARTIST=someone"),
    "flac in ogg": ("x.oga", f"{SOUND} -c:a flac -metadata title=题目"),
    "speex": ("x.spx", f"{SOUND} -ar 16000 -c:a libspeex"),
    "theora and vorbis": ("x.ogv", f"{PICTURE} {SOUND} -c:v libtheora -c:a libvorbis -metadata title=题目"),
}
every_variant = pytest.mark.parametrize(("name", "arguments"), VARIANTS.values(), ids=VARIANTS)


def every_page_is_right(data: bytes) -> None:
    """Checksums fit, and the pages of each stream are numbered without a gap."""
    numbers: dict[int, int] = {}
    end = 0
    for page in ogg_pages.pages(BytesIO(data)):
        assert page.start == end
        end = page.stop
        ogg_pages.data_of(BytesIO(data), page)
        expected = 0 if page.flags & ogg_pages.FIRST else numbers[page.stream] + 1
        assert page.number == expected
        numbers[page.stream] = page.number
    assert end == len(data)


@every_variant
def test_what_is_decoded_stays_and_ffprobe_sees_the_label(tmp_path: Path, name: str, arguments: str) -> None:
    data = made(tmp_path, name, arguments)
    suffix = Path(name).suffix
    before, texts = decoded(tmp_path, data, suffix), others(data)
    media = body(data)
    for label in (LONGER, HUGE, LABEL):
        data = written(data, label)
        assert labels(data) == [label.json()]
        assert others(data) == texts
        assert body(data) == media
        assert decoded(tmp_path, data, suffix) == before
        assert tags_seen_by_ffprobe(tmp_path, data, suffix)["AIGC"] == label.json()
        if data.startswith(b"OggS"):
            every_page_is_right(data)


@pytest.mark.parametrize(
    ("name", "reader"),
    [
        ("flac 16 bit", mutagen.flac.FLAC),
        ("vorbis", mutagen.oggvorbis.OggVorbis),
        ("opus", mutagen.oggopus.OggOpus),
    ],
)
def test_mutagen_reads_our_label_and_we_read_its(tmp_path: Path, name: str, reader: type) -> None:
    path = tmp_path / VARIANTS[name][0]
    data = made(tmp_path, *VARIANTS[name])
    path.write_bytes(written(data))
    assert reader(path)["AIGC"] == [LABEL.json()]
    path.write_bytes(data)
    file = reader(path)
    file["aigc"] = [LABEL.json(), "{}"]
    file["comment"] = ["kept", '{"AIGC":{"Label":"1","ContentProducer":"x"}}']
    file.save()
    assert len(labels(path.read_bytes())) == 3
    path.write_bytes(written(path.read_bytes(), LONGER))
    assert reader(path)["AIGC"] == [LONGER.json()]
    assert reader(path)["comment"] == ["kept"]


def test_a_picture_and_the_seek_table_of_flac_stay_and_padding_gives_way(tmp_path: Path) -> None:
    path = tmp_path / "x.flac"
    path.write_bytes(made(tmp_path, *VARIANTS["flac 16 bit"]))
    file = mutagen.flac.FLAC(path)
    picture = mutagen.flac.Picture()
    picture.data, picture.mime = bytes(range(256)) * 30, "image/png"
    file.add_picture(picture)
    file.save(padding=lambda _: 4096)
    data = path.read_bytes()
    result = written(data, LONGER)
    assert len(result) == len(data)
    path.write_bytes(result)
    assert mutagen.flac.FLAC(path).pictures[0].data == picture.data
    assert mutagen.flac.FLAC(path).info.md5_signature == file.info.md5_signature
    assert result[-5000:] == data[-5000:]


@has("flac")
def test_the_reference_decoder_accepts_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.flac"
    path.write_bytes(written(made(tmp_path, *VARIANTS["flac 16 bit"]), LONGER))
    run("flac", "-s", "-t", path)


def test_an_id3_tag_before_flac_gives_its_label_up(tmp_path: Path) -> None:
    path = tmp_path / "x.flac"
    path.write_bytes(FORMATS["flac"].example())
    tag = mutagen.id3.ID3()
    tag.add(mutagen.id3.TXXX(encoding=3, desc="AIGC", text=["{}"]))
    tag.add(mutagen.id3.TIT2(encoding=3, text=["Name"]))
    tag.save(path)
    data = path.read_bytes()
    assert data.startswith(b"ID3")
    assert labels(data) == ["{}"]
    result = written(data)
    assert labels(result) == [LABEL.json()]
    assert [entry.value for entry in others(result)] == ["Name"]


def test_chained_streams_get_one_label(tmp_path: Path) -> None:
    parts = [
        made(tmp_path, "x.opus", f"{SOUND} -c:a libopus -metadata AIGC={{}} -serial_offset {n}") for n in (1, 90)
    ]
    data = b"".join(parts)
    assert labels(data) == ["{}", "{}"]
    before = decoded(tmp_path, data, ".opus")
    for label in (LABEL, HUGE):
        data = written(data, label)
        assert labels(data) == [label.json()]
        every_page_is_right(data)
        assert decoded(tmp_path, data, ".opus") == before


def test_bytes_that_are_no_page_stay_where_they_are(tmp_path: Path) -> None:
    data = made(tmp_path, *VARIANTS["opus"])
    third = list(ogg_pages.pages(BytesIO(data)))[2].start
    broken = data[:third] + b"Ogg junk OggS" + data[third:] + b"OggS cut off"
    result = written(broken)
    assert labels(result) == [LABEL.json()]
    assert b"Ogg junk OggS" in result
    assert result.endswith(b"OggS cut off")


def test_a_damaged_comment_page_is_not_made_to_look_right(tmp_path: Path) -> None:
    data = bytearray(made(tmp_path, *VARIANTS["opus"]))
    data[data.index(b"OpusTags") + 12] ^= 1
    with pytest.raises(BadFile):
        written(bytes(data))


def test_an_index_of_byte_positions_is_refused() -> None:
    data = FORMATS["opus"].example()
    first = next(ogg_pages.pages(BytesIO(data)))
    model = ogg_pages.Page(0, 0, 0, 7, 0, 0, b"")
    skeleton = ogg_pages.page(model, 0, ogg_pages.FIRST, 0, [8], b"fishead\0")
    index = ogg_pages.page(model, 1, 0, 0, [6], b"index\0")
    with pytest.raises(Refused):
        written(skeleton + data[: first.stop] + index + data[first.stop :], name="x.opus")


@pytest.mark.parametrize(
    "comments",
    [
        struct.pack("<I", 0xFFFFFFFF),
        struct.pack("<II", 0, 0xFFFFFFFF),
        struct.pack("<III", 0, 1, 0x7FFFFFFF) + b"AIGC={}",
        b"",
    ],
    ids=["huge vendor", "huge count", "huge comment", "nothing"],
)
def test_hostile_comment_headers_give_our_error(comments: bytes) -> None:
    with pytest.raises(BadFile):
        vorbis_comment.read(comments)
    block = b"\x84" + len(comments).to_bytes(3, "big") + comments
    example = FORMATS["flac"].example()
    flac = example[:4] + b"\0" + example[5:42] + block + example[42:]
    with pytest.raises(ZhengmingError):
        list(FORMATS["flac"].entries(BytesIO(flac)))


def test_a_flac_without_a_last_block_gives_our_error() -> None:
    example = FORMATS["flac"].example()
    with pytest.raises(BadFile):
        written(example[:4] + b"\0" + example[5:42] + b"\1\0\0\0" * 20_000)


def test_a_swarm_of_false_pages_takes_no_time() -> None:
    with pytest.raises(BadFile):
        FORMATS["ogg"].write(BytesIO(b"OggS\1" * 100_000), LABEL)
