"""A JSON service described by a template."""

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.cloud import NOW, Arrived, answered, serving
from zhengming.ground.errors import Refused, Unavailable, WrongInput
from zhengming.identity.adapters.template import JsonCheck, JsonSending, Template
from zhengming.identity.exchange import Facts, Occasion, Response, ask
from zhengming.identity.https import Https
from zhengming.identity.secret import Secret

FACTS = Facts({"organisation": Secret('示例"公司'), "uscc": Secret("91440300708461136T"), "code": Secret("123456")})
OCCASION = Occasion(NOW, "n-1")


def template(url: str = "https://check.example/v1", **given: Any) -> Template:
    return Template(
        **{
            "url": url,
            "body": {"entity": {"name": "{organisation}", "code": "{uscc}"}, "kind": 2, "id": "q-{nonce}"},
            "headers": {"Authorization": "Bearer {secret:token}", "X-Time": "{timestamp}"},
            "secrets": {"token": Secret("t0ken")},
            **given,
        }
    )


def check(url: str = "https://check.example/v1", **given: Any) -> JsonCheck:
    return JsonCheck(
        **{
            "service": "示例服务",
            "template": template(url),
            "verdict_path": "data.results.0.same",
            "match": ("true",),
            "mismatch": ("false",),
            "no_record": ("none",),
            "reference_path": "request",
            "subject_path": "data.pseudonym",
            **given,
        }
    )


def test_the_facts_the_credential_and_the_occasion_arrive_where_the_template_says() -> None:
    came: list[Arrived] = []

    def judge(arrived: Arrived) -> tuple[int, bytes]:
        came.append(arrived)
        return answered({"request": "r-7", "data": {"results": [{"same": True}], "pseudonym": "P123"}})

    with serving(judge) as url:
        said = ask(check(f"{url}/v1?n={{nonce}}"), FACTS, OCCASION, Https())
    assert (said.verdict, said.reference) == ("match", "r-7")
    assert said.subject
    assert said.subject.reveal() == "P123"
    assert came[0].target == "/v1?n=n-1"
    assert came[0].headers["authorization"] == "Bearer t0ken"
    assert came[0].headers["x-time"] == str(int(NOW.timestamp()))
    assert json.loads(came[0].body) == {
        "entity": {"name": '示例"公司', "code": "91440300708461136T"},
        "kind": 2,
        "id": "q-n-1",
    }


def test_a_form_is_sent_as_a_form() -> None:
    made = template(body={"n": "{organisation}", "c": "{uscc}"}, encoding="form").request(FACTS, OCCASION)
    assert dict(parse_qsl(made.body.decode())) == {"n": '示例"公司', "c": "91440300708461136T"}
    assert made.headers["Content-Type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("value", "expected"), [(False, "mismatch"), ("false", "mismatch"), ("none", "no-record"), (True, "match")]
)
def test_listed_values_are_verdicts(value: object, expected: str) -> None:
    body = json.dumps({"data": {"results": [{"same": value}]}}).encode()
    assert check().read(Response(200, body)).verdict == expected


@pytest.mark.parametrize(
    "content", [{}, [], None, {"data": {"results": []}}, {"data": {"results": [{"same": 1}]}}, {"data": "true"}]
)
def test_all_else_is_no_answer(content: object) -> None:
    with pytest.raises(Unavailable):
        check().read(Response(200, json.dumps(content).encode()))
    with pytest.raises(Unavailable):
        check().read(Response(403, b'{"data":{"results":[{"same":true}]}}'))


def test_a_service_cannot_smuggle_words_into_reference_or_error() -> None:
    body = json.dumps({"request": "张三 13812345678", "data": {"results": [{"same": True}]}}).encode()
    assert check().read(Response(200, body)).reference == ""
    with pytest.raises(Unavailable) as caught:
        check().read(Response(200, json.dumps({"data": {"results": [{"same": "张三 x"}]}}).encode()))
    assert "张三" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "told", "kind"),
    [
        ({"url": "https://check.example/{uscc}"}, "URL", Refused),
        ({"url": "https://check.example/{secret:token}"}, "URL", Refused),
        ({"url": "http://check.example/"}, "HTTPS", Refused),
        ({"url": "https://user:pw@check.example/"}, "user info", WrongInput),
        ({"url": "ftp://127.0.0.1/"}, "HTTPS", Refused),
        ({"body": {"a": "{sex}"}}, "sex", WrongInput),
        ({"body": {"a": "{secret:other}"}}, "secret:other", WrongInput),
        ({"method": "GET"}, "GET", WrongInput),
        ({"method": "PUT"}, "GET", WrongInput),
        ({"encoding": "xml"}, "json", WrongInput),
        ({"headers": {"a": 1}}, "texts", WrongInput),
        ({"body": [1], "encoding": "form"}, "table", WrongInput),
    ],
)
def test_a_mistake_in_the_template_shows_when_it_is_made(given: dict[str, Any], told: str, kind: type) -> None:
    with pytest.raises(kind, match=told):
        template(**given)


def test_a_template_that_nests_without_end_is_refused() -> None:
    body: Any = "{uscc}"
    for _ in range(100):
        body = [body]
    with pytest.raises(WrongInput, match="nests"):
        template(body=body)


def test_verdicts_are_listed_and_distinct() -> None:
    for wrong in ({"match": ()}, {"mismatch": ()}, {"mismatch": ("true",)}, {"match": "10"}, {"match": (1,)}):
        with pytest.raises(WrongInput):
            check(**wrong)


@given(st.text(max_size=40))
def test_no_value_changes_the_shape_of_the_body_or_is_filled_twice(text: str) -> None:
    facts = Facts({"organisation": Secret(text + "{secret:token}{uscc}"), "uscc": Secret("X")})
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-8", "replace").decode()
        facts = Facts({"organisation": Secret(text + "{secret:token}{uscc}"), "uscc": Secret("X")})
    body = json.loads(template().request(facts, OCCASION).body)
    assert body["entity"] == {"name": text + "{secret:token}{uscc}", "code": "X"}


def test_a_message_is_sent_and_taken_over_only_on_the_listed_value() -> None:
    sending = JsonSending("短信", template(body={"c": "{code}"}), "ok", ("true",), "id")
    assert sending.needs == ("code",)
    assert sending.read(Response(200, b'{"ok": true, "id": "m-1"}')).reference == "m-1"
    for body in (b'{"ok": false}', b"{}", b'{"ok": "yes"}'):
        with pytest.raises(Unavailable):
            sending.read(Response(200, body))


def test_a_signed_gateway_can_stand_behind_a_transport_of_the_operators_own() -> None:
    """What a template cannot say, a transport can: it sees the finished request and may sign it."""

    class Signing:
        def __init__(self) -> None:
            self.inner = Https()

        def send(self, request: Any) -> Response:
            from dataclasses import replace

            mark = hmac.new(b"k", request.body, hashlib.sha256).hexdigest()
            return self.inner.send(replace(request, headers={**request.headers, "X-Signature": mark}))

        def close(self) -> None:
            self.inner.close()

    def judge(came: Arrived) -> tuple[int, bytes]:
        right = hmac.new(b"k", came.body, hashlib.sha256).hexdigest() == came.headers["x-signature"]
        return answered({"data": {"results": [{"same": right}]}})

    with serving(judge) as url:
        assert ask(check(url), FACTS, OCCASION, Signing()).verdict == "match"
