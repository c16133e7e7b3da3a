"""Screening a text (审核, Art. 10.1): every signal looks, then the verdict. Memory beside the text is bounded."""

from collections.abc import Iterator
from dataclasses import replace

from zhengming.ground.errors import ZhengmingError
from zhengming.screening.signal import SIGNALS, Evidence
from zhengming.screening.snapshot import Snapshot
from zhengming.screening.verdict import DEFAULT, Thresholds, Unanswered, Verdict, judge

#: Characters that are looked at together.
BLOCK = 16 * 1024
#: Characters before a place that decide how it is read: a run of letters, a tag, the start of a line.
CONTEXT = 160
#: Characters behind a hit that decide whether it is one.
LOOKAHEAD = 96


def screen(text: str, snapshot: Snapshot, thresholds: Thresholds = DEFAULT, before: str = "") -> Verdict:
    """The verdict on ``text``. ``before``: earlier turns of the conversation; what begins there and ends here counts.

    Spans of the evidence count characters of ``text``; those that begin in an earlier turn are below zero.
    """
    turn = before[-snapshot.window :] + "\n" if before else ""
    found, unanswered = seen(turn + text, snapshot)
    moved = [moved_by(each, -len(turn)) for each in found if each.stop > len(turn)]
    return judge(moved, unanswered, snapshot.id, thresholds)


def seen(text: str, snapshot: Snapshot, since: int = 0) -> tuple[list[Evidence], list[Unanswered]]:
    """What all signals see in ``text`` from ``since`` on, in order of place, and the signals that did not answer."""
    found: list[Evidence] = []
    unanswered: dict[str, Unanswered] = {}
    for start in range(since, len(text), BLOCK):
        for name in ("term", *snapshot.facts["kinds"]):
            if name in unanswered:
                continue
            try:
                found += _in_block(name, text, start, snapshot)
            except ZhengmingError as error:
                unanswered[name] = Unanswered(name, error.words)
    return sorted(found, key=lambda each: (each.start, each.stop, each.feature.id)), list(unanswered.values())


def _in_block(name: str, text: str, start: int, snapshot: Snapshot) -> Iterator[Evidence]:
    """The hits of one signal that begin in the block at ``start``."""
    low = max(0, start - CONTEXT)
    part = text[low : start + BLOCK + snapshot.window + LOOKAHEAD] if len(text) > BLOCK or low else text
    for each in SIGNALS[name].look(part, start - low, snapshot):
        if each.start + low < start + BLOCK:
            yield moved_by(each, low)


def moved_by(evidence: Evidence, characters: int) -> Evidence:
    """The same evidence in a text that has ``characters`` more before it."""
    if not characters:
        return evidence
    return replace(evidence, start=evidence.start + characters, stop=evidence.stop + characters)
