"""The policy snapshot: immutable, looked up by what a request brings, and replaced part by part."""

from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime, timedelta

import pytest

from zhengming.records.parts import (
    Agreement,
    ApiKey,
    Audience,
    Consent,
    Identity,
    Labels,
    Measure,
    MeasureKind,
    Order,
    OrderKind,
    Permit,
    Service,
    Upstream,
    User,
    UserKind,
)
from zhengming.records.policy import Policy, key_digest

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SERVICE = Service("s1", "chat", "text", "1", True, (), Labels("001191110102MACQD9K64010000"))
USER = User(
    "u1", "hmac-sha256:k:aa", UserKind.PERSON, True, identities=(Identity("manual", 2, NOW - HOUR, NOW + HOUR),)
)
UPSTREAM = Upstream("m1", "local", "openai", "http://127.0.0.1:1/v1", ("qwen", "glm"), ("chat",), True)
KEY = ApiKey("k1", key_digest("zm-secret"), "chat", until=NOW + HOUR)


def policy(*parts: object) -> Policy:
    return Policy.of("here", 1, NOW, parts)  # type: ignore[arg-type]


def test_each_part_is_found_by_what_a_request_brings() -> None:
    found = policy(SERVICE, USER, UPSTREAM, KEY)
    assert found.service("chat") is SERVICE
    assert found.user_called("hmac-sha256:new:bb", USER.reference) is USER
    assert found.upstreams("chat", "glm") == (UPSTREAM,)
    assert found.upstreams("other", "glm") == ()
    assert found.key("zm-secret") is KEY
    assert found.key("zm-other") is None
    assert found.id == "here.1"


def test_a_change_makes_a_new_policy_and_leaves_the_old_one_as_it_was() -> None:
    old = policy(SERVICE, USER, UPSTREAM)
    moved = replace(UPSTREAM, models=("deepseek",))
    new = old.changed(2, NOW, [moved], [("user", "u1")])
    assert (old.upstreams("chat", "glm"), old.user("u1")) == ((UPSTREAM,), USER)
    assert (new.upstreams("chat", "glm"), new.upstreams("chat", "deepseek")) == ((), (moved,))
    assert (new.user("u1"), new.user_called(USER.reference)) == (None, None)
    assert (new.service("chat"), new.version) == (SERVICE, 2)


def test_nothing_of_a_policy_can_be_changed_in_place() -> None:
    found = policy(SERVICE)
    with pytest.raises(FrozenInstanceError):
        found.version = 3  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        SERVICE.is_on = False  # type: ignore[misc]
    with pytest.raises(TypeError):
        found._shelves[Service] = {}  # type: ignore[index]


def test_art_10_a_measure_holds_between_its_beginning_and_its_end() -> None:
    found = policy(Measure("x", "u1", MeasureKind.SUSPEND, "A.1.1", NOW, NOW + HOUR))
    assert [len(found.measures("u1", at)) for at in (NOW - HOUR, NOW, NOW + HOUR)] == [0, 1, 0]


def test_art_21_an_order_on_everything_bears_on_every_function() -> None:
    every = Order("a", OrderKind.STOP_SERVICE, "cac", NOW)
    one = Order("b", OrderKind.STOP_FUNCTION, "cac", NOW, service="chat", function="clone")
    found = policy(every, one)
    assert found.orders("chat", "clone", NOW) == (every, one)
    assert found.orders("chat", "", NOW) == (every,)
    assert found.orders("chat", "write", NOW - HOUR) == ()
    assert found.are_signups_stopped("chat", NOW)


def test_art_14_a_withdrawn_consent_is_found_and_no_longer_valid() -> None:
    given = Consent("c1", "hmac-sha256:k:cc", "face", "swap", "sha256:00", "film", "notice-1", NOW - HOUR, NOW + HOUR)
    found = policy(given, withdrawn := replace(given, id="c2", withdrawn_at=NOW))
    assert found.consents("face", "swap", "sha256:00") == (given, withdrawn)
    assert [each.is_valid(NOW) for each in found.consents("face", "swap", "sha256:00")] == [True, False]
    assert withdrawn.is_valid(NOW - timedelta(seconds=1))
    assert found.consents("face", "swap", "sha256:01") == ()


def test_art_8_only_the_latest_version_in_force_is_to_be_accepted() -> None:
    first, second, future = (
        Agreement(f"a{n}", "terms", n, Audience.USER, "sha256:00", NOW + (n - 2) * HOUR) for n in (1, 2, 3)
    )
    found = policy(first, second, future)
    assert found.agreements(Audience.USER, NOW) == (second,)
    assert found.agreements(Audience.SUPPORTER, NOW) == ()
    assert not replace(USER, accepted=(("terms", 1),)).has_accepted(second)


def test_art_9_an_assertion_counts_from_its_level_and_while_it_stands() -> None:
    assert USER.is_verified(2, NOW)
    assert not USER.is_verified(3, NOW)
    assert not USER.is_verified(2, NOW + HOUR)


def test_art_24_a_permit_without_a_number_or_past_its_end_is_not_held() -> None:
    held = Permit("online-publishing", "京-1", NOW + HOUR)
    assert held.is_held(NOW)
    assert not held.is_held(NOW + HOUR)
    assert not replace(held, number="").is_held(NOW)
