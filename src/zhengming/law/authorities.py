"""Art. 3: the authorities (主管部门) by field and level. The offices themselves are the operator's entries."""

from dataclasses import dataclass

from zhengming.ground.words import Words
from zhengming.law.tables import table, words


@dataclass(frozen=True)
class Authority:
    """A field of supervision, what it does under Art. 3, and its levels from the national one down."""

    code: str
    words: Words
    role: Words
    levels: dict[str, Words]


AUTHORITIES = {
    row["code"]: Authority(
        row["code"], words(row), words(row["role"]), {level["code"]: words(level) for level in row["levels"]}
    )
    for row in table("authorities")["authority"]
}
