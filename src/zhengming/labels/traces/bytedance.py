"""ByteDance apps: the private object ``aigc_info`` in a description or comment. 1 is AI, 0 says nothing. [seen]"""

import re

from zhengming.ground.words import Words
from zhengming.labels.format import Entry
from zhengming.labels.trace import Trace

_TYPE = re.compile(r'"(aigc_type|aigc_label_type|is_sticker_aigc)"\s*:\s*"?(\d)')


class ByteDance(Trace):
    name = "bytedance-aigc-info"
    title = Words("字节跳动 aigc_info 字段", "ByteDance aigc_info field")
    examples = (
        Entry("EXIF", "ImageDescription", '{"data":{"product":"aweme","aigc_info":{"aigc_type":1}}}'),
        Entry("EXIF", "ImageDescription", '"{\\"aigc_info\\":\\"{\\\\\\"aigc_label_type\\\\\\":2}\\"}"'),
        Entry("MP4 mdta", "comment", '{"aigc_info":{"aigc_type":0,"is_sticker_aigc":0}}'),
    )
    others = (Entry("EXIF", "ImageDescription", '{"data":{"product":"aweme","filter":"none"}}'),)

    def detail(self, entry: Entry) -> str | None:
        if "aigc_info" not in entry.value:
            return None
        return ", ".join(f"{name}={value}" for name, value in self._types(entry)) or None

    def conclusive(self, entry: Entry) -> bool:
        return any(value != "0" for _, value in self._types(entry))

    def _types(self, entry: Entry) -> list[tuple[str, str]]:
        return _TYPE.findall(entry.value.replace("\\", ""))


TRACE = ByteDance()
