"""Acts in the law's words: one act, one entry, one version; and what the law refuses is refused."""

from dataclasses import replace
from datetime import timedelta

import pytest

from zhengming.ground.errors import Refused, Unavailable, WrongInput
from zhengming.identity.assertion import Assertion, Level
from zhengming.ledger.digest import Digest
from zhengming.records.parts import Audience, Limits, MeasureKind, OrderKind, UserKind

MATERIAL = Digest.of(b"a face")


@pytest.fixture
def acts(desk):
    """The modules of acts, imported once Django is there."""
    from types import SimpleNamespace

    from zhengming.records.acts import (
        agreements,
        consents,
        keys,
        measures,
        orders,
        proposals,
        services,
        staff,
        upstreams,
        users,
    )  # fmt: skip

    return SimpleNamespace(
        agreements=agreements, consents=consents, keys=keys, measures=measures, orders=orders, proposals=proposals,
        services=services, staff=staff, upstreams=upstreams, users=users,
    )  # fmt: skip


@pytest.fixture
def policy(desk):
    from zhengming.records import loading

    return loading.whole


@pytest.fixture
def user(desk, acts):
    return acts.users.create_user(desk, "alice@example.cn", UserKind.PERSON)


@pytest.fixture
def service(desk, acts, clock):
    acts.services.register_service(desk, "face", "换脸", "biometric-image", "001191110102MACQD9K64010000")
    acts.services.change_service(desk, "face", {"assessed_until": clock.now + timedelta(days=365)})
    acts.services.set_function(desk, "face", "swap", "biometric-image", "3", edits_person=True)
    return "face"


def test_one_act_is_one_entry_and_one_version(desk, acts, ledger, entries, policy):
    before, version = ledger.store.size, policy().version
    id_ = acts.users.create_user(desk, "alice@example.cn", UserKind.PERSON)
    (entry,) = entries()[before:]
    assert (entry.kind, entry.subjects["user"]) == ("user.created", id_)
    assert policy().version == version + 1 == entry.facts["version"]


def test_nothing_is_half_done_where_the_ledger_does_not_take_the_entry(desk, acts, policy):
    class Full:
        def append(self, entry):
            raise Unavailable("磁盘已满", "the disk is full")

    from zhengming.records.models import Change, User

    version = policy().version
    with pytest.raises(Unavailable):
        acts.users.create_user(replace(desk, book=Full()), "bob", UserKind.PERSON)
    assert (User.objects.count(), policy().version) == (0, version)
    assert not Change.objects.filter(version__gt=version).exists()


def test_no_personal_data_stands_in_clear_in_the_tables_or_the_ledger(desk, acts, user, service, storage, ledger):
    acts.measures.impose_measure(desk, user, MeasureKind.SUSPEND, "A.1.1", "张三多次上传他人照片", days=7)
    acts.agreements.publish_agreement(desk, "consent-notice", Audience.PERSON, "我们将编辑你的人脸")
    _, token = acts.consents.request_consent(desk, service, "swap", MATERIAL, "film", 30)
    acts.consents.give_consent(desk, token, "李四 13800138000", 1)
    from django.db import connection

    connection.close()
    kept = b"".join(path.read_bytes() for path in storage.data.rglob("*") if path.is_file())
    for personal in ("alice@example.cn", "张三", "李四", "13800138000"):
        assert personal.encode() not in kept


def test_a_user_is_found_by_the_operators_name_and_named_again_only_on_the_record(desk, acts, user, entries, policy):
    (reference,) = desk.digester.candidates("account", "alice@example.cn")
    assert policy().user_called(reference).id == user
    assert acts.users.name_of(desk, user) == "alice@example.cn"
    assert entries()[-1].kind == "user.named"


def test_staff_without_the_permission_are_refused(desk, acts, colleague):
    with pytest.raises(Refused, match="管理使用者"):
        acts.users.create_user(colleague, "bob", UserKind.PERSON)
    acts.staff.deactivate_staff(desk, "li")
    with pytest.raises(Refused):
        acts.measures.impose_measure(colleague, "x", MeasureKind.WARN, "A.1.1", "reason")


