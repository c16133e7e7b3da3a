"""Mobile numbers (手机号码): 11 digits in ranges in use. Ranges from a public list of 2022 [M]; they change."""

import re

from zhengming.ground.words import Words
from zhengming.screening.personal import Personal

_RANGES = re.compile(r"1(?:3\d|4[01456789]|5[0-35-9]|6[2567]|7[0-8]|8\d|9[0-35-9])\d{8}")


class Mobile(Personal):
    name = "mobile"
    title = Words("手机号码", "mobile number")
    widest = 20
    certainty = 0.8  # no checksum
    shape = re.compile(r"(?<![0-9A-Za-z.])(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![0-9A-Za-z])")
    examples = ("电话13800138000。", "+86 138-0013-8000", "１３８００１３８０００")
    others = ("12345678901", "138001380001", "3.13800138000", "15412345678")

    def is_valid(self, found: str) -> bool:
        return bool(_RANGES.fullmatch(found.removeprefix("+").removeprefix("86") if len(found) > 11 else found))


SIGNAL = Mobile()
