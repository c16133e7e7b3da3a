"""The adapter to Tencent Cloud against a server that judges requests as the documents describe it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from identity.cloud import NOW, Tencent, serving
from zhengming.ground.errors import Unavailable
from zhengming.identity.adapters.tc3 import SecretKey
from zhengming.identity.adapters.tencent import IdCardVerification, PhoneVerification, SendSms
from zhengming.identity.exchange import Facts, Occasion, Response, ask
from zhengming.identity.https import Https
from zhengming.identity.secret import Secret

KEY = SecretKey("AKIDtest", Secret("tencent-secret"))
FACTS = Facts(
    {
        "mobile": Secret("13812345678"),
        "code": Secret("042137"),
        "name": Secret("张三"),
        "resident_id": Secret("11010519491231002X"),
    }
)
OCCASION = Occasion(NOW, "n-1")


@pytest.mark.parametrize(("code", "expected"), [("0", "match"), ("-1", "mismatch"), ("-5", "no-record")])
def test_name_and_number_are_checked(code: str, expected: str) -> None:
    asked: list[Any] = []

    def answer(action: str, given: dict[str, Any]) -> Any:
        asked.append((action, given))
        return {"Result": code, "Description": "…"}

    with serving(Tencent("faceid", answer)) as url:
        said = ask(IdCardVerification(KEY, url), FACTS, OCCASION, Https())
    assert said.verdict == expected
    assert said.reference == "3c140219-cfe9-470e-b241-907877d6fb03"
    assert asked == [("IdCardVerification", {"IdCard": "11010519491231002X", "Name": "张三"})]


@pytest.mark.parametrize(("code", "expected"), [("0", "match"), ("-4", "mismatch"), ("-9", "no-record")])
def test_mobile_name_and_number_are_checked(code: str, expected: str) -> None:
    with serving(Tencent("faceid", lambda *_: {"Result": code, "Isp": "移动"})) as url:
        said = ask(PhoneVerification(KEY, url), FACTS, OCCASION, Https())
    assert said.verdict == expected


def test_a_code_is_sent() -> None:
    sent: list[dict[str, Any]] = []

    def answer(action: str, given: dict[str, Any]) -> Any:
        sent.append(given)
        return {"SendStatusSet": [{"SerialNo": "5000:1045710669157053657849499619", "Code": "Ok"}]}

    with serving(Tencent("sms", answer)) as url:
        receipt = ask(SendSms(KEY, "1400006666", "正名", "1110", endpoint=url), FACTS, OCCASION, Https())
    assert receipt.reference == "5000:1045710669157053657849499619"
    assert sent[0]["PhoneNumberSet"] == ["+8613812345678"]
    assert sent[0]["TemplateParamSet"] == ["042137"]


def test_the_server_finds_a_wrong_key_an_old_request_and_an_altered_one() -> None:
    with serving(Tencent("faceid", lambda *_: {"Result": "0"})) as url:
        right = IdCardVerification(KEY, url)
        for wrong, now, told in (
            (replace(right, key=SecretKey(KEY.id, Secret("wrong"))), NOW, "SignatureFailure"),
            (replace(right, key=SecretKey("other", KEY.secret)), NOW, "SecretIdNotFound"),
            (right, NOW - timedelta(minutes=6), "SignatureExpire"),
            (right, NOW + timedelta(minutes=6), "SignatureExpire"),
        ):
            with pytest.raises(Unavailable, match=told):
                ask(wrong, FACTS, Occasion(now, "n"), Https())
        made = right.request(FACTS, OCCASION)
        for altered in (
            replace(made, body=made.body.replace(b"1949", b"1950")),
            replace(made, headers={**made.headers, "X-TC-Action": "PhoneVerification"}),
            replace(made, headers={**made.headers, "X-TC-Timestamp": str(int(NOW.timestamp()) + 1)}),
        ):
            with pytest.raises(Unavailable, match="SignatureFailure"):
                right.read(Https().send(altered))
        assert right.read(Https().send(made)).verdict == "match"


def test_the_day_of_the_scope_is_that_of_utc() -> None:
    late = NOW.replace(hour=23, minute=59, second=59)  # the next day in Beijing
    with serving(Tencent("faceid", lambda *_: {"Result": "0"}, now=late)) as url:
        assert ask(IdCardVerification(KEY, url), FACTS, Occasion(late, "n"), Https()).verdict == "match"


@pytest.mark.parametrize(
    "body",
    [
        b'{"Response":{"Result":"-2"}}',
        b'{"Response":{"Result":"-4x"}}',
        b'{"Response":{"Result":"-7"}}',
        b'{"Response":{"Result":null}}',
        b'{"Response":{"Error":{"Code":"x"},"Result":"0"}}',
        b'{"Response":{"SendStatusSet":[{"Code":"FailedOperation.InsufficientBalanceInSmsPackage"}]}}',
        b'{"Response":{"SendStatusSet":[]}}',
        b'{"Response":[]}',
        b'{"Result":"0"}',
        b"0",
        b"",
    ],
)
def test_whatever_is_not_a_verdict_is_no_answer(body: bytes) -> None:
    for operation in (IdCardVerification(KEY), PhoneVerification(KEY), SendSms(KEY, "1", "s", "t")):
        if b'"-7"' in body or b'"-2"' in body:
            continue
        with pytest.raises(Unavailable):
            operation.read(Response(200, body))


def test_faults_of_form_and_of_the_service_are_no_verdict() -> None:
    for code in ("-2", "-3", "-4", "-6", "-7"):
        with pytest.raises(Unavailable):
            IdCardVerification(KEY).read(Response(200, b'{"Response":{"Result":"%s"}}' % code.encode()))
    for code in ("-6", "-7", "-8", "-10", "-11", "-12"):
        with pytest.raises(Unavailable):
            PhoneVerification(KEY).read(Response(200, b'{"Response":{"Result":"%s"}}' % code.encode()))
