"""What a user gives to be verified: a claim, whose every field is a secret."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from zhengming.ground.errors import Refused, WrongInput
from zhengming.ground.words import Words
from zhengming.identity.secret import Secret

#: The most characters of one field. Longer than any name, number or credential that a method knows.
LONGEST_FIELD = 4096

#: What each field is called for people. A method names the ones it takes.
FIELDS = {
    "mobile": Words("手机号", "mobile number"),
    "code": Words("验证码", "one-time code"),
    "name": Words("姓名", "name"),
    "resident_id": Words("公民身份号码", "resident identity number"),
    "organisation": Words("单位名称", "name of the organisation"),
    "uscc": Words("统一社会信用代码", "unified social credit code"),
    "network_number": Words("网号", "network number"),
    "network_credential": Words("网证", "network credential"),
    "document_kind": Words("证件种类", "kind of document"),
    "document_number": Words("证件号码", "number of the document"),
}


@dataclass(frozen=True)
class Claim:
    """The fields that a user gives for one method. Nothing of them shows in ``repr``, errors or logs."""

    method: str
    fields: Mapping[str, Secret] = field(default_factory=dict)
    documents: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # A name that is not of ours may itself be personal data: it is refused at once and not repeated.
        if not set(self.fields) <= set(FIELDS):
            raise WrongInput("有未知字段", "there is an unknown field")
        object.__setattr__(self, "fields", MappingProxyType(dict(self.fields)))

    def text(self, name: str) -> str:
        """The field ``name``, in NFKC and without surrounding space. Raises WrongInput where it is missing."""
        text = self.optional(name)
        if not text:
            zh, en = FIELDS.get(name, Words(name, name))
            raise WrongInput(f"缺少{zh}", f"the {en} is missing")
        return text

    def optional(self, name: str) -> str:
        """The field ``name`` as :meth:`text` gives it, or "" where it was not given."""
        given = self.fields.get(name)
        return normalised(given.reveal()) if given else ""

    def has(self, name: str) -> bool:
        """Whether the user gave ``name``."""
        return bool(self.optional(name))

    def only(self, allowed: tuple[str, ...], *, documents: bool = False) -> None:
        """Refuse a claim with anything else: what a method does not need is not collected (PIPL Art. 6)."""
        if self.documents and not documents:
            raise Refused("此方式不收集证件影像", "this method does not collect pictures")
        extra = sorted(set(self.fields) - set(allowed))
        if extra:
            raise Refused(
                f"此方式不收集：{'、'.join(FIELDS[name].zh for name in extra)}",
                f"this method does not collect: {', '.join(FIELDS[name].en for name in extra)}",
            )


def claim(method: str, /, documents: tuple[str, ...] = (), **fields: str) -> Claim:
    """A claim from plain texts."""
    return Claim(method, {name: Secret(text) for name, text in fields.items()}, documents)


def normalised(text: str) -> str:
    """``text`` in NFKC (full-width digits become digits), stripped. Raises WrongInput, never repeating it."""
    if len(text) > LONGEST_FIELD:
        raise WrongInput(f"内容超过 {LONGEST_FIELD} 个字符", f"longer than {LONGEST_FIELD} characters")
    plain = unicodedata.normalize("NFKC", text).strip()
    if any(unicodedata.category(mark) in ("Cc", "Cs") for mark in plain):
        raise WrongInput("内容含有控制字符或无效字符", "it holds control characters or invalid ones")
    return plain
