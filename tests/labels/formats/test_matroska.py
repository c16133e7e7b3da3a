"""Matroska and WebM: nothing that states a position is wrong after labelling, and independent readers agree."""

import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

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
    packets,
    run,
    tags_seen_by_ffprobe,
    written,
)
from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile, ZhengmingError
from zhengming.labels.format import FORMATS
from zhengming.labels.structures.matroska import ebml
from zhengming.labels.structures.matroska.matroska_layout import (
    CLUSTER,
    CUES,
    INFO,
    SEEK,
    SEEK_HEAD,
    SEEK_ID,
    SEEK_POSITION,
    SEGMENT,
    TAGS,
    TRACKS,
)

pytestmark = has("ffmpeg")

H264 = f"{PICTURE} {SOUND} -c:v libx264 -g 5 -c:a aac -shortest"
VARIANTS = {
    "plain": ("x.mkv", H264),
    "cues in front": ("x.mkv", f"{H264} -reserve_index_space 2000"),
    "live, sizes unknown": ("x.mkv", f"{H264} -live 1"),
    "tags and chapters": ("x.mkv", f"{H264} -metadata title=题目 -metadata ARTIST=someone"),
    "small clusters": ("x.mkv", f"{H264} -cluster_time_limit 200"),
    "vp9 and opus": ("x.webm", f"{PICTURE} {SOUND} -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus"),
    "a dash segment": ("x.webm", f"{PICTURE} -c:v libvpx -dash 1"),
    "audio only": ("x.mka", f"{SOUND} -c:a libvorbis"),
    "no checksums": ("x.mkv", f"{H264} -write_crc32 0"),
}
every_variant = pytest.mark.parametrize(("name", "arguments"), VARIANTS.values(), ids=VARIANTS)


def segment(data: bytes) -> tuple[ebml.Element, list[ebml.Element]]:
    cursor = Cursor(BytesIO(data))
    cursor.at = ebml.head(cursor).stop
    whole = ebml.head(cursor)
    assert whole.id == SEGMENT
    found = []
    while cursor.left:
        element = ebml.head(cursor)
        if not element.sized:
            break
        found.append(element)
        cursor.at = element.stop
    return whole, found


def checked(content: bytes) -> bytes:
    """The data of an element whose checksum, if it has one, fits."""
    inner, guarded = ebml.without_crc(content)
    assert not guarded or zlib.crc32(inner) == int.from_bytes(content[2:6], "little")
    return inner


def stated_positions(kind: int, content: bytes) -> Iterator[tuple[int, int]]:
    """Each position a SeekHead or Cues state, and the kind of element that is said to be there."""
    if kind == SEEK_HEAD:
        for node in ebml.nodes(content):
            parts = {part.id: ebml.number(part.data) for part in ebml.nodes(node.data) if node.id == SEEK}
            if parts:
                yield parts[SEEK_POSITION], parts[SEEK_ID]
    if kind == CUES:
        tracks = (node.data for point in ebml.nodes(content) for node in ebml.nodes(point.data) if node.id == 0xB7)
        for track in tracks:
            yield next(ebml.number(part.data) for part in ebml.nodes(track) if part.id == 0xF1), CLUSTER


def stated_positions_are_right(data: bytes) -> None:
    """Every SeekHead entry and every cue points at an element of the kind it names; every checksum fits."""
    whole, elements = segment(data)
    kinds = {element.start - whole.data: element.id for element in elements}
    for element in elements:
        content = checked(data[element.data : element.stop])
        for position, kind in stated_positions(element.id, content):
            assert kinds.get(position) == kind


@every_variant
def test_what_is_decoded_stays_and_ffprobe_sees_the_label(tmp_path: Path, name: str, arguments: str) -> None:
    data = made(tmp_path, name, arguments)
    suffix = Path(name).suffix
    before = packets(tmp_path, data, suffix)
    stated_positions_are_right(data)
    media = body(data)
    for label in (LONGER, LABEL):
        data = written(data, label)
        assert labels(data) == [label.json()]
        stated_positions_are_right(data)
        assert body(data) == media
        assert packets(tmp_path, data, suffix) == before
        assert tags_seen_by_ffprobe(tmp_path, data, suffix)["AIGC"] == label.json()


