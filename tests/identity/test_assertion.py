"""Assertions: valid for a while, revoked for good, ordered by level, without personal data."""

from datetime import datetime, timedelta

import pytest

from identity.cloud import NOW
from zhengming.ground.canonical import canonical
from zhengming.ground.errors import Refused, WrongInput
from zhengming.identity.assertion import Assertion, Level, Standing, best
from zhengming.identity.digests import Digester
from zhengming.identity.resident_number import Minor

DAY = timedelta(days=1)


@pytest.fixture
def assertion(digester: Digester) -> Assertion:
    subject = digester.digest("mobile", "13812345678")
    return Assertion("mobile", Level.HELD, subject, NOW, NOW + 30 * DAY, minor=Minor.ADULT)


def test_an_assertion_is_valid_from_its_issue_to_its_expiry(assertion: Assertion) -> None:
    assert assertion.standing(NOW - DAY) is Standing.NOT_YET
    assert assertion.standing(NOW) is Standing.VALID
    assert assertion.standing(NOW + 30 * DAY - timedelta(microseconds=1)) is Standing.VALID
    assert assertion.standing(NOW + 30 * DAY) is Standing.EXPIRED


def test_a_revocation_stands_from_its_moment_with_its_ground(assertion: Assertion) -> None:
    revoked = assertion.revoke(NOW + DAY, "用户注销号码")
    assert revoked.standing(NOW) is Standing.VALID
    assert revoked.standing(NOW + DAY) is Standing.REVOKED
    assert revoked.standing(NOW + 60 * DAY) is Standing.REVOKED
    assert revoked.json()["revoked_because"] == "用户注销号码"
    with pytest.raises(Refused):
        revoked.revoke(NOW + 2 * DAY, "再次")
    with pytest.raises(WrongInput):
        assertion.revoke(NOW, " ")


def test_a_level_suffices_for_itself_and_below(assertion: Assertion) -> None:
    assert assertion.suffices(Level.HELD, NOW)
    assert not assertion.suffices(Level.CHECKED, NOW)
    assert not assertion.suffices(Level.HELD, NOW + 31 * DAY)
    assert Level.HELD < Level.CHECKED < Level.NATIONAL


def test_the_best_is_the_valid_one_that_goes_furthest(assertion: Assertion) -> None:
    further = Assertion("resident_id", Level.CHECKED, assertion.subject, NOW, NOW + DAY)
    assert best((assertion, further), NOW) is further
    assert best((assertion, further), NOW + 2 * DAY) is assertion
    assert best((assertion.revoke(NOW, "x"),), NOW) is None


def test_the_json_has_a_canonical_form_for_the_ledger(assertion: Assertion) -> None:
    assert b'"minor":"adult"' in canonical(assertion.json())
    assert b'"issued_at":"2026-11-23T04:05:06Z"' in canonical(assertion.json())


def test_a_plain_number_cannot_be_a_subject_or_evidence(assertion: Assertion) -> None:
    for wrong in (
        {"subject": "13812345678"},
        {"evidence": "张三"},
        {"reference": "张三 13812345678"},
        {"subject": f"hmac-sha256:张三:{'0' * 64}"},
        {"expires_at": NOW},
    ):
        given = {"subject": assertion.subject, "expires_at": NOW + DAY, **wrong}
        with pytest.raises(WrongInput) as caught:
            Assertion("mobile", Level.HELD, issued_at=NOW, **given)
        assert "138" not in str(caught.value)


def test_moments_have_a_time_zone(assertion: Assertion) -> None:
    with pytest.raises(WrongInput, match="time zone"):
        assertion.standing(datetime(2026, 1, 1))  # noqa: DTZ001
