"""The ledger: many callers share one fsync, every receipt is true, checkpoints come by themselves."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ledger.making import FORGER, NEVER, ORIGIN, SIGNER, WITNESS, entry, grown
from zhengming.ground.errors import Refused, Unavailable, WrongInput
from zhengming.ledger.checkpoint import checkpoint_of
from zhengming.ledger.commit import MOST_AT_ONCE
from zhengming.ledger.file_store import FileStore
from zhengming.ledger.ledger import Ledger, Receipt
from zhengming.ledger.note import Note, Signer


class Counting(FileStore):
    """Counts commits."""

    commits = 0

    def append(self, entries):  # type: ignore[no-untyped-def]
        self.commits += 1
        super().append(entries)


def test_callers_of_many_threads_share_commits_and_get_their_own_receipt(tmp_path: Path) -> None:
    store = Counting(tmp_path / "ledger")
    with Ledger(store, SIGNER, NEVER) as ledger, ThreadPoolExecutor(32) as pool:
        receipts = list(pool.map(lambda number: ledger.append(entry(number)), range(2000)))
        assert sorted(receipt.index for receipt in receipts) == list(range(2000))
        for number in range(0, 2000, 97):
            assert ledger.entry(receipts[number].index) == entry(number).encoded
    assert store.commits < 2000


def test_an_event_loop_goes_on_while_entries_are_written(tmp_path: Path) -> None:
    async def many(ledger: Ledger) -> list[int]:
        receipts = await asyncio.gather(*(ledger.append_soon(entry(number)) for number in range(500)))
        return [receipt.index for receipt in receipts]

    store = Counting(tmp_path / "ledger")
    with Ledger(store, SIGNER, NEVER) as ledger:
        assert asyncio.run(many(ledger)) == list(range(500))
    assert store.commits < 100


def test_entries_given_together_stand_together(tmp_path: Path) -> None:
    with Ledger(FileStore(tmp_path / "ledger"), SIGNER, NEVER) as ledger, ThreadPoolExecutor(8) as pool:
        groups = pool.map(lambda n: ledger.append_all([entry(n * 10 + each) for each in range(10)]), range(50))
        for group in groups:
            first = group[0].index
            assert [receipt.index for receipt in group] == list(range(first, first + 10))


def test_checkpoints_are_signed_by_themselves_and_told(tmp_path: Path) -> None:
    heard: list[Note] = []
    with Ledger(FileStore(tmp_path / "ledger"), SIGNER, 0.02, heard.append) as ledger:
        ledger.append(entry(0))
        end = time.monotonic() + 5
        while not (heard and checkpoint_of(heard[-1]).size == 1) and time.monotonic() < end:
            time.sleep(0.01)
        seen = len(heard)
        time.sleep(0.1)
        assert len(heard) == seen, "nothing new, no new checkpoint"
        ledger.append(entry(1))
    assert checkpoint_of(heard[-1]).size == 2
    assert heard[-1].by(SIGNER.key)


def test_what_waits_at_the_end_is_still_written(tmp_path: Path) -> None:
    ledger = Ledger(FileStore(tmp_path / "ledger"), SIGNER, NEVER)
    futures = [ledger.submit([entry(number)]) for number in range(200)]
    ledger.close()
    assert [future.result()[0].index for future in futures] == list(range(200))
    with pytest.raises(Unavailable):
        ledger.append(entry(1))


def test_nothing_and_too_many_at_once_are_refused(tmp_path: Path) -> None:
    with Ledger(FileStore(tmp_path / "ledger"), SIGNER, NEVER) as ledger:
        for entries in ([], [entry(0)] * (MOST_AT_ONCE + 1)):
            with pytest.raises(WrongInput):
                ledger.append_all(entries)


def test_a_ledger_opens_under_its_own_name_and_key_only(tmp_path: Path) -> None:
    folder = grown(tmp_path / "ledger", 3)
    for other in (FORGER, Signer.from_seed("ledger.example/two", bytes(range(32)))):
        with pytest.raises(Refused):
            Ledger(FileStore(folder), other, NEVER)


def test_a_key_may_follow_another(tmp_path: Path) -> None:
    folder = grown(tmp_path / "ledger", 3)
    fresh = Signer.from_seed(ORIGIN, b"f" * 32)
    store = FileStore(folder)
    store.keep_key(str(fresh.key))
    with Ledger(store, SIGNER, NEVER) as ledger:
        note = ledger.checkpoint
    assert note
    assert note.by(SIGNER.key)
    with Ledger(FileStore(folder), fresh, NEVER) as ledger:
        ledger.append(entry(3))
        assert ledger.sign_checkpoint().by(fresh.key)
    with Ledger(FileStore(folder), fresh, NEVER) as ledger:
        assert ledger.store.size == 4


def test_a_cosignature_is_kept_when_it_is_right(tmp_path: Path) -> None:
    with Ledger(FileStore(tmp_path / "ledger"), SIGNER, NEVER) as ledger:
        ledger.append(entry(0))
        note = ledger.sign_checkpoint()
        cosigned = note.with_([WITNESS.sign(note.text, 1)])
        ledger.keep_cosignatures(cosigned, WITNESS.key)
        assert ledger.checkpoint == cosigned
        with pytest.raises(WrongInput):
            ledger.keep_cosignatures(note, WITNESS.key)
        ledger.append(entry(1))
        ledger.sign_checkpoint()
        with pytest.raises(WrongInput):
            ledger.keep_cosignatures(cosigned, WITNESS.key)


def test_a_caller_that_leaves_stops_nobody_else(tmp_path: Path) -> None:
    async def leave(ledger: Ledger) -> None:
        tasks = [asyncio.create_task(ledger.append_soon(entry(number))) for number in range(200)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        kept = [each for each in done if isinstance(each, Receipt)]
        assert len(kept) >= 100
        assert len({receipt.index for receipt in kept}) == len(kept)

    with Ledger(FileStore(tmp_path / "ledger"), SIGNER, NEVER) as ledger:
        asyncio.run(leave(ledger))
        assert ledger.entry(ledger.append(entry(999)).index) == entry(999).encoded


def test_one_who_fails_when_told_stops_nobody(tmp_path: Path) -> None:
    def fail(note: Note) -> None:
        raise RuntimeError("not now")

    with Ledger(FileStore(tmp_path / "ledger"), SIGNER, 0.01, fail) as ledger:
        for number in range(5):
            assert ledger.append(entry(number)).index == number
            time.sleep(0.02)
    with Ledger(FileStore(tmp_path / "ledger"), SIGNER, NEVER) as ledger:
        assert ledger.checkpoint
        assert checkpoint_of(ledger.checkpoint).size == 5
