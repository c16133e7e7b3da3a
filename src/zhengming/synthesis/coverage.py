"""Coverage (全程留痕的证明): of the works given out in a period, how many have all that they must have.

That is: one admission, a verdict for each side, a label read back, one entry; of a stream also the entry before its
first byte. It is computed from the ledger alone, so anybody who has the ledger comes to the same numbers.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from zhengming.ground.errors import WrongInput
from zhengming.ledger.entry import Entry, decoded
from zhengming.ledger.store import Store

#: A moment later than all that entries can state.
NEVER = 2**53
#: Gaps that are listed; all are counted.
MOST_LISTED = 100
#: Entries that are read at once.
STEP = 1024


@dataclass(frozen=True)
class Gap:
    """A work to which something is missing: its number, what, and the number of the entry."""

    work: str
    missing: str
    index: int


@dataclass
class Coverage:
    """The numbers. ``given``: works given out, whole or in part; ``whole``: those with all that they must have.

    ``stopped``: works of which nothing was given out, by kind of entry. ``unscreened``: works with media that nothing
    could screen and that the operator's setting let pass, each of which its entry names; they are no gaps, and shown.
    ``under_way``: streams that have begun and may not have ended yet.
    """

    given: int = 0
    whole: int = 0
    unscreened: int = 0
    under_way: int = 0
    stopped: Counter[str] = field(default_factory=Counter)
    gaps: list[Gap] = field(default_factory=list)
    more_gaps: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.gaps

    def json(self) -> dict[str, object]:
        """For programs."""
        return {
            "given": self.given, "whole": self.whole, "unscreened_media": self.unscreened,
            "under_way": self.under_way,
            "stopped": dict(sorted(self.stopped.items())), "complete": self.is_complete,
            "gaps": [{"work": gap.work, "missing": gap.missing, "index": gap.index} for gap in self.gaps],
            "more_gaps": self.more_gaps,
        }  # fmt: skip

    def lacks(self, work: str, missing: str, index: int) -> None:
        """A gap."""
        if len(self.gaps) < MOST_LISTED:
            self.gaps.append(Gap(work, missing, index))
        else:
            self.more_gaps += 1


def entries_in(store: Store) -> Iterator[Entry]:
    """Every entry of a ledger, in order."""
    for start in range(0, store.size, STEP):
        yield from (decoded(data) for data in store.read(start, min(start + STEP, store.size)))


def coverage(entries: Iterable[Entry], since: int, until: int, settled: int) -> Coverage:
    """The coverage of works whose entries are of ``since`` ≤ moment < ``until``, in microseconds since 1970.

    A stream that was opened at ``settled`` or later and has no end may still be under way, an older one was
    interrupted. Memory grows with the works of the period, by some hundred bytes each.
    """
    found = Coverage()
    opened: dict[str, tuple[int, int]] = {}
    done: set[str] = set()
    for index, entry in enumerate(entries):
        if not (since <= entry.at < until and entry.kind.startswith("work.")):
            continue
        work = entry.subjects.get("work", "")
        if entry.kind == "work.opened":
            opened[work] = (index, entry.at)
        elif entry.kind in ("work.released", "work.ended"):
            _given(found, entry, work, index, work in opened, work in done)
            opened.pop(work, None)
            done.add(work)
        else:
            found.stopped[entry.kind] += 1
    for work, (index, at) in opened.items():
        found.under_way += at >= settled
        if at < settled:
            found.given += 1
            found.lacks(work, "interrupted", index)
    return found


def _given(found: Coverage, entry: Entry, work: str, index: int, was_opened: bool, again: bool) -> None:
    found.given += 1
    found.unscreened += "media-not-screened" in (entry.facts.get("input"), entry.facts.get("output"))
    missing = list(_missing(entry, was_opened, again))
    for each in missing:
        found.lacks(work, each, index)
    found.whole += not missing


def _missing(entry: Entry, was_opened: bool, again: bool) -> Iterator[str]:
    """What the entry of a work that was given out does not say."""
    if again:
        yield "one-entry"
    if not {"work", "key", "user", "service", "upstream"} <= set(entry.subjects) or "policy" not in entry.facts:
        yield "admission"
    for side in ("input", "output"):
        if f"{side}-verdict" not in entry.digests or side not in entry.facts or "snapshot" not in entry.facts:
            yield f"{side}-verdict"
    if not _is_labelled(entry):
        yield "label"
    if "output" not in entry.digests:
        yield "output"
    if entry.facts.get("stream") and not was_opened:
        yield "opened"


def _is_labelled(entry: Entry) -> bool:
    """Whether each answer that had to carry a label was read to carry it.

    Of a client that left before the end of a stream nobody can say that the label at the end was kept from it.
    """
    read, due = entry.facts.get("labels-read"), entry.facts.get("labels-due")
    if entry.facts.get("ending") == "client-gone" and entry.facts.get("label") == "end":
        return True
    return "label" in entry.facts and isinstance(read, int) and isinstance(due, int) and read >= due


def moment(text: str) -> int:
    """A moment in RFC 3339, or a day, in microseconds since 1970; without a time zone in UTC. Raises WrongInput."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise WrongInput(
            f"不是时刻：{text}", f"not a moment such as 2026-01-31 or 2026-01-31T08:00Z: {text}"
        ) from None
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1_000_000)
