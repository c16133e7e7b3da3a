"""A story for each reason of refusal, through HTTP on records that staff change while the server runs."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from time import sleep
from typing import Any

import httpx
import pytest

from gateway.models import MODELS
from gateway.servers import House, Server
from zhengming.gateway.demo.works import picture
from zhengming.ledger.digest import Digest
from zhengming.records.parts import Audience, Limits, MeasureKind, OrderKind, UserKind
from zhengming.synthesis.reasons import REASONS

pytestmark = pytest.mark.slow  # a server or a desk of its own for each story

CHAT = ("/v1/chat/completions", {"model": "good", "messages": [{"role": "user", "content": "你好"}]})
FACE = picture("face", 64, 64)
SWAP = (
    "/v1/images/generations",
    {"model": "faces", "prompt": "换脸", "image": f"data:image/png;base64,{b64encode(FACE).decode()}"},
)
NUMBER = count()
#: Refusals whose entries are looked for at the end: entries can be read a second after they are durable.
TOLD: list[tuple[Server, str, str]] = []


class Story:
    """A fresh user and key of a fresh service, which a test lets something happen to."""

    def __init__(self, house: House, upstream_url: str) -> None:
        from zhengming.records.acts import keys, services, upstreams, users

        self.house, self.desk, number = house, house.desk, next(NUMBER)
        self.service, self.user, self.upstream = f"s{number}", f"user-{number}", f"m{number}"
        services.register_service(self.desk, self.service, "故事", "text", "001191000000000000000K10000")
        services.change_service(self.desk, self.service, {"moves_opinion": False})
        for code, technology in (("chat", "text"), ("face-swap", "biometric-image")):
            services.set_function(self.desk, self.service, code, technology, "3", code == "face-swap")
        services.assess_function(self.desk, self.service, "face-swap", _in(days=9))
        for code in ("chat", "face-swap"):
            services.switch_function(self.desk, self.service, code, True)
        services.switch_service(self.desk, self.service, True)
        upstreams.register_upstream(self.desk, self.upstream, "openai", upstream_url, MODELS, [self.service])
        upstreams.assess_upstream(self.desk, self.upstream, _in(days=9))
        upstreams.switch_upstream(self.desk, self.upstream, True)
        self.user_id = users.create_user(self.desk, self.user, UserKind.PERSON)
        self.key = keys.issue_key(self.desk, self.service, self.user)[1]

    def ask(self, what: tuple[str, Any] = CHAT, key: str = "", **headers: str) -> httpx.Response:
        """One request, once what was done is in force."""
        sleep(0.4)
        headers = {f"x-zhengming-{name}": value for name, value in headers.items()}
        headers["authorization"] = f"Bearer {key or self.key}"
        return httpx.post(f"{self.house.server.url}{what[0]}", json=what[1], headers=headers, timeout=30)

    def refused(self, reason: str, what: tuple[str, Any] = CHAT, key: str = "", **headers: str) -> None:
        """That a request is refused for ``reason``, in words for people, and that the ledger has it."""
        response = self.ask(what, key, **headers)
        error = response.json()["error"]
        assert (response.status_code, error["code"]) == (REASONS[reason].status, reason.replace("-", "_")), error
        assert REASONS[reason].mend.zh in error["message"]
        if reason != "key-invalid":  # strangers leave no entry: they could fill the ledger
            TOLD.append((self.house.server, response.headers["x-zhengming-work"], reason))


@pytest.fixture
def story(house: House, upstream: Any) -> Story:
    return Story(house, upstream.url)


@pytest.fixture(scope="module", autouse=True)
def _on_the_ledger() -> Iterator[None]:
    """Every refusal that a story told has its entry."""
    yield
    for server, work, reason in TOLD:
        entry = server.entry(work)
        assert (entry.kind, entry.facts["reason"]) == ("work.refused", reason)


@pytest.fixture
def desk(house: House) -> Any:
    return house.desk


def _in(**time: float) -> datetime:
    return datetime.now(UTC) + timedelta(**time)


def test_who_is_in_order_is_served(story: Story) -> None:
    assert story.ask().json()["choices"][0]["message"]["content"].startswith("AI生成")


def test_nobody_knows_the_key(story: Story) -> None:
    story.refused("key-invalid", key="zm-nobody")


def test_the_service_is_switched_off(story: Story, desk: Any) -> None:
    from zhengming.records.acts.services import switch_service

    switch_service(desk, story.service, False)
    story.refused("service-off")


@pytest.mark.parametrize(
    ("kind", "function", "reason"),
    [
        (OrderKind.STOP_SERVICE, "", "service-stopped"),
        (OrderKind.STOP_UPDATES, "", "updates-stopped"),
        (OrderKind.STOP_FUNCTION, "chat", "function-stopped"),
    ],
)
def test_an_authority_orders_a_stop(story: Story, desk: Any, kind: OrderKind, function: str, reason: str) -> None:
    from zhengming.law.authorities import AUTHORITIES
    from zhengming.records.acts.orders import give_order

    give_order(desk, kind, next(iter(AUTHORITIES)), "停〔2026〕1号", story.service, function, 9)
    story.refused(reason, publish="true")


def test_the_service_moves_opinion_and_is_not_filed(story: Story, desk: Any) -> None:
    from zhengming.records.acts.services import change_service

    change_service(desk, story.service, {"assessed_until": _in(seconds=1.5), "moves_opinion": True})
    story.refused("filing-missing")
    change_service(desk, story.service, {"filing_number": "网信算备000000000000000000001号"})
    sleep(1.5)
    story.refused("service-unassessed")


def test_a_permit_ends(story: Story, desk: Any) -> None:
    from zhengming.records.acts.services import set_permit

    set_permit(desk, story.service, "publishing", "许可1号", _in(seconds=0.3))
    story.refused("permit-missing")


def test_a_function_is_not_there_or_off_or_not_assessed(story: Story, desk: Any) -> None:
    from zhengming.records.acts.services import assess_function, switch_function

    story.refused("function-unknown", function="fly")
    assess_function(desk, story.service, "face-swap", _in(seconds=0.3))
    story.refused("function-unassessed", SWAP, function="face-swap")
    switch_function(desk, story.service, "chat", False)
    story.refused("function-off")


def test_a_key_has_other_scopes_or_reached_its_limit(story: Story, desk: Any) -> None:
    from zhengming.records.acts.keys import issue_key

    other = issue_key(desk, story.service, story.user, ["face-swap"])[1]
    story.refused("scope-exceeded", key=other)
    small = issue_key(desk, story.service, story.user, limits=Limits(characters_a_day=3))[1]
    assert story.ask(key=small).status_code == 200
    story.refused("limit-reached", key=small)


def test_the_model_is_not_offered_or_not_assessed(story: Story, desk: Any) -> None:
    from zhengming.records.acts.upstreams import assess_upstream

    story.refused("model-unknown", (CHAT[0], {**CHAT[1], "model": "none"}))
    assess_upstream(desk, story.upstream, _in(seconds=0.3))
    story.refused("upstream-unassessed")


def test_the_key_of_a_front_end_names_a_user_that_is_there(story: Story, desk: Any) -> None:
    from zhengming.records.acts.keys import issue_key

    front = issue_key(desk, story.service)[1]
    story.refused("user-missing", key=front)
    assert story.ask(key=front, user=story.user).status_code == 200


def test_a_user_is_restricted_then_suspended_then_gone(story: Story, desk: Any) -> None:
    from zhengming.records.acts.measures import impose_measure
    from zhengming.records.acts.users import leave

    impose_measure(desk, story.user_id, MeasureKind.WARN, "spam", "发布违规内容")
    assert story.ask().headers["x-zhengming-warnings"]
    impose_measure(desk, story.user_id, MeasureKind.RESTRICT, "spam", "多次违规", 3, ["chat"])
    story.refused("function-restricted")
    impose_measure(desk, story.user_id, MeasureKind.SUSPEND, "spam", "仍然违规", 7)
    story.refused("account-suspended")
    leave(desk, story.user_id)
    story.refused("account-closed")


def test_who_is_not_verified_cannot_publish(story: Story) -> None:
    story.refused("identity-required", publish="true")


def test_without_consent_nobody_is_edited(story: Story, desk: Any, consent: str) -> None:
    from zhengming.records.acts.consents import withdraw_consent_for

    story.refused("consent-required", SWAP, function="face-swap")
    assert story.ask(SWAP, function="face-swap", consent=consent).status_code == 200
    withdraw_consent_for(desk, consent)
    story.refused("consent-invalid", SWAP, function="face-swap", consent=consent)


@pytest.fixture
def consent(story: Story, desk: Any) -> str:
    """李四 agrees that the face in :data:`FACE` is edited."""
    from zhengming.records.acts.agreements import publish_agreement
    from zhengming.records.acts.consents import NOTICE, give_consent, request_consent

    version = publish_agreement(desk, NOTICE, Audience.PERSON, "告知：您的面部将被编辑。")
    _, token = request_consent(desk, story.service, "face-swap", Digest.of(FACE), "测试", 9)
    return str(give_consent(desk, token, "李四", version)[0])


def test_the_label_is_not_left_out_where_the_service_does_not_let(story: Story, desk: Any) -> None:
    from zhengming.records.acts.services import change_service

    story.refused("explicit-label-required", label="none")
    change_service(desk, story.service, {"release_without": True})
    answer = story.ask(label="none")
    assert answer.json()["choices"][0]["message"]["content"] == "您好，世界。"
    assert story.house.server.entry(answer.headers["x-zhengming-work"]).facts["label"] == "left-out"


def test_new_versions_of_agreements_are_accepted_first(own_house: House, upstream: Any) -> None:
    from zhengming.records.acts.agreements import accept_agreement, publish_agreement
    from zhengming.records.acts.upstreams import (
        assess_upstream,
        register_supporter,
        register_upstream,
        switch_upstream,
    )

    story, desk = Story(own_house, upstream.url), own_house.desk
    supporter, code = f"sup-{story.service}", f"up-{story.service}"
    register_supporter(desk, supporter, "模型公司")
    register_upstream(desk, code, "openai", upstream.url, ["theirs"], [story.service], supporter)
    assess_upstream(desk, code, _in(days=9))
    switch_upstream(desk, code, True)
    what = (CHAT[0], {**CHAT[1], "model": "theirs"})
    version = publish_agreement(desk, "user-terms", Audience.USER, "服务协议第二版")
    story.refused("agreement-required", what)
    accept_agreement(desk, "user-terms", version, user=story.user_id)
    assert story.ask(what).status_code == 200
    version = publish_agreement(desk, "supporter-terms", Audience.SUPPORTER, "技术支持协议")
    story.refused("supporter-agreement", what)
    accept_agreement(desk, "supporter-terms", version, supporter=supporter)
    assert story.ask(what).status_code == 200


def test_every_reason_has_its_story() -> None:
    told = Path(__file__).read_text(encoding="utf-8")
    assert not [reason for reason in REASONS if f'"{reason}"' not in told]
