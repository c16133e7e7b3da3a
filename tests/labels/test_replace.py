"""Putting a file in place of another: old or new, never a mix, whatever happens on the way."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from zhengming.ground.errors import Refused, Unavailable, WrongInput
from zhengming.labels import journal
from zhengming.labels.edit import Edit, Kept, applied
from zhengming.labels.replace import Way, apply, locked, recover, replacing

OLD = bytes(range(256)) * 100
PATCHED: Edit = [Kept(0, 100), b"x" * 50, Kept(150, 25000), b"a new tail, longer than the old one was" * 40]
SHORTER: Edit = [Kept(0, 100), b"x" * 50, Kept(150, 20000), b"end"]
SHIFTED: Edit = [b"in front of all", Kept(0, len(OLD))]
EDITS = {"patched": PATCHED, "shorter": SHORTER, "shifted": SHIFTED}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "影片 1.mp4"
    path.write_bytes(OLD)
    return path


def done(path: Path, edit: Edit, in_place: bool = True, target: Path | None = None, **more) -> Way:
    with locked(path) as file:
        return apply(edit, file, path, target or path, in_place_from=0 if in_place else 1 << 60, **more)


def left_over(path: Path) -> list[str]:
    return sorted(entry.name for entry in path.parent.iterdir() if entry != path)


@pytest.mark.parametrize("in_place", [True, False])
@pytest.mark.parametrize("name", EDITS)
def test_both_ways_make_the_same_file_and_leave_nothing_beside_it(name: str, in_place: bool, path: Path) -> None:
    assert done(path, EDITS[name], in_place) is (Way.IN_PLACE if in_place else Way.COPIED)
    assert path.read_bytes() == applied(EDITS[name], OLD)
    assert left_over(path) == []


def test_in_place_writes_only_what_changes(path: Path) -> None:
    inode = path.stat().st_ino
    told: list[tuple[int, int]] = []
    done(path, PATCHED, progress=lambda done, total: told.append((done, total)))
    assert path.stat().st_ino == inode
    assert told == sorted(told)
    assert told[-1] == (50 + len(PATCHED[-1]), 50 + len(PATCHED[-1]))


def test_much_that_moves_is_copied(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MOST_MOVED", 1000)
    assert done(path, SHIFTED) is Way.COPIED
    assert done(path, [Kept(0, 5)]) is Way.COPIED


def test_another_target_is_always_a_copy(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "new.mp4"
    assert done(path, PATCHED, target=target) is Way.COPIED
    assert path.read_bytes() == OLD
    assert target.read_bytes() == applied(PATCHED, OLD)


@pytest.mark.parametrize("in_place", [True, False])
def test_a_check_that_fails_leaves_the_old_file(in_place: bool, path: Path) -> None:
    def check(file) -> None:
        file.seek(0)
        assert file.read() == applied(PATCHED, OLD)
        raise WrongInput("不对", "not right")

    with pytest.raises(WrongInput):
        done(path, PATCHED, in_place, check=check)
    assert path.read_bytes() == OLD
    assert left_over(path) == []


@pytest.mark.parametrize("in_place", [True, False])
def test_mode_and_attributes_stay_and_a_link_is_followed(in_place: bool, path: Path, tmp_path: Path) -> None:
    path.chmod(0o640)
    try:
        os.setxattr(path, "user.origin", b"camera")
        attribute = True
    except OSError:
        attribute = False
    link = tmp_path / "link.mp4"
    link.symlink_to(path.name)
    done(link, PATCHED, in_place)
    assert link.is_symlink()
    assert path.read_bytes() == applied(PATCHED, OLD)
    assert path.stat().st_mode & 0o7777 == 0o640
    assert not attribute or os.getxattr(path, "user.origin") == b"camera"


def test_a_new_file_has_the_mode_that_new_files_have(path: Path, tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    done(path, PATCHED, target=tmp_path / "new")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_name_as_long_as_names_may_be(tmp_path: Path) -> None:
    path = tmp_path / ("名" * 83 + ".mp4")
    path.write_bytes(OLD)
    for in_place in (True, False):
        done(path, PATCHED, in_place)
        path.write_bytes(OLD)


def crashing_at(step: int, path: Path, edit: Edit, in_place: bool) -> bool:
    """Carry out ``edit`` in a child that dies before its ``step``-th write, truncation, sync, rename or unlink.

    Half of what it was about to write is written first. Whether it died.
    """
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    left = [step]

    def dying(real: Callable) -> Callable:
        def call(*args, **more):
            left[0] -= 1
            if left[0] == 0:
                if real is PWRITE:
                    PWRITE(args[0], args[1][: len(args[1]) // 2], args[2])
                os._exit(9)
            return real(*args, **more)

        return call

    for name in ("pwrite", "fsync", "ftruncate", "replace", "unlink", "copy_file_range"):
        setattr(os, name, dying(getattr(os, name)))
    done(path, edit, in_place)
    os._exit(0)


PWRITE = os.pwrite


@pytest.mark.parametrize("in_place", [True, False])
@pytest.mark.parametrize("name", EDITS)
def test_a_death_at_any_step_leaves_the_old_file_or_the_new(name: str, in_place: bool, path: Path) -> None:
    outcomes = set()
    for step in range(1, 100):
        path.write_bytes(OLD)
        died = crashing_at(step, path, EDITS[name], in_place)
        recover(path)
        outcomes.add(path.read_bytes())
        assert path.read_bytes() in (OLD, applied(EDITS[name], OLD))
        done(path, [Kept(0, path.stat().st_size)], in_place=False)  # whoever comes next tidies up
        assert left_over(path) == []
        if not died:
            break
    assert not died
    assert outcomes == {OLD, applied(EDITS[name], OLD)}


def test_a_death_while_undoing_is_undone_as_well(path: Path) -> None:
    plan_steps = 6
    assert crashing_at(plan_steps, path, PATCHED, in_place=True)
    half_done = path.read_bytes()
    assert half_done not in (OLD, applied(PATCHED, OLD))
    record = journal.path_for(path).read_bytes()
    for _ in range(2):
        journal.path_for(path).write_bytes(record)
        assert recover(path)
        assert path.read_bytes() == OLD


def test_a_journal_that_was_not_finished_is_not_acted_upon(path: Path) -> None:
    assert crashing_at(6, path, PATCHED, in_place=True)
    record = journal.path_for(path).read_bytes()
    path.write_bytes(OLD)
    for size in range(0, len(record), 7):
        journal.path_for(path).write_bytes(record[:size])
        recover(path)
        assert path.read_bytes() == OLD
        assert left_over(path) == []


def test_a_file_changed_by_others_since_is_not_undone(path: Path) -> None:
    assert crashing_at(6, path, PATCHED, in_place=True)
    for other in (b"something else", b"q" * len(path.read_bytes())):
        path.write_bytes(other)
        with pytest.raises(Refused, match="journal"):
            recover(path)
        assert path.read_bytes() == other


def test_readers_and_writers_undo_before_they_look(path: Path) -> None:
    for shared in (True, False):
        path.write_bytes(OLD)
        assert crashing_at(6, path, PATCHED, in_place=True)
        with locked(path, shared=shared) as file:
            assert file.read() == OLD


def test_a_full_disk_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    for in_place in (True, False):
        with monkeypatch.context() as patch, pytest.raises(OSError, match="No space"):
            patch.setattr(os, "fsync", full)
            done(path, PATCHED, in_place)
        monkeypatch.undo()
        recover(path)
        assert path.read_bytes() == OLD


def test_work_on_one_file_takes_turns(path: Path) -> None:
    """Each child makes its edit from what the one before left: none is lost."""
    children = []
    for number in range(6):
        child = os.fork()
        if not child:
            with locked(path) as file:
                size = os.fstat(file.fileno()).st_size
                time.sleep(0.01)
                grown: Edit = [Kept(0, size), bytes([number])]
                apply(grown, file, path, path, in_place_from=0 if number % 2 else 1 << 60)
            os._exit(0)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 6
    assert path.read_bytes()[: len(OLD)] == OLD
    assert sorted(path.read_bytes()[len(OLD) :]) == list(range(6))


def test_who_waits_too_long_is_told(path: Path) -> None:
    with locked(path), pytest.raises(Unavailable, match="another process"), locked(path, patience=0.05):
        pass


def test_readers_do_not_wait_for_readers(path: Path) -> None:
    with locked(path, shared=True) as first, locked(path, shared=True, patience=0) as second:
        assert first.read() == second.read() == OLD


def test_what_a_killed_process_left_is_taken_over(path: Path) -> None:
    journal.beside(path, "new").write_bytes(b"half a film")
    with replacing(path) as sink:
        sink.write(b"whole")
    assert path.read_bytes() == b"whole"
    assert left_over(path) == []


def test_a_file_that_may_only_be_read_can_be_labelled_elsewhere(path: Path, tmp_path: Path) -> None:
    path.chmod(0o444)
    assert done(path, PATCHED, target=tmp_path / "new.mp4") is Way.COPIED


def test_edits_planned_in_place_agree_with_copied_ones() -> None:
    for edit in EDITS.values():
        data = applied(edit, OLD)
        assert (
            data
            == b"".join(piece if isinstance(piece, bytes) else OLD[piece.start : piece.stop] for piece in edit)
            == applied(edit, BytesIO(OLD).getvalue())
        )


WORK = """
import sys, random
from pathlib import Path
from zhengming.labels.edit import Kept
from zhengming.labels.replace import apply, locked
path, in_place = Path(sys.argv[1]), int(sys.argv[2])
print("ready", flush=True)
for turn in range(10**9):
    with locked(path) as file:
        letter = b"ab"[turn % 2:][:1]
        apply([letter * 1000, Kept(1000, 3_000_000), letter * (2000 + turn % 2 * 5000)], file, path, path,
              in_place_from=in_place)
"""


@pytest.mark.slow
@pytest.mark.parametrize("in_place_from", [0, 1 << 60], ids=["in place", "copied"])
def test_kill_9_at_any_moment_leaves_one_state_or_the_other(in_place_from: int, path: Path) -> None:
    middle = random.Random(9).randbytes(3_000_000 - 1000)
    states = [letter * 1000 + middle + letter * size for letter, size in ((b"a", 2000), (b"b", 7000))]
    path.write_bytes(states[0])
    seen = set()
    for turn in range(40):
        child = subprocess.Popen([sys.executable, "-c", WORK, str(path), str(in_place_from)], stdout=subprocess.PIPE)
        assert child.stdout
        child.stdout.readline()
        time.sleep(random.Random(turn).random() * 0.05)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        recover(path)
        assert path.read_bytes() in states, f"a mix after kill {turn}"
        seen.add(path.read_bytes()[:1])
    assert seen == {b"a", b"b"}
