"""A stream held back until it is screened (Art. 10.1): only what can no longer become part of a hit goes out.

The state is a value: feeding it gives the next state and what may go out now. It holds as many characters as a hit
may span and few more, however long the stream is. Chunks may be cut anywhere, in the middle of a character too.
"""

from dataclasses import dataclass, replace

from zhengming.ground.errors import WrongInput
from zhengming.screening.screening import CONTEXT, LOOKAHEAD, moved_by, seen
from zhengming.screening.snapshot import Snapshot
from zhengming.screening.verdict import DEFAULT, Thresholds, Verdict, judge


@dataclass(frozen=True)
class Step:
    """What one chunk leads to: ``text`` may go out now. ``verdict`` is there when the stream is decided.

    A verdict that does not pass ends the stream: nothing more goes out, and no character of the hit ever did.
    """

    text: str
    verdict: Verdict | None = None


@dataclass(frozen=True)
class Held:
    """The state of one stream. ``turns``: earlier turns of the conversation; a hit may begin in them."""

    snapshot: Snapshot
    thresholds: Thresholds = DEFAULT
    turns: str = ""
    #: The end of what went out, then what is held; ``out`` tells where one ends. ``at``: characters before.
    text: str = ""
    out: int = 0
    at: int = 0
    half: str = ""
    decided: bool = False

    @property
    def behind(self) -> int:
        """How many characters are held back at most: what a hit spans, twice if there is an allow-list."""
        return self._sure + self.snapshot.window

    @property
    def _sure(self) -> int:
        """How many characters must follow a hit before it is sure to be one."""
        return LOOKAHEAD + (self.snapshot.window if self.snapshot.facts["allows"] else 0)

    def feed(self, chunk: str) -> tuple["Held", Step]:
        """The state after ``chunk``, and what it leads to. Raises WrongInput on a stream that was decided."""
        if self.decided:
            raise WrongInput("流已有结论，不能再送入内容", "the stream is decided and takes no more content")
        whole, half = _whole(self.half + chunk)
        longer = replace(self, text=self.text + whole, half=half)
        if len(longer.text) - longer.out <= longer.behind:  # nothing could go out, so there is no need to look yet
            return longer, Step("")
        verdict = longer._verdict(len(longer.text) - longer._sure)
        if not verdict.passed:
            return replace(longer, decided=True, text=""), Step("", verdict)
        return longer._let_out(len(longer.text) - longer.behind)

    def close(self) -> tuple["Held", Step]:
        """The state at the end of the stream: the rest goes out, or the verdict that keeps it back."""
        if self.decided:
            raise WrongInput("流已有结论", "the stream is decided")
        last = replace(self, text=self.text + self.half, half="")
        verdict = last._verdict(len(last.text))
        done = replace(last, decided=True, text="")
        return done, Step(last.text[last.out :] if verdict.passed else "", verdict)

    def _verdict(self, sure: int) -> Verdict:
        """The verdict on what is held, counting hits that end at ``sure`` or before."""
        turn = self.turns[-self.snapshot.window :] + "\n" if self.turns and not self.at else ""
        first = max(0, self.out - self.snapshot.window) if self.snapshot.facts["allows"] else self.out
        found, unanswered = seen(turn + self.text, self.snapshot, 0 if turn else first)
        mine = [
            moved_by(each, self.at - len(turn))
            for each in found
            if len(turn) < each.stop <= sure + len(turn)
            and (turn or each.start >= self.out or each.feature.action == "allow")
        ]
        return judge(mine, unanswered, self.snapshot.id, self.thresholds)

    def _let_out(self, cut: int) -> tuple["Held", Step]:
        """Let go what is before ``cut``, and forget what no later hit needs."""
        keep = max(0, cut - CONTEXT - self.snapshot.window)
        later = replace(self, text=self.text[keep:], out=cut - keep, at=self.at + keep)
        return later, Step(self.text[self.out : cut])


def _whole(text: str) -> tuple[str, str]:
    """``text`` with surrogate pairs joined, and the half of one at its end that waits for the other."""
    half = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
    text = text[: len(text) - len(half)]
    if any("\ud800" <= character <= "\udbff" for character in text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return text, half
