"""Terms (关键词), under every fold."""

from collections.abc import Iterator
from functools import lru_cache

from zhengming.ground.errors import Unavailable
from zhengming.ground.words import Words
from zhengming.screening.alignment import Aligner
from zhengming.screening.matching import proposals
from zhengming.screening.reading import Reading, Written, other_readings, written
from zhengming.screening.signal import Evidence, Signal
from zhengming.screening.snapshot import Snapshot

#: Proposals of one stretch of text that are held against it. A text that makes more and holds no hit is made to
#: tire us, and is not screened.
MOST_PROPOSALS = 20_000


class Term(Signal):
    name = "term"
    title = Words("关键词", "terms")
    widest = 0
    content = "蓝莓煎饼"
    examples = ("早上吃蓝莓煎饼", "早上吃藍-莓-煎-餅", "lanmeijianbing")
    others = ("早上吃蓝莓，煎饼也好", "篮球煎熬")

    def look(self, text: str, since: int, snapshot: Snapshot) -> Iterator[Evidence]:
        marks, classes = written(text, snapshot)
        budget = [MOST_PROPOSALS]
        found = list(_found(Reading(text), marks, snapshot, budget))
        for reading in other_readings(text, classes, snapshot):
            found += _found(reading, written(reading.text, snapshot)[0], snapshot, budget)
        if budget[0] < 0 and not found:
            raise Unavailable("疑似命中过多，无法逐一核对", "too many proposals to hold against the text")
        yield from _best(each for each in found if each.start >= since)


def _found(reading: Reading, marks: Written, snapshot: Snapshot, budget: list[int]) -> Iterator[Evidence]:
    aligner = _aligner(snapshot)
    sizes = snapshot.arrays["sizes"]
    ways = ((False, marks.shape, marks.shape_at, marks.inside), (True, marks.sound, marks.sound_at, None))
    for by_sound, row, places, inside in ways:
        for at, pattern in proposals(row, by_sound, snapshot, inside):
            budget[0] -= 1
            if budget[0] < 0:
                return
            evidence = aligner.evidence(reading, places[at : at + int(sizes[pattern])], pattern)
            if evidence:
                yield evidence


def _best(found: Iterator[Evidence]) -> Iterator[Evidence]:
    """Of hits of one feature at one place, the most certain; in order of place."""
    best: dict[tuple[int, int, str], Evidence] = {}
    for each in found:
        key = (each.start, each.stop, each.feature.id)
        if key not in best or each.score > best[key].score:
            best[key] = each
    return iter(sorted(best.values(), key=lambda each: (each.start, each.stop, each.feature.id)))


@lru_cache(8)
def _aligner(snapshot: Snapshot) -> Aligner:
    return Aligner(snapshot)


SIGNAL = Term()
