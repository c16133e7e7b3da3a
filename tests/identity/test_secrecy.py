"""No number, name, code, key or credential shows in repr, str, JSON, pickles, errors or logs of anything."""

import copy
import gc
import json
import logging
import pickle
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from identity.cloud import NOW, Alibaba, Tencent, serving
from identity.rings import key, ring
from zhengming.ground.errors import Refused, ZhengmingError
from zhengming.identity.adapters import alibaba, tencent
from zhengming.identity.adapters.acs3 import AccessKey
from zhengming.identity.adapters.tc3 import SecretKey
from zhengming.identity.adapters.template import JsonCheck, Template
from zhengming.identity.claim import claim
from zhengming.identity.digests import Digester
from zhengming.identity.exchange import Facts, Occasion
from zhengming.identity.https import Https
from zhengming.identity.method import METHODS, Means
from zhengming.identity.one_time_code import draw
from zhengming.identity.resident_number import check_character, parse
from zhengming.identity.secret import Secret
from zhengming.identity.vault import Vault

NUMBER = "11010519870605421" + check_character("11010519870605421")
HIDDEN = {
    "mobile": "13876543210",
    "code": "907152",
    "name": "欧阳隐名",
    "resident_id": NUMBER,
    "organisation": "隐去名称有限公司",
    "uscc": "91440300708461136T",
    "network_number": "NN8823hidden",
    "network_credential": "NC7741hidden",
    "document_number": "E77318824",
    "AccessKey secret": "alibaba-hidden-secret",
    "SecretKey": "tencent-hidden-secret",
    "token": "template-hidden-token",
    "look-up key": key("look-1").hex(),
    "sealing key": key("seal-1").hex(),
    "birthday": "19870605",
}
KEYS = {name: key(name) for name in ("look-1", "seal-1")}


def shown(thing: object) -> Iterator[bytes]:
    """Every way in which a thing shows itself."""
    texts = [repr(thing), str(thing), f"{thing}", f"{thing!s:>40}"]
    texts.append(logging.LogRecord("x", 20, "p", 1, "%s %r", (thing, thing), None).getMessage())
    made = getattr(thing, "json", None)
    if callable(made):
        texts.append(json.dumps(made(), ensure_ascii=False))
    for way in (json.dumps, lambda given: json.dumps(given, default=str, ensure_ascii=False)):
        with suppress(TypeError):
            texts.append(way(thing))
    yield from (text.encode("utf-8", "replace") for text in texts)
    with suppress(TypeError, AttributeError, ZhengmingError):
        yield pickle.dumps(thing)


def leaks(thing: object) -> list[str]:
    texts = b"\n".join(shown(thing))
    found = [name for name, hidden in HIDDEN.items() if hidden.encode() in texts]
    return found + [name for name, key in KEYS.items() if key in texts or repr(key)[2:-1].encode() in texts]


@pytest.fixture
def everything(means: Callable[..., Means]) -> list[object]:
    """One of every value of the package, filled with what must not show."""
    given = {name: HIDDEN[name] for name in ("mobile", "code", "name", "resident_id")}
    secret = {name: Secret(text) for name, text in HIDDEN.items()}
    facts, occasion = Facts(secret), Occasion(NOW, "n-1")
    one, two = AccessKey("id", secret["AccessKey secret"]), SecretKey("id", secret["SecretKey"])
    body = {"name": "{name}", "id": "{resident_id}", "token": "{secret:token}"}
    template = Template("https://x.example/", body, {"A": "{secret:token}"}, {"token": secret["token"]})
    check = JsonCheck("x", template, "a", ("1",), ("2",))
    operations = [
        alibaba.SendSms(one, "s", "t"),
        alibaba.Id2MetaVerify(one),
        alibaba.Mobile3MetaSimpleVerify(one),
        tencent.SendSms(two, "a", "s", "t"),
        tencent.IdCardVerification(two),
        tencent.PhoneVerification(two),
        check,
    ]
    digester, vault = Digester(ring("look-1")), Vault(ring("seal-1"))
    _, challenge = draw(digester.digest("mobile", HIDDEN["mobile"]), digester, NOW)
    papers = claim(
        "manual",
        (digester.digest("document", "x"),),
        document_kind="passport",
        document_number=HIDDEN["document_number"],
        name=HIDDEN["name"],
    )
    ready = means(checks={"resident": check}, challenge=challenge)
    return [
        *secret.values(),
        claim("mobile", **given),
        papers,
        METHODS["manual"].verify(papers, ready),
        METHODS["resident_id"].facts(claim("resident_id", name=given["name"], resident_id=NUMBER), ready.today),
        parse(NUMBER, ready.today),
        facts,
        digester,
        vault,
        digester.ring,
        challenge,
        ready,
        template,
        one,
        two,
        *operations,
        *(operation.request(facts, occasion) for operation in operations),
        vault.seal(secret["resident_id"], "k", "o"),
        digester.digest("mobile", HIDDEN["mobile"]),
        *METHODS,
    ]


