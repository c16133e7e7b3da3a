"""What every fold keeps, whichever it is: it finds its own examples and nothing that merely looks alike."""

import pytest

from zhengming.screening.compiling import compiled
from zhengming.screening.feature import Feature
from zhengming.screening.fold import FOLDS, Example, Fold, Inserted
from zhengming.screening.signal import SIGNALS, Evidence
from zhengming.screening.snapshot import Snapshot

every_fold = pytest.mark.parametrize("fold", list(FOLDS), ids=lambda fold: fold.name)


def hits(example: Example, folds: tuple[str, ...]) -> list[Evidence]:
    """What is seen of the content where only these folds are on."""
    snapshot = Snapshot(compiled([Feature("f", "term", example.content, "A.1.1", folds)]))
    return list(SIGNALS["term"].look(example.text, 0, snapshot))


@every_fold
def test_it_finds_its_examples_alone_and_they_are_not_found_without_it(fold: Fold) -> None:
    assert fold.examples
    for example in fold.examples:
        found = hits(example, (fold.name, *example.beside))
        assert found and fold.name in {name for hit in found for name in hit.folds}, example
        assert not hits(example, example.beside), example


@every_fold
def test_it_does_not_find_what_looks_alike(fold: Fold) -> None:
    assert fold.others, "a fold without a counter-example cannot be trusted"
    assert [example for example in fold.others if hits(example, (fold.name, *example.beside))] == []


@every_fold
def test_its_hits_lie_where_the_text_was(fold: Fold) -> None:
    for example in fold.examples:
        before = "前面还有一些话。\n\n"
        if fold.name != "vertical":
            (hit, *_) = hits(example._replace(text=f"{before}{example.text}\n\n后面也有"), ("*",))
            assert len(before) <= hit.start < hit.stop <= len(before) + len(example.text)


@every_fold
def test_it_is_titled_in_both_languages_and_worth_something(fold: Fold) -> None:
    assert fold.title.zh and fold.title.en and fold.title.zh != fold.title.en
    assert 0.5 < fold.certainty <= 1


@pytest.mark.parametrize("fold", [fold for fold in FOLDS if isinstance(fold, Inserted)], ids=lambda fold: fold.name)
def test_a_gap_holds_no_more_than_it_says(fold: Inserted) -> None:
    filler = {"invisible": "\u200b", "symbols": "*", "digits": "1"}[fold.name]
    for count, seen in ((fold.widest, True), (fold.widest + 1, False)):
        assert bool(hits(Example("蓝莓煎饼", f"蓝{filler * count}莓煎饼"), ("*",))) is seen
