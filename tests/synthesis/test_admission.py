"""Admission: each reason against a request, and that nothing else is in the way."""

import pickle
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from zhengming.records.parts import (
    Agreement,
    ApiKey,
    Audience,
    Consent,
    Function,
    Identity,
    IdentityOn,
    Labels,
    Limits,
    Measure,
    MeasureKind,
    Order,
    OrderKind,
    Part,
    Permit,
    Service,
    Upstream,
    User,
    UserKind,
)
from zhengming.records.policy import Policy, key_digest
from zhengming.synthesis.admission import Admitted, Asking, Usage, admit
from zhengming.synthesis.reasons import REASONS, NotAdmitted

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
LATER, EARLIER = NOW + timedelta(days=30), NOW - timedelta(days=30)
FACE = "sha256:face"

SWAP = Function("face-swap", "biometric-image", "3", True, edits_person=True, assessed_until=LATER)
CHAT = Function("chat", "text", "1", True)
SERVICE = Service(
    "s1", "assistant", "text", "1", True, (CHAT, SWAP), Labels("001191000000000000000K10000"),
    filing_number="网信算备110108645502801230035号", assessed_until=LATER,
)  # fmt: skip
UPSTREAM = Upstream(
    "m1", "local", "openai-chat", "http://127.0.0.1:9/v1", ("tiny",), ("assistant",), True, assessed_until=LATER,
    accepted=(("supporter-terms", 1),),
)  # fmt: skip
LI = User(
    "u1", "ref-li", UserKind.PERSON, True, identities=(Identity("mobile", 1, EARLIER, LATER),),
    accepted=(("terms", 2),),
)  # fmt: skip
KEY = ApiKey("k1", key_digest("secret"), "assistant", user="u1")
TERMS = Agreement("a2", "terms", 2, Audience.USER, "sha256:terms", EARLIER)
SUPPORTER_TERMS = Agreement("a3", "supporter-terms", 1, Audience.SUPPORTER, "sha256:st", EARLIER)
CONSENT = Consent("c1", "person", "assistant", "face-swap", FACE, "film", "notice-1", EARLIER, LATER)
WORLD: tuple[Part, ...] = (SERVICE, UPSTREAM, LI, KEY, TERMS, SUPPORTER_TERMS, CONSENT)

ASKING = Asking("secret", "chat", "tiny")
SWAPPING = replace(ASKING, function="face-swap", materials=(FACE,), consents=("c1",))


def world(*changes: Part) -> Policy:
    return Policy.of("test", 7, NOW, (*WORLD, *changes))


def refused(asking: Asking, *changes: Part) -> str:
    with pytest.raises(NotAdmitted) as refusal:
        admit(asking, world(*changes), NOW)
    return refusal.value.kind


def test_who_may_is_admitted_and_the_admission_names_its_grounds() -> None:
    admitted = admit(ASKING, world(), NOW)
    assert admitted == Admitted("test.7", KEY, LI, SERVICE, CHAT, (UPSTREAM,))


def test_a_person_who_consented_may_be_edited() -> None:
    assert admit(SWAPPING, world(), NOW).consents == (CONSENT,)


@pytest.mark.parametrize("secret", ["", "wrong"])
def test_an_unknown_key_is_refused(secret: str) -> None:
    assert refused(replace(ASKING, secret=secret)) == "key-invalid"


def test_an_expired_key_is_refused() -> None:
    assert refused(ASKING, replace(KEY, until=NOW)) == "key-invalid"


def test_a_service_that_is_off_serves_nobody() -> None:
    assert refused(ASKING, replace(SERVICE, is_on=False)) == "service-off"


@pytest.mark.parametrize(
    ("kind", "asking", "code"),
    [
        (OrderKind.STOP_SERVICE, ASKING, "service-stopped"),
        (OrderKind.STOP_UPDATES, replace(ASKING, publishing=True), "updates-stopped"),
        (OrderKind.STOP_FUNCTION, ASKING, "function-stopped"),
    ],
)
@pytest.mark.parametrize("service", ["", "assistant"])
def test_an_order_in_force_stops_what_it_names(kind: OrderKind, asking: Asking, code: str, service: str) -> None:
    order = Order("o1", kind, "cyberspace", EARLIER, service=service)
    assert refused(asking, order) == code
    assert admit(asking, world(replace(order, until=NOW)), NOW), "an order that has ended stops nothing"
    assert admit(asking, world(replace(order, service="another")), NOW)


