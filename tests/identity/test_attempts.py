"""Limits of attempts, as functions over a history."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.cloud import NOW
from zhengming.ground.errors import Refused, WrongInput
from zhengming.identity.attempts import DEFAULT_LIMITS, Attempt, Limit, check, lockout, network

HOUR = timedelta(hours=1)


def attempt(minutes: float = 0, failed: bool = True, subject: str = "s", account: str = "a", **more: str) -> Attempt:
    given = {"address": "1.2.3.4", "purpose": "verify", **more}
    return Attempt(NOW + timedelta(minutes=minutes), subject, account, given["address"], failed, given["purpose"])


def test_the_fifth_failure_within_the_window_locks_and_the_time_left_is_told() -> None:
    history = [attempt(-minute) for minute in (40, 30, 20, 10)]
    check(history, attempt())
    history.append(attempt(-5))
    lock = lockout(history, attempt(), [Limit("subject", 5, HOUR, HOUR)])
    assert lock
    assert lock.left == timedelta(minutes=55)
    with pytest.raises(Refused, match="55 min"):
        check(history, attempt())


def test_failures_spread_over_more_than_the_window_do_not_lock() -> None:
    history = [attempt(-20 * count) for count in range(1, 10)]
    assert lockout(history, attempt(), [Limit("subject", 5, HOUR, HOUR)]) is None


def test_the_window_includes_its_edge() -> None:
    limits = [Limit("subject", 2, HOUR, 3 * HOUR)]
    assert lockout([attempt(-60), attempt(0)], attempt(), limits)
    assert lockout([attempt(-60.001), attempt(0)], attempt(), limits) is None


def test_the_lock_ends() -> None:
    history = [attempt(-61), *[attempt(-60 - count) for count in range(4)]]
    assert lockout(history, attempt(), [Limit("subject", 5, HOUR, HOUR)]) is None


def test_each_key_is_counted_for_itself() -> None:
    limits = [Limit("subject", 2, HOUR, HOUR), Limit("account", 3, HOUR, HOUR), Limit("address", 4, HOUR, HOUR)]
    history = [attempt(-1, subject="x"), attempt(-2, subject="y"), attempt(-3, subject="z")]
    lock = lockout(history, attempt(), limits)
    assert lock
    assert lock.limit.per == "account"
    assert lockout(history, attempt(account="b"), limits) is None
    history.append(attempt(-1, subject="u", account="c"))
    lock = lockout(history, attempt(account="b"), limits)
    assert lock
    assert lock.limit.per == "address"


def test_a_success_does_not_wipe_earlier_failures() -> None:
    history = [attempt(-minute) for minute in (9, 8, 7, 6, 5)] + [attempt(-1, failed=False)]
    assert lockout(history, attempt(), [Limit("address", 5, HOUR, HOUR)])


def test_sending_counts_whether_or_not_it_failed() -> None:
    history = [attempt(-minute, failed=False, purpose="send") for minute in range(1, 6)]
    assert lockout(history, attempt(purpose="send"))
    assert lockout(history, attempt()) is None


def test_the_longest_lock_is_told() -> None:
    limits = [Limit("subject", 1, HOUR, HOUR), Limit("account", 1, HOUR, 24 * HOUR)]
    lock = lockout([attempt(-1)], attempt(), limits)
    assert lock
    assert lock.limit.per == "account"


def test_a_clock_that_was_set_back_does_not_lock_for_longer_than_the_pause() -> None:
    future = [attempt(60 * 24 * 365) for _ in range(5)]
    lock = lockout(future, attempt(), [Limit("subject", 5, HOUR, HOUR)])
    assert lock
    assert lock.left == HOUR


@given(st.lists(st.tuples(st.floats(-5000, 100), st.booleans(), st.sampled_from("ab"), st.sampled_from("xy"))))
def test_a_lock_lasts_no_longer_than_a_pause_and_adding_failures_never_opens_it(past: list) -> None:
    history = [attempt(at, failed, subject, account) for at, failed, subject, account in past]
    who = attempt(subject="a", account="x")
    lock = lockout(history, who)
    longest = max(limit.pause for limit in DEFAULT_LIMITS)
    if lock:
        assert timedelta() < lock.left <= longest
        more = lockout([*history, attempt(0, True, "a", "x")], who)
        assert more
        assert more.until >= lock.until
    assert lockout(list(reversed(history)), who) == lock


def test_an_address_is_counted_as_what_one_person_gets() -> None:
    assert network("1.2.3.4") == "1.2.3.4"
    assert network("::ffff:1.2.3.4") == "1.2.3.4"
    assert network("2001:db8:1:2:aaaa::1") == network("2001:db8:1:2:bbbb::2") == "2001:db8:1:2::/64"
    with pytest.raises(WrongInput):
        network("not an address")


def test_a_moment_without_time_zone_and_an_empty_limit_are_refused() -> None:
    with pytest.raises(WrongInput, match="time zone"):
        lockout([], Attempt(datetime(2026, 1, 1), "s", "a", "i", True))  # noqa: DTZ001
    with pytest.raises(WrongInput):
        Limit("subject", 0, HOUR, HOUR)
