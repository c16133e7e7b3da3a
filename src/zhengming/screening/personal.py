"""What recognisers of personal information (个人信息) share: a shape, a check, nothing inside longer numbers."""

import re
from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from zhengming.screening.signal import Evidence, Signal
from zhengming.screening.snapshot import Snapshot

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def plain_width(text: str) -> str:
    """``text`` with full-width ASCII as ASCII, and no lone surrogates; every character stays where it was."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text.translate(_FULL_WIDTH))


_SURROGATE = re.compile("[\ud800-\udfff]")


class Personal(Signal):
    """A recogniser: a feature of its kind turns it on and says what a hit means; the content is a remark."""

    content = "*"
    #: Linear, and bounded by ``widest``.
    shape: ClassVar[re.Pattern[str]]
    #: Why it is not certain; 1 where a checksum is right.
    certainty: ClassVar[float] = 1.0

    @abstractmethod
    def is_valid(self, found: str) -> bool:
        """Whether ``found``, without spaces and hyphens and in capitals, is one."""

    def look(self, text: str, since: int, snapshot: Snapshot) -> Iterator[Evidence]:
        features = snapshot.of_kind(self.name)
        for match in self.shape.finditer(plain_width(text)):
            if match.start() >= since and self.is_valid(re.sub(r"[\s-]", "", match[0]).upper()):
                for feature in features:
                    yield Evidence(*match.span(), feature, self.certainty, (), self.name)