def test_only_the_first_of_the_staff_is_made_without_permission(desk, acts):
    with pytest.raises(Refused):
        acts.staff.create_staff(replace(desk, staff=""), "mallory", ["administrator"])


def test_a_wrong_password_and_a_wrong_name_are_refused_in_the_same_words(desk, acts):
    password = acts.staff.renew_password(desk, "wang")
    assert acts.staff.signed_in("wang", password) == "wang"
    with pytest.raises(Refused) as wrong_password:
        acts.staff.signed_in("wang", "guess")
    with pytest.raises(Refused) as wrong_name:
        acts.staff.signed_in("nobody", "guess")
    assert str(wrong_password.value) == str(wrong_name.value)


def test_art_9_an_assertion_makes_a_user_verified_until_it_ends_or_is_revoked(desk, acts, user, clock, policy):
    subject = desk.digester.digest("resident_id", "x")
    assertion = Assertion("manual", Level.CHECKED, subject, clock.now, clock.now + timedelta(days=365))
    kept = acts.users.keep_assertion(desk, user, assertion)
    assert policy().user(user).is_verified(Level.CHECKED, clock.now)
    assert not policy().user(user).is_verified(Level.CHECKED, clock.now + timedelta(days=365))
    acts.users.revoke_identity(desk, kept, "证件系伪造")
    assert not policy().user(user).is_verified(Level.HELD, clock.now)


def test_art_8_a_new_version_is_to_be_accepted_again(desk, acts, user, clock, policy):
    def is_missing():
        (agreement,) = policy().agreements(Audience.USER, clock.now)
        return not policy().user(user).has_accepted(agreement)

    acts.agreements.publish_agreement(desk, "terms", Audience.USER, "第一版")
    assert is_missing()
    acts.agreements.accept_agreement(desk, "terms", 1, user=user)
    assert not is_missing()
    acts.agreements.publish_agreement(desk, "terms", Audience.USER, "第二版")
    assert is_missing()
    with pytest.raises(Refused, match="newer"):
        acts.agreements.accept_agreement(desk, "terms", 1, user=user)
    acts.agreements.accept_agreement(desk, "terms", 2, user=user)
    assert not is_missing()


def test_art_8_what_a_supporter_accepts_counts_for_its_upstreams(desk, acts, clock, policy):
    acts.upstreams.register_supporter(desk, "lab", "实验室")
    acts.services.register_service(desk, "chat", "对话", "text", "001191110102MACQD9K64010000")
    acts.upstreams.register_upstream(
        desk, "local", "openai_chat", "http://127.0.0.1:8000/v1", ["qwen"], ["chat"], "lab"
    )
    acts.agreements.publish_agreement(desk, "support", Audience.SUPPORTER, "第一版")
    acts.agreements.accept_agreement(desk, "support", 1, supporter="lab")
    (upstream,) = policy().upstreams("chat", "qwen")
    (agreement,) = policy().agreements(Audience.SUPPORTER, clock.now)
    assert upstream.has_accepted(agreement)


def test_art_10_a_measure_ends_by_itself_and_can_be_ended_earlier(desk, acts, user, clock, policy):
    first = acts.measures.impose_measure(desk, user, MeasureKind.SUSPEND, "A.1.1", "多次违规", days=7)
    assert [each.id for each in policy().measures(user, clock.now)] == [first]
    assert policy().measures(user, clock.now + timedelta(days=7)) == ()
    acts.measures.end_measure(desk, first, "申诉成立")
    assert policy().measures(user, clock.now) == ()
    with pytest.raises(WrongInput, match="天数"):
        acts.measures.impose_measure(desk, user, MeasureKind.SUSPEND, "A.1.1", "多次违规")


