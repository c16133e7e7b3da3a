"""Bank card numbers (银行卡号, ISO/IEC 7812): 16 to 19 digits that begin as cards in China do, with Luhn's check."""

import re

from zhengming.ground.words import Words
from zhengming.screening.personal import Personal


class BankCard(Personal):
    name = "bank-card"
    title = Words("银行卡号", "bank card number")
    widest = 24
    certainty = 0.9  # one number of ten has the right check digit by chance
    shape = re.compile(r"(?<![0-9A-Za-z.])(?:62|4\d|5[1-5]|3[57])\d{2}[ -]?(?:\d{4}[ -]?){3}\d{0,3}(?![0-9A-Za-z])")
    examples = ("卡号6222021234567890128", "4111 1111 1111 1111", "6222-0212-3456-7890-128")
    others = ("6222021234567890127", "4111111111111112", "7111111111111111", "41111111111111110000")

    def is_valid(self, found: str) -> bool:
        doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(found))]
        return len(found) >= 16 and sum(each - 9 * (each > 9) for each in doubled) % 10 == 0


SIGNAL = BankCard()
