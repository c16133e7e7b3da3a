"""The adapter to Alibaba Cloud against a server that judges requests as the documents describe it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from identity.cloud import NOW, Alibaba, serving
from zhengming.ground.errors import Unavailable, ZhengmingError
from zhengming.identity.adapters.acs3 import AccessKey
from zhengming.identity.adapters.alibaba import Id2MetaVerify, Mobile3MetaSimpleVerify, SendSms
from zhengming.identity.exchange import Facts, Occasion, Response, ask
from zhengming.identity.https import Https
from zhengming.identity.secret import Secret

KEY = AccessKey("LTAI-test", Secret("alibaba-secret"))
FACTS = Facts(
    {
        "mobile": Secret("13812345678"),
        "code": Secret("042137"),
        "name": Secret("李·~*+ 四"),  # what percent-encoding goes wrong about
        "resident_id": Secret("11010519491231002X"),
    }
)
RECORD = "130A2C10-B9EE-4D84-88E3-5384FF039795"


def verdict(code: str) -> Any:
    return {"RequestId": RECORD, "Message": "success", "Code": "200", "ResultObject": {"BizCode": code}}


@pytest.mark.parametrize(("code", "expected"), [("1", "match"), ("2", "mismatch"), ("3", "no-record")])
def test_name_and_number_are_checked(code: str, expected: str) -> None:
    asked: list[tuple[str, dict[str, str]]] = []

    def answer(action: str, given: dict[str, str]) -> Any:
        asked.append((action, given))
        return verdict(code)

    with serving(Alibaba(answer)) as url:
        said = ask(Id2MetaVerify(KEY, url), FACTS, Occasion(NOW, "n-1"), Https())
    assert (said.verdict, said.reference) == (expected, RECORD)
    number, name = "11010519491231002X", "李·~*+ 四"
    assert asked == [("Id2MetaVerify", {"ParamType": "normal", "IdentifyNum": number, "UserName": name})]


def test_mobile_name_and_number_are_checked() -> None:
    with serving(Alibaba(lambda _, given: verdict("1" if given["Mobile"] == "13812345678" else "2"))) as url:
        said = ask(Mobile3MetaSimpleVerify(KEY, url), FACTS, Occasion(NOW, "n-1"), Https())
    assert said.verdict == "match"


def test_a_code_is_sent() -> None:
    sent: list[dict[str, str]] = []

    def answer(action: str, given: dict[str, str]) -> Any:
        sent.append(given)
        return {"Code": "OK", "Message": "OK", "BizId": "9006197469364984^0", "RequestId": RECORD}

    with serving(Alibaba(answer)) as url:
        receipt = ask(SendSms(KEY, "正名测试", "SMS_1", endpoint=url), FACTS, Occasion(NOW, "n-1"), Https())
    assert receipt.reference == "9006197469364984^0"
    assert sent[0]["PhoneNumbers"] == "13812345678"
    assert sent[0]["TemplateParam"] == '{"code": "042137"}'
    assert "resident_id" not in str(sent)


def test_the_server_finds_a_wrong_key_a_replay_and_an_old_request() -> None:
    operation = Id2MetaVerify(KEY)
    server = Alibaba(lambda *_: verdict("1"))
    with serving(server) as url:
        right = replace(operation, endpoint=url)
        assert ask(right, FACTS, Occasion(NOW, "n-1"), Https()).verdict == "match"
        for wrong, occasion, told in (
            (right, Occasion(NOW, "n-1"), "SignatureNonceUsed"),
            (right, Occasion(NOW - timedelta(minutes=16), "n-2"), "InvalidTimeStamp.Expired"),
            (right, Occasion(NOW + timedelta(minutes=16), "n-3"), "InvalidTimeStamp.Expired"),
            (replace(right, key=AccessKey(KEY.id, Secret("wrong"))), Occasion(NOW, "n-4"), "SignatureDoesNotMatch"),
            (replace(right, key=AccessKey("other", KEY.secret)), Occasion(NOW, "n-5"), "InvalidAccessKeyId"),
        ):
            with pytest.raises(Unavailable, match=told):
                ask(wrong, FACTS, occasion, Https())


def test_the_server_finds_an_altered_body_query_and_header() -> None:
    with serving(Alibaba(lambda *_: verdict("1"))) as url:
        made = Id2MetaVerify(KEY, url).request(FACTS, Occasion(NOW, "n-1"))
        for altered in (
            replace(made, body=made.body.replace(b"1949", b"1950")),
            replace(made, url=made.url + "?More=1"),
            replace(made, headers={**made.headers, "x-acs-action": "Mobile3MetaSimpleVerify"}),
            replace(made, headers={**made.headers, "x-acs-security-token": "unsigned"}),
        ):
            assert Https().send(altered).status == 400
        assert Https().send(made).status == 200


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b'{"Code":"402","Message":"x"}'),
        (200, b'{"Code":"200"}'),
        (200, b'{"Code":"200","ResultObject":{"BizCode":"4"}}'),
        (200, b'{"Code":"200","ResultObject":[]}'),
        (500, b'{"Code":"200","ResultObject":{"BizCode":"1"}}'),
        (200, b"[]"),
        (200, b"null"),
        (200, b""),
        (200, b"<html>"),
        (200, b"[" * 100_000),
        (200, b"\xff\xfe"),
        (200, b'{"Code":"\xe5\xbc\xa0\xe4\xb8\x8911010519491231002X"}'),
    ],
)
def test_whatever_is_not_a_verdict_is_no_answer(status: int, body: bytes) -> None:
    for operation in (Id2MetaVerify(KEY), Mobile3MetaSimpleVerify(KEY), SendSms(KEY, "s", "t")):
        with pytest.raises(ZhengmingError) as caught:
            operation.read(Response(status, body))
        assert isinstance(caught.value, Unavailable)
        assert "张三" not in str(caught.value)
