"""Findings: what an examination (检验) noticed about a label or a file, each with the clause it rests on.

A finding never refuses anything: labels are written strictly and read generously. Severities:
``error``    against the mandatory standard, or the label cannot do its work
``warning``  against a recommended guide, or something that others may fail to read
``note``     worth knowing, not wrong
"""

from dataclasses import dataclass
from typing import Literal

from zhengming.ground.words import Words

Severity = Literal["error", "warning", "note"]

GB = "GB 45438-2025"
E = "GB 45438-2025 附录 E"
E_J = "GB 45438-2025 附录 E j)"
CODE_GUIDE = "TC260-PG-20252A"
SEAL_GUIDE = "TC260-PG-202511A"
IMAGE_GUIDE = "TC260-PG-20259A"


@dataclass(frozen=True)
class Finding:
    """One thing noticed. ``code`` is stable and for machines, ``words`` for people, ``detail`` names the spot.

    ``source`` is the clause or guide the finding rests on; empty where it is only our reading.
    """

    code: str
    severity: Severity
    words: Words
    detail: str = ""
    source: str = ""

    def json(self) -> dict[str, str]:
        """The finding in the JSON contract of docs/json.md."""
        return {
            "code": self.code, "severity": self.severity, "message": self.words.zh, "message_en": self.words.en,
            "detail": self.detail, "source": self.source,
        }  # fmt: skip


def finding(code: str, detail: str = "") -> Finding:
    """The finding called ``code`` in the table below, about ``detail``."""
    severity, zh, en, source = TABLE[code]
    return Finding(code, severity, Words(zh, en), detail[:LONGEST_DETAIL], source)


LONGEST_DETAIL = 200

# ruff: noqa: E501 - one finding, one line: a table is read down its columns

