"""An edit makes a file of pieces of the old one, in bounded memory, and says how far it is."""

import os
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengming.ground.errors import BadFile
from zhengming.labels import edit as module
from zhengming.labels.edit import Kept, Piece, applied, copy, new_size, tidy

OLD = bytes(range(256)) * 4
pieces = st.one_of(
    st.binary(max_size=20),
    st.tuples(st.integers(0, len(OLD)), st.integers(0, len(OLD))).map(lambda ends: Kept(min(ends), max(ends))),
)


def plain(edit: list[Piece]) -> bytes:
    return b"".join(piece if isinstance(piece, bytes) else OLD[piece.start : piece.stop] for piece in edit)


@given(st.lists(pieces, max_size=12))
def test_tidying_changes_nothing_but_the_number_of_pieces(edit: list[Piece]) -> None:
    assert applied(tidy(edit), OLD) == applied(edit, OLD) == plain(edit)
    assert new_size(edit) == len(plain(edit))
    assert len(tidy(edit)) <= len(edit)


@given(st.lists(pieces, max_size=12))
def test_progress_grows_and_ends_at_the_whole(edit: list[Piece]) -> None:
    told: list[tuple[int, int]] = []
    copy(edit, BytesIO(OLD), BytesIO(), lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert {total for _, total in told} <= {len(plain(edit))}
    if plain(edit):
        assert told[-1] == (len(plain(edit)), len(plain(edit)))


@pytest.mark.parametrize("buffering", [0, -1])
@pytest.mark.parametrize("by_kernel", [True, False])
def test_files_are_copied_by_the_kernel_or_without_it(
    buffering: int, by_kernel: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not by_kernel:
        monkeypatch.delattr(os, "copy_file_range")
    monkeypatch.setattr(module, "STEP", 100)
    edit = [b"head", Kept(10, 700), b"middle", Kept(0, 1024), b"tail"]
    (tmp_path / "old").write_bytes(OLD)
    with (tmp_path / "old").open("rb") as source, (tmp_path / "new").open("w+b", buffering=buffering) as sink:
        copy(edit, source, sink)
    assert (tmp_path / "new").read_bytes() == plain(edit)


def test_a_source_that_became_shorter_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="shorter"):
        applied([Kept(0, 2000)], OLD)


class Trickle(BytesIO):
    """A sink that takes three bytes at a time, as a full pipe or disk may."""

    def write(self, data) -> int:
        return super().write(bytes(data[:3]))


def test_a_sink_that_takes_little_at_a_time_still_gets_all() -> None:
    sink = Trickle()
    copy([b"0123456789", Kept(0, 50)], BytesIO(OLD), sink)
    assert sink.getvalue() == b"0123456789" + OLD[:50]
