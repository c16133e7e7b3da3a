"""服务提供者编码, the 27-character code of a provider (TC260-PG-20252A), as ContentProducer and ContentPropagator.

    1-2     3        4        5-22              23       24-27
    格式 00  主体类型  绑定方式  统一社会信用代码    服务类型  模型或应用代码

Written strictly with :func:`compose` and :func:`parse`; read generously with :func:`read`, which turns every
departure into a finding. Only the values seen in real codes are known for positions 1-4. [H for these]
Whether a provider composes its code itself or waits for the authority to issue it is disputed; the parts are
the same either way.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from zhengming.ground.errors import WrongInput
from zhengming.ground.words import Words
from zhengming.labels.findings import CODE_GUIDE, LONGEST_DETAIL, Finding, Severity, finding
from zhengming.law import uscc as credit_code

FORMAT = "00"
ORGANISATION = "1"
BY_USCC = "1"
LENGTH = 27
FIXED_PART = 22
NO_EXTENSION = "0000"


class Service(StrEnum):
    """服务类型, position 23. ``NONE`` goes with the extension 0000: no service registered."""

    NONE = "0"
    GENERATION = "1"  # 生成合成
    PROPAGATION = "2"  # 内容传播


@dataclass(frozen=True)
class ProviderCode:
    """A provider code in its parts. ``str()`` puts them together again."""

    uscc: str
    service: str = Service.GENERATION
    extension: str = "0001"
    format: str = FORMAT
    subject: str = ORGANISATION
    binding: str = BY_USCC

    def __str__(self) -> str:
        return f"{self.format}{self.subject}{self.binding}{self.uscc}{self.service}{self.extension}"


def compose(uscc: str, service: str = Service.GENERATION, extension: str = "0001") -> ProviderCode:
    """The code of the organisation ``uscc`` for one of its services. Raises WrongInput.

    ``extension`` is the provider's own name of a model or application: four digits or capital letters.
    """
    credit_code.parse(uscc)
    if len(extension) != len(NO_EXTENSION):
        raise WrongInput(
            f"扩展码（模型或应用代码）应为 {len(NO_EXTENSION)} 位，得到“{extension}”",
            f"the extension (code of a model or application) has {len(NO_EXTENSION)} characters, got {extension!r}",
        )
    return parse(str(ProviderCode(uscc, str(service), extension)))


def parse(text: str) -> ProviderCode:
    """The parts of a well-formed code. Raises WrongInput that names the position at fault."""
    if len(text) != LENGTH:
        raise WrongInput(
            f"服务提供者编码应为 {LENGTH} 位，得到 {len(text)} 位",
            f"a provider code has {LENGTH} characters, got {len(text)}",
        )
    for place, mark in enumerate(text, start=1):
        if not re.fullmatch("[0-9A-Z]", mark):
            raise _wrong(place, f"“{mark}”不是数字或大写字母", f"{mark!r} is no digit or capital letter")
    code = _split(text)
    _check_head(code)
    _check_uscc(code.uscc)
    _check_service(code)
    return code


def read(text: str, service: Service | None = None) -> tuple[ProviderCode | None, tuple[Finding, ...]]:
    """What ``text`` tells of a provider, and all that is wrong with it. Never raises.

    The code is None where no USCC can be made out. ``service`` is the service type that the key asks for:
    GENERATION for ContentProducer, PROPAGATION for ContentPropagator.
    """
    found: list[Finding] = []
    plain = text.strip()
    if plain != text:
        found.append(finding("code-characters", text))
    if re.fullmatch("0{18,}", plain):
        return None, (*found, _own("code-all-zero", plain))
    if re.fullmatch("[0-9A-Za-z]+", plain) and plain != plain.upper() and _looks_like_code(plain.upper()):
        found.append(_own("code-lower-case", plain))
        plain = plain.upper()
    if not _looks_like_code(plain):
        return None, (*found, finding("code-not-a-code", text))
    code, more = _read_code(plain)
    found += more
    if code:
        found += _doubts(code, service)
    return code, tuple(found)


def _read_code(text: str) -> tuple[ProviderCode | None, list[Finding]]:
    """The parts of ``text``, which may be cut short, and what its length tells."""
    size = len(text)
    if credit_code.is_valid(text):
        return ProviderCode(text, Service.NONE, NO_EXTENSION), [_own("code-bare-uscc", text)]
    if size == LENGTH:
        return _split(text), []
    if size == FIXED_PART:
        return _split(text + Service.NONE + NO_EXTENSION), [_own("code-fixed-part-only", text)]
    if FIXED_PART < size < LENGTH:
        return _split(text), [finding("code-length", f"{size}"), _own("code-truncated", text)]
    if size < FIXED_PART:
        return None, [finding("code-length", f"{size}"), _own("code-truncated", text)]
    return _split(text[:LENGTH]), [finding("code-length", f"{size}")]


def _looks_like_code(text: str) -> bool:
    """A code starts with its format and known binding, or is a USCC; brand names do neither."""
    return bool(re.fullmatch("00[0-9]{2}[0-9A-Z]{4,}", text)) or credit_code.is_valid(text)


def _doubts(code: ProviderCode, service: Service | None) -> list[Finding]:
    found = []
    if (code.format, code.subject, code.binding) != (FORMAT, ORGANISATION, BY_USCC):
        found.append(finding("code-unknown-form", str(code)[:4]))
    if not credit_code.is_valid(code.uscc):
        found.append(finding("code-checksum", code.uscc))
    elif not credit_code.is_organisation_code_valid(code.uscc[8:17]):
        found.append(_own("code-organisation-checksum", code.uscc[8:17]))
    if code.service == Service.NONE and code.extension not in (NO_EXTENSION, ""):
        found.append(_own("code-service-zero", code.service + code.extension))
    elif code.service not in set(Service):
        found.append(finding("code-unknown-form", f"23: {code.service}"))
    elif service and code.service not in (Service.NONE, service):
        found.append(finding("code-service", f"{code.service} ≠ {service}"))
    return found


def _split(text: str) -> ProviderCode:
    return ProviderCode(text[4:22], text[22:23], text[23:], text[:2], text[2:3], text[3:4])


def _check_head(code: ProviderCode) -> None:
    if code.format != FORMAT:
        raise _wrong(1, f"格式代码应为 00，得到 {code.format}", f"the format is 00, got {code.format}")
    if code.subject != ORGANISATION:
        raise _wrong(3, f"主体类型应为 1（组织），得到 {code.subject}", f"the subject type is 1, got {code.subject}")
    if code.binding != BY_USCC:
        raise _wrong(
            4,
            f"绑定方式应为 1（统一社会信用代码），得到 {code.binding}",
            f"the binding is 1 (USCC), got {code.binding}",
        )


def _check_uscc(uscc: str) -> None:
    for place, mark in enumerate(uscc, start=5):
        if mark not in credit_code.ALPHABET:
            raise _wrong(place, f"统一社会信用代码不用字母 {mark}", f"a USCC does not use the letter {mark}")
    expected = credit_code.check_character(uscc[:17])
    if uscc[17] != expected:
        raise _wrong(
            22,
            f"统一社会信用代码校验码应为 {expected}，得到 {uscc[17]}",
            f"the USCC's check is {expected}, got {uscc[17]}",
        )


def _check_service(code: ProviderCode) -> None:
    if code.service not in set(Service):
        raise _wrong(
            23, f"服务类型应为 0、1、2，得到 {code.service}", f"the service is 0, 1 or 2, got {code.service}"
        )
    if code.service == Service.NONE and code.extension != NO_EXTENSION:
        raise _wrong(
            24,
            f"服务类型为 0（未登记）时扩展码应为 0000，得到 {code.extension}",
            f"service 0 (none registered) goes with 0000, got {code.extension}",
        )


def _wrong(place: int, zh: str, en: str) -> WrongInput:
    return WrongInput(f"服务提供者编码第 {place} 位：{zh}", f"provider code, position {place}: {en}")


#: What only a provider code can be guilty of: code -> (severity, Chinese, English).
_OWN: dict[str, tuple[Severity, str, str]] = {
    "code-all-zero": ("error", "服务提供者编码全为零，系伪造", "the provider code is all zeros: forged"),
    "code-lower-case": ("warning", "服务提供者编码含小写字母", "the provider code holds lower-case letters"),
    "code-bare-uscc": (
        "warning",
        "只写了统一社会信用代码，缺少前 4 位和后 5 位",
        "a bare credit code, without the first four and the last five characters",
    ),
    "code-fixed-part-only": (
        "note",
        "只有前 22 位，没有 5 位服务扩展码",
        "only the first 22 characters, without the five of the service extension",
    ),
    "code-truncated": ("warning", "服务提供者编码不完整", "the provider code is cut short"),
    "code-organisation-checksum": (
        "note",
        "编码里的组织机构代码校验不通过",
        "the organisation code inside the provider code fails its check",
    ),
    "code-service-zero": (
        "note",
        "服务类型位为 0 却带有模型代码，指南只规定了 00000",
        "service digit 0 with a model code; the guide only knows 00000",
    ),
}


def _own(code: str, detail: str) -> Finding:
    severity, zh, en = _OWN[code]
    return Finding(code, severity, Words(zh, en), detail[:LONGEST_DETAIL], CODE_GUIDE)
