"""What an installation lacks, found by looking: for ``zhengming doctor`` and for readiness."""

import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from zhengming.ground.words import Words
from zhengming.records import loading
from zhengming.records.acts.consents import NOTICE
from zhengming.records.desk import utc_now
from zhengming.records.models import Evidence, Staff
from zhengming.records.office import Office
from zhengming.records.outbox import waiting
from zhengming.records.parts import Audience, Service, Upstream
from zhengming.records.policy import Policy

#: How long before its end an assessment or permit is spoken of. A setting of ours.
SOON = timedelta(days=30)


class Grade(StrEnum):
    """How a thing stands: right; to be seen to; or such that the service cannot lawfully or safely run."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """What was found, and how it is mended ("" where there is nothing to mend)."""

    code: str
    grade: Grade
    words: Words
    mend: str = ""


def findings(office: Office, now: datetime | None = None) -> Iterator[Finding]:
    """Everything that was looked at, in order."""
    now, policy = now or utc_now(), loading.whole()
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        lambda: _keys(office),
        lambda: _ledger(office),
        _staff,
        lambda: _services(policy, now),
        lambda: _upstreams(policy, now),
        lambda: _documents(policy, now),
        lambda: _evidence(now),
    )
    for check in checks:
        yield from check()


def _keys(office: Office) -> Iterator[Finding]:
    folder = office.storage.key_folder
    loose = [path.name for path in (folder, *folder.iterdir()) if stat.S_IMODE(path.stat().st_mode) & 0o077]
    if loose:
        words = Words(f"密钥他人可读：{'、'.join(loose)}", f"others may read: {', '.join(loose)}")
        yield Finding("keys", Grade.BAD, words, f"chmod -R go= {folder}")
    else:
        yield Finding("keys", Grade.GOOD, Words("密钥仅本人可读", "the keys are yours alone"))


def _ledger(office: Office) -> Iterator[Finding]:
    if office.ledger:
        size = office.ledger.store.size
        yield Finding("ledger", Grade.GOOD, Words(f"台账可写，{size} 条", f"the ledger opens, {size} entries"))
    else:
        yield Finding("ledger", Grade.GOOD, Words("台账由运行中的服务写入", "a running service writes the ledger"))
        if count := waiting():
            words = Words(f"{count} 条待入账", f"{count} entries wait to be carried over")
            yield Finding("outbox", Grade.WARNING, words, "zhengming doctor")


def _staff() -> Iterator[Finding]:
    active = Staff.objects.filter(is_active=True)
    if not active.exists():
        words = Words("还没有工作人员账号", "there is no staff")
        yield Finding("staff", Grade.BAD, words, "zhengming staff first wang")
        return
    reviewers = active.filter(groups__permissions__codename="approve").distinct().count()
    if reviewers == 0 or active.count() < 2:
        words = Words("无法两人办理：须另有复核人", "nobody can act in pairs: a reviewer is needed")
        yield Finding("four-eyes", Grade.WARNING, words, "zhengming staff create li --role reviewer --staff wang")
    else:
        yield Finding("staff", Grade.GOOD, Words("拟办与复核可由两人办理", "two people can propose and approve"))


def _services(policy: Policy, now: datetime) -> Iterator[Finding]:
    services = sorted(policy.all(Service), key=lambda each: each.code)
    if not any(each.is_on for each in services):
        words = Words("没有启用的服务", "no service is on")
        yield Finding("service", Grade.WARNING, words, "zhengming service register …；assess …；on …")
    for each in services:
        if each.is_on:
            yield from _service(each, now)


def _service(service: Service, now: datetime) -> Iterator[Finding]:
    code = service.code
    if service.moves_opinion:
        yield _until(f"service/{code}/assessment", f"服务 {code} 的安全评估（第二十条）",
                     f"the assessment of {code} (Art. 20)", service.assessed_until, now,
                     f"zhengming service assess {code} --until …")  # fmt: skip
        if not service.filing_number:
            words = Words(
                f"服务 {code} 没有备案编号：提供服务之日起十个工作日内备案（第十九条）",
                f"{code} has no filing number: file within ten working days of its start (Art. 19)",
            )
            yield Finding(f"service/{code}/filing", Grade.WARNING, words, f"zhengming service change {code} "
                          "--filing-number …")  # fmt: skip
    for permit in service.permits:
        held = permit.until if permit.number else now
        if held is not None:
            yield _until(f"service/{code}/permit", f"服务 {code} 的许可 {permit.kind}（第二十四条）",
                         f"the permit {permit.kind} of {code} (Art. 24)", held, now,
                         f"zhengming service permit {code} --permit {permit.kind} --number …")  # fmt: skip


def _upstreams(policy: Policy, now: datetime) -> Iterator[Finding]:
    upstreams = [each for each in policy.all(Upstream) if each.is_on]
    if not upstreams:
        words = Words("没有启用的上游", "no upstream is on")
        yield Finding("upstream", Grade.WARNING, words, "zhengming upstream register …；assess …；on …")
    for each in sorted(upstreams, key=lambda each: each.code):
        yield _until(f"upstream/{each.code}/assessment", f"上游 {each.code} 的评估（第十五条）",
                     f"the assessment of upstream {each.code} (Art. 15)", each.assessed_until, now,
                     f"zhengming upstream assess {each.code} --until …")  # fmt: skip


def _documents(policy: Policy, now: datetime) -> Iterator[Finding]:
    if policy.agreements(Audience.USER, now):
        yield Finding("agreement", Grade.GOOD, Words("服务协议已发布", "a service agreement is published"))
    else:
        words = Words("没有面向使用者的协议与规则（第八条）", "there is no agreement for users (Art. 8)")
        yield Finding("agreement", Grade.BAD, words, "zhengming agreement publish terms --file …")
    editing = any(function.edits_person for each in policy.all(Service) for function in each.functions)
    if editing and NOTICE not in {each.code for each in policy.agreements(Audience.PERSON, now)}:
        words = Words("没有给被编辑个人的告知（第十四条）", "there is no notice for the person edited (Art. 14)")
        yield Finding("notice", Grade.BAD, words, f"zhengming agreement publish {NOTICE} --audience person --file …")


def _evidence(now: datetime) -> Iterator[Finding]:
    due = Evidence.objects.filter(deleted_at=None, keep_until__lte=now).count()
    if due:
        words = Words(f"{due} 件证据已过留存期", f"the time of {due} pieces of evidence is over")
        yield Finding("evidence", Grade.WARNING, words, "zhengming evidence delete --staff wang")


def _until(code: str, zh: str, en: str, until: datetime | None, now: datetime, mend: str) -> Finding:
    if until is None or until <= now:
        return Finding(code, Grade.BAD, Words(f"{zh}缺失或已过期", f"{en} is missing or over"), mend)
    if until - now < SOON:
        days = (until - now).days
        return Finding(code, Grade.WARNING, Words(f"{zh}还有 {days} 天到期", f"{en} ends in {days} days"), mend)
    return Finding(code, Grade.GOOD, Words(f"{zh}有效", f"{en} is valid"))
