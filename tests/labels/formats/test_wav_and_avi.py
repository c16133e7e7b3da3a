"""WAV and AVI: samples and pictures stay, sizes and indexes are right, and labels in any chunk are taken over."""

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
    STEREO,
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
from zhengming.ground.errors import BadFile, Refused, ZhengmingError
from zhengming.labels.edit import Kept
from zhengming.labels.format import FORMATS
from zhengming.labels.structures.picture import xmp
from zhengming.labels.structures.riff import riff
from zhengming.labels.structures.sound import id3

pytestmark = has("ffmpeg")

WAV = {
    "8 bit mono": f"{SOUND} -c:a pcm_u8",
    "16 bit stereo with tags": f"{STEREO} -metadata title=题目 -metadata ICRD=2026",
    "24 bit": f"{STEREO} -c:a pcm_s24le",
    "float": f"{STEREO} -c:a pcm_f32le",
    "adpcm": f"{SOUND} -c:a adpcm_ms",
    "an odd number of bytes": f"{SOUND} -c:a pcm_u8 -t 0.0011",
    "RF64": f"{STEREO} -rf64 always",
    "BWF": f"{STEREO} -write_bext 1 -metadata description=kept",
}
AVI = {
    "mpeg4 and mp3": f"{PICTURE} {SOUND} -c:v mpeg4 -c:a mp3 -shortest",
    "raw": f"{PICTURE} -c:v rawvideo",
    "mjpeg and pcm with tags": f"{PICTURE} {SOUND} -c:v mjpeg -c:a pcm_s16le -metadata title=题目 -shortest",
    "h264": f"{PICTURE} -c:v libx264 -bf 0",
}


def chunks(data: bytes, start: int = 0) -> Iterator[tuple[bytes, int, bytes]]:
    """Kind, place and content of each top-level chunk, by a reader that shares no code with the product."""
    size = int.from_bytes(data[start + 4 : start + 8], "little")
    end = len(data) if size == 0xFFFFFFFF else start + 8 + size
    at = start + 12
    while at < end:
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        size = end - at - 8 if size == 0xFFFFFFFF else size
        yield data[at : at + 4], at, data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    assert at == end


def contents(data: bytes, kind: bytes) -> list[bytes]:
    return [content for found, _, content in chunks(data) if found == kind]


@pytest.mark.parametrize("arguments", WAV.values(), ids=WAV)
def test_the_samples_stay_and_the_label_is_a_chunk_of_its_own(tmp_path: Path, arguments: str) -> None:
    data = made(tmp_path, "x.wav", arguments)
    before, texts = decoded(tmp_path, data, ".wav"), others(data)
    media = body(data)
    for label in (LONGER, LABEL):
        data = written(data, label)
        assert labels(data) == [label.json()]
        assert others(data) == texts
        assert body(data) == media
        assert decoded(tmp_path, data, ".wav") == before
        if data.startswith(b"RIFF"):
            assert contents(data, b"AIGC") == [label.json().encode()]
        else:
            assert struct.unpack_from("<Q", data, 20) == (len(data) - 8,)


def test_the_samples_of_a_wav_do_not_move(tmp_path: Path) -> None:
    data = made(tmp_path, "x.wav", STEREO)
    assert written(data, LONGER)[12 : len(data)] == data[12:]


def test_a_streamed_wav_without_sizes_gets_no_label_into_its_sound(tmp_path: Path) -> None:
    data = run("ffmpeg", "-v", "error", *SOUND.split(), "-f", "wav", "-")
    assert data[4:8] == b"\xff\xff\xff\xff"
    before = decoded(tmp_path, data, ".wav")
    for label in (LABEL, LONGER):
        data = written(data, label)
        assert labels(data) == [label.json()]
        assert decoded(tmp_path, data, ".wav") == before


def wav(*more: bytes) -> bytes:
    data = FORMATS["wav"].example() + b"".join(more)
    return data[:4] + struct.pack("<I", len(data) - 8) + data[8:]


def info(*texts: tuple[bytes, bytes]) -> bytes:
    return riff.chunk(b"LIST", b"INFO" + b"".join(riff.chunk(kind, text) for kind, text in texts))


def test_labels_in_every_other_chunk_of_a_wav_are_taken_over() -> None:
    wrapped = b'{"AIGC":{"Label":"1","ContentProducer":"x"}}'
    data = wav(
        info((b"ICMT", wrapped), (b"INAM", b"kept")),
        info((b"AIGC", b"not even JSON")),
        riff.chunk(b"id3 ", id3.new_tag("{}")),
        riff.chunk(b"_PMX", xmp.labelled(None, LABEL.json())),
        riff.chunk(b"AIGC", b"{}"),
        riff.chunk(b"AIGC", b"{}"),
        riff.chunk(b"cue ", b"\0\0\0\0"),
    )
    assert len(labels(data)) == 6
    result = written(data, LONGER)
    assert labels(result) == [LONGER.json()]
    assert [entry.value for entry in others(result)] == ["kept"]
    assert contents(result, b"cue ") == [b"\0\0\0\0"]


