"""统一社会信用代码 (USCC, GB 32100-2015) and the organisation code (组织机构代码, GB 11714-1997) inside it.

    1        2          3-8                9-16 + 17           18
    登记部门  机构类别   登记管理机关行政区划   主体标识码            校验码

The 9-character organisation code at 9-17 has a check character of its own. Both checks pass on each of the 23
real codes that we collected. [H]
"""

import re
from dataclasses import dataclass

from zhengming.ground.errors import WrongInput

#: The 31 characters of GB 32100: digits and capital letters without I, O, S, V, Z.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18

_WEIGHTS = tuple(pow(3, place, 31) for place in range(LENGTH - 1))
_ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_SHAPE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")


@dataclass(frozen=True)
class Uscc:
    """The parts of a USCC, each as it stands in the code."""

    department: str  # 登记管理部门代码, e.g. 9 for market regulation
    category: str  # 机构类别代码
    region: str  # 登记管理机关行政区划码, GB/T 2260, six digits
    organisation: str  # 主体标识码: the nine characters of GB 11714
    check: str  # 校验码


def check_character(first17: str) -> str:
    """The 18th character for the first 17 (GB 32100 §6.5). Raises WrongInput on a character outside the set."""
    _check_alphabet(first17)
    if len(first17) != LENGTH - 1:
        raise WrongInput(f"应为 17 位，得到 {len(first17)} 位", f"17 characters are needed, got {len(first17)}")
    total = sum(ALPHABET.index(mark) * weight for mark, weight in zip(first17, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def organisation_check_character(first8: str) -> str:
    """The 9th character of an organisation code for its first 8 (GB 11714): a digit or X."""
    if not re.fullmatch("[0-9A-Z]{8}", first8):
        raise WrongInput(
            f"组织机构代码前 8 位应为数字或大写字母：{first8}",
            f"the first 8 of an organisation code are digits or capitals: {first8!r}",
        )
    values = map(_ORGANISATION_ALPHABET.index, first8)
    check = -sum(value * weight for value, weight in zip(values, _ORGANISATION_WEIGHTS, strict=True)) % 11
    return "X" if check == 10 else str(check)


def is_valid(text: str) -> bool:
    """Whether ``text`` is a USCC whose own check character is right (GB 32100)."""
    return bool(_SHAPE.fullmatch(text)) and check_character(text[:17]) == text[17]


def is_organisation_code_valid(text: str) -> bool:
    """Whether the nine characters of an organisation code (no hyphen) check (GB 11714)."""
    return bool(re.fullmatch("[0-9A-Z]{8}[0-9X]", text)) and organisation_check_character(text[:8]) == text[8]


def parse(text: str) -> Uscc:
    """The parts of ``text``. Raises WrongInput naming the position at fault.

    The inner organisation code is not a reason to refuse: GB 32100 only asks for the outer check.
    """
    if len(text) != LENGTH:
        raise WrongInput(
            f"统一社会信用代码应为 18 位，得到 {len(text)} 位", f"a USCC has 18 characters, got {len(text)}"
        )
    _check_alphabet(text)
    expected = check_character(text[:17])
    if text[17] != expected:
        raise WrongInput(
            f"统一社会信用代码第 18 位（校验码）应为 {expected}，得到 {text[17]}",
            f"character 18 of the USCC (check) should be {expected}, got {text[17]}",
        )
    return Uscc(text[0], text[1], text[2:8], text[8:17], text[17])


def _check_alphabet(text: str) -> None:
    for place, mark in enumerate(text, start=1):
        if mark not in ALPHABET:
            raise WrongInput(
                f"统一社会信用代码第 {place} 位“{mark}”不是数字或大写字母（不用 I O S V Z）",
                f"character {place} of the USCC, {mark!r}, is no digit or capital letter (I O S V Z are not used)",
            )
