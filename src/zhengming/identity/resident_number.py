"""公民身份号码 (GB 11643-1999): the number of a resident identity card and of a residence permit.

    1-6 地址码    7-14 出生日期    15-17 顺序码    18 校验码 (ISO 7064 MOD 11-2)

Kinds: citizens' cards, and 港澳台居民居住证, whose address codes are 810000, 820000 and 830000.
The 15-digit numbers of the first generation ended in 2013 and are refused. The foreign permanent resident card
is not read here: its shape was not confirmed from a source; documents checked by staff serve for it.
The sequence digit tells the sex; it is never looked at (nothing in Art. 9 asks for it).
A number that passes here is well-formed. That it was issued, and to whom, only a source of record can tell.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any

from zhengming.ground.errors import WrongInput
from zhengming.identity.secret import Unwritten
from zhengming.identity.tables import table

LENGTH = 18
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
#: Older than anybody: a plausibility bound of ours.
OLDEST_YEARS = 130
ADULT, CHILD = 18, 14


class Minor(StrEnum):
    """The flag that is kept of an age: 未满十四周岁, 已满十四周岁未满十八周岁, 已满十八周岁."""

    UNDER_14 = "under-14"
    UNDER_18 = "14-to-18"
    ADULT = "adult"


@dataclass(frozen=True, repr=False)
class ResidentNumber(Unwritten):
    """What a number tells that is of use: the kind of its holder and the day of birth. Not shown in ``repr``."""

    text: str
    kind: str
    born: date

    def age(self, today: date) -> int:
        """Completed years (周岁) on ``today``: a year is completed on the day after the birthday.

        Civil Code practice and the Supreme Court's reading of 周岁 count from the day after; the safer reading
        for a minor, since the flag changes one day later.
        """
        return today.year - self.born.year - ((today.month, today.day) <= (self.born.month, self.born.day))

    def minor(self, today: date) -> Minor:
        """The flag that is kept instead of the age."""
        age = self.age(today)
        return Minor.UNDER_14 if age < CHILD else Minor.UNDER_18 if age < ADULT else Minor.ADULT

    def __repr__(self) -> str:
        return f"ResidentNumber(kind={self.kind!r})"


def check_character(first17: str) -> str:
    """The 18th character for the first 17 digits (GB 11643, ISO 7064 MOD 11-2)."""
    if not re.fullmatch("[0-9]{17}", first17):
        raise WrongInput("公民身份号码前 17 位应为数字", "the first 17 of a resident number are digits")
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(first17, _WEIGHTS, strict=True)) % 11]


def parse(text: str, today: date) -> ResidentNumber:
    """The number in ``text`` (already NFKC). Raises WrongInput that names the part at fault, never its content."""
    number = re.sub(r"[\s-]", "", text).upper()
    _check_shape(number)
    if number[:2] not in _regions():
        raise WrongInput("第 1–2 位不是省级行政区划代码", "characters 1-2 are the code of no province")
    born = _birthday(number[6:14], today)
    if check_character(number[:17]) != number[17]:
        raise WrongInput("公民身份号码校验码不符，请核对", "the check character does not fit: look for a slip")
    return ResidentNumber(number, str(_regions()[number[:2]]["kind"]), born)


def _check_shape(number: str) -> None:
    if re.fullmatch("[0-9]{15}", number):
        raise WrongInput(
            "15 位的第一代身份证号码已停用，请用 18 位号码",
            "15-digit numbers of the first generation are no longer valid: 18 characters are needed",
        )
    if len(number) != LENGTH:
        raise WrongInput(
            f"公民身份号码应为 {LENGTH} 位，得到 {len(number)} 位",
            f"a resident number has {LENGTH} characters, got {len(number)}",
        )
    if not re.fullmatch("[0-9]{17}[0-9X]", number):
        raise WrongInput("应为 17 位数字加 1 位数字或 X", "17 digits are followed by a digit or X")


def _birthday(digits: str, today: date) -> date:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise WrongInput("第 7–14 位不是真实的日期", "characters 7-14 are no real date") from None
    if born > today:
        raise WrongInput("出生日期在未来", "the day of birth is in the future")
    if today.year - born.year > OLDEST_YEARS:
        raise WrongInput(f"出生日期早于 {OLDEST_YEARS} 年前", f"the day of birth is over {OLDEST_YEARS} years ago")
    return born


@cache
def _regions() -> dict[str, dict[str, Any]]:
    return {row["code"]: row for row in table("regions")["region"]}
