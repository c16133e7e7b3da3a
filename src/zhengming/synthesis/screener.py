"""The screening of floor 2 (审核, Art. 10.1) as the channels of an answer ask for it: one screener for each text."""

from zhengming.ground.errors import Refused, Unavailable
from zhengming.screening.held import Held
from zhengming.screening.snapshot import Snapshot
from zhengming.screening.verdict import Verdict


class Hit(Refused):
    """A text did not pass. ``verdict`` says why; it holds no part of the text."""

    kind = "content-filter"

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        super().__init__("内容未通过审核，未予放行", "the content did not pass screening and is not given out")

    @property
    def is_held(self) -> bool:
        """Whether the library asks for a person to decide (转人工)."""
        return self.verdict.outcome == "hold"


class Unscreened(Unavailable):
    """A content that could not be screened, which is never one that passed."""

    kind = "unscreened"


class TextScreener:
    """A :class:`zhengming.synthesis.channels.Screener` over one snapshot of the library."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._held, self._clear = Held(snapshot), 0

    def feed(self, text: str) -> int:
        """How many characters may go. Raises Hit, or Unscreened where a signal could not look."""
        self._held, step = self._held.feed(text)
        if step.verdict:
            checked(step.verdict)
        self._clear += len(step.text)
        return self._clear

    def end(self) -> Verdict:
        """The verdict on the whole. Raises as :meth:`feed` does."""
        self._held, step = self._held.close()
        if step.verdict is None:
            raise Unscreened("审核没有给出结论", "the screening came to no verdict")
        return checked(step.verdict)


def checked(verdict: Verdict) -> Verdict:
    """``verdict``, where it passes. Raises Hit or Unscreened."""
    if verdict.outcome == "unscreened":
        raise Unscreened("内容未能审核，不得放行", "the content could not be screened and is not given out")
    if not verdict.passed:
        raise Hit(verdict)
    return verdict
