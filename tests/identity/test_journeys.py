"""From claim to assertion by each method, with local stand-ins for the services."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from identity.cloud import NOW, Alibaba, Arrived, Tencent, answered, serving
from zhengming.ground.errors import Refused, Unavailable, WrongInput
from zhengming.identity.adapters import alibaba, tencent
from zhengming.identity.adapters.acs3 import AccessKey
from zhengming.identity.adapters.tc3 import SecretKey
from zhengming.identity.adapters.template import JsonCheck, Template
from zhengming.identity.assertion import Level, Standing
from zhengming.identity.claim import Claim, claim
from zhengming.identity.https import Https
from zhengming.identity.method import METHODS, Means, Rejected, Task, Verified
from zhengming.identity.methods.manual import Review, conclude
from zhengming.identity.methods.mobile import METHOD as MOBILE
from zhengming.identity.resident_number import Minor, check_character
from zhengming.identity.secret import Secret
from zhengming.identity.vault import Vault

ALIBABA = AccessKey("LTAI-test", Secret("alibaba-secret"))
TENCENT = SecretKey("AKIDtest", Secret("tencent-secret"))
CHILD = "11010520150101001" + check_character("11010520150101001")
Made = Callable[..., Means]


def sms(sent: list[dict[str, str]]) -> Alibaba:
    def answer(_: str, given: dict[str, str]) -> Any:
        sent.append(given)
        return {"Code": "OK", "BizId": "1^0"}

    return Alibaba(answer)


def sent_code(given: dict[str, str]) -> str:
    return given["TemplateParam"].split('"')[3]


def test_a_code_that_came_back_shows_that_the_number_is_held(means: Made) -> None:
    sent: list[dict[str, str]] = []
    with serving(sms(sent)) as url:
        sending = alibaba.SendSms(ALIBABA, "正名", "SMS_1", endpoint=url)
        first = means(transport=Https())
        challenge, receipt = MOBILE.send(claim("mobile", mobile="+86 138 1234 5678"), first, sending)
    assert receipt.reference == "1^0"
    typed = claim("mobile", mobile="13812345678", code=sent_code(sent[0]))
    outcome = MOBILE.verify(typed, means(challenge=challenge))
    assert isinstance(outcome, Verified)
    assert outcome.challenge
    assert outcome.challenge.used
    assertion = outcome.assertion(NOW, timedelta(days=30))
    assert (assertion.level, assertion.minor) == (Level.HELD, None)
    assert assertion.standing(NOW + timedelta(days=31)) is Standing.EXPIRED
    assert assertion.subject == means().digester.digest("mobile", "13812345678")


def test_a_wrong_code_costs_a_try_and_asks_no_source(means: Made) -> None:
    sent: list[dict[str, str]] = []
    with serving(sms(sent)) as url:
        sending = alibaba.SendSms(ALIBABA, "正名", "SMS_1", endpoint=url)
        challenge, _ = MOBILE.send(claim("mobile", mobile="13812345678"), means(transport=Https()), sending)
    wrong = "111111" if sent_code(sent[0]) != "111111" else "222222"
    outcome = MOBILE.verify(claim("mobile", mobile="13812345678", code=wrong), means(challenge=challenge))
    assert isinstance(outcome, Rejected)
    assert outcome.code == "wrong-code"
    assert outcome.challenge
    assert outcome.challenge.tries_left == challenge.tries_left - 1


def test_a_code_for_one_number_does_not_verify_another(means: Made) -> None:
    sent: list[dict[str, str]] = []
    with serving(sms(sent)) as url:
        sending = alibaba.SendSms(ALIBABA, "正名", "SMS_1", endpoint=url)
        challenge, _ = MOBILE.send(claim("mobile", mobile="13812345678"), means(transport=Https()), sending)
    other = claim("mobile", mobile="13900000000", code=sent_code(sent[0]))
    with pytest.raises(Refused, match="ask for a code first"):
        MOBILE.verify(other, means(challenge=challenge))


def test_no_message_goes_to_a_machine_or_too_soon_again(means: Made) -> None:
    sent: list[dict[str, str]] = []
    with serving(sms(sent)) as url:
        sending = alibaba.SendSms(ALIBABA, "正名", "SMS_1", endpoint=url)
        with pytest.raises(Refused, match="M2M"):
            MOBILE.send(claim("mobile", mobile="1440000000000"), means(transport=Https()), sending)
        challenge, _ = MOBILE.send(claim("mobile", mobile="13812345678"), means(transport=Https()), sending)
        soon = means(transport=Https(), challenge=challenge, now=NOW + timedelta(seconds=30), nonce="n-2")
        with pytest.raises(Refused, match="in 30 s"):
            MOBILE.send(claim("mobile", mobile="13812345678"), soon, sending)
    assert len(sent) == 1


@pytest.mark.parametrize("same", [True, False])
def test_with_the_operator_check_the_person_is_verified_and_only_a_flag_of_the_age_kept(
    means: Made, same: bool
) -> None:
    sent: list[dict[str, str]] = []
    with serving(sms(sent)) as url:
        sending = alibaba.SendSms(ALIBABA, "正名", "SMS_1", endpoint=url)
        challenge, _ = MOBILE.send(claim("mobile", mobile="13812345678"), means(transport=Https()), sending)
    full = claim("mobile", mobile="13812345678", code=sent_code(sent[0]), name="李四", resident_id=CHILD.lower())
    with serving(Tencent("faceid", lambda *_: {"Result": "0" if same else "-4"})) as url:
        checks = {"mobile": tencent.PhoneVerification(TENCENT, url)}
        outcome = MOBILE.verify(full, means(challenge=challenge, checks=checks, transport=Https()))
    if not same:
        assert isinstance(outcome, Rejected)
        assert outcome.code == "mismatch"
        return
    assert isinstance(outcome, Verified)
    assert (outcome.level, outcome.minor) == (Level.CHECKED, Minor.UNDER_14)
    assert outcome.subject == means().digester.digest("resident_id", CHILD)
    assert "2015" not in str(outcome.assertion(NOW).json())


def test_without_the_operator_check_name_and_number_are_not_collected(means: Made) -> None:
    sent: list[dict[str, str]] = []
    with serving(sms(sent)) as url:
        sending = alibaba.SendSms(ALIBABA, "正名", "SMS_1", endpoint=url)
        challenge, _ = MOBILE.send(claim("mobile", mobile="13812345678"), means(transport=Https()), sending)
    full = claim("mobile", mobile="13812345678", code=sent_code(sent[0]), name="李四", resident_id=CHILD)
    with pytest.raises(Refused, match="机主"):
        MOBILE.verify(full, means(challenge=challenge))


@pytest.mark.parametrize(("code", "expected"), [("1", None), ("2", "mismatch"), ("3", "no-record")])
def test_a_resident_number_is_what_the_source_says(means: Made, code: str, expected: str | None) -> None:
    def answer(_: str, given: dict[str, str]) -> Any:
        return {"Code": "200", "RequestId": "r-1", "ResultObject": {"BizCode": code}}

    with serving(Alibaba(answer)) as url:
        ready = means(checks={"resident": alibaba.Id2MetaVerify(ALIBABA, url)}, transport=Https())
        outcome = METHODS["resident_id"].verify(METHODS["resident_id"].example(), ready)
    if expected:
        assert isinstance(outcome, Rejected)
        assert (outcome.code, outcome.reference) == (expected, "r-1")
        return
    assert isinstance(outcome, Verified)
    assertion = outcome.assertion(NOW)
    assert (assertion.level, assertion.minor, assertion.reference) == (Level.CHECKED, Minor.ADULT, "r-1")
    assert assertion.evidence.startswith("hmac-sha256:look-1:")


def test_a_source_that_fails_verifies_and_rejects_nobody(means: Made) -> None:
    with serving(lambda _: (503, b"overloaded")) as url:
        ready = means(checks={"resident": alibaba.Id2MetaVerify(ALIBABA, url)}, transport=Https())
        with pytest.raises(Unavailable):
            METHODS["resident_id"].verify(METHODS["resident_id"].example(), ready)


def by_template(url: str, body: dict[str, str], **more: Any) -> JsonCheck:
    return JsonCheck("示例服务", Template(url, body), "result", ("same",), ("different",), ("none",), **more)


def test_an_organisation_is_checked_by_code_and_name(means: Made) -> None:
    def judge(came: Arrived) -> tuple[int, bytes]:
        return answered({"result": "same" if "示例有限公司".encode() in came.body else "different"})

    with serving(judge) as url:
        check = by_template(url, {"n": "{organisation}", "c": "{uscc}"})
        ready = means(checks={"organisation": check}, transport=Https())
        assert isinstance(METHODS["uscc"].verify(METHODS["uscc"].example(), ready), Verified)
        other = claim("uscc", organisation="别的公司", uscc=METHODS["uscc"].example().text("uscc"))
        assert isinstance(METHODS["uscc"].verify(other, ready), Rejected)


def test_the_national_service_gets_the_credential_and_nothing_else(means: Made) -> None:
    came: list[bytes] = []

    def judge(arrived: Arrived) -> tuple[int, bytes]:
        came.append(arrived.body)
        return answered({"result": "same", "pid": "AB12cd"})

    with serving(judge) as url:
        check = by_template(url, {"credential": "{network_credential}"}, subject_path="pid")
        ready = means(checks={"network": check}, transport=Https())
        outcome = METHODS["network_id"].verify(claim("network_id", network_credential="opaque"), ready)
        with pytest.raises(Refused, match="不收集：姓名"):
            METHODS["network_id"].verify(claim("network_id", network_credential="opaque", name="张三"), ready)
    assert came == [b'{"credential": "opaque"}']
    assert isinstance(outcome, Verified)
    assert (outcome.level, outcome.minor) == (Level.NATIONAL, None)
    assert outcome.subject == means().digester.digest("network_number", "AB12cd")


@pytest.mark.parametrize(("number", "fine"), [("Ab12" * 16, True), ("a", True), ("a-b", False), ("张三", False)])
def test_a_network_number_is_letters_and_digits(means: Made, number: str, fine: bool) -> None:
    given = claim("network_id", network_credential="opaque", network_number=number)
    if fine:
        assert METHODS["network_id"].facts(given, means().today).text("network_number") == number
        return
    with pytest.raises(WrongInput):
        METHODS["network_id"].facts(given, means().today)


def documents(means: Made) -> Claim:
    picture = means().digester.digest("document", "the bytes of a picture")
    return claim("manual", (picture,), document_kind="resident_id", document_number=CHILD, name="李四")


def test_staff_compare_what_is_sealed_and_conclude_in_four_fields(means: Made, vault: Vault) -> None:
    task = METHODS["manual"].verify(documents(means), means())
    assert isinstance(task, Task)
    assert len(task.compare) == 5
    assert vault.open(task.sealed["document_number"], "document_number", task.subject).reveal() == CHILD
    assert vault.open(task.sealed["name"], "name", task.subject).reveal() == "李四"
    outcome = conclude(task, Review("accept", "", "staff-7", NOW + timedelta(hours=1)), means().digester)
    assert isinstance(outcome, Verified)
    assert (outcome.level, outcome.minor) == (Level.CHECKED, Minor.UNDER_14)
    assert outcome.subject == means().digester.digest("resident_id", CHILD)
    other = conclude(task, Review("accept", "", "staff-8", NOW + timedelta(hours=1)), means().digester)
    assert isinstance(other, Verified)
    assert other.evidence != outcome.evidence


def test_a_licence_is_the_same_subject_as_by_its_code_and_asks_for_an_authorisation(
    means: Made, vault: Vault
) -> None:
    code = METHODS["uscc"].example().text("uscc")
    picture = (means().digester.digest("document", "x"),)
    name = "示例(北京)有限公司3号"
    given = claim("manual", picture, document_kind="business_licence", document_number=code.lower(), name=name)
    task = METHODS["manual"].verify(given, means())
    assert isinstance(task, Task)
    assert (task.subject, task.minor) == (means().digester.digest("uscc", code), None)
    assert "授权" in task.compare[-1].zh
    assert vault.open(task.sealed["name"], "name", task.subject).reveal() == "示例（北京）有限公司3号"
    now = conclude(task, Review("accept", "", "staff-7", task.asked_at), means().digester)
    assert isinstance(now, Verified)


def test_staff_state_a_ground_and_nobody_checks_themselves(means: Made) -> None:
    task = METHODS["manual"].verify(documents(means), means())
    assert isinstance(task, Task)
    later = NOW + timedelta(hours=1)
    for decision in ("reject", "again"):
        outcome = conclude(task, Review(decision, "照片模糊", "staff-7", later), means().digester)  # type: ignore[arg-type]
        assert isinstance(outcome, Rejected)
        assert outcome.code == decision
    for wrong, kind in (
        (Review("reject", " ", "staff-7", later), WrongInput),
        (Review("accept", "", "user-1", later), Refused),
        (Review("accept", "", "", later), Refused),
        (Review("accept", "", "staff-7", NOW - timedelta(hours=1)), WrongInput),
    ):
        with pytest.raises(kind):
            conclude(task, wrong, means().digester)


@pytest.mark.parametrize(
    ("kind", "number"),
    [("passport", "E1"), ("resident_id", "110105194912310020"), ("business_licence", "9" * 18), ("pet", "X")],
)
def test_a_document_whose_number_cannot_be_makes_no_work_for_staff(means: Made, kind: str, number: str) -> None:
    wrong = claim("manual", documents(means).documents, document_kind=kind, document_number=number, name="李四")
    with pytest.raises(WrongInput):
        METHODS["manual"].verify(wrong, means())


def test_a_claim_needs_a_picture_and_a_key_to_seal_with(means: Made) -> None:
    with pytest.raises(WrongInput, match="pictures"):
        METHODS["manual"].verify(replace(documents(means), documents=()), means())
    with pytest.raises(WrongInput):
        METHODS["manual"].verify(replace(documents(means), documents=("/srv/张三.jpg",)), means())
    with pytest.raises(Unavailable, match="no key"):
        METHODS["manual"].verify(documents(means), means(vault=None))


@pytest.mark.parametrize("name", ["阿凡提·买买提", "欧阳小明", "JOHN SMITH", "𠮷野", "𲎯王"])
def test_names_with_dots_and_rare_characters_are_taken(means: Made, name: str) -> None:
    number = METHODS["resident_id"].example().text("resident_id")
    facts = METHODS["resident_id"].facts(claim("resident_id", name=name, resident_id=number), means().today)
    assert facts.text("name") == name


@pytest.mark.parametrize("dot", "•‧・･．.")
def test_every_way_to_type_the_inner_dot_gives_one_name(means: Made, dot: str) -> None:
    number = METHODS["resident_id"].example().text("resident_id")
    given = claim("resident_id", name=f"阿凡提{dot}买买提", resident_id=number)
    assert METHODS["resident_id"].facts(given, means().today).text("name") == "阿凡提·买买提"


@pytest.mark.parametrize("name", ["张", "张3", "张<b>", "张" * 65, "··", "🙂🙂"])
def test_what_is_no_name_is_refused(means: Made, name: str) -> None:
    number = METHODS["resident_id"].example().text("resident_id")
    with pytest.raises(WrongInput):
        METHODS["resident_id"].facts(claim("resident_id", name=name, resident_id=number), means().today)
