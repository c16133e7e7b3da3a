"""Why a seal is worth what it is: a finding for each reason. The verdicts themselves are in labels/findings.py."""

from zhengming.ground.words import Words
from zhengming.labels.findings import LONGEST_DETAIL, SEAL_GUIDE, Finding, Severity


def reason(code: str, detail: str = "") -> Finding:
    """The finding called ``code`` in the table below, about ``detail``."""
    severity, zh, en = TABLE[code]
    return Finding(code, severity, Words(zh, en), detail[:LONGEST_DETAIL], SEAL_GUIDE)


#: code -> (severity, Chinese, English)
TABLE: dict[str, tuple[Severity, str, str]] = {
    "seal-label-changed": (
        "error",
        "签名与标识不符：签名后标识被改动过",
        "the signature does not fit the label: it was changed after sealing",
    ),
    "seal-content-changed": (
        "error",
        "内容与签名绑定的不符：内容被换过或改过",
        "the content is not the one that was sealed",
    ),
    "seal-binding-unsigned": (
        "error",
        "内容绑定没有由同一把密钥签名",
        "the content binding is not signed by the key of the label",
    ),
    "seal-content-unchecked": (
        "note",
        "内容绑定没有核对，只核对了标识",
        "the content binding was not compared; only the label was",
    ),
    "seal-binding-foreign": (
        "note",
        "内容绑定的取值方法未公开，无法核对",
        "how this content binding selects its bytes is not published; it cannot be compared",
    ),
    "seal-hashed-twice": (
        "note",
        "签名前先对消息作了一次杂凑",
        "the message was hashed once more before signing",
    ),
    "seal-spelling": ("note", "成员名称的写法与指南不同", "a member is not spelt as in the guide"),
    "seal-algorithm": ("note", "不支持的签名算法", "the signature algorithm is not supported"),
    "seal-key-missing": (
        "warning",
        "签名没有附带公钥，也不在已公布的公钥之列",
        "no public key comes with the signature and no published one fits",
    ),
    "seal-key-unreadable": (
        "warning",
        "公钥读不出来或不在曲线上",
        "the public key cannot be read or is not on the curve",
    ),
    "seal-covers-unknown": (
        "note",
        "签名所覆盖的内容没有公开的取值方法",
        "what the signature covers is not published",
    ),
    "seal-message-unknown": (
        "note",
        "传播者签名的消息格式没有公开的规定，无法复现",
        "no source defines the message of a propagator's seal; it cannot be reproduced",
    ),
    "seal-no-signature": ("warning", "安全防护数据里没有签名", "the security data holds no signature"),
}