def test_an_order_to_stop_updates_leaves_what_is_not_published() -> None:
    assert admit(ASKING, world(Order("o1", OrderKind.STOP_UPDATES, "cyberspace", EARLIER)), NOW)


def test_a_service_that_moves_opinion_needs_its_filing_and_assessment() -> None:
    assert refused(ASKING, replace(SERVICE, filing_number="")) == "filing-missing"
    assert refused(ASKING, replace(SERVICE, assessed_until=None)) == "service-unassessed"
    assert refused(ASKING, replace(SERVICE, assessed_until=NOW)) == "service-unassessed"
    quiet = replace(SERVICE, moves_opinion=False, filing_number="", assessed_until=None)
    assert admit(ASKING, world(quiet), NOW)


def test_a_service_of_a_kind_that_needs_a_permit_has_it() -> None:
    assert refused(ASKING, replace(SERVICE, permits=(Permit("网络视听", ""),))) == "permit-missing"
    assert admit(ASKING, world(replace(SERVICE, permits=(Permit("网络视听", "0110", LATER),))), NOW)


def test_a_function_exists_is_on_and_in_the_scope_of_the_key() -> None:
    assert refused(replace(ASKING, function="fly")) == "function-unknown"
    assert refused(ASKING, replace(SERVICE, functions=(replace(CHAT, is_on=False),))) == "function-off"
    assert refused(ASKING, replace(KEY, scopes=("image",))) == "scope-exceeded"


def test_a_function_that_edits_persons_needs_its_own_assessment() -> None:
    unassessed = replace(SERVICE, functions=(CHAT, replace(SWAP, assessed_until=None)))
    assert refused(SWAPPING, unassessed) == "function-unassessed"


def test_a_model_is_offered_and_assessed_and_its_supporter_bound() -> None:
    assert refused(replace(ASKING, model="huge")) == "model-unknown"
    assert refused(ASKING, replace(UPSTREAM, is_on=False)) == "model-unknown"
    assert refused(ASKING, replace(UPSTREAM, assessed_until=None)) == "upstream-unassessed"
    assert refused(ASKING, replace(UPSTREAM, accepted=())) == "supporter-agreement"


def test_one_good_model_server_of_several_is_enough() -> None:
    unassessed = replace(UPSTREAM, id="m2", code="second", assessed_until=None)
    assert admit(ASKING, world(unassessed), NOW).upstreams == (UPSTREAM,)


def test_the_key_of_a_front_end_names_its_user() -> None:
    front = replace(KEY, user="")
    assert refused(ASKING, front) == "user-missing"
    assert refused(replace(ASKING, users=("ref-nobody",)), front) == "user-missing"
    assert admit(replace(ASKING, users=("ref-li",)), world(front), NOW).user == LI


def test_a_front_end_cannot_name_another_user_than_its_key_is_for() -> None:
    other = replace(LI, id="u2", reference="ref-wang")
    assert admit(replace(ASKING, users=("ref-wang",)), world(other), NOW).user == LI


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (MeasureKind.CLOSE, "account-closed"),
        (MeasureKind.SUSPEND, "account-suspended"),
        (MeasureKind.RESTRICT, "function-restricted"),
    ],
)
def test_a_measure_in_force_stops_its_user_and_ends_by_itself(kind: MeasureKind, code: str) -> None:
    measure = Measure("x1", "u1", kind, "10.3", EARLIER, LATER)
    assert refused(ASKING, measure) == code
    assert admit(ASKING, world(replace(measure, until=NOW)), NOW)
    assert admit(ASKING, world(replace(measure, user="u2")), NOW)


def test_a_restriction_leaves_the_functions_it_does_not_name() -> None:
    measure = Measure("x1", "u1", MeasureKind.RESTRICT, "10.3", EARLIER, functions=("face-swap",))
    assert admit(ASKING, world(measure), NOW)


