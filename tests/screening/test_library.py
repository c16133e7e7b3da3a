"""The snapshot is one file that is whole or refused, and a library goes from one to the next without a pause."""

import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengming.ground.errors import BadFile, Unavailable, ZhengmingError
from zhengming.screening.compiling import compiled
from zhengming.screening.feature import Feature
from zhengming.screening.library import Library, put
from zhengming.screening.screening import screen
from zhengming.screening.snapshot import Snapshot

CAKE = compiled([Feature("cake", "term", "蓝莓煎饼", "A.1.1")])
SODA = compiled([Feature("soda", "term", "樱桃汽水", "A.1.1")])


def test_the_same_features_give_the_same_bytes_and_others_another_id() -> None:
    assert compiled([Feature("cake", "term", "蓝莓煎饼", "A.1.1")]) == CAKE
    assert Snapshot(CAKE).id != Snapshot(SODA).id


def test_an_empty_library_finds_nothing() -> None:
    assert screen("蓝莓煎饼", Snapshot(compiled([]))).passed


def test_a_feature_comes_back_as_it_went_in() -> None:
    feature = Feature("r", "term", "樱桃汽水", "A.2.1", ("case",), "hold", "shadow")
    snapshot = Snapshot(compiled([feature]))
    assert snapshot.count == 1 and snapshot.feature(0) == feature


def test_a_new_file_is_taken_over_and_those_who_screen_keep_theirs(tmp_path: Path) -> None:
    path = tmp_path / "library.zms"
    put(CAKE, path)
    library = Library(path)
    old = library.snapshot
    assert not library.refresh()
    put(SODA, path)
    assert library.refresh() and library.snapshot.id == Snapshot(SODA).id
    assert not screen("樱桃汽水", library.snapshot).passed
    assert not screen("蓝莓煎饼", old).passed


def test_a_damaged_file_is_left_and_said(tmp_path: Path) -> None:
    path = tmp_path / "library.zms"
    put(CAKE, path)
    library = Library(path)
    for damage in (SODA[:-1] + b"\1", SODA[: len(SODA) // 2], b"", b"nonsense"):
        other = tmp_path / "new"
        other.write_bytes(damage)
        other.replace(path)
        assert not library.refresh() and isinstance(library.trouble, BadFile)
        assert not screen("蓝莓煎饼", library.snapshot).passed
    put(SODA, path)
    assert library.refresh() and library.trouble is None


def test_without_a_snapshot_there_is_no_library(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        Library(tmp_path / "none")
    with pytest.raises(BadFile):
        put(CAKE[:100], tmp_path / "bad")
    assert not list(tmp_path.iterdir())


def test_threads_screen_while_the_library_changes(tmp_path: Path) -> None:
    path = tmp_path / "library.zms"
    put(CAKE, path)
    library, wrong, done = Library(path), [], threading.Event()

    def work() -> None:
        while not done.is_set():
            snapshot = library.snapshot
            verdict = screen("蓝莓煎饼和樱桃汽水", snapshot)
            if len(verdict.evidence) != 1 or verdict.snapshot != snapshot.id:
                wrong.append(verdict)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for turn in range(6):
        put(SODA if turn % 2 else CAKE, path)
        library.refresh()
    done.set()
    for thread in threads:
        thread.join()
    assert not wrong


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 4096), value=st.binary(min_size=1, max_size=8))
def test_a_wrong_header_or_directory_gives_our_error_or_the_same_answer(at: int, value: bytes) -> None:
    data = CAKE[:at] + value + CAKE[at + len(value) :]
    try:
        snapshot = Snapshot(data, verify=False)
    except ZhengmingError:
        return
    assert len(snapshot.arrays) <= 64
    if data != CAKE:
        with pytest.raises(ZhengmingError):
            Snapshot(data)


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=300))
def test_any_text_is_screened(text: str) -> None:
    assert screen(text, Snapshot(CAKE, verify=False)).outcome in ("pass", "refuse")