def test_a_missing_byte_of_padding_is_put_right() -> None:
    data = wav(b"note\3\0\0\0abc")
    result = written(data)
    assert contents(result, b"note") == [b"abc"]
    assert contents(result, b"AIGC") == [LABEL.json().encode()]


def test_the_comment_that_ffmpeg_writes_as_label_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    run("ffmpeg", "-v", "error", *SOUND.split(), "-metadata", f"comment={LABEL.wrapped_json()}", path)
    assert labels(path.read_bytes()) == [LABEL.wrapped_json()]
    assert labels(written(path.read_bytes())) == [LABEL.json()]


@pytest.mark.parametrize("arguments", AVI.values(), ids=AVI)
def test_the_pictures_stay_and_ffprobe_sees_the_label(tmp_path: Path, arguments: str) -> None:
    data = made(tmp_path, "x.avi", arguments)
    before, texts = decoded(tmp_path, data, ".avi"), others(data)
    media = body(data)
    for label in (LONGER, LABEL):
        data = written(data, label)
        assert labels(data) == [label.json()]
        assert others(data) == texts
        assert body(data) == media
        assert decoded(tmp_path, data, ".avi") == before
        assert tags_seen_by_ffprobe(tmp_path, data, ".avi")["AIGC"] == label.json()
        assert list(chunks(data))


def test_junk_gives_way_and_the_pictures_do_not_move(tmp_path: Path) -> None:
    data = made(tmp_path, "x.avi", AVI["mpeg4 and mp3"])
    edit = FORMATS["avi"].write(BytesIO(data), LABEL)
    movi = data.index(b"movi")
    assert len(written(data)) == len(data)
    assert any(isinstance(piece, Kept) and piece.start <= movi and piece.stop == len(data) for piece in edit)


def open_dml(room: int, absolute: bool = False) -> bytes:
    """Two RIFFs of two raw frames each, their indexes counting from the start of the file."""
    frames = [bytes([shade]) * 16 for shade in (10, 90, 170, 250)]

    def built(indexes: list[int], movis: list[int]) -> tuple[bytes, list[int], list[int]]:
        entries_ = b"".join(struct.pack("<QII", index, 40, 2) for index in indexes)
        super_index = riff.chunk(b"indx", struct.pack("<HBBI4s12x", 4, 0, 0, 2, b"00db") + entries_)
        main = struct.pack("<14I", 1_000_000, 0, 0, 0x10, 4, 0, 1, 0, 2, 2, 0, 0, 0, 0)
        stream = struct.pack("<4s4s10I4H", b"vids", b"DIB ", 0, 0, 0, 1, 1, 0, 4, 0, 0, 0, 0, 0, 2, 2)
        shape = struct.pack("<IiiHHIIiiII", 40, 2, 2, 1, 24, 0, 16, 0, 0, 0, 0)
        strl = b"strl" + riff.chunk(b"strh", stream) + riff.chunk(b"strf", shape) + super_index
        header = riff.chunk(b"LIST", b"hdrl" + riff.chunk(b"avih", main) + riff.chunk(b"LIST", strl))
        file, found, starts = b"", [], []
        for part, form in enumerate((b"AVI ", b"AVIX")):
            before = header + (riff.chunk(b"JUNK", bytes(room)) if room else b"") if part == 0 else b""
            start = len(file) + 12 + len(before)
            base = movis[part]
            spots = struct.pack("<4I", 20, 16, 44, 16)
            index = riff.chunk(b"ix00", struct.pack("<HBBI4sQI", 2, 1, 1, 2, b"00db", base, 0) + spots)
            media = b"".join(riff.chunk(b"00db", frame) for frame in frames[2 * part : 2 * part + 2])
            starts.append(start)
            found.append(start + 12 + len(media))
            inside = before + riff.chunk(b"LIST", b"movi" + media + index)
            if part == 0:
                shift = start + 8 if absolute else 0
                old = b"".join(struct.pack("<4s3I", b"00db", 16, 4 + 24 * n + shift, 16) for n in range(2))
                inside += riff.chunk(b"idx1", old)
            file += riff.chunk(b"RIFF", form + inside)
        return file, found, starts

    _, found, starts = built([0, 0], [0, 0])
    return built(found, starts)[0]


