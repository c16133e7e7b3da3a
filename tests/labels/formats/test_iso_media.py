"""MP4, MOV and M4A in all their layouts: the same streams before and after, seen with other people's eyes."""

import json
import struct
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from labels.formats.av_tools import (
    LABEL,
    LONGER,
    PICTURE,
    SOUND,
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
from zhengming.ground.errors import BadFile, Refused, ZhengmingError
from zhengming.labels.edit import Edit, Kept, applied, new_size
from zhengming.labels.formats.mov import FORMAT as MOV
from zhengming.labels.formats.mp4 import FORMAT as MP4
from zhengming.labels.structures.iso import iso_media
from zhengming.labels.structures.iso.box_metadata import XMP_UUID, label_item
from zhengming.labels.structures.iso.boxes import Box, Boxes, make, make_full
from zhengming.labels.structures.picture import xmp

ALL = f"{PICTURE} {SOUND} -c:v libx264 -g 5 -pix_fmt yuv420p -c:a aac"
CENC = "-encryption_scheme cenc-aes-ctr -encryption_key {0} -encryption_kid {0}".format("0123456789abcdef" * 2)
LAYOUTS = {
    "moov last": ("x.mp4", ALL),
    "moov first": ("x.mp4", f"{ALL} -movflags +faststart"),
    "moov first, room behind it": ("x.mp4", f"{ALL} -moov_size 20000"),
    "moov first, film of ffmpeg tags": ("x.mp4", f"{ALL} -movflags +faststart+use_metadata_tags -metadata 片名=值"),
    "fragments": ("x.mp4", f"{ALL} -movflags +frag_keyframe+empty_moov"),
    "fragments based on moof": ("x.mp4", f"{ALL} -movflags +frag_keyframe+empty_moov+default_base_moof"),
    "fragments and an index": ("x.mp4", f"{ALL} -movflags +frag_keyframe+global_sidx+dash"),
    "fragments, hybrid": ("x.mp4", f"{ALL} -movflags +frag_keyframe"),
    "encrypted": ("x.mp4", f"{ALL} -movflags +faststart {CENC}"),
    "encrypted fragments": ("x.mp4", f"{ALL} -movflags +frag_keyframe+empty_moov {CENC}"),
    "chapters": ("x.mp4", f"{ALL} -movflags +faststart -metadata title=题 -metadata comment=c"),
    "QuickTime": ("x.mov", f"{ALL} -movflags +faststart -metadata title=t"),
    "QuickTime, raw": ("x.mov", f"{PICTURE} -c:v rawvideo -pix_fmt rgb24 -movflags +faststart"),
    "3GP": ("x.3gp", f"{PICTURE} -c:v mpeg4 -movflags +faststart"),
    "M4A": ("x.m4a", f"{SOUND} -c:a aac -movflags +faststart -metadata artist=人 -metadata album=b"),
    "M4A, lossless": ("x.m4a", f"{SOUND} -c:a alac"),
}

pytestmark = [has("ffmpeg"), has("ffprobe")]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], bytes]:
    folder = tmp_path_factory.mktemp("films")
    known: dict[str, bytes] = {}

    def get(layout: str) -> bytes:
        if layout not in known:
            name, arguments = LAYOUTS[layout]
            known[layout] = made(folder, name, arguments)
        return known[layout]

    return get


def top(data: bytes) -> list[Box]:
    return list(Boxes(BytesIO(data)).top())


def kinds(data: bytes) -> list[bytes]:
    return [box.kind for box in top(data)]


def the(kind: bytes, data: bytes) -> Box:
    return next(box for box in top(data) if box.kind == kind)


