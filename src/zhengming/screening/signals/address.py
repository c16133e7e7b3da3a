"""Postal addresses (住址), lightly: a place, a road or village, and a house number."""

import re

from zhengming.ground.words import Words
from zhengming.screening.personal import Personal


class Address(Personal):
    name = "address"
    title = Words("住址", "postal address")
    widest = 48
    certainty = 0.7
    shape = re.compile(
        "[\u4e00-\u9fa5]{2,6}[省市区县旗镇乡][\u4e00-\u9fa5]{1,16}?(?:路|街|大道|巷|弄|村|胡同|里)"
        "[ ]?[0-9一二三四五六七八九十百]{1,5}(?:号|弄|栋|幢)(?:[0-9]{1,4}(?:室|单元|楼))?"
    )
    examples = ("住在海淀区幸福路12号", "寄到杭州市西湖区和平街３号", "青山镇杏花村十二号")
    others = ("第12号文件", "市区有很多路", "地铁12号线")

    def is_valid(self, found: str) -> bool:
        return bool(found)


SIGNAL = Address()