def frames_by_index(data: bytes) -> list[bytes]:
    """The frames that the chain of absolute indexes leads to."""
    at = data.index(b"indx") + 8
    found = []
    for entry in range(struct.unpack_from("<I", data, at + 4)[0]):
        (index,) = struct.unpack_from("<Q", data, at + 24 + 16 * entry)
        assert data[index : index + 4] == b"ix00"
        (base,) = struct.unpack_from("<Q", data, index + 8 + 12)
        for spot in range(2):
            offset, size = struct.unpack_from("<II", data, index + 8 + 24 + 8 * spot)
            found.append(data[base + offset : base + offset + size])
    return found


@pytest.mark.parametrize("absolute", [False, True])
@pytest.mark.parametrize("room", [0, 500])
def test_indexes_that_count_from_the_start_of_the_file_follow_the_media(
    tmp_path: Path, room: int, absolute: bool
) -> None:
    data = open_dml(room, absolute)
    expected = [bytes([shade]) * 16 for shade in (10, 90, 170, 250)]
    assert frames_by_index(data) == expected
    before = decoded(tmp_path, data, ".avi")
    media = body(data)
    for label in (LONGER, LABEL):
        data = written(data, label)
        assert labels(data) == [label.json()]
        assert frames_by_index(data) == expected
        assert body(data) == media
        at = data.index(b"idx1") + 8 + 8
        (old,) = struct.unpack_from("<I", data, at)
        base = 0 if absolute else data.index(b"movi")
        assert data[base + old : base + old + 4] == b"00db"
        assert decoded(tmp_path, data, ".avi") == before


def test_an_index_that_leads_nowhere_is_refused_rather_than_moved() -> None:
    data = bytearray(open_dml(0))
    at = data.index(b"indx") + 8 + 24
    struct.pack_into("<Q", data, at, 40)
    with pytest.raises(Refused):
        written(bytes(data))


def test_labels_in_every_other_chunk_of_an_avi_are_taken_over(tmp_path: Path) -> None:
    data = made(tmp_path, "x.avi", AVI["mjpeg and pcm with tags"])
    more = info((b"AIGC", b"{}")) + riff.chunk(b"_PMX", xmp.labelled(None, LABEL.json())) + riff.chunk(b"AIGC", b"{}")
    size = struct.unpack_from("<I", data, 4)[0]
    data = data[:4] + struct.pack("<I", size + len(more)) + data[8:] + more
    assert len(labels(data)) == 3
    result = written(data, LONGER)
    assert labels(result) == [LONGER.json()]
    assert others(result) == others(data)
    assert decoded(tmp_path, result, ".avi") == decoded(tmp_path, data, ".avi")


def nested(depth: int) -> bytes:
    chunk = b""
    for _ in range(depth):
        chunk = riff.chunk(b"LIST", b"strl" + chunk)
    return chunk


@pytest.mark.parametrize(
    "tail",
    [
        b"AIGC\xff\xff\xff\x7f{}",
        b"LIST\2\0\0\0IN",
        riff.chunk(b"LIST", b"INFO" + b"ICMT\xff\xff\0\0x"),
        riff.chunk(b"id3 ", b"ID3\3\0\0\0\0\x7f\x7f"),
    ],
    ids=["huge", "too small a list", "a text past its list", "a tag past its chunk"],
)
def test_hostile_chunks_give_our_error(tail: bytes) -> None:
    with pytest.raises(BadFile):
        entries(wav(tail))


def test_deeply_nested_lists_do_no_harm() -> None:
    data = FORMATS["avi"].example()
    movi = data.index(b"LIST", data.index(b"movi") - 8)
    inside = data[12:movi] + riff.chunk(b"LIST", b"movi" + nested(3000))
    with pytest.raises(ZhengmingError):
        list(FORMATS["avi"].body(BytesIO(riff.chunk(b"RIFF", b"AVI " + inside))))


def test_a_sparse_file_of_eight_gigabytes_is_labelled_by_reading_its_heads(tmp_path: Path) -> None:
    """RF64 with 8 GiB of silence that is never read."""
    size = 8 << 30
    head = b"RF64\xff\xff\xff\xffWAVE"
    ds64 = riff.chunk(b"ds64", struct.pack("<QQQI", 0, size, size, 0))
    shape = riff.chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8))
    before = head + ds64 + shape + b"data\xff\xff\xff\xff"
    before = before[:20] + struct.pack("<Q", len(before) - 8 + size) + before[28:]
    path = tmp_path / "x.wav"
    with path.open("w+b") as file:
        file.write(before)
        file.truncate(len(before) + size)
        edit = FORMATS["wav"].write(file, LABEL)
    assert sum(len(piece) for piece in edit if isinstance(piece, bytes)) < 1000
    grown = len(riff.chunk(b"AIGC", LABEL.json().encode()))
    assert sum(len(piece) for piece in edit) == len(before) + size + grown
