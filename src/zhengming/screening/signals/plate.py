"""Number plates (机动车号牌, GA 36): province, letter, five characters, six for new energy. I and O are not used."""

import re

from zhengming.ground.words import Words
from zhengming.screening.personal import Personal

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"


class Plate(Personal):
    name = "plate"
    title = Words("机动车号牌", "number plate")
    widest = 12
    certainty = 0.8
    shape = re.compile(
        f"[{_PROVINCES}][A-HJ-NP-Z][ ·-]?(?:[A-HJ-NP-Z0-9]{{4}}[A-HJ-NP-Z0-9挂学警港澳]|[A-HJ-NP-Z0-9]{{6}})"
        "(?![0-9A-Za-z])"
    )
    examples = ("车牌京A12345", "粤B·D12345", "沪AD12345停在门口")
    others = ("京A1234", "京I12345", "京ABCDEF", "苏A1234567")

    def is_valid(self, found: str) -> bool:
        return sum(each.isdigit() for each in found) >= 2


SIGNAL = Plate()
