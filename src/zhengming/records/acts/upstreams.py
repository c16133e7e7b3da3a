"""Acts on upstreams and supporters (技术支持者; Art. 8, 15)."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from zhengming.ground.canonical import canonical
from zhengming.ground.errors import Refused, WrongInput
from zhengming.ledger.digest import Digest
from zhengming.records import finding, parts
from zhengming.records.desk import Act, Desk
from zhengming.records.models import Service, Supporter, Upstream


def register_supporter(desk: Desk, code: str, title: str) -> str:
    """A technical supporter; its id comes back."""
    with desk.act("supporter.registered", "manage_upstreams") as act:
        supporter = Supporter.objects.create(id=desk.new_id(), code=finding.code(code), title=title)
        act.about(supporter=supporter.id)
    return str(supporter.id)


def register_upstream(
    desk: Desk,
    code: str,
    protocol: str,
    url: str,
    served: Sequence[str],
    services: Sequence[str],
    supporter: str = "",
    key_file: str = "",
) -> str:
    """An upstream, switched off; its id comes back. ``served``: names of models. ``key_file``: a path, no secret."""
    with desk.act("upstream.registered", "manage_upstreams") as act:
        _check_url(url)
        upstream = Upstream(id=desk.new_id(), code=finding.code(code), protocol=finding.code(protocol), url=url)
        upstream.served, upstream.key_file = sorted(set(served)), key_file
        upstream.supporter = finding.one(Supporter, "技术支持者", code=supporter) if supporter else None
        upstream.save(force_insert=True)
        upstream.services.set([finding.service(each) for each in services])
        _told(act, upstream)
    return str(upstream.id)


def offer_to(desk: Desk, code: str, services: Sequence[str]) -> None:
    """Say which services may use an upstream."""
    with desk.act("upstream.offered", "manage_upstreams") as act:
        upstream = finding.one(Upstream, "上游", code=code)
        upstream.services.set(Service.objects.filter(pk__in=[finding.service(each).pk for each in services]))
        _told(act, upstream)


def assess_upstream(desk: Desk, code: str, until: datetime) -> None:
    """Enter that the review and assessment (审核、评估, Art. 15) of an upstream hold until a moment."""
    with desk.act("upstream.assessed", "manage_upstreams") as act:
        upstream = finding.one(Upstream, "上游", code=code)
        upstream.assessed_until = until
        upstream.save(update_fields=["assessed_until"])
        act.ends(until)
        _told(act, upstream)


def switch_upstream(desk: Desk, code: str, on: bool) -> None:
    """Switch an upstream on or off. Refused without a valid assessment (Art. 15)."""
    with desk.act("upstream.switched", "manage_upstreams") as act:
        upstream = finding.one(Upstream, "上游", code=code)
        if on and not (upstream.assessed_until and act.now < upstream.assessed_until):
            raise Refused(
                "上游没有有效的评估，不能启用（第十五条）", "the upstream has no valid assessment (Art. 15)"
            )
        upstream.is_on = on
        upstream.save(update_fields=["is_on"])
        act.tells(on=int(on))
        _told(act, upstream)


def _check_url(url: str) -> None:
    found = urlsplit(url)
    if found.scheme not in ("http", "https") or not found.hostname or found.password:
        raise WrongInput("上游地址须是不含口令的 http(s) 地址", "an upstream has an http(s) URL without a password")


def _told(act: Act, upstream: Upstream) -> None:
    columns = {field.name: str(field.value_from_object(upstream)) for field in upstream._meta.concrete_fields}
    columns["services"] = ",".join(sorted(upstream.services.values_list("code", flat=True)))
    act.about(upstream=upstream.id)
    act.digests["record"] = Digest.of(canonical(columns))
    act.changes(parts.Upstream, upstream.id)
