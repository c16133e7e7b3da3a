"""What an explicit label (显式标识) says and where it stands: GB 45438-2025 §5, Labelling Measures Art. 4."""

from dataclasses import dataclass

from zhengming.ground.words import Words
from zhengming.law.tables import table, words


@dataclass(frozen=True)
class Rule:
    """One rule. ``confidence``: H, M or L; "?" is not known from any source and is a setting of ours."""

    words: Words
    confidence: str


@dataclass(frozen=True)
class Placement:
    """The rules for one medium and the clause they stand in."""

    code: str
    words: Words
    clause: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Wording:
    """The two elements a label must have, one word of each, and the wording we use by default."""

    ai: tuple[str, ...]
    generation: tuple[str, ...]
    default: str


_TABLE = table("placement")
WORDING = Wording(
    tuple(_TABLE["wording"]["ai"]), tuple(_TABLE["wording"]["generation"]), _TABLE["wording"]["default"]
)
PLACEMENTS = {
    row["code"]: Placement(
        row["code"], words(row), row["clause"], tuple(Rule(words(rule), rule["confidence"]) for rule in row["rules"])
    )
    for row in _TABLE["medium"]
}