def test_two_people_close_an_account_and_open_it_again(desk, acts, colleague, user, clock, policy):
    with pytest.raises(Refused, match="两人"):
        acts.measures.impose_measure(desk, user, MeasureKind.CLOSE, "A.1.1", "屡次违规")
    proposal = acts.proposals.propose(desk, "close-account", {"user": user, "ground": "A.1.1"}, "屡次违规")
    with pytest.raises(Refused, match="自己拟办"):
        acts.proposals.approve(desk, proposal)
    assert policy().measures(user, clock.now) == ()
    acts.proposals.approve(colleague, proposal)
    (measure,) = policy().measures(user, clock.now)
    assert measure.kind is MeasureKind.CLOSE
    with pytest.raises(Refused, match="已办结"):
        acts.proposals.approve(colleague, proposal)
    with pytest.raises(Refused, match="两人"):
        acts.measures.end_measure(desk, measure.id, "误判")
    again = acts.proposals.propose(desk, "reopen-account", {"measure": measure.id}, "误判")
    acts.proposals.approve(colleague, again)
    assert policy().measures(user, clock.now) == ()


def test_the_tables_themselves_refuse_one_person_in_both_roles(desk, acts, user, clock):
    from django.db import IntegrityError, transaction

    from zhengming.records.models import Measure, Order, Proposal, Staff

    wang = Staff.objects.get(username="wang")
    proposal = acts.proposals.propose(desk, "close-account", {"user": user, "ground": "A.1.1"}, "屡次违规")
    order = acts.orders.give_order(desk, OrderKind.STOP_SIGNUPS, "cyberspace", "网信办〔2026〕1号")
    attempts = (
        lambda: Proposal.objects.filter(pk=proposal).update(decided_by=wang, decided_at=clock.now, is_approved=True),
        lambda: Order.objects.filter(pk=order).update(lifted_at=clock.now, lifted_by=wang, lifting_proposed_by=wang),
        lambda: Order.objects.filter(pk=order).update(lifted_at=clock.now, lifted_by=wang),
        lambda: Measure.objects.create(
            id="m", user_id=user, kind="close", ground="x", since=clock.now, imposed_by=wang, approved_by=wang
        ),
        lambda: Measure.objects.create(
            id="m", user_id=user, kind="close", ground="x", since=clock.now, imposed_by=wang
        ),
    )
    for attempt in attempts:
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()


def test_art_14_a_consent_binds_person_function_material_purpose_period_and_notice(
    desk, acts, service, clock, policy
):
    acts.agreements.publish_agreement(desk, "consent-notice", Audience.PERSON, "告知第一版")
    _, token = acts.consents.request_consent(desk, service, "swap", MATERIAL, "film", 30)
    acts.agreements.publish_agreement(desk, "consent-notice", Audience.PERSON, "告知第二版")
    with pytest.raises(Refused, match="重新阅读"):
        acts.consents.give_consent(desk, token, "李四", 1)
    id_, receipt = acts.consents.give_consent(desk, token, "李四", 2)
    (consent,) = policy().consents(service, "swap", str(MATERIAL))
    assert consent == policy().consent(id_)
    assert consent.notice == "consent-notice/2"
    assert consent.purpose == "film"
    assert consent.is_valid(clock.now)
    assert not consent.is_valid(clock.now + timedelta(days=30))
    with pytest.raises(Refused, match="链接"):
        acts.consents.give_consent(desk, token, "李四", 2)
    acts.consents.withdraw_consent(desk, receipt)
    assert not policy().consent(id_).is_valid(clock.now)


def test_a_link_that_is_too_old_gives_no_consent(desk, acts, service, clock):
    acts.agreements.publish_agreement(desk, "consent-notice", Audience.PERSON, "告知")
    _, token = acts.consents.request_consent(desk, service, "swap", MATERIAL, "film", 30, link_days=7)
    clock.pass_(days=7)
    with pytest.raises(Refused, match="链接"):
        acts.consents.give_consent(desk, token, "李四", 1)


def test_two_people_erase_a_consent(desk, acts, colleague, service, policy):
    from zhengming.records.models import Consent

    acts.agreements.publish_agreement(desk, "consent-notice", Audience.PERSON, "告知")
    _, token = acts.consents.request_consent(desk, service, "swap", MATERIAL, "film", 30)
    id_, _ = acts.consents.give_consent(desk, token, "李四", 1)
    proposal = acts.proposals.propose(desk, "erase-consent", {"consent": id_}, "本人要求删除")
    acts.proposals.approve(colleague, proposal)
    assert policy().consent(id_) is None
    assert (Consent.objects.get().person, Consent.objects.get().material) == ("", "")


