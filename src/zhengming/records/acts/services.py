"""Acts on services and functions (Art. 17, 19, 20, 24): register, change, switch on and off."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Model

from zhengming.ground.canonical import canonical
from zhengming.ground.errors import Refused, WrongInput
from zhengming.law.classification import SERVICE_CLASSES, technology
from zhengming.ledger.digest import Digest
from zhengming.records import finding, parts
from zhengming.records.desk import Act, Desk
from zhengming.records.models import Function, Permit, Service
from zhengming.records.parts import IdentityOn, TextLabel

CHANGEABLE = {
    "title", "technology", "service_class", "filing_number", "moves_opinion", "assessed_until", "identity_on",
    "identity_level", "producer", "text_label", "wording", "release_without",
}  # fmt: skip


def register_service(desk: Desk, code: str, title: str, technology_code: str, producer: str) -> str:
    """A service, switched off, in the usual class of its technology; its id comes back."""
    with desk.act("service.registered", "manage_services") as act:
        service = Service(
            id=desk.new_id(),
            code=finding.code(code),
            title=title,
            technology=technology_code,
            service_class=technology(technology_code).usual_class.code,
            identity_on=IdentityOn.PUBLISHING,
            producer=producer,
            text_label=TextLabel.START,
        )
        service.save(force_insert=True)
        _told(act, service)
    return str(service.id)


def change_service(desk: Desk, code: str, changes: Mapping[str, object]) -> None:
    """Change some of :data:`CHANGEABLE`. A service that is on must still be one that may be on."""
    with desk.act("service.changed", "manage_services") as act:
        service = finding.service(code)
        _apply(service, changes, CHANGEABLE)
        _check_class(service.technology, service.service_class)
        if service.is_on:
            _check_may_be_on(service, act.now)
        service.save()
        _told(act, service)


def set_function(
    desk: Desk, service: str, code: str, technology_code: str, service_class: str, edits_person: bool
) -> None:
    """Add a function to a service, switched off, or classify it anew, which switches it off."""
    with desk.act("function.set", "manage_services") as act:
        kept = finding.service(service)
        _check_class(technology_code, service_class)
        facts = {"technology": technology_code, "service_class": service_class, "edits_person": edits_person}
        Function.objects.update_or_create(
            service=kept, code=finding.code(code), defaults={**facts, "is_on": False, "assessed_until": None}
        )
        act.tells(function=code)
        _told(act, kept)


def assess_function(desk: Desk, service: str, code: str, until: datetime) -> None:
    """Enter that the safety assessment (安全评估, Art. 15.2) of a function holds until a moment."""
    with desk.act("function.assessed", "manage_services") as act:
        function = finding.one(Function, "功能", service__code=service, code=code)
        function.assessed_until = until
        function.save(update_fields=["assessed_until"])
        act.tells(function=code)
        act.ends(until)
        _told(act, function.service)


def set_permit(desk: Desk, service: str, kind: str, number: str, until: datetime | None) -> None:
    """Enter that a service needs a licence (Art. 24), with its number once it is held."""
    with desk.act("permit.set", "manage_services") as act:
        kept = finding.service(service)
        Permit.objects.update_or_create(
            service=kept, kind=finding.code(kind), defaults={"number": number, "until": until}
        )
        if kept.is_on:
            _check_may_be_on(kept, act.now)
        act.tells(permit=kind)
        _told(act, kept)


def switch_service(desk: Desk, code: str, on: bool) -> None:
    """Switch a service on or off. Refused without a valid assessment (Art. 20) or a licence it needs (Art. 24)."""
    with desk.act("service.switched", "manage_services") as act:
        service = finding.service(code)
        if on:
            _check_may_be_on(service, act.now)
        service.is_on = on
        service.save(update_fields=["is_on"])
        act.tells(on=int(on))
        _told(act, service)


def switch_function(desk: Desk, service: str, code: str, on: bool) -> None:
    """Switch a function on or off. One that edits faces or voices needs a valid assessment (Art. 15.2)."""
    with desk.act("function.switched", "manage_services") as act:
        function = finding.one(Function, "功能", service__code=service, code=code)
        if on and function.edits_person and not _holds(function.assessed_until, act.now):
            raise Refused(
                "编辑人脸、人声等生物识别信息的功能须先完成安全评估（第十五条）",
                "a function that edits biometric features is assessed first (Art. 15)",
            )
        function.is_on = on
        function.save(update_fields=["is_on"])
        act.tells(function=code, on=int(on))
        _told(act, function.service)


def _check_may_be_on(service: Service, now: datetime) -> None:
    if service.moves_opinion and not _holds(service.assessed_until, now):
        raise Refused(
            "具有舆论属性或者社会动员能力的服务须先完成安全评估（第二十条）",
            "a service that can move public opinion is assessed first (Art. 20)",
        )
    for permit in Permit.objects.filter(service=service):
        if not permit.number or not (permit.until is None or _holds(permit.until, now)):
            raise Refused(f"缺少许可 {permit.kind}（第二十四条）", f"the permit {permit.kind} is missing (Art. 24)")


def _holds(until: datetime | None, now: datetime) -> bool:
    return until is not None and now < until


def _check_class(technology_code: str, service_class: str) -> None:
    technology(technology_code)
    if service_class not in SERVICE_CLASSES:
        known = ", ".join(SERVICE_CLASSES)
        raise WrongInput(
            f"没有服务类别“{service_class}”；有：{known}", f"no service class {service_class!r}; there are: {known}"
        )


def _apply(record: Model, changes: Mapping[str, object], allowed: set[str]) -> None:
    if strange := sorted(set(changes) - allowed):
        raise WrongInput(f"不能改 {strange[0]}", f"{strange[0]} cannot be changed")
    for name, value in changes.items():
        setattr(record, name, value)


def _told(act: Act, service: Service) -> None:
    """What the ledger says of a service: its id, and the digest of its columns as they are now."""
    columns = {field.name: str(field.value_from_object(service)) for field in service._meta.concrete_fields}
    act.about(service=service.id)
    act.digests["record"] = Digest.of(canonical(columns))
    act.changes(parts.Service, service.id)
