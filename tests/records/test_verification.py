"""Attempts and codes between two requests: no crash and no crowd gives anybody further tries."""

from datetime import timedelta

import pytest

from zhengming.ground.errors import Refused
from zhengming.identity.attempts import Attempt, Limit
from zhengming.identity.one_time_code import answer, draw

LIMITS = (Limit("account", 3, timedelta(hours=1), timedelta(hours=1)),)


@pytest.fixture
def verification(desk):
    from zhengming.records import verification

    return verification


@pytest.fixture
def attempt(desk, clock):
    subject = desk.digester.digest("mobile", "x")
    return lambda account="u1": Attempt(clock.now, subject, account, "192.0.2.1", True)


def test_failed_attempts_lock_and_the_lock_ends(desk, verification, attempt, clock):
    for _ in range(3):
        verification.begin(desk, attempt(), LIMITS)
    with pytest.raises(Refused, match="尝试过多"):
        verification.begin(desk, attempt(), LIMITS)
    verification.begin(desk, attempt("u2"), LIMITS)
    clock.pass_(hours=1, seconds=1)
    verification.begin(desk, attempt(), LIMITS)


def test_a_success_does_not_count_and_an_attempt_that_crashed_does(desk, verification, attempt):
    for _ in range(5):
        verification.succeed(desk, verification.begin(desk, attempt(), LIMITS))
    for _ in range(3):
        verification.begin(desk, attempt(), LIMITS)
    with pytest.raises(Refused):
        verification.begin(desk, attempt(), LIMITS)


def test_of_many_answers_at_once_one_counts(desk, verification, clock):
    subject = desk.digester.digest("mobile", "x")
    code, challenge = draw(subject, desk.digester, clock.now)
    verification.keep(desk, challenge, None)
    first, second = verification.awaited(subject), verification.awaited(subject)
    assert first == second == challenge
    wrong, tried = answer(first, "000", desk.digester, clock.now)
    assert not wrong
    verification.keep(desk, tried, first)
    right, used = answer(second, code.reveal(), desk.digester, clock.now)
    assert right
    with pytest.raises(Refused, match="同时"):
        verification.keep(desk, used, second)
    assert verification.awaited(subject).tries_left == challenge.tries_left - 1


def test_what_is_not_needed_is_forgotten(desk, verification, attempt, clock):
    verification.begin(desk, attempt(), LIMITS)
    _, challenge = draw(desk.digester.digest("mobile", "x"), desk.digester, clock.now)
    verification.keep(desk, challenge, None)
    assert verification.prune(desk, clock.now) == 0
    assert verification.prune(desk, clock.now + timedelta(days=2)) == 2
    assert verification.awaited(challenge.subject) is None
