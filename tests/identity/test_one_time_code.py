"""One-time codes: kept as a keyed digest, bound to a subject, for a while and a few tries."""

import json
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.cloud import NOW
from identity.rings import ring
from zhengming.ground.errors import Refused, WrongInput
from zhengming.identity.digests import Digester
from zhengming.identity.one_time_code import CodeRules, answer, draw

DIGESTER = Digester(ring("look-1"))
SUBJECT = DIGESTER.digest("mobile", "13812345678")
SECOND = timedelta(seconds=1)


def test_the_code_is_right_once() -> None:
    code, challenge = draw(SUBJECT, DIGESTER, NOW)
    right, after = answer(challenge, code.reveal(), DIGESTER, NOW + SECOND)
    assert right
    with pytest.raises(Refused, match="was used"):
        answer(after, code.reveal(), DIGESTER, NOW + 2 * SECOND)


def test_full_width_digits_and_spaces_are_taken() -> None:
    code, challenge = draw(SUBJECT, DIGESTER, NOW)
    typed = " ".join(chr(ord(digit) + 0xFEE0) for digit in code.reveal())
    assert answer(challenge, typed, DIGESTER, NOW)[0]


def test_a_few_wrong_tries_wear_the_challenge_out() -> None:
    code, challenge = draw(SUBJECT, DIGESTER, NOW, CodeRules(tries=3))
    for left in (2, 1, 0):
        right, challenge = answer(challenge, "x", DIGESTER, NOW)
        assert not right
        assert challenge.tries_left == left
    with pytest.raises(Refused, match="too many"):
        answer(challenge, code.reveal(), DIGESTER, NOW)


@pytest.mark.parametrize("late", [timedelta(minutes=5), timedelta(days=1), -SECOND])
def test_a_code_holds_from_its_sending_to_its_expiry(late: timedelta) -> None:
    code, challenge = draw(SUBJECT, DIGESTER, NOW)
    with pytest.raises(Refused, match="expired"):
        answer(challenge, code.reveal(), DIGESTER, NOW + late)


def test_another_code_waits_for_the_interval_and_tells_the_time_left() -> None:
    _, earlier = draw(SUBJECT, DIGESTER, NOW)
    with pytest.raises(Refused, match="in 20 s"):
        draw(SUBJECT, DIGESTER, NOW + 40 * SECOND, earlier=earlier)
    draw(SUBJECT, DIGESTER, NOW + 60 * SECOND, earlier=earlier)
    draw(DIGESTER.digest("mobile", "13900000000"), DIGESTER, NOW, earlier=earlier)
    with pytest.raises(Refused, match="in 60 s"):  # a clock set back
        draw(SUBJECT, DIGESTER, NOW - timedelta(days=1), earlier=earlier)


def test_a_code_does_not_fit_another_subject_or_key() -> None:
    from dataclasses import replace

    code, challenge = draw(SUBJECT, DIGESTER, NOW)
    other = replace(challenge, subject=DIGESTER.digest("mobile", "13900000000"))
    assert not answer(other, code.reveal(), DIGESTER, NOW)[0]
    with pytest.raises(WrongInput):
        draw(SUBJECT, DIGESTER, NOW, random=lambda size: b"\xff" * size)


def test_neither_the_challenge_nor_its_json_holds_the_code() -> None:
    for _ in range(20):
        code, challenge = draw(SUBJECT, DIGESTER, NOW, CodeRules(digits=10))
        assert code.reveal() not in repr(challenge)
        assert code.reveal() not in json.dumps(challenge.json())
        assert code.reveal() not in repr(code)


def test_every_digit_is_as_likely_as_the_others() -> None:
    import random

    source = random.Random(9)
    count = Counter("".join(draw(SUBJECT, DIGESTER, NOW, random=source.randbytes)[0].reveal() for _ in range(2000)))
    assert set(count) == set("0123456789")
    assert all(1050 < seen < 1350 for seen in count.values())  # 1200 expected; 33 is one standard deviation


def test_the_given_randomness_decides_the_code() -> None:
    code, challenge = draw(SUBJECT, DIGESTER, NOW, random=lambda size: bytes(range(size)))
    assert code.reveal() == "012345"
    assert challenge.salt == bytes(range(16)).hex()


@given(st.text(max_size=80))
def test_any_typed_text_is_wrong_or_right_and_raises_nothing(typed: str) -> None:
    code, challenge = draw(SUBJECT, DIGESTER, NOW, random=lambda size: bytes(range(size)))
    right, _ = answer(challenge, typed, DIGESTER, NOW)
    assert right <= (code.reveal() in "".join(typed.split()) or not typed.isascii())


def test_one_try_can_be_all_there_is() -> None:
    _, challenge = draw(SUBJECT, DIGESTER, NOW, CodeRules(digits=4, tries=1))
    right, challenge = answer(challenge, "x", DIGESTER, NOW)
    assert (right, challenge.tries_left) == (False, 0)


def test_rules_that_make_no_sense_are_refused() -> None:
    for wrong in ({"digits": 3}, {"digits": 11}, {"tries": 0}, {"lasts": timedelta()}):
        with pytest.raises(WrongInput):
            CodeRules(**wrong)