def in_udta(data: bytes, *boxes: bytes, in_moov: bytes = b"") -> bytes:
    """``data``, whose moov is last, with more in its moov and udta."""
    moov = the(b"moov", data)
    assert moov.stop == len(data)
    walker = Boxes(BytesIO(data))
    udta = walker.first(moov, b"udta")
    old = data[udta.start : udta.stop] if udta else b""
    rest = data[moov.data : moov.stop].replace(old, b"") if old else data[moov.data : moov.stop]
    return data[: moov.start] + make(b"moov", rest, make(b"udta", old[8:], *boxes), in_moov)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_streams_stay_identical_and_ffprobe_reads_the_label(
    layout: str, film: Callable[[str], bytes], tmp_path: Path
) -> None:
    data, suffix = film(layout), Path(LAYOUTS[layout][0]).suffix
    same = packets if "encrypted" in layout else decoded  # what is encrypted has no pictures to compare
    before, tags = same(tmp_path, data, suffix), tags_seen_by_ffprobe(tmp_path, data, suffix)
    once = written(data, LABEL, f"x{suffix}")
    longer = written(once, LONGER, f"x{suffix}")
    for result, label in ((once, LABEL), (longer, LONGER)):
        assert same(tmp_path, result, suffix) == before
        assert tags_seen_by_ffprobe(tmp_path, result, suffix) == {**tags, "AIGC": label.json()}
        assert labels(result) == [label.json()]
    assert others(longer) == others(data)


def test_an_encrypted_film_still_decrypts(film: Callable[[str], bytes], tmp_path: Path) -> None:
    def decrypted(data: bytes) -> bytes:
        (tmp_path / "x.mp4").write_bytes(data)
        key = ("-decryption_key", "0123456789abcdef" * 2)
        return run("ffmpeg", "-v", "error", *key, "-i", tmp_path / "x.mp4", "-map", "0:v", "-f", "framemd5", "-")

    assert decrypted(written(film("encrypted"))) == decrypted(film("encrypted"))


@has("exiftool")
@pytest.mark.parametrize("layout", ["3GP", "QuickTime", "M4A", "moov first, film of ffmpeg tags"])
def test_exiftool_reads_the_label_and_finds_nothing_amiss(
    layout: str, film: Callable[[str], bytes], tmp_path: Path
) -> None:
    """But for a second ``meta`` beside the one of iTunes: the guide's place and its tags cannot share one."""

    def looked_at(data: bytes) -> dict[str, object]:
        path = tmp_path / LAYOUTS[layout][0]
        path.write_bytes(data)
        (seen,) = json.loads(run("exiftool", "-j", "-a", "-G1", "-validate", "-warning", "-Keys:AIGC", path))
        return seen

    seen, before = looked_at(written(film(layout))), looked_at(film(layout))
    assert seen["Keys:AIGC"] == LABEL.json()
    allowed = "Duplicate tag 'meta' at MOV-Movie-UserData" if b"mdirappl" in film(layout) else None
    assert seen.get("ExifTool:Warning") in (before.get("ExifTool:Warning"), allowed)


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".m4a"])
def test_the_label_that_ffmpeg_writes_is_read_and_taken_over(suffix: str, tmp_path: Path) -> None:
    sound = f"{SOUND} -c:a aac -movflags +use_metadata_tags -metadata title=t"
    path = tmp_path / f"x{suffix}"
    run("ffmpeg", "-v", "error", *sound.split(), "-metadata", f"AIGC={LONGER.json()}", path)
    data = path.read_bytes()
    assert labels(data) == [LONGER.json()]
    assert labels(written(data)) == [LABEL.json()]
    assert b"y" * 700 not in written(data)


def test_ffmpeg_carries_our_label_into_a_copy(film: Callable[[str], bytes], tmp_path: Path) -> None:
    (tmp_path / "x.mp4").write_bytes(written(film("moov last")))
    copying = "-c copy -map 0 -movflags +use_metadata_tags"
    run("ffmpeg", "-v", "error", "-i", tmp_path / "x.mp4", *copying.split(), tmp_path / "y.mp4")
    assert labels((tmp_path / "y.mp4").read_bytes()) == [LABEL.json()]


def test_mutagen_still_finds_the_tags_of_itunes(film: Callable[[str], bytes], tmp_path: Path) -> None:
    mutagen = pytest.importorskip("mutagen.mp4")
    path = tmp_path / "x.m4a"
    path.write_bytes(written(film("M4A")))
    assert mutagen.MP4(path)["\xa9ART"] == ["人"]


