"""统一社会信用代码 (GB 32100-2015): 18 characters whose check character is right."""

import re

from zhengming.ground.words import Words
from zhengming.law.uscc import is_valid
from zhengming.screening.personal import Personal


class Uscc(Personal):
    name = "uscc"
    title = Words("统一社会信用代码", "unified social credit code")
    widest = 18
    shape = re.compile(
        r"(?<![0-9A-Za-z])[1-9A-HJ-NP-RTUWXY][0-9A-HJ-NP-RTUWXY]\d{6}[0-9A-HJ-NP-RTUWXYa-z]{10}(?![0-9A-Za-z])"
    )
    examples = ("代码91350211M000100Y46", "９１３５０２１１Ｍ０００１００Ｙ４６")
    others = ("91350211M000100Y4A", "91350211M000100Y4", "订单号 123456789012345679")

    def is_valid(self, found: str) -> bool:
        return is_valid(found)


SIGNAL = Uscc()