def test_a_warning_lets_pass_and_travels_along() -> None:
    measure = Measure("x1", "u1", MeasureKind.WARN, "10.3", EARLIER)
    assert admit(ASKING, world(measure), NOW).warnings == (measure,)


def test_a_closed_account_is_closed() -> None:
    assert refused(ASKING, replace(LI, is_active=False)) == "account-closed"


def test_the_unverified_may_not_publish() -> None:
    nobody = replace(LI, identities=())
    assert refused(replace(ASKING, publishing=True), nobody) == "identity-required"
    assert admit(ASKING, world(nobody), NOW), "generating alone is a setting"
    assert refused(ASKING, nobody, replace(SERVICE, identity_on=IdentityOn.GENERATING)) == "identity-required"


def test_an_expired_or_too_weak_verification_does_not_count() -> None:
    publishing = replace(ASKING, publishing=True)
    assert refused(publishing, replace(LI, identities=(Identity("mobile", 1, EARLIER, NOW),))) == "identity-required"
    assert refused(publishing, replace(SERVICE, identity_level=2)) == "identity-required"


def test_a_new_version_of_the_agreement_is_accepted_before_the_next_use() -> None:
    assert refused(ASKING, replace(TERMS, id="a9", version=3)) == "agreement-required"
    future = replace(TERMS, id="a9", version=3, since=LATER)
    assert admit(ASKING, world(future), NOW), "a version binds from its day on"


@pytest.mark.parametrize(
    "asking",
    [
        replace(SWAPPING, consents=()),
        replace(SWAPPING, consents=("c9",)),
        replace(SWAPPING, materials=()),
    ],
)
def test_no_face_is_edited_without_a_consent(asking: Asking) -> None:
    assert refused(asking) == "consent-required"


@pytest.mark.parametrize(
    "consent",
    [
        replace(CONSENT, withdrawn_at=NOW),
        replace(CONSENT, until=NOW),
        replace(CONSENT, since=LATER),
        replace(CONSENT, material="sha256:another"),
        replace(CONSENT, function="voice-clone"),
        replace(CONSENT, service="another"),
    ],
)
def test_a_consent_that_does_not_fit_or_no_longer_holds_is_none(consent: Consent) -> None:
    assert refused(SWAPPING, consent) == "consent-invalid"


def test_every_face_needs_a_consent_of_its_own() -> None:
    assert refused(replace(SWAPPING, materials=(FACE, "sha256:second"))) == "consent-invalid"


def test_an_output_without_explicit_label_only_where_the_service_lets_have_it() -> None:
    assert refused(replace(ASKING, unlabelled=True)) == "explicit-label-required"
    lenient = replace(SERVICE, labels=replace(SERVICE.labels, release_without=True))
    assert admit(replace(ASKING, unlabelled=True), world(lenient), NOW)


@pytest.mark.parametrize(
    ("limits", "usage", "characters"),
    [
        (Limits(requests_a_minute=3), Usage(minute=3), 0),
        (Limits(requests_a_day=3), Usage(day=3), 0),
        (Limits(characters_a_day=10), Usage(characters=6), 5),
    ],
)
def test_a_limit_is_reached_exactly_when_it_is(limits: Limits, usage: Usage, characters: int) -> None:
    key = replace(KEY, limits=limits)
    asking = replace(ASKING, usage=usage, characters=characters)
    assert refused(asking, key) == "limit-reached"
    fewer = Usage(max(0, usage.minute - 1), max(0, usage.day - 1), max(0, usage.characters - 1))
    assert admit(replace(asking, usage=fewer), world(key), NOW)


def test_every_reason_can_be_met_and_says_what_to_do() -> None:
    told = {code for code in REASONS if NotAdmitted(code).words.zh and REASONS[code].mend.zh}
    source = Path(__file__).read_text(encoding="utf-8")
    assert told == set(REASONS)
    assert not [code for code in REASONS if f'"{code}"' not in source], "a reason that no story meets"


def test_a_refusal_names_article_matter_and_remedy_and_survives_the_way_between_processes() -> None:
    error = pickle.loads(pickle.dumps(NotAdmitted("identity-required", "x")))
    assert (error.kind, error.status, error.reason.article) == ("identity-required", 403, "9")
    assert "第9条" in error.words.zh
    assert "Art. 9" in error.words.en
