"""What every trace keeps, whichever it is: it knows its own examples and nothing that merely looks alike."""

import time
from pathlib import Path

import pytest

from zhengming.labels.format import Entry
from zhengming.labels.recognition import recognise
from zhengming.labels.trace import LONGEST_DETAIL, LONGEST_LOOK, TRACES, Trace, traces_in

every_trace = pytest.mark.parametrize("trace", list(TRACES), ids=lambda trace: trace.name)
EVERY_OTHER = [entry for trace in TRACES for entry in trace.others]


@every_trace
def test_it_is_seen_in_each_of_its_examples(trace: Trace) -> None:
    for entry in trace.examples:
        assert trace.name in [seen.name for seen in traces_in([entry])], entry


@every_trace
def test_it_is_not_seen_in_what_looks_alike(trace: Trace) -> None:
    assert trace.others, "a trace without a counter-example cannot be trusted"
    assert [entry for entry in EVERY_OTHER if trace.detail(entry) is not None] == []


@every_trace
def test_it_is_titled_in_both_languages(trace: Trace) -> None:
    assert trace.title.zh and trace.title.en and trace.title.zh != trace.title.en


PARTS = (
    "\0", "{", '"', "Steps: 1, ", "Steps: 1, a: b, ", "\\", "AI", "/", "a: ", '"class_type": ', "Job ID: ",
    "aigc_info", '"aigc_type" ', " -s -S ",
)  # fmt: skip
HOSTILE = ["", *(part * (LONGEST_LOOK // len(part)) for part in PARTS)]


@pytest.mark.slow
@every_trace
@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: value[:16] or "empty")
def test_it_looks_at_any_text_in_a_moment(trace: Trace, value: str) -> None:
    start = time.process_time()
    for entry in (*trace.examples, *trace.others):
        trace.detail(Entry(entry.place, entry.key, value))
    assert time.process_time() - start < 1.5


def test_a_detail_is_short_and_on_one_line() -> None:
    (seen,) = traces_in([Entry("PNG tEXt", "parameters", "x\nSteps: 20, Sampler: Euler, " + "a: b, \n" * 500)])
    assert len(seen.detail) <= LONGEST_DETAIL and "\n" not in seen.detail


def test_an_inconclusive_trace_says_so() -> None:
    zero, one = (Entry("EXIF", "ImageDescription", f'{{"aigc_info":{{"aigc_type":{n}}}}}') for n in (0, 1))
    assert [seen.conclusive for seen in traces_in([zero])] == [False]
    assert [seen.conclusive for seen in traces_in([one])] == [True]


@pytest.mark.parametrize("name", ["files/P1000827.jpg", "photos/kodim01.png", "files/TUSCANY.TIF", "files/C.mov"])
def test_a_file_from_a_camera_shows_no_trace(samples: Path, name: str) -> None:
    path = samples / name
    with path.open("rb") as file:
        assert list(traces_in(recognise(file, path.name).entries(file))) == []
