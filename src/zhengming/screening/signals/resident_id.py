"""Resident identity numbers (公民身份号码, GB 11643): 17 digits with a birthday, and the check of MOD 11-2."""

import re
from datetime import date

from zhengming.ground.words import Words
from zhengming.screening.personal import Personal

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


class ResidentId(Personal):
    name = "resident-id"
    title = Words("公民身份号码", "resident identity number")
    widest = 24
    shape = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{5}[ -]?\d{4}[ -]?\d{4}[ -]?\d{3}[0-9Xx](?![0-9A-Za-z])")
    examples = ("号码是11010519491231002X。", "１１０１０５１９４９１２３１００２Ｘ", "440524 1880 0101 0014")
    others = ("110105194912310021", "11010519491331002X", "9110105194912310020", "订单号 123456789012345678")

    def is_valid(self, found: str) -> bool:
        try:
            date(int(found[6:10]), int(found[10:12]), int(found[12:14]))
        except ValueError:
            return False
        total = sum(int(digit) * weight for digit, weight in zip(found[:17], _WEIGHTS, strict=True))
        return _CHECKS[total % 11] == found[17]


SIGNAL = ResidentId()
