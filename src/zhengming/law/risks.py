"""The 31 risks of GB/T 45654-2025 annex A (安全风险), and the least sizes of the banks that cover them."""

from dataclasses import dataclass

from zhengming.ground.words import Words
from zhengming.law.tables import table, words


@dataclass(frozen=True)
class Risk:
    """One risk: ``code`` such as "A.1.3", the group it belongs to, and the least entries per bank that cover it."""

    code: str
    words: Words
    group: Words
    least: dict[str, int]


_TABLE = table("risks")
RISKS = {
    f"{group['code']}.{number}": Risk(f"{group['code']}.{number}", words(row), words(group), group["least"])
    for group in _TABLE["group"]
    for number, row in enumerate(group["risks"], 1)
}
#: The least entries of each bank as a whole.
LEAST_TOTAL: dict[str, int] = _TABLE["total"]
