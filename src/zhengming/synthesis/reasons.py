"""Why a request is not admitted: each reason with its article, and what to do about it."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from zhengming.ground.errors import Refused
from zhengming.ground.words import Words


@dataclass(frozen=True)
class Reason:
    """One reason: HTTP ``status``, the article it rests on, what is the matter, and what to do about it."""

    status: int
    article: str
    what: Words
    mend: Words


def _reason(status: int, article: str, what: tuple[str, str], mend: tuple[str, str]) -> Reason:
    return Reason(status, article, Words(*what), Words(*mend))


_ASK_OPERATOR = ("请联系服务提供者", "ask the provider")

#: Every reason, in the order in which admission looks for them.
REASONS: Final = MappingProxyType(
    {
        "key-invalid": _reason(
            401,
            "9",
            ("密钥无效或已到期", "the key is unknown or has expired"),
            ("请使用有效的密钥", "use a valid key"),
        ),
        "service-off": _reason(403, "20", ("服务未开通", "the service is not switched on"), _ASK_OPERATOR),
        "service-stopped": _reason(
            403,
            "21",
            ("主管部门要求暂停本服务", "an authority has ordered the service stopped"),
            ("请等待整改完成、要求解除", "wait until the order is lifted"),
        ),
        "updates-stopped": _reason(
            403,
            "21",
            ("主管部门要求暂停信息更新", "an authority has ordered updates of information stopped"),
            ("暂不能发布；请等待要求解除", "nothing can be published until the order is lifted"),
        ),
        "function-stopped": _reason(
            403,
            "21",
            ("主管部门要求暂停此功能", "an authority has ordered this function stopped"),
            ("请使用其他功能，或等待要求解除", "use another function, or wait until the order is lifted"),
        ),
        "filing-missing": _reason(
            403, "19", ("服务应当备案而没有备案编号", "the service needs a filing and has no number"), _ASK_OPERATOR
        ),
        "service-unassessed": _reason(
            403,
            "20",
            ("服务没有有效的安全评估", "the service has no valid security assessment"),
            _ASK_OPERATOR,
        ),
        "permit-missing": _reason(
            403, "24", ("服务缺少所需的许可", "the service lacks a permit that it needs"), _ASK_OPERATOR
        ),
        "function-unknown": _reason(
            404, "23", ("服务没有此功能", "the service has no such function"), ("请检查功能名称", "check its name")
        ),
        "function-off": _reason(403, "15", ("此功能未开通", "the function is not switched on"), _ASK_OPERATOR),
        "function-unassessed": _reason(
            403,
            "15",
            (
                "此功能编辑生物识别信息，没有有效的安全评估",
                "the function edits biometrics and has no valid assessment",
            ),
            _ASK_OPERATOR,
        ),
        "scope-exceeded": _reason(
            403,
            "9",
            ("密钥不可用于此功能", "the key may not be used for this function"),
            ("请换用授权范围包含此功能的密钥", "use a key whose scopes include it"),
        ),
        "model-unknown": _reason(
            404,
            "15",
            ("没有提供此模型", "no such model is offered"),
            ("请从模型列表中选择", "choose from the models"),
        ),
        "upstream-unassessed": _reason(
            403, "15", ("此模型没有有效的安全评估", "the model has no valid security assessment"), _ASK_OPERATOR
        ),
        "supporter-agreement": _reason(
            403,
            "8",
            ("技术支持者尚未接受现行协议", "the technical supporter has not accepted the agreement in force"),
            _ASK_OPERATOR,
        ),
        "user-missing": _reason(
            401,
            "9",
            ("没有指明使用者，或使用者未登记", "no user is named, or the user is not registered"),
            ("请先注册，并在请求中指明使用者", "register first, and name the user in the request"),
        ),
        "account-closed": _reason(
            403,
            "10",
            ("账号已关闭", "the account is closed"),
            ("如有异议，可以申诉", "you may appeal"),
        ),
        "account-suspended": _reason(
            403,
            "10",
            ("账号的服务已暂停", "service to the account is suspended"),
            ("到期自动恢复；如有异议，可以申诉", "it ends by itself; you may appeal"),
        ),
        "function-restricted": _reason(
            403,
            "10",
            ("账号的此项功能受到限制", "this function is restricted for the account"),
            ("到期自动恢复；如有异议，可以申诉", "it ends by itself; you may appeal"),
        ),
        "identity-required": _reason(
            403,
            "9",
            ("尚未完成真实身份信息认证", "real identity has not been verified"),
            ("请完成身份认证后再试", "verify your identity and try again"),
        ),
        "agreement-required": _reason(
            403,
            "8",
            ("尚未接受现行的服务协议和规则", "the agreement and rules in force have not been accepted"),
            ("请阅读并接受新版本后再试", "read and accept the new version"),
        ),
        "consent-required": _reason(
            403,
            "14",
            (
                "编辑人脸、人声须有被编辑者的单独同意",
                "editing a face or voice needs the separate consent of the person",
            ),
            (
                "请把一次性链接发给被编辑的个人，取得同意后附上回执编号",
                "send the person the link; give the receipt number",
            ),
        ),
        "consent-invalid": _reason(
            403,
            "14",
            (
                "单独同意已撤回、到期，或不适用于此素材、功能",
                "the consent is withdrawn, expired, or for something else",
            ),
            ("请重新取得被编辑者的单独同意", "obtain the person's consent again"),
        ),
        "explicit-label-required": _reason(
            403,
            "17",
            ("本服务不提供不含显式标识的内容", "the service gives nothing without its explicit label"),
            ("请去掉此项要求", "leave this wish out"),
        ),
        "limit-reached": _reason(
            429, "9", ("超出密钥的用量上限", "the key's limit is reached"), ("请稍后再试", "try again later")
        ),
    }
)


class NotAdmitted(Refused):
    """A request is not admitted. ``kind`` is the code of the reason, ``detail`` names what it is about."""

    def __init__(self, code: str, detail: str = "") -> None:
        reason = REASONS[code]
        self.kind, self.reason, self.detail = code, reason, detail
        self.status = reason.status
        about = f"（{detail}）" if detail else ""
        super().__init__(
            f"{reason.what.zh}{about}：{reason.mend.zh}（第{reason.article}条）",
            f"{reason.what.en}{about and f' ({detail})'}; {reason.mend.en} (Art. {reason.article})",
        )