def test_art_15_a_function_that_edits_faces_is_assessed_before_it_is_switched_on(desk, acts, service, clock, policy):
    with pytest.raises(Refused, match="第十五条"):
        acts.services.switch_function(desk, service, "swap", True)
    acts.services.assess_function(desk, service, "swap", clock.now + timedelta(days=365))
    acts.services.switch_function(desk, service, "swap", True)
    assert policy().service(service).function("swap").is_on


def test_art_20_and_24_a_service_is_assessed_and_licensed_before_it_is_switched_on(desk, acts, clock, policy):
    acts.services.register_service(desk, "chat", "对话", "text", "001191110102MACQD9K64010000")
    with pytest.raises(Refused, match="第二十条"):
        acts.services.switch_service(desk, "chat", True)
    acts.services.change_service(desk, "chat", {"assessed_until": clock.now + timedelta(days=365)})
    acts.services.set_permit(desk, "chat", "online-publishing", "", None)
    with pytest.raises(Refused, match="第二十四条"):
        acts.services.switch_service(desk, "chat", True)
    acts.services.set_permit(desk, "chat", "online-publishing", "京-1", None)
    acts.services.switch_service(desk, "chat", True)
    assert policy().service("chat").is_on
    with pytest.raises(Refused):
        acts.services.change_service(desk, "chat", {"assessed_until": clock.now})
    assert policy().service("chat").assessed_until > clock.now


def test_art_21_an_order_is_in_force_at_once_and_two_people_lift_it(desk, acts, colleague, clock, policy):
    order = acts.orders.give_order(desk, OrderKind.STOP_SIGNUPS, "cyberspace", "网信办〔2026〕1号")
    assert policy().are_signups_stopped("any", clock.now)
    with pytest.raises(Refused, match="第二十一条"):
        acts.users.create_user(desk, "bob", UserKind.PERSON)
    proposal = acts.proposals.propose(desk, "lift-order", {"order": order}, "已整改")
    acts.proposals.approve(colleague, proposal)
    assert not policy().are_signups_stopped("any", clock.now)
    acts.users.create_user(desk, "bob", UserKind.PERSON)


def test_a_key_is_shown_once_ends_and_rotates_with_an_overlap(desk, acts, service, user, clock, policy):
    id_, secret = acts.keys.issue_key(desk, service, user, ["swap"], 30, Limits(requests_a_minute=10))
    key = policy().key(secret)
    assert (key.id, key.user, key.scopes, key.limits.requests_a_minute) == (id_, user, ("swap",), 10)
    assert not key.allows("other")
    assert not key.is_valid(clock.now + timedelta(days=30))
    new_id, new_secret = acts.keys.rotate_key(desk, id_, 30, timedelta(hours=1))
    assert policy().key(secret).is_valid(clock.now)
    assert not policy().key(secret).is_valid(clock.now + timedelta(hours=1))
    assert policy().key(new_secret).scopes == ("swap",)
    with pytest.raises(Refused):
        acts.keys.rotate_key(desk, id_)
    acts.keys.revoke_key(desk, new_id)
    clock.pass_(seconds=1)
    assert not policy().key(new_secret).is_valid(clock.now)
    with pytest.raises(WrongInput, match="没有功能"):
        acts.keys.issue_key(desk, service, scopes=["absent"])


def test_the_migrations_are_those_of_the_models(storage):
    from django.core.management import call_command

    call_command("makemigrations", "records", check=True, dry_run=True, verbosity=0)


def test_acts_of_many_at_once_take_turns(desk, acts, entries, policy):
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    version = policy().version

    def sign_up(name):
        try:
            return acts.users.create_user(desk, name, UserKind.PERSON)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(sign_up, map(str, range(12))))
    told = [entry for entry in entries() if entry.kind == "user.created"]
    assert policy().version == version + 12
    assert [entry.facts["version"] for entry in told] == list(range(version + 1, version + 13))
    assert {entry.subjects["user"] for entry in told} == set(made)
