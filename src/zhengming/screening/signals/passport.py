"""Passport and travel permit numbers (护照、往来港澳通行证): a letter and eight digits, where a word says so."""

import re

from zhengming.ground.words import Words
from zhengming.screening.personal import Personal


class Passport(Personal):
    name = "passport"
    title = Words("护照与通行证号码", "passport or travel permit number")
    widest = 40
    certainty = 0.8
    shape = re.compile(
        r"(?:护照|通行证|[Pp]assport)[^0-9\n]{0,20}?(?:[EeGgDdSsPpCcWw]\d{8}|[EeCcWw][A-HJ-NP-Z]\d{7})(?![0-9A-Za-z])"
    )
    examples = ("护照号码：E12345678", "往来港澳通行证 C12345678", "passport no. EA1234567")
    others = ("零件E12345678", "护照很新。零件号一二三四五六七八九十一二三四五六七八九E12345678", "护照 E123456789")

    def is_valid(self, found: str) -> bool:
        return bool(found)


SIGNAL = Passport()
