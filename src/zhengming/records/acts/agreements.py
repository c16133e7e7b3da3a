"""Acts on documents (Art. 8): publish a version, accept it. A new version is to be accepted before the next use."""

from datetime import datetime

from zhengming.ground.errors import Refused, WrongInput
from zhengming.ledger.digest import Digest
from zhengming.records import finding, parts
from zhengming.records.desk import Desk
from zhengming.records.models import Acceptance, Agreement, Supporter, Upstream
from zhengming.records.parts import Audience


def publish_agreement(desk: Desk, code: str, audience: Audience, text: str, since: datetime | None = None) -> int:
    """The next version of a document, in force ``since`` then (now); its number comes back."""
    with desk.act("agreement.published", "publish_agreements") as act:
        if not text.strip():
            raise WrongInput("文本为空", "the text is empty")
        last = Agreement.objects.filter(code=finding.code(code)).order_by("-version").first()
        if last and last.audience != audience:
            raise Refused(f"{code} 的对象是 {last.audience}，不能改变", f"{code} is put to {last.audience}, for good")
        digest = Digest.of(text.encode())
        agreement = Agreement.objects.create(
            id=desk.new_id(),
            code=code,
            version=last.version + 1 if last else 1,
            audience=audience,
            text=text,
            digest=str(digest),
            since=since or act.now,
        )
        act.about(agreement=agreement.id)
        act.tells(code=code, number=agreement.version)
        act.digests["text"] = digest
        act.changes(parts.Agreement, agreement.id)
    return int(agreement.version)


def accept_agreement(desk: Desk, code: str, version: int, user: str = "", supporter: str = "") -> None:
    """A user accepts a version; or a supporter does, which staff enter. Refused for a version that is replaced."""
    with desk.act("agreement.accepted", "manage_upstreams" if supporter else "") as act:
        agreement = _current(code, version, act.now)
        if agreement.audience != (Audience.SUPPORTER if supporter else Audience.USER):
            raise Refused(f"{code} 的对象是 {agreement.audience}", f"{code} is put to {agreement.audience}")
        who = {"supporter": finding.one(Supporter, "技术支持者", code=supporter)} if supporter else {
            "user": finding.user(user, desk.digester)
        }  # fmt: skip
        if Acceptance.objects.filter(agreement=agreement, **who).exists():
            raise Refused("这一版已接受", "this version is accepted already")
        Acceptance.objects.create(id=desk.new_id(), agreement=agreement, at=act.now, **who)
        act.about(agreement=agreement.id, **{role: each.id for role, each in who.items()})
        if supporter:
            for upstream in Upstream.objects.filter(supporter=who["supporter"]):
                act.changes(parts.Upstream, upstream.id)
        else:
            act.changes(parts.User, who["user"].id)


def current_agreement(code: str, now: datetime) -> Agreement:
    """The version in force at ``now``. Raises WrongInput where there is none."""
    found = Agreement.objects.filter(code=code, since__lte=now).order_by("-version").first()
    if found is None:
        raise WrongInput(f"没有生效的 {code}", f"no version of {code} is in force")
    return found


def _current(code: str, version: int, now: datetime) -> Agreement:
    agreement = finding.one(Agreement, "协议版本", code=code, version=version)
    if Agreement.objects.filter(code=code, since__lte=now, version__gt=version).exists():
        raise Refused(f"{code} 已有更新的版本", f"there is a newer version of {code}")
    return agreement
