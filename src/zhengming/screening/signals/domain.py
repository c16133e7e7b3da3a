"""Domains (网址、域名): a domain of the list or any below it, also as example。com, example[.]com, hxxp://example.com."""

import re
from collections.abc import Iterator
from functools import lru_cache

from zhengming.ground.errors import WrongInput
from zhengming.ground.words import Words
from zhengming.screening.feature import Feature
from zhengming.screening.personal import plain_width
from zhengming.screening.signal import Evidence, Signal
from zhengming.screening.snapshot import Snapshot

_DOT = r"(?:[.。｡]|\[\.\]|\(\.\)|\[dot\]|\(dot\))"
_LABEL = "[0-9A-Za-z](?:[0-9A-Za-z-]{0,61}[0-9A-Za-z])?"
_HOST = re.compile(f"(?<![0-9A-Za-z-]){_LABEL}(?:{_DOT}{_LABEL}){{1,5}}")


class Domain(Signal):
    name = "domain"
    title = Words("网址与域名", "domains")
    widest = 384
    content = "example.com"
    examples = ("https://www.example.com/x", "去example.com看看", "hxxp://EXAMPLE[.]com", "ｅｘａｍｐｌｅ．ｃｏｍ")
    others = ("notexample.com", "example.community", "example.com.cn")

    def check(self, feature: Feature) -> None:
        if not _HOST.fullmatch(feature.content) or feature.content != feature.content.lower():
            raise WrongInput(
                f"“{feature.content}”不是小写的域名", f"{feature.content!r} is no domain in small letters"
            )

    def look(self, text: str, since: int, snapshot: Snapshot) -> Iterator[Evidence]:
        listed = _listed(snapshot)
        for match in _HOST.finditer(plain_width(text)):
            labels = re.split(_DOT, match[0].lower())
            for first in range(len(labels)):
                for feature in listed.get(".".join(labels[first:]), ()) if match.start() >= since else ():
                    yield Evidence(*match.span(), feature, 1.0, (), self.name)


@lru_cache(8)
def _listed(snapshot: Snapshot) -> dict[str, list[Feature]]:
    found: dict[str, list[Feature]] = {}
    for feature in snapshot.of_kind(Domain.name):
        found.setdefault(feature.content, []).append(feature)
    return found


SIGNAL = Domain()