def test_decoded_pictures_and_sound_stay(tmp_path: Path) -> None:
    data = made(tmp_path, "x.mkv", H264)
    assert decoded(tmp_path, written(data), ".mkv") == decoded(tmp_path, data, ".mkv")


def test_a_label_that_ffmpeg_wrote_is_read_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "x.mkv"
    run("ffmpeg", "-v", "error", *H264.split(), "-metadata", f"AIGC={LABEL.json()}", path)
    assert labels(path.read_bytes()) == [LABEL.json()]
    assert labels(written(path.read_bytes(), LONGER)) == [LONGER.json()]


def test_other_tags_and_the_title_stay(tmp_path: Path) -> None:
    data = made(tmp_path, *VARIANTS["tags and chapters"])
    assert {"题目", "someone"} <= {entry.value for entry in entries(data)}
    assert others(written(data, LONGER)) == others(data)


@has("mkvmerge")
def test_what_mkvmerge_made_with_chapters_attachment_and_tags_stays(tmp_path: Path) -> None:
    source, result, labelled = tmp_path / "a.mkv", tmp_path / "b.mkv", tmp_path / "c.mkv"
    made(tmp_path, "a.mkv", H264)
    (tmp_path / "note.txt").write_text("attached")
    (tmp_path / "chapters.txt").write_text("CHAPTER01=00:00:00.000\nCHAPTER01NAME=One\n")
    run(
        "mkvmerge", "-q", "-o", result, "--chapters", tmp_path / "chapters.txt",
        "--attachment-mime-type", "text/plain", "--attach-file", tmp_path / "note.txt", source,
    )  # fmt: skip
    data = result.read_bytes()
    for label in (LABEL, LONGER):
        labelled.write_bytes(written(data, label))
        stated_positions_are_right(labelled.read_bytes())
        told = ElementTree.fromstring(run("mkvextract", labelled, "tags", "-"))
        assert [simple.findtext("String") for simple in told.iter("Simple") if simple.findtext("Name") == "AIGC"] == [
            label.json()
        ]
        assert run("mkvextract", labelled, "chapters", "-") == run("mkvextract", result, "chapters", "-")
        run("mkvextract", labelled, "attachments", f"1:{tmp_path / 'out.txt'}")
        assert (tmp_path / "out.txt").read_text() == "attached"
        assert packets(tmp_path, labelled.read_bytes(), ".mkv") == packets(tmp_path, data, ".mkv")


def test_a_large_file_grows_at_its_end_and_its_media_stays_where_it_is(tmp_path: Path) -> None:
    data = written(made(tmp_path, "x.mkv", H264), LONGER)
    _, elements = segment(data)
    old = made(tmp_path, "x.mkv", H264)
    _, before = segment(old)
    clusters = [element.start for element in elements if element.id == CLUSTER]
    assert clusters == [element.start for element in before if element.id == CLUSTER]


def simple(name: str, value: str, *inner: bytes) -> bytes:
    content = ebml.element(0x45A3, name.encode()) + ebml.element(0x4487, value.encode())
    return ebml.element(0x67C8, content + b"".join(inner))


def with_tags(*simples: bytes, head: bytes = b"") -> bytes:
    """The example with Tags of one Tag before its Cluster."""
    data = FORMATS["mkv"].example()
    whole, elements = segment(data)
    tags = ebml.element(TAGS, ebml.element(0x7373, ebml.element(0x63C0, b"") + b"".join(simples)))
    cluster = next(element for element in elements if element.id == CLUSTER)
    body = head + data[whole.data : cluster.start] + tags + data[cluster.start :]
    return data[: whole.start] + ebml.element(SEGMENT, body, 8)


