"""What every signal keeps, whichever it is: it sees its examples and nothing that merely looks alike."""

import time

import pytest

from zhengming.ground.errors import WrongInput
from zhengming.screening.compiling import compiled
from zhengming.screening.feature import Feature
from zhengming.screening.signal import SIGNALS, Evidence, Signal
from zhengming.screening.snapshot import Snapshot

every_signal = pytest.mark.parametrize("signal", list(SIGNALS), ids=lambda signal: signal.name)


def looking(signal: Signal) -> Snapshot:
    return Snapshot(compiled([Feature("f", signal.name, signal.content, "A.4.6")]))


def hits(signal: Signal, text: str, since: int = 0) -> list[Evidence]:
    return list(signal.look(text, since, looking(signal)))


@every_signal
def test_it_sees_each_of_its_examples_and_says_where(signal: Signal) -> None:
    assert signal.examples
    for text in signal.examples:
        found = hits(signal, text)
        assert found, text
        assert all(0 <= each.start < each.stop <= len(text) for each in found)


@every_signal
def test_it_does_not_see_what_looks_alike(signal: Signal) -> None:
    assert signal.others, "a signal without a counter-example cannot be trusted"
    assert [text for text in signal.others if hits(signal, text)] == []


@every_signal
def test_it_leaves_what_begins_before_it_was_asked_to_look(signal: Signal) -> None:
    text = signal.examples[0]
    first = min(each.start for each in hits(signal, text))
    assert [each for each in hits(signal, text, first + 1) if each.start <= first] == []


@every_signal
def test_it_is_titled_in_both_languages(signal: Signal) -> None:
    assert signal.title.zh and signal.title.en and signal.title.zh != signal.title.en


HOSTILE = (
    "&amp;#34013;",
    "%25E8%2593%259D",
    "6JOd6I6T",
    "<b>蓝</b>",
    "蓝莓煎饼",
    "蓝*莓*煎*饼",
    "lan mei ",
    "l m j b ",
    "女子",
    "蓝m",
    "蓝莓煎\n",
    "%26%2334013;",
    "lanmeijianbin",
    "",
    "\0",
    "1",
    "a.",
    "护照",
    "<",
    "&#",
    "%E8",
    "A1",
    "省路",
    "\ud800",
    "木木",
    "蓝\n",
    "..",
    "[.]",
    "京A",
)


@every_signal
def test_it_takes_time_linear_in_any_text(signal: Signal) -> None:
    snapshot = looking(signal)
    for part in HOSTILE:
        text = (part * 20_000)[:20_000]
        start = time.process_time()
        list(signal.look(text, 0, snapshot))
        assert time.process_time() - start < 2, part


@pytest.mark.parametrize("content", ["a*", "(?=a)b", r"(a)\1", "[", "a{1,300}", "a+"])
def test_an_expression_without_bounds_or_beyond_re2_is_refused(content: str) -> None:
    with pytest.raises(WrongInput):
        SIGNALS["pattern"].check(Feature("f", "pattern", content, "A.1.8"))
