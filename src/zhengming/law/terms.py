"""The terms of the law (用语): one Chinese term, one English word, one name in code."""

from dataclasses import dataclass

from zhengming.ground.words import Words
from zhengming.law.tables import table, words


@dataclass(frozen=True)
class Term:
    """A term. ``never`` lists words that the code does not use for it."""

    words: Words
    code: str
    article: str
    never: tuple[str, ...]


TERMS = tuple(
    Term(words(row), row["code"], row["article"], tuple(row.get("never", ()))) for row in table("terms")["term"]
)