def test_a_label_that_mutagen_writes_is_read_and_taken_over(film: Callable[[str], bytes], tmp_path: Path) -> None:
    mutagen = pytest.importorskip("mutagen.mp4")
    path = tmp_path / "x.m4a"
    path.write_bytes(film("M4A"))
    tagged = mutagen.MP4(path)
    tagged["----:com.apple.iTunes:AIGC"] = mutagen.MP4FreeForm(LONGER.json().encode())
    tagged["----:com.apple.iTunes:MOOD"] = mutagen.MP4FreeForm(b"calm")
    tagged["\xa9cmt"] = LONGER.json()
    tagged.save()
    assert labels(path.read_bytes()) == [LONGER.json()] * 2
    path.write_bytes(written(path.read_bytes()))
    assert labels(path.read_bytes()) == [LABEL.json()]
    assert set(mutagen.MP4(path).tags) >= {"\xa9ART", "\xa9alb", "----:com.apple.iTunes:MOOD"}
    assert "\xa9cmt" not in mutagen.MP4(path).tags


def keyed(*names: bytes, values: tuple[str, ...] = (), full: bool = True) -> bytes:
    head = make_full(b"hdlr", bytes(4), b"mdta", bytes(12), b"\0")
    keys = make_full(b"keys", struct.pack(">I", len(names)), *(make(b"mdta", name) for name in names))
    items = make(b"ilst", *(label_item(number, value) for number, value in enumerate(values, 1)))
    return (make_full if full else make)(b"meta", head, keys, items)


def itunes(*items: bytes) -> bytes:
    head = make_full(b"hdlr", bytes(4), b"mdirappl", bytes(8), b"\0")
    return make_full(b"meta", head, make(b"ilst", *items))


def text_item(kind: bytes, value: str) -> bytes:
    return make(kind, make(b"data", struct.pack(">II", 1, 0), value.encode()))


OLD = LONGER.json()
PACKET = xmp.labelled(None, OLD)
STRANGE_PLACES = {
    "meta directly under moov": ([], keyed(b"title", b"AIGC", values=("t", OLD))),
    "QuickTime meta directly under moov": ([], keyed(b"com.x.AIGC", b"make", values=(OLD, "m"), full=False)),
    "list of iTunes without a name (Doubao on iOS)": (
        [itunes(text_item(b"\xa9cmt", OLD), text_item(b"\xa9nam", "n"))],
        b"",
    ),
    "numbers without keys": ([itunes(label_item(1, OLD))], b""),
    "description of iTunes": ([itunes(text_item(b"desc", json.dumps({"AIGC": LONGER.fields()})))], b""),
    "string of QuickTime": ([make(b"\xa9cmt", struct.pack(">HH", len(OLD), 0x55C4), OLD.encode())], b""),
    "description of 3GPP": ([make_full(b"dscp", b"\x55\xc4", OLD.encode(), b"\0")], b""),
    "atom named AIGC": ([make(b"AIGC", OLD.encode())], b""),
    "XMP atom": ([make(b"XMP_", PACKET)], b""),
    "several": ([make(b"AIGC", OLD.encode()), itunes(text_item(b"\xa9cmt", OLD))], keyed(b"AIGC", values=(OLD,))),
}


@pytest.mark.parametrize("place", STRANGE_PLACES)
@pytest.mark.parametrize("layout", ["moov last", "QuickTime, moov last"])
def test_a_label_in_a_strange_place_is_read_and_taken_over(
    place: str, layout: str, film: Callable[[str], bytes], tmp_path: Path
) -> None:
    base = film("moov last") if layout == "moov last" else MOV.example()
    boxes, in_moov = STRANGE_PLACES[place]
    data = in_udta(base, *boxes, in_moov=in_moov)
    assert labels(data)
    result = written(data)
    assert labels(result) == [LABEL.json()]
    assert others(result) == others(data)
    assert b"y" * 700 not in result, "the old label is still in the file"
    assert decoded(tmp_path, result, ".mp4") == decoded(tmp_path, base, ".mp4")
    assert tags_seen_by_ffprobe(tmp_path, result, ".mp4")["AIGC"] == LABEL.json()


def test_xmp_in_a_uuid_box_loses_its_label_and_keeps_the_rest(film: Callable[[str], bytes], tmp_path: Path) -> None:
    packet = PACKET.replace(
        b"<rdf:Description", b'<rdf:Description rdf:about="" xmlns:d="u:d" d:k="v"/><rdf:Description', 1
    )
    data = film("moov last") + make(b"uuid", XMP_UUID, packet)
    result = written(data)
    assert labels(data) == [OLD]
    assert labels(result) == [LABEL.json()]
    assert [(entry.key, entry.value) for entry in others(result) if entry.place == "XMP"] == [("d:k", "v")]
    assert len(result[result.index(XMP_UUID) :]) == len(packet) + 16


