"""The verdict (审核结论, Art. 10.1): what screening found, and what is to be done. Not screened is never passed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from zhengming.ground.words import Words
from zhengming.screening.signal import Evidence

#: From the mildest to the severest: 放行, 代答, 转人工, 未审核, 拒绝.
Outcome = Literal["pass", "answer", "hold", "unscreened", "refuse"]
SEVERITY: tuple[Outcome, ...] = ("pass", "answer", "hold", "unscreened", "refuse")
TITLES: dict[Outcome, Words] = {
    "pass": Words("放行", "pass"),
    "answer": Words("代答", "answer instead"),
    "hold": Words("转人工审核", "hold for review"),
    "unscreened": Words("未审核，不得放行", "not screened, not to be released"),
    "refuse": Words("拒绝", "refuse"),
}


@dataclass(frozen=True)
class Thresholds:
    """The least score that counts, for all risks and for some. The operator's setting; the numbers are our choice."""

    default: float = 0.5
    by_risk: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def reached(self, evidence: Evidence) -> bool:
        """Whether ``evidence`` counts."""
        return evidence.score >= self.by_risk.get(evidence.feature.risk, self.default)


DEFAULT = Thresholds()


@dataclass(frozen=True)
class Unanswered:
    """A signal that could not look, and why."""

    signal: str
    reason: Words


@dataclass(frozen=True)
class Verdict:
    """What is to be done with a text.

    ``by_risk``: the outcome for each risk of GB/T 45654-2025 that was hit. ``shadow``: hits of features that are
    tried out; they decide nothing. ``unanswered``: while any is there and nothing refuses, the text is unscreened.
    """

    outcome: Outcome
    by_risk: dict[str, Outcome]
    evidence: tuple[Evidence, ...]
    shadow: tuple[Evidence, ...]
    unanswered: tuple[Unanswered, ...]
    snapshot: str

    @property
    def passed(self) -> bool:
        """Whether the text may be released as far as screening is concerned."""
        return self.outcome == "pass"

    def json(self) -> dict[str, object]:
        """For programs and the ledger. Holds no part of the text."""
        return {
            "outcome": self.outcome, "by_risk": self.by_risk, "snapshot": self.snapshot,
            "evidence": [each.json() for each in self.evidence], "shadow": [each.json() for each in self.shadow],
            "unanswered": [{"signal": each.signal, "reason": each.reason.zh} for each in self.unanswered],
        }  # fmt: skip


def judge(
    found: Iterable[Evidence], unanswered: Sequence[Unanswered], snapshot: str, thresholds: Thresholds = DEFAULT
) -> Verdict:
    """The verdict on what was found. The allow-list wins over what lies wholly inside it, and over nothing else."""
    counted = [each for each in found if thresholds.reached(each)]
    allowed = [each for each in counted if each.feature.action == "allow" and each.feature.state == "live"]
    rest = [each for each in counted if each.feature.action != "allow" and not _inside(each, allowed)]
    live = tuple(each for each in rest if each.feature.state == "live")
    by_risk: dict[str, Outcome] = {}
    for each in live:
        by_risk[each.feature.risk] = severest(by_risk.get(each.feature.risk, "pass"), _asked(each))
    outcome = severest("unscreened" if unanswered else "pass", *by_risk.values())
    shadow = tuple(each for each in rest if each.feature.state == "shadow")
    return Verdict(outcome, by_risk, live, shadow, tuple(unanswered), snapshot)


def severest(*outcomes: Outcome) -> Outcome:
    """The severest of some outcomes."""
    return max(outcomes, key=SEVERITY.index)


def _asked(evidence: Evidence) -> Outcome:
    return "pass" if evidence.feature.action == "allow" else evidence.feature.action


def _inside(evidence: Evidence, allowed: list[Evidence]) -> bool:
    return any(each.start <= evidence.start and evidence.stop <= each.stop for each in allowed)
