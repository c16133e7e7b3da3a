"""The 25 articles of 互联网信息服务深度合成管理规定 as duties: who bears each, and where it is carried out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from zhengming.ground.errors import WrongInput
from zhengming.ground.words import Words
from zhengming.law.tables import table, words

TITLE = Words(
    "互联网信息服务深度合成管理规定", "Provisions on the Administration of Deep Synthesis Internet Services"
)

BEARERS = {
    "provider": Words("深度合成服务提供者", "provider"),
    "supporter": Words("技术支持者", "technical supporter"),
    "user": Words("使用者", "user"),
    "appstore": Words("应用商店", "app store"),
    "authority": Words("主管部门", "authority"),
    "association": Words("行业组织", "industry body"),
    "anyone": Words("任何组织和个人", "anyone"),
}


@dataclass(frozen=True)
class Duty:
    """One thing an article asks. Exactly one of ``place``, ``planned`` and ``because`` is set.

    ``place``: the module that carries it out. ``planned``: the floor where it will be carried out.
    ``because``: why there is nothing for software to carry out.
    """

    id: str
    article: int
    bearers: tuple[str, ...]
    asks: Words
    place: str = ""
    planned: str = ""
    because: Words | None = None


@dataclass(frozen=True)
class Article:
    """One article: its number, its chapter, what it is about, and its duties."""

    number: int
    chapter: int
    subject: Words
    duties: tuple[Duty, ...]


def article(number: int) -> Article:
    """Article ``number``, 1 to 25. Raises WrongInput for any other."""
    for candidate in ARTICLES:
        if candidate.number == number:
            return candidate
    raise WrongInput(f"没有第 {number} 条，规定共 25 条", f"there is no article {number}; there are 25")


def duties(bearer: str | None = None) -> Iterator[Duty]:
    """Every duty, or those that ``bearer`` (a key of BEARERS, or anyone) bears."""
    for each in ARTICLES:
        yield from (duty for duty in each.duties if bearer is None or {bearer, "anyone"} & set(duty.bearers))


def _article(row: dict[str, Any]) -> Article:
    number = row["number"]
    return Article(number, row["chapter"], words(row), tuple(_duty(number, duty) for duty in row["duty"]))


def _duty(number: int, row: dict[str, Any]) -> Duty:
    because = words(row["because"]) if "because" in row else None
    bearers = tuple(row["bearers"])
    return Duty(row["id"], number, bearers, words(row), row.get("place", ""), row.get("planned", ""), because)


ARTICLES: tuple[Article, ...] = tuple(map(_article, table("articles")["article"]))
