"""Acts on the separate consent (单独同意) of the person whose face or voice is edited (Art. 14.2)."""

from base64 import urlsafe_b64encode
from datetime import timedelta
from hashlib import sha256

from zhengming.ground.errors import Refused
from zhengming.ledger.digest import Digest
from zhengming.records import finding, parts
from zhengming.records.acts.agreements import current_agreement
from zhengming.records.desk import Act, Desk
from zhengming.records.models import Consent, ConsentRequest, Function

#: The document that is put to the person: a notice of what is done with face or voice.
NOTICE = "consent-notice"


def request_consent(
    desk: Desk, service: str, function: str, material: Digest, purpose: str, days: int, link_days: int = 7
) -> tuple[str, str]:
    """A one-time link to a person; the id of the request and the token for the link come back.

    ``material``: digest of the picture or recording; ``days``: how long the consent is to hold.
    """
    with desk.act("consent.requested", "manage_consents") as act:
        kept = finding.one(Function, "功能", service__code=service, code=function)
        token, until = _secret(desk), finding.end(act.now, link_days)
        finding.end(act.now, days)
        request = ConsentRequest.objects.create(
            id=desk.new_id(),
            token=_digest(token),
            service=kept.service,
            function=function,
            material=str(material),
            purpose=purpose,
            days=days,
            created_at=act.now,
            until=until,
        )
        act.about(request=request.id, service=kept.service.id)
        act.tells(function=function)
        act.digests["material"] = material
        act.ends(until)
    return str(request.id), token


def give_consent(desk: Desk, token: str, person: str, notice: int) -> tuple[str, str]:
    """The person consents, once, having read version ``notice`` of the notice; id and receipt come back.

    ``person``: what identifies them; only a keyed digest is kept. The receipt is shown once and withdraws.
    Refused for a link that was used or is too old, and where another version of the notice is in force.
    """
    with desk.act("consent.given") as act:
        request = _open_request(token, act)
        served = current_agreement(NOTICE, act.now)
        if served.version != notice:
            raise Refused("告知文本已更新，请重新阅读", "the notice has changed: read it again")
        receipt = _secret(desk)
        consent = Consent.objects.create(
            id=desk.new_id(),
            request=request,
            person=desk.digester.digest("person", person),
            service=request.service,
            function=request.function,
            material=request.material,
            purpose=request.purpose,
            notice=served,
            receipt=_digest(receipt),
            since=act.now,
            until=act.now + timedelta(days=request.days),
        )
        _told(act, consent)
        act.about(request=request.id, notice=served.id)
        act.digests |= {
            "material": Digest.parsed(request.material),
            "purpose": desk.digest("purpose", consent.purpose),
        }
        act.ends(consent.until)
    return str(consent.id), receipt


def withdraw_consent(desk: Desk, receipt: str) -> None:
    """The person withdraws, with the receipt."""
    with desk.act("consent.withdrawn") as act:
        _withdraw(act, finding.one(Consent, "同意（回执）", receipt=_digest(receipt)))


def withdraw_consent_for(desk: Desk, consent: str) -> None:
    """Staff withdraw for a person who asks without a receipt."""
    with desk.act("consent.withdrawn", "manage_consents") as act:
        _withdraw(act, finding.one(Consent, "同意", pk=consent))


def erase(act: Act, consent: str, proposed_by: object) -> None:
    """Take person and material out of a consent, as approved by a second person. It can no longer be used."""
    kept = finding.one(Consent, "同意", pk=consent)
    if kept.erased_at:
        raise Refused("已删除", "it is erased already")
    kept.person = kept.material = ""
    kept.withdrawn_at = kept.withdrawn_at or act.now
    kept.erased_at, kept.erased_by, kept.erasure_proposed_by = act.now, act.who, proposed_by
    kept.save()
    ConsentRequest.objects.filter(pk=kept.request.pk).update(material="", purpose="")
    _told(act, kept)


def _open_request(token: str, act: Act) -> ConsentRequest:
    request = ConsentRequest.objects.filter(token=_digest(token)).first()
    if request is None or request.used_at or request.until <= act.now:
        raise Refused("链接无效、已用过或已过期", "the link is not valid, was used, or is too old")
    request.used_at = act.now
    request.save(update_fields=["used_at"])
    return request


def _withdraw(act: Act, consent: Consent) -> None:
    if consent.withdrawn_at:
        raise Refused("同意已撤回", "the consent is withdrawn already")
    consent.withdrawn_at = act.now
    consent.save(update_fields=["withdrawn_at"])
    _told(act, consent)


def _told(act: Act, consent: Consent) -> None:
    act.about(consent=consent.id)
    act.tells(function=consent.function)
    act.changes(parts.Consent, consent.id)


def _secret(desk: Desk) -> str:
    return urlsafe_b64encode(desk.random(24)).decode()


def _digest(secret: str) -> str:
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