@pytest.mark.parametrize(
    "broken",
    [
        simple("aigc", "not even JSON"),
        simple("COMMENT", '{"AIGC":{"Label":"1","ContentProducer":"x"}}'),
        simple("PART", "1", simple("AIGC", '{"Label":"1"}')),
        simple("AIGC", "") + simple("AIGC", '{"Label":"1"}'),
    ],
    ids=["no JSON", "as a comment", "nested", "twice"],
)
def test_a_label_in_any_tag_is_taken_over(broken: bytes) -> None:
    data = with_tags(simple("KEEP", "me"), broken)
    assert labels(data)
    assert labels(written(data)) == [LABEL.json()]
    assert [entry.value for entry in others(written(data)) if entry.key == "KEEP"] == ["me"]


def test_a_label_as_title_is_taken_over_in_its_own_room() -> None:
    data = FORMATS["mkv"].example()
    whole, elements = segment(data)
    info = next(element for element in elements if element.id == INFO)
    title = ebml.element(0x7BA9, LABEL.json().encode())
    fresh = ebml.element(INFO, title + data[info.data : info.stop])
    labelled = data[: whole.start] + ebml.element(SEGMENT, fresh + data[info.stop :], 8)
    assert labels(labelled) == [LABEL.json()]
    assert labels(written(labelled, LONGER)) == [LONGER.json()]


def test_where_positions_must_move_they_are_all_told_anew(tmp_path: Path) -> None:
    """A SeekHead without room, Cues before the media, a Position in the Cluster, and no room anywhere."""
    data = FORMATS["mkv"].example()
    whole, elements = segment(data)
    raw = {element.id: data[element.start : element.stop] for element in elements}
    cluster_data = next(data[element.data : element.stop] for element in elements if element.id == CLUSTER)

    def built(cues_at: int, cluster_at: int) -> list[bytes]:
        seek = ebml.element(SEEK_ID, CUES.to_bytes(4, "big")) + ebml.element(SEEK_POSITION, bytes([cues_at]))
        head = ebml.element(SEEK_HEAD, ebml.element(SEEK, seek))
        cue = ebml.element(0xF7, b"\1") + ebml.element(0xF1, bytes([cluster_at]))
        point = ebml.element(0xBB, ebml.element(0xB3, b"\0") + ebml.element(0xB7, cue))
        cluster = ebml.element(
            CLUSTER, ebml.with_crc(cluster_data[:3] + ebml.element(0xA7, bytes([cluster_at])) + cluster_data[3:])
        )
        return [head, raw[INFO], raw[TRACKS], ebml.element(CUES, ebml.with_crc(point)), cluster]

    sizes = [len(part) for part in built(0, 0)]
    parts = built(sum(sizes[:3]), sum(sizes[:4]))
    file = data[: whole.start] + ebml.element(SEGMENT, b"".join(parts), 2)
    stated_positions_are_right(file)
    for label in (LABEL, LONGER, LABEL):
        result = written(file, label)
        stated_positions_are_right(result)
        assert decoded(tmp_path, result, ".mkv") == decoded(tmp_path, file, ".mkv")
        file = result


@pytest.mark.parametrize(
    "tail",
    [
        b"\xec\x80" * 300_000,
        ebml.element(TAGS, b"\x73\x73\xff"),
        b"\xec\x01\x7f\xff\xff\xff\xff\xff\xff",
        b"\x12\x54\xc3\x67\x10\xff\xff\xff",
        b"\0" * 100,
    ],
    ids=["a swarm of Voids", "no size", "huge", "cut off", "no element"],
)
def test_hostile_elements_give_our_error(tail: bytes) -> None:
    data = FORMATS["mkv"].example()
    whole, _ = segment(data)
    with pytest.raises(BadFile):
        written(data[: whole.start] + ebml.element(SEGMENT, data[whole.data :] + tail, 8))


def test_deeply_nested_tags_give_our_error() -> None:
    inner = simple("X", "y")
    for _ in range(200):
        inner = simple("X", "y", inner)
    with pytest.raises(ZhengmingError):
        entries(with_tags(inner))
