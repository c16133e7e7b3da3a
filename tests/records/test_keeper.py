"""The keeper: a change is in the policy of every process within a second, whole or not at all."""

import subprocess
import sys
from datetime import UTC, datetime
from time import monotonic, sleep, time

import pytest

from zhengming.ground.errors import Unavailable
from zhengming.records.database import Storage
from zhengming.records.parts import MeasureKind, OrderKind, User, UserKind

#: Seconds: Art. 21 orders and withdrawn consents are in force everywhere within this.
WITHIN = 1.0

WATCHER = """
import sys, time
from pathlib import Path
from zhengming.records.database import Storage, opened
opened(Storage(Path(sys.argv[1]), sys.argv[2]))
from zhengming.records.keeper import PolicyKeeper
from zhengming.records.parts import Order
with PolicyKeeper() as keeper:
    print("ready", flush=True)
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if keeper.current.size(Order):
            print(time.time(), flush=True)
            break
        time.sleep(0.005)
"""


@pytest.fixture
def keeper(desk):
    from zhengming.records.keeper import PolicyKeeper

    with PolicyKeeper() as keeper:
        yield keeper


def seconds_until(true):
    start = monotonic()
    while not true():
        assert monotonic() - start < 5
        sleep(0.002)
    return monotonic() - start


def test_a_change_is_in_force_within_a_second(desk, keeper):
    from zhengming.records.acts.measures import end_measure, impose_measure
    from zhengming.records.acts.users import create_user

    now = datetime.now(UTC)
    user = create_user(desk, "alice", UserKind.PERSON)
    assert seconds_until(lambda: keeper.current.user(user)) < WITHIN
    measure = impose_measure(desk, user, MeasureKind.SUSPEND, "A.1.1", "违规", days=7)
    assert seconds_until(lambda: keeper.current.measures(user, now)) < WITHIN
    end_measure(desk, measure, "申诉成立")
    assert seconds_until(lambda: not keeper.current.measures(user, now)) < WITHIN


def test_art_21_an_order_is_in_force_in_another_process_within_a_second(desk, storage: Storage):
    from zhengming.records.acts.orders import give_order

    watchers = [
        subprocess.Popen(
            [sys.executable, "-c", WATCHER, str(storage.data), storage.database], stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    try:
        assert [watcher.stdout.readline() for watcher in watchers] == ["ready\n", "ready\n"]
        sleep(0.3)
        give_order(desk, OrderKind.STOP_SERVICE, "cyberspace", "1号")
        given = time()
        delays = [float(watcher.stdout.readline()) - given for watcher in watchers]
        print(f"an order took {max(delays):.3f} s to reach the slower of two processes")
        assert max(delays) < WITHIN
    finally:
        for watcher in watchers:
            watcher.communicate(timeout=20)


def test_only_what_changed_is_loaded(desk, keeper, django_queries):
    from zhengming.records import loading
    from zhengming.records.acts.users import create_user

    for n in range(20):
        create_user(desk, f"user-{n}", UserKind.PERSON)
    policy = loading.whole()
    create_user(desk, "bob", UserKind.PERSON)
    with django_queries() as queries:
        later = loading.since(policy)
    assert later.size(User) == 21
    assert len(queries) <= 7
    assert not any("supporter" in query["sql"] for query in queries if "SELECT" in query["sql"])
    assert loading.since(later) is later


def test_what_is_caught_up_is_what_is_loaded_anew(desk):
    """Any order of acts: the policy that followed them one by one is the one that is loaded whole."""
    from zhengming.records import loading
    from zhengming.records.acts import agreements, keys, measures, services, users
    from zhengming.records.parts import Audience
    from zhengming.records.policy import KINDS

    followed = loading.whole()
    for name in ("alice", "bob"):
        user = users.create_user(desk, name, UserKind.PERSON)
        followed = loading.since(followed)
        measure = measures.impose_measure(desk, user, MeasureKind.RESTRICT, "A.1.1", "违规", 7, ["swap"])
        followed = loading.since(followed)
    services.register_service(desk, "chat", "对话", "text", "001191110102MACQD9K64010000")
    keys.issue_key(desk, "chat")
    agreements.publish_agreement(desk, "terms", Audience.USER, "第一版")
    followed = loading.since(followed)
    agreements.accept_agreement(desk, "terms", 1, user=user)
    measures.end_measure(desk, measure, "申诉成立")
    users.leave(desk, user)
    followed, fresh = loading.since(followed), loading.whole()
    assert followed.version == fresh.version
    for kind in KINDS.values():
        assert sorted(map(repr, followed.all(kind))) == sorted(map(repr, fresh.all(kind)))


def test_who_cannot_know_of_an_order_has_no_policy(desk, monkeypatch):
    from zhengming.records import loading
    from zhengming.records.keeper import PolicyKeeper

    with PolicyKeeper(pause=0.02, patience=0.2) as keeper:
        assert keeper.current

        def gone(policy):
            raise OSError("the network is gone")

        with monkeypatch.context() as patched:
            patched.setattr(loading, "since", gone)
            sleep(0.4)
            with pytest.raises(Unavailable, match="过时"):
                _ = keeper.current
        seconds_until(lambda: monotonic() - keeper._looked_at < 0.1)
        assert keeper.current


def test_another_installation_is_loaded_as_a_whole(desk):
    from zhengming.records import loading
    from zhengming.records.models import Installation

    old = loading.whole()
    Installation.objects.update(id="f" * 32, version=0)
    assert loading.since(old).id == "f" * 32 + ".0"
