"""RIFF and RF64: chunks are found within their parents, sizes are made right, stated sizes are not believed."""

import struct
from io import BytesIO

import pytest

from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.edit import Kept, applied
from zhengming.labels.structures.riff import riff


def simple(*chunks: bytes, form: bytes = b"TEST") -> bytes:
    inside = b"".join(chunks)
    return struct.pack("<4sI4s", b"RIFF", 4 + len(inside), form) + inside


def rf64(data: bytes, stated: int = riff.UNKNOWN) -> bytes:
    inside = struct.pack("<4sI", b"data", stated) + data
    size = 4 + 36 + len(inside)
    ds64 = struct.pack("<4sIQQQI", b"ds64", 28, size, len(data), 0, 0)
    return struct.pack("<4sI4s", b"RF64", riff.UNKNOWN, b"WAVE") + ds64 + inside


def first(data: bytes) -> riff.Riff:
    return next(riff.riffs(BytesIO(data)))


def test_chunks_are_told_with_their_padding() -> None:
    data = simple(riff.chunk(b"odd ", b"abc"), riff.chunk(b"even", b"abcd"))
    odd, even = first(data).chunks(BytesIO(data))
    assert (odd.kind, data[odd.first : odd.last], odd.stop - odd.last) == (b"odd ", b"abc", 1)
    assert (even.kind, riff.read(BytesIO(data), even)) == (b"even", b"abcd")


def test_lists_are_opened_on_demand() -> None:
    data = simple(b"".join(map(bytes, riff.list_chunk(b"INFO", [riff.chunk(b"INAM", b"a")]))))
    (info,) = first(data).chunks(BytesIO(data))
    assert info.form == b"INFO"
    assert [child.kind for child in riff.children(BytesIO(data), info)] == [b"INAM"]


def test_a_missing_last_padding_is_put_in_when_something_follows() -> None:
    data = simple(riff.chunk(b"odd ", b"abc")[:-1])
    whole = first(data)
    (odd,) = whole.chunks(BytesIO(data))
    edit = whole.rebuilt(BytesIO(data), [*odd.pieces(), riff.chunk(b"more", b"")])
    assert applied(edit, data) == simple(riff.chunk(b"odd ", b"abc"), riff.chunk(b"more", b""))


def test_the_64_bit_sizes_of_rf64_are_used_and_made_right() -> None:
    data = rf64(b"sound!")
    whole = first(data)
    ds64, sound = whole.chunks(BytesIO(data))
    assert data[sound.first : sound.last] == b"sound!"
    edit = whole.rebuilt(BytesIO(data), [*ds64.pieces(), *sound.pieces(), riff.chunk(b"more", b"1234")])
    result = applied(edit, data)
    assert struct.unpack_from("<Q", result, 20) == (len(result) - 8,)
    assert [chunk.kind for chunk in first(result).chunks(BytesIO(result))] == [b"ds64", b"data", b"more"]


def test_several_outermost_chunks_and_what_follows_are_told_apart() -> None:
    data = simple(riff.chunk(b"a   ", b"")) + simple(form=b"NEXT") + b"junk"
    assert [found.form for found in riff.riffs(BytesIO(data))] == [b"TEST", b"NEXT"]


@pytest.mark.parametrize("stated", [0, riff.UNKNOWN])
def test_a_size_that_a_streaming_writer_left_open_reaches_to_the_end(stated: int) -> None:
    data = struct.pack("<4sI4s4sI", b"RIFF", stated, b"WAVE", b"data", riff.UNKNOWN) + b"sound"
    (sound,) = first(data).chunks(BytesIO(data))
    assert sound.data == Kept(20, 25)
    result = applied(first(data).rebuilt(BytesIO(data), [*sound.pieces(), riff.chunk(b"more", b"")]), data)
    assert [chunk.kind for chunk in first(result).chunks(BytesIO(result))] == [b"data", b"more"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"RIFX\0\0\0\0TEST",
        b"RIFF\xff\0\0\0TEST",
        simple(struct.pack("<4sI", b"big ", 0xFFFFFFF0)),
        simple(b"LIST\2\0\0\0ab"),
        simple(b"stray"),
        b"RF64\xff\xff\xff\xffWAVEdata\0\0\0\0",
        b"RF64\xff\xff\xff\xffWAVEds64\xff\xff\xff\xff" + b"\xff" * 28,
    ],
)
def test_hostile_bytes_give_our_error(data: bytes) -> None:
    with pytest.raises(BadFile):
        for found in [*riff.riffs(BytesIO(data))] or [first(simple(b"stray"))]:
            for chunk in found.chunks(BytesIO(data)):
                list(riff.children(BytesIO(data), chunk))


def test_what_outgrows_riff_is_refused() -> None:
    with pytest.raises(Refused):
        first(simple()).rebuilt(BytesIO(), [Kept(0, 2**32)])


def test_walking_costs_nothing_for_media_data(tmp_path: object) -> None:
    class Counting(BytesIO):
        taken = 0

        def read(self, size: int | None = -1) -> bytes:
            data = super().read(size)
            Counting.taken += len(data)
            return data

    data = simple(riff.chunk(b"data", bytes(1_000_000)), riff.chunk(b"end ", b""))
    assert len(list(first(data).chunks(Counting(data)))) == 2
    assert Counting.taken < 200
