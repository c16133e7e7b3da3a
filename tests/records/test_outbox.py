"""The outbox: an entry is there exactly when its act is, and in the ledger exactly once."""

from dataclasses import replace

import pytest

from zhengming.ground.errors import Unavailable
from zhengming.records.parts import UserKind


@pytest.fixture
def sign_up(desk):
    from zhengming.records.acts.users import create_user
    from zhengming.records.outbox import Outbox

    return lambda name: create_user(replace(desk, book=Outbox()), name, UserKind.PERSON)


def test_entries_are_carried_over_in_the_order_of_their_acts(desk, ledger, entries, sign_up):
    from zhengming.records.outbox import carried_over, waiting

    before = ledger.store.size
    ids = [sign_up(f"user-{n}") for n in range(5)]
    assert (waiting(), ledger.store.size) == (5, before)
    assert carried_over(ledger) == 5
    assert [entry.subjects["user"] for entry in entries()[before:]] == ids
    assert (waiting(), carried_over(ledger)) == (0, 0)


def test_an_act_that_fails_leaves_no_entry(desk, sign_up):
    from zhengming.records.outbox import waiting

    sign_up("alice")
    with pytest.raises(Exception, match="登记"):
        sign_up("alice")
    assert waiting() == 1


def test_a_crash_between_ledger_and_outbox_writes_no_entry_twice(desk, ledger, entries, sign_up, monkeypatch):
    from zhengming.records import outbox

    before = ledger.store.size
    for name in ("alice", "bob"):
        sign_up(name)

    def crash(batch):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(outbox, "_take_away", crash)
        with pytest.raises(KeyboardInterrupt):
            outbox.carried_over(ledger)
    sign_up("carol")
    for number in range(10):  # the gateway went on writing entries of its own
        ledger.append(replace(entries()[-1], at=number))
    assert outbox.carried_over(ledger) == 1
    told = [entry for entry in entries()[before:] if entry.kind == "user.created" and entry.at > 10]
    assert len(told) == 3
    assert len({entry.encoded for entry in told}) == 3
    assert outbox.waiting() == 0


def test_entries_go_on_waiting_while_the_ledger_is_unavailable(desk, ledger, sign_up, monkeypatch):
    from zhengming.records.outbox import carried_over, waiting

    sign_up("alice")

    def full(found):
        raise Unavailable("磁盘已满", "the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(ledger.store, "append", full)
        with pytest.raises(Unavailable):
            carried_over(ledger)
    assert waiting() == 1
    assert carried_over(ledger) == 1