def test_names_of_a_list_in_moov_keep_their_values_for_ffprobe(film: Callable[[str], bytes], tmp_path: Path) -> None:
    """ffmpeg uses the first ``keys`` it meets for every list: ours must not shift theirs."""
    own = keyed(b"com.apple.quicktime.make", b"AIGC", b"com.apple.quicktime.model", values=("果", OLD, "型"))
    for boxes in ([], [make(b"\xa9swr", struct.pack(">HH", 1, 0), b"s")]):
        data = in_udta(film("moov last"), *boxes, in_moov=own)
        moved = data.replace(own, b"")  # and once with the list before udta
        moov = the(b"moov", data)
        udta = Boxes(BytesIO(data)).first(moov, b"udta")
        assert udta
        before = data[: udta.start] + own + moved[udta.start :]
        for version in (data, before):
            seen = tags_seen_by_ffprobe(tmp_path, written(version), ".mp4")
            assert seen["AIGC"] == LABEL.json()
            assert seen["com.apple.quicktime.make"] == "果"
            assert seen["com.apple.quicktime.model"] == "型"


def test_a_real_recording_of_a_mac_keeps_what_ffprobe_sees(samples: Path, tmp_path: Path) -> None:
    data = (samples / "files" / "C.mov").read_bytes()
    seen = tags_seen_by_ffprobe(tmp_path, written(data), ".mov")
    assert seen.pop("AIGC") == LABEL.json()
    assert seen == tags_seen_by_ffprobe(tmp_path, data, ".mov")


def test_room_behind_moov_is_used_so_that_nothing_moves(film: Callable[[str], bytes]) -> None:
    data = film("moov first, room behind it")
    result = written(data)
    assert len(result) == len(data)
    assert result[the(b"mdat", data).start :] == data[the(b"mdat", data).start :]
    assert len(written(result, LONGER)) == len(data)
    assert written(written(result, LONGER)) == result, "room that was used comes back"


def test_a_moov_behind_its_media_changes_nothing_before_it(film: Callable[[str], bytes]) -> None:
    first = MP4.write(BytesIO(film("moov last")), LABEL)[0]
    assert first == Kept(0, the(b"moov", film("moov last")).start)


