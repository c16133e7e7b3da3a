"""Check of documents by staff (人工核验): the default, which needs no contract with anyone.

The method ends in a :class:`~zhengming.identity.method.Task`; what staff find is a :class:`Review` of four fields,
from which :func:`conclude` makes the outcome. Pictures of documents lie in the evidence store, here are digests.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from zhengming.ground.canonical import canonical
from zhengming.ground.errors import Refused, Unavailable, WrongInput
from zhengming.ground.words import Words
from zhengming.identity import names, resident_number
from zhengming.identity.assertion import Level
from zhengming.identity.claim import Claim, claim
from zhengming.identity.digests import Digester, parts
from zhengming.identity.exchange import Facts
from zhengming.identity.method import Means, Method, Outcome, Rejected, Task, Verified
from zhengming.identity.methods.uscc import checked_uscc
from zhengming.identity.moments import checked, written
from zhengming.identity.resident_number import Minor
from zhengming.identity.secret import Secret

KINDS = {
    "resident_id": Words("居民身份证或港澳台居民居住证", "resident identity card or residence permit"),
    "passport": Words("护照", "passport"),
    "travel_permit": Words("来往内地（大陆）通行证", "mainland travel permit"),
    "foreign_resident": Words("外国人永久居留身份证", "foreign permanent resident card"),
    "business_licence": Words("营业执照或其他登记证书", "business licence or other certificate of registration"),
}
_ALWAYS = (
    Words("证件上的名称与所填一致", "the name on the document is the one given"),
    Words("证件上的号码与所填一致", "the number on the document is the one given"),
    Words("证件在有效期内", "the document has not expired"),
    Words(
        "图像完整清晰，无涂改、拼接、合成迹象", "the picture is whole and clear, with no sign of editing or synthesis"
    ),
)
_PERSON = Words("持证人与申请人为同一人", "the holder of the document is the applicant")
_ORGANISATION = Words("经办人有单位授权", "the applicant is authorised by the organisation")
#: The most pictures of one claim.
MOST_DOCUMENTS = 10


@dataclass(frozen=True)
class Review:
    """What staff found, in four fields: decision, its ground, who, and when. ``again`` asks for better documents."""

    decision: Literal["accept", "reject", "again"]
    ground: str
    reviewer: str
    at: datetime


class Manual(Method):
    """See the module."""

    name = "manual"
    words = Words("人工核验证件", "documents checked by staff")
    contract = Words("无需合同", "none")
    kept = Words(
        "号码的密钥摘要；核验期间号码密文保存；证件影像存证据库，按保留期删除",
        "keyed digest of the number; the number sealed while the task is open; pictures in the evidence store",
    )
    required = ("document_kind", "document_number", "name")

    def facts(self, claim: Claim, today: date) -> Facts:
        """The number has the shape of its kind, and there is at least one picture, named by a keyed digest."""
        claim.only(self.required, documents=True)
        kind = claim.text("document_kind")
        if kind not in KINDS:
            known = "、".join(KINDS)
            raise WrongInput(f"证件种类应为：{known}", f"the kind of document is one of: {', '.join(KINDS)}")
        if not 1 <= len(claim.documents) <= MOST_DOCUMENTS:
            raise WrongInput(f"须上传 1 至 {MOST_DOCUMENTS} 张证件影像", f"1 to {MOST_DOCUMENTS} pictures are needed")
        for digest in claim.documents:
            parts(digest)
        name = names.organisation if kind == "business_licence" else names.person
        return Facts(
            {
                "document_kind": Secret(kind),
                "document_number": Secret(_number(kind, claim.text("document_number"), today)),
                "name": Secret(name(claim.text("name"))),
            },
            claim.documents,
        )

    def outcome(self, facts: Facts, means: Means) -> Outcome:
        """A task. What is to be compared is sealed: only staff who may open it see it."""
        if not means.vault:
            raise Unavailable("未配置加密密钥，不能保存待核验信息", "no key is set up to seal what is to be checked")
        kind, number = facts.text("document_kind"), facts.text("document_number")
        subject = means.digester.digest(_subject_kind(kind), number)
        sealed = {name: means.vault.seal(text, name, subject) for name, text in facts.fields.items()}
        last = _ORGANISATION if kind == "business_licence" else _PERSON
        minor = _minor(kind, number, means.today)
        now = checked(means.now)
        return Task(self.name, subject, now, means.account, (*_ALWAYS, last), facts.documents, sealed, minor)

    def example(self) -> Claim:
        """A passport with a picture."""
        picture = f"hmac-sha256:example:{'ab' * 32}"
        return claim(self.name, (picture,), document_kind="passport", document_number="E00000000", name="示例人")


def conclude(task: Task, review: Review, digester: Digester) -> Verified | Rejected:
    """The outcome of a task. Refused where the reviewer is the claimant, or no ground is given for a refusal."""
    if not review.reviewer.strip() or review.reviewer == task.claimant:
        raise Refused("不得核验自己的申请", "nobody checks a claim of their own")
    if checked(review.at) < checked(task.asked_at):
        raise WrongInput("核验时间早于申请时间", "the review is earlier than the claim")
    if review.decision == "accept":
        evidence = digester.digest("evidence", _evidence(task, review))
        return Verified(task.method, Level.CHECKED, task.subject, evidence, minor=task.minor)
    if not review.ground.strip():
        raise WrongInput("不予通过须写明理由", "a refusal states its ground")
    return Rejected(task.method, review.decision, _VERDICTS[review.decision])


_VERDICTS: Mapping[str, Words] = {
    "reject": Words("证件核验未通过", "the documents were not accepted"),
    "again": Words("证件影像不符合要求，请重新提交", "the pictures are not good enough: give better ones"),
}


def _evidence(task: Task, review: Review) -> str:
    facts = {
        "documents": list(task.documents),
        "decision": review.decision,
        "ground": review.ground,
        "reviewer": review.reviewer,
        "at": written(review.at),
    }
    return canonical(facts).decode()


def _number(kind: str, text: str, today: date) -> str:
    if kind == "resident_id":
        return resident_number.parse(text, today).text
    if kind == "business_licence":
        return checked_uscc(text)
    number = re.sub(r"[\s-]", "", text).upper()
    if not re.fullmatch("[0-9A-Z]{5,32}", number):
        raise WrongInput("证件号码应为 5 至 32 位字母或数字", "a document's number has 5 to 32 letters or digits")
    return number


def _subject_kind(kind: str) -> str:
    """The same person or organisation is the same subject by whichever method."""
    return {"resident_id": "resident_id", "business_licence": "uscc"}.get(kind, f"document:{kind}")


def _minor(kind: str, number: str, today: date) -> Minor | None:
    return resident_number.parse(number, today).minor(today) if kind == "resident_id" else None


METHOD = Manual()