#: Every finding of ours: code -> (severity, Chinese, English, source). Confidence as in the labelling facts.
TABLE: dict[str, tuple[Severity, str, str, str]] = {
    # keys and values
    "key-missing": ("warning", "缺少标准规定的键", "a key of the standard is missing", E),
    "key-misspelt": ("error", "键名拼写与标准不符", "a key is not spelt as in the standard", E),
    "key-unknown": ("warning", "有标准以外的键", "a key that the standard does not know", E),
    "key-repeated": ("error", "同一个键出现多次", "one key appears more than once", E),
    "other-scheme": ("error", "使用了标准以外的另一套键名", "the keys of a scheme other than the standard", E),
    "value-not-a-string": ("error", "值不是字符串", "a value is not a string", E),
    "value-null": ("error", "值为 null，应为空字符串", "a value is null and should be an empty string", E),
    "value-characters": ("error", "值含有标准不允许的字符（空格、反斜杠、控制字符或非 ASCII）", "a value holds characters outside the allowed set (space, backslash, control or non-ASCII)", E_J),
    "value-placeholder": ("error", "值是没有填写的占位符", "a value is a placeholder that was never filled in", E),
    "label-missing": ("error", "没有 Label（生成合成标签）", "there is no Label", E),
    "label-value": ("error", "Label 的值不是 1、2、3", "Label is none of 1, 2, 3", E),
    "label-enum-name": ("error", "Label 写成了程序的枚举名", "Label holds the name of a programming enum", E),
    "producer-missing": ("error", "没有生成合成服务提供者", "there is no producer", E),
    "propagator-incomplete": ("warning", "传播要素不完整：传播服务提供者与传播编号只有其一", "propagator elements are incomplete: only one of provider and number", E),
    # content numbers
    "id-missing": ("error", "没有内容制作编号", "there is no content number (ProduceID)", E),
    "id-constant": ("error", "编号是常量，不能唯一对应内容", "the content number is a constant, not unique", E),
    "id-all-zero": ("error", "编号全为零", "the content number is all zeros", E),
    "id-object-text": ("error", "编号是程序对象的文字形式", "the content number is the text form of a program object", E),
    "id-format-error": ("error", "编号里有格式化出错的痕迹", "the content number shows a failed text format", E),
    "id-regular": ("note", "编号呈规律排列，可能是编造的", "the content number has a regular pattern; perhaps invented", ""),
    # provider code (服务提供者编码规则)
    "code-not-a-code": ("warning", "服务提供者是名称而不是编码", "the provider is a name, not a code", CODE_GUIDE),
    "code-length": ("warning", "服务提供者编码不是 27 位", "the provider code does not have 27 characters", CODE_GUIDE),
    "code-characters": ("warning", "服务提供者编码含有数字和大写字母以外的字符", "the provider code holds other than digits and capital letters", CODE_GUIDE),
    "code-checksum": ("warning", "服务提供者编码里的统一社会信用代码校验不通过", "the credit code inside the provider code fails its checksum", CODE_GUIDE),
    "code-service": ("note", "服务提供者编码的服务类型位与所在的键不符", "the service digit of the provider code does not fit its key", CODE_GUIDE),
    "code-unknown-form": ("note", "服务提供者编码的格式、主体或绑定方式不在已知值内", "format, subject or binding of the provider code is not among the known values", CODE_GUIDE),
    # form of the text
    "wrapper-unneeded": ("warning", "载体已名为 AIGC，值里不应再套一层 AIGC", "the place is already named AIGC; the value should not wrap it again", IMAGE_GUIDE),
    "wrapper-missing": ("warning", "此处应有 {\"AIGC\":{…}} 外层", "this place asks for the wrapper {\"AIGC\":{...}}", IMAGE_GUIDE),
    "wrapper-case": ("warning", "外层键名 AIGC 的大小写不符", "the wrapper's key AIGC is in other case", E),
    "prefix": ("warning", "值前多写了 AIGC= 一类的前缀", "the value carries a prefix such as AIGC=", E),
    "fragment": ("warning", "值是缺少花括号的片段", "the value is a fragment without its braces", E),
    "double-encoded": ("warning", "值是 JSON 字符串而不是对象（重复编码）", "the value is a JSON string, not an object (encoded twice)", E),
    "base64": ("warning", "值是 Base64；文件内应为 JSON 原文", "the value is base64; a file should hold the JSON itself", E),
    "line-breaks": ("warning", "JSON 里有换行", "the JSON holds line breaks", E),
    "not-json": ("error", "值不是 JSON", "the value is not JSON", E),
    "python-literal": ("error", "值是程序字典的文字形式，不是 JSON", "the value is a program's dict as text, not JSON", E),
    "truncated": ("error", "标识不完整：在中途被截断", "the label is incomplete: it was cut off", E),
    "empty": ("error", "标识是空的", "the label is empty", E),
    # place
    "place-unusual": ("warning", "标识不在指南规定的位置", "the label is not in the place the guides give", IMAGE_GUIDE),
    "namespace": ("warning", "XMP 命名空间 URI 不符", "the XMP namespace URI is not the standard's", IMAGE_GUIDE),
    "xmp-prefix": ("note", "XMP 前缀不是 TC260", "the XMP prefix is not TC260", IMAGE_GUIDE),
    "xmp-malformed": ("error", "标识所在的 XMP 包不是良构的 XML", "the XMP packet around the label is not well-formed", IMAGE_GUIDE),
    # the file as a whole
    "duplicate": ("error", "一个文件有多个隐式标识", "one file carries more than one metadata label", f"{GB} §6.1 c)"),
    "conflict": ("error", "文件里的几个标识互相矛盾", "the labels in the file contradict each other", f"{GB} §6.1 c)"),
    "not-looked-at": ("note", "有一部分没有检查", "a part was not examined", ""),
    # seal (安全防护)
    "seal-good": ("note", "标识签名有效", "the seal of the label is good", SEAL_GUIDE),
    "seal-bad": ("error", "标识签名无效：标识或内容被改动过", "the seal is bad: label or content was changed", SEAL_GUIDE),
    "seal-unverifiable": ("note", "标识签名无法验证", "the seal cannot be verified", SEAL_GUIDE),
    "seal-opaque": ("note", "预留字段的内容不是已知的签名形式", "the reserved code holds no known form of a seal", SEAL_GUIDE),
    "seal-untrusted-key": ("note", "签名有效，但公钥不在信任名单内，只证明完整，不证明身份", "the seal is good but its key is not trusted: integrity, not identity", SEAL_GUIDE),
    # C2PA
    "c2pa-invalid": ("error", "C2PA 清单校验不通过，签名后内容被改动过", "the C2PA manifest fails validation: the file was changed after signing", "C2PA 2.1"),
    "c2pa-untrusted": ("note", "C2PA 签名者不在信任名单内", "the signer of the C2PA manifest is not trusted", "C2PA 2.1"),
    "c2pa-unreadable": ("warning", "C2PA 清单读不出来", "the C2PA manifest cannot be read", "C2PA 2.1"),
    "c2pa-remote": ("note", "C2PA 清单在网络上，检验不联网", "the C2PA manifest is on the network; nothing was fetched", "C2PA 2.1"),
}  # fmt: skip
