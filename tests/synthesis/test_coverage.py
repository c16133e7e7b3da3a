"""Coverage: what is whole counts as whole, and everything that could be missing is found."""

from dataclasses import replace

import pytest

from zhengming.ground.errors import WrongInput
from zhengming.ledger.digest import Digest
from zhengming.ledger.entry import Entry
from zhengming.synthesis.coverage import NEVER, coverage, moment

D = Digest.of(b"x")
WHOLE = Entry(
    "work.released", 50,
    {"work": "w1", "key": "k", "user": "u", "service": "s", "upstream": "m"},
    {"input-verdict": D, "output-verdict": D, "output": D},
    {"policy": "p.1", "snapshot": "z", "input": "pass", "output": "pass", "label": "start", "labels-due": 1,
     "labels-read": 1},
)  # fmt: skip
STREAM = replace(WHOLE, facts={**WHOLE.facts, "stream": 1, "ending": "complete"})
OPENED = replace(WHOLE, kind="work.opened", at=40)


def missing(*entries: Entry, settled: int = NEVER) -> list[str]:
    return [gap.missing for gap in coverage(entries, 0, 100, settled).gaps]


def test_a_work_with_everything_is_whole() -> None:
    found = coverage([WHOLE, replace(WHOLE, kind="work.refused")], 0, 100, NEVER)
    assert (found.given, found.whole, found.is_complete, dict(found.stopped)) == (1, 1, True, {"work.refused": 1})


@pytest.mark.parametrize("part", [("subjects", each) for each in WHOLE.subjects if each != "work"] + [
    ("digests", each) for each in WHOLE.digests] + [("facts", each) for each in WHOLE.facts])  # fmt: skip
def test_whatever_is_missing_is_a_gap(part: tuple[str, str]) -> None:
    where, name = part
    less = {key: value for key, value in getattr(WHOLE, where).items() if key != name}
    assert missing(replace(WHOLE, **{where: less}))


def test_a_label_that_was_not_read_is_a_gap() -> None:
    assert missing(replace(WHOLE, facts={**WHOLE.facts, "labels-read": 0})) == ["label"]


def test_two_entries_for_one_work_are_a_gap() -> None:
    assert missing(WHOLE, WHOLE) == ["one-entry"]


def test_a_stream_needs_its_entry_before_the_first_byte() -> None:
    assert missing(STREAM) == ["opened"]
    assert missing(OPENED, STREAM) == []


def test_a_stream_without_an_end_was_interrupted_unless_it_may_be_under_way() -> None:
    assert missing(OPENED) == ["interrupted"]
    assert missing(OPENED, settled=40) == []
    assert coverage([OPENED], 0, 100, 40).under_way == 1


def test_only_the_period_counts() -> None:
    assert coverage([WHOLE], 51, 100, NEVER).given == 0
    assert coverage([WHOLE], 0, 50, NEVER).given == 0


def test_media_that_were_let_pass_unscreened_are_counted_apart() -> None:
    found = coverage([replace(WHOLE, facts={**WHOLE.facts, "output": "media-not-screened"})], 0, 100, NEVER)
    assert (found.unscreened, found.whole) == (1, 1)


def test_moments_are_read_strictly() -> None:
    assert moment("1970-01-02") == 86_400_000_000
    assert moment("1970-01-01T08:00:01+08:00") == 1_000_000
    with pytest.raises(WrongInput):
        moment("gestern")