def test_media_beyond_the_limit_stays_and_moov_goes_to_the_end(
    film: Callable[[str], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(iso_media, "FAST_START_LIMIT", 1000)
    for layout in ("moov first", "moov first, film of ffmpeg tags"):
        data = film(layout)
        result = written(data)
        assert kinds(result)[-1] == b"moov"
        assert kinds(result).count(b"moov") == 1
        mdat = the(b"mdat", data)
        assert result[mdat.start : mdat.stop] == data[mdat.start : mdat.stop]
        assert decoded(tmp_path, result, ".mp4") == decoded(tmp_path, data, ".mp4")
        longer = written(result, LONGER)
        assert labels(longer) == [LONGER.json()]
        assert len([kind for kind in kinds(longer) if kind == b"moov"]) == 1
    assert kinds(written(film("fragments")))[:2] == [b"ftyp", b"moov"], "a fragmented film keeps its moov in front"


def test_an_old_label_does_not_linger_where_moov_was(
    film: Callable[[str], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = written(film("moov first"), LONGER)
    monkeypatch.setattr(iso_media, "FAST_START_LIMIT", 1000)
    assert b"y" * 700 not in written(written(data, LABEL), LABEL)


def with_size(data: bytes, kind: bytes, form: str) -> bytes:
    """``data`` with the header of its last box written as 64 bits or as open."""
    box = the(kind, data)
    if form == "open":
        assert box.stop == len(data)
        return data[: box.start] + struct.pack(">I4s", 0, kind) + data[box.data :]
    wide = struct.pack(">I4sQ", 1, kind, len(box) + 8) + data[box.data : box.stop]
    return data[: box.start] + wide + data[box.stop :]


@pytest.mark.parametrize("limit", [1000, 1 << 26])
def test_a_last_box_that_states_no_size(
    limit: int, film: Callable[[str], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(iso_media, "FAST_START_LIMIT", limit)
    for data in (with_size(film("moov first"), b"mdat", "open"), with_size(film("moov last"), b"moov", "open")):
        result = written(data)
        assert labels(result) == [LABEL.json()]
        assert decoded(tmp_path, result, ".mp4") == decoded(tmp_path, data, ".mp4")


def test_headers_of_64_bits(film: Callable[[str], bytes], tmp_path: Path) -> None:
    data = with_size(film("moov last"), b"moov", "64")
    assert decoded(tmp_path, written(data), ".mp4") == decoded(tmp_path, data, ".mp4")


def test_several_mdat_around_moov(film: Callable[[str], bytes], tmp_path: Path) -> None:
    data = film("moov last") + make(b"mdat", b"more") + make(b"free", bytes(4))
    result = written(data)
    assert decoded(tmp_path, result, ".mp4") == decoded(tmp_path, data, ".mp4")
    assert [result[box.data : box.stop] for box in top(result) if box.kind == b"mdat"] == [
        data[box.data : box.stop] for box in top(data) if box.kind == b"mdat"
    ]


def test_offsets_that_pass_4_gib_move_into_co64(film: Callable[[str], bytes]) -> None:
    """A sparse film whose second half lies just under 4 GiB: the longer moov pushes it over."""
    offsets = [0xFFFFFFFF - 100, 0xFFFFFFFF - 50]
    stbl = make(b"stbl", make_full(b"stco", struct.pack(">III", 2, *offsets)))
    moov = make(b"moov", make(b"trak", make(b"mdia", make(b"minf", stbl))))
    ftyp = make(b"ftyp", b"isom", bytes(4), b"isom")
    head = ftyp + moov + struct.pack(">I4sQ", 1, b"mdat", 1 << 32)
    file = Sparse(head, len(ftyp + moov) + (1 << 32))
    iso = iso_media.FAST_START_LIMIT
    try:
        iso_media.FAST_START_LIMIT = 1 << 40
        edit = MP4.write(file, LABEL)
    finally:
        iso_media.FAST_START_LIMIT = iso
    start = b"".join(piece if isinstance(piece, bytes) else head[piece.start : piece.stop] for piece in edit)
    at = start.index(b"co64")
    grown = new_size(edit) - file.size
    assert struct.unpack(">QQ", start[at + 12 : at + 28]) == tuple(offset + grown for offset in offsets)
    assert b"stco" not in start


class Sparse(BytesIO):
    """A file of ``size`` bytes that are all zero behind the first few."""

    def __init__(self, start: bytes, size: int) -> None:
        super().__init__(start)
        self.size = size

    def seek(self, offset: int, whence: int = 0) -> int:
        return super().seek(self.size + offset if whence == 2 else offset)


def test_external_media_is_not_taken_for_our_own(film: Callable[[str], bytes]) -> None:
    """A reference movie's offsets point into other files: they stay."""
    dinf = make(b"dinf", make_full(b"dref", struct.pack(">I", 1), make_full(b"url ", b"other.mp4\0")))
    stbl = make(b"stbl", make_full(b"stco", struct.pack(">II", 1, 5000)))
    moov = make(b"moov", make(b"trak", make(b"mdia", make(b"minf", dinf, stbl))))
    data = make(b"ftyp", b"isom", bytes(4)) + moov + make(b"mdat", bytes(9000))
    assert make_full(b"stco", struct.pack(">II", 1, 5000)) in written(data)


def test_the_index_at_the_end_of_fragments_points_at_them(film: Callable[[str], bytes]) -> None:
    data = film("fragments")
    result = written(data)
    assert kinds(data)[-1] == b"mfra"

    def pointed(film_: bytes) -> set[bytes]:
        walker = Boxes(BytesIO(film_))
        found = set()
        for tfra in walker.within(the(b"mfra", film_)):
            if tfra.kind == b"tfra":
                body = walker.bytes_of(tfra)
                (count,) = struct.unpack(">I", body[12:16])
                step = (len(body) - 16) // count
                assert body[0] == 1
                at = [struct.unpack(">Q", body[16 + i * step + 8 :][:8])[0] for i in range(count)]
                found |= {film_[offset + 4 : offset + 8] for offset in at}
        return found

    assert pointed(data) == pointed(result) == {b"moof"}


def test_a_lone_segment_and_a_compressed_moov_say_why_not() -> None:
    segment = make(b"styp", b"msdh", bytes(4)) + make(b"moof", b"") + make(b"mdat", b"x")
    with pytest.raises(BadFile, match="moov"):
        MP4.write(BytesIO(segment), LABEL)
    with pytest.raises(Refused, match="cmov"):
        MOV.write(BytesIO(make(b"moov", make(b"cmov", b"")) + make(b"mdat", b"x")), LABEL)


def test_every_language_of_a_string_but_the_label_stays() -> None:
    def string(text: str, language: int) -> bytes:
        return struct.pack(">HH", len(text.encode()), language) + text.encode()

    atom = make(b"\xa9cmt", string("一", 0x55C4), string(OLD, 0x15C7), string("two", 0x15C7))
    result = written(in_udta(MOV.example(), atom))
    assert make(b"\xa9cmt", string("一", 0x55C4), string("two", 0x15C7)) in result


HOSTILE = {
    "box larger than the file": struct.pack(">I4s", 0xFFFFFFF0, b"moov") + bytes(50),
    "box of 2^64 bytes": struct.pack(">I4sQ", 1, b"moov", 2**64 - 1) + bytes(50),
    "box smaller than its header": make(b"ftyp", b"isom", bytes(4)) + struct.pack(">I4s", 4, b"moov") * 10,
    "zeros": bytes(5000),
    "box bomb": make(b"ftyp", b"isom", bytes(4)) + make(b"free") * 300_000,
    "box bomb in moov": make(b"moov", make(b"trak") * 300_000),
    "keys by the billion": make(
        b"moov", make(b"udta", make_full(b"meta", make_full(b"keys", b"\xff" * 8), make(b"ilst")))
    ),
    "offsets by the billion": make(b"mdat")
    + make(b"moov", make(b"trak", make(b"mdia", make(b"minf", make(b"stbl", make_full(b"stco", b"\xff" * 8)))))),
    "items by the billion": make_full(
        b"meta", make_full(b"iinf", b"\xff\xff"), make_full(b"iloc", b"\x44\0\xff\xff")
    ),
    "extents by the billion": make_full(
        b"meta", make_full(b"iinf", b"\0\0"), make_full(b"iloc", b"\0\0\xff\xff", b"\0\1\0\0\xff\xff" * 65535)
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_end_in_our_error_or_a_label(name: str) -> None:
    data = HOSTILE[name]
    for work in (MP4.entries, MP4.body, lambda file: MP4.write(file, LABEL)):
        try:
            list(work(BytesIO(data)))
        except ZhengmingError:
            continue


def test_a_thousand_nested_moov_are_no_trouble(samples: Path) -> None:
    data = (samples / "hostile" / "nested_moov_1000.mp4").read_bytes()
    assert list(MP4.entries(BytesIO(data))) == []
    assert labels(written(data, LABEL, "x.mp4")) == [LABEL.json()]


def test_an_edit_of_a_film_holds_no_media(film: Callable[[str], bytes]) -> None:
    for layout in LAYOUTS:
        data = film(layout)
        edit: Edit = MP4.write(BytesIO(data), LABEL)
        media = [box for box in top(data) if box.kind == b"mdat"]
        kept = [piece for piece in edit if isinstance(piece, Kept)]
        assert all(any(k.start <= box.data and box.stop <= k.stop for k in kept) for box in media)
        assert len(applied(edit, data)) == new_size(edit)


def test_entries_tell_every_list_with_its_place(film: Callable[[str], bytes]) -> None:
    atom = make(b"\xa9nam", struct.pack(">HH", 1, 0), b"n")
    data = in_udta(film("moov last"), atom, itunes(text_item(b"\xa9too", "x")))
    found = {(entry.place, entry.key, entry.detail) for entry in entries(written(data))}
    assert ("MP4 keys", "AIGC", "moov/udta/meta") in found
    assert ("MP4 udta", "\xa9nam", "moov/udta") in found
    assert ("MP4 ilst", "\xa9too", "moov/udta/meta/ilst") in found


def test_a_c2pa_box_stays_byte_for_byte(samples: Path) -> None:
    data = (samples / "files" / "legacy.mp4").read_bytes()
    box = the(b"uuid", data)
    assert written(data)[box.start : box.stop] == data[box.start : box.stop]


def test_ffplay_order_fast_start_is_kept_below_the_limit(film: Callable[[str], bytes]) -> None:
    result = written(film("moov first"))
    assert kinds(result).index(b"moov") < kinds(result).index(b"mdat")