def test_no_value_of_the_package_shows_what_it_holds(everything: list[object]) -> None:
    assert {type(thing).__name__: leaks(thing) for thing in everything if leaks(thing)} == {}


def test_the_search_for_leaks_finds_them() -> None:
    assert leaks(HIDDEN["mobile"]) == ["mobile"]
    assert set(leaks(NUMBER)) == {"resident_id", "birthday"}
    assert leaks(key("look-1")) == ["look-1"]
    assert leaks({"a": [HIDDEN["token"]]}) == ["token"]


def test_every_dataclass_of_the_package_is_looked_at(everything: list[object]) -> None:
    """A new value that holds secrets has to be put into the list above, or named here as holding none."""
    import zhengming.identity.configuration  # noqa: F401 - so that its classes are found

    harmless = {
        "Answer", "Assertion", "Attempt", "CodeRules", "Https", "JsonSending", "Limit", "Lockout", "Occasion",
        "Ranges", "Receipt", "Rejected", "Response", "Review", "Setup", "Verified",
    }  # fmt: skip
    known = {type(thing) for thing in everything}
    ours = {
        each
        for each in gc.get_objects()
        if isinstance(each, type) and is_dataclass(each) and each.__module__.startswith("zhengming.identity")
    }
    assert {each.__name__ for each in ours - known} <= harmless
    for each in ours:  # whatever holds text in the open is not one of ours by the name of a field
        assert each.__name__ == "ResidentNumber" or not {"number", "mobile", "text"} & {
            at.name for at in fields(each)
        }


@pytest.mark.parametrize("status", [200, 400, 500])
def test_errors_of_a_source_do_not_repeat_what_it_was_asked(
    means: Callable[..., Means], status: int, caplog: pytest.LogCaptureFixture
) -> None:
    def echo(came: Any) -> tuple[int, bytes]:
        from urllib.parse import unquote_to_bytes

        said = unquote_to_bytes(came.body).decode()
        return status, json.dumps(
            {"Code": said, "Response": {"Error": {"Code": said}}, "r": said, "n": NUMBER}
        ).encode()

    given = claim("resident_id", name=HIDDEN["name"], resident_id=NUMBER)
    with serving(echo) as url, caplog.at_level(logging.DEBUG):
        template = Template(url, {"n": "{name}", "i": "{resident_id}"})
        for check in (
            alibaba.Id2MetaVerify(AccessKey("id", Secret(HIDDEN["AccessKey secret"])), url),
            tencent.IdCardVerification(SecretKey("id", Secret(HIDDEN["SecretKey"])), url),
            JsonCheck("x", template, "r", ("1",), ("2",)),
            JsonCheck("x", template, "n", ("1",), ("2",)),
        ):
            ready = means(checks={"resident": check}, transport=Https())
            with pytest.raises(ZhengmingError) as caught:
                METHODS["resident_id"].verify(given, ready)
            assert leaks(caught.value) == []
            assert leaks("".join(traceback.format_exception(caught.value))) == []
    assert leaks(caplog.text) == []


def test_errors_of_the_network_do_not_repeat_what_was_sent(means: Callable[..., Means]) -> None:
    sms = alibaba.SendSms(AccessKey("id", Secret("x")), "s", "t", endpoint="http://127.0.0.1:1")
    facts = Facts({"mobile": Secret(HIDDEN["mobile"]), "code": Secret(HIDDEN["code"])})
    with pytest.raises(ZhengmingError) as caught:
        Https(seconds=1).send(sms.request(facts, Occasion(NOW, "n")))
    assert leaks(caught.value) == []
    assert leaks("".join(traceback.format_exception(caught.value))) == []


def test_a_verified_person_leaves_nothing_in_the_assertion(means: Callable[..., Means]) -> None:
    given = claim("resident_id", name=HIDDEN["name"], resident_id=NUMBER)
    said = {"Code": "200", "RequestId": NUMBER, "ResultObject": {"BizCode": "1"}}
    with serving(Alibaba(lambda *_: said, id="id", secret="x")) as url:
        check = alibaba.Id2MetaVerify(AccessKey("id", Secret("x")), url)
        outcome = METHODS["resident_id"].verify(given, means(checks={"resident": check}, transport=Https()))
    assert leaks(outcome) == []
    assert leaks(outcome.assertion(NOW)) == []  # type: ignore[union-attr]
    with serving(Tencent("faceid", lambda *_: {"Result": "-1"}, id="id", secret="x")) as url:
        other = tencent.IdCardVerification(SecretKey("id", Secret("x")), url)
        assert leaks(METHODS["resident_id"].verify(given, means(checks={"resident": other}, transport=Https()))) == []


def test_a_secret_compares_hashes_and_copies_without_showing() -> None:
    one = Secret("欧阳隐名")
    assert one == Secret("欧阳隐名")
    assert one != Secret("别人")
    assert one != "欧阳隐名"
    assert {one: 1}[Secret("欧阳隐名")] == 1
    assert copy.deepcopy([one])[0] is one
    assert copy.copy(one) is one
    assert Secret("\ud800") == Secret("\ud800")
    with pytest.raises(Refused):
        pickle.dumps(one)
