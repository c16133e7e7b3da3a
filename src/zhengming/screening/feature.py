"""A feature (特征, Art. 10.2) as the engine sees it: a value. How it got into the library is not decided here."""

from dataclasses import asdict, dataclass
from typing import Literal, get_args

from zhengming.ground.errors import WrongInput
from zhengming.law.risks import RISKS

#: What a hit asks for: 代答, 转人工, 拒绝; ``allow`` takes other hits inside it back.
Action = Literal["answer", "hold", "refuse", "allow"]
State = Literal["live", "shadow"]
#: Characters of a content: a longer one is a text to compare with, not a feature.
LONGEST_CONTENT = 64
#: Every fold there is, whichever they are.
ALL_FOLDS = ("*",)


@dataclass(frozen=True)
class Feature:
    """One entry of the library.

    ``kind``: the signal that looks for it. ``content``: what it looks for, by that signal's rules. ``risk``: a code
    of GB/T 45654-2025 annex A such as "A.1.3". ``folds``: names of the folds under which it is still found.
    """

    id: str
    kind: str
    content: str
    risk: str
    folds: tuple[str, ...] = ALL_FOLDS
    action: Action = "refuse"
    state: State = "live"

    def __post_init__(self) -> None:
        if self.risk not in RISKS:
            raise WrongInput(f"没有风险类别“{self.risk}”", f"there is no risk {self.risk!r}")
        if self.action not in get_args(Action) or self.state not in get_args(State):
            raise WrongInput(
                f"处置“{self.action}”或状态“{self.state}”不认识",
                f"unknown action {self.action!r} or state {self.state!r}",
            )

    def folded_by(self, fold: str) -> bool:
        """Whether it is to be found under ``fold``."""
        return fold in self.folds or "*" in self.folds

    def json(self) -> dict[str, object]:
        """The feature as it stands in a snapshot."""
        return asdict(self)
