"""The verdict: the severest act wins, the allow-list wins inside itself, and what was not screened never passes."""

import pytest

from zhengming.ground.errors import Unavailable, WrongInput
from zhengming.screening.compiling import compiled
from zhengming.screening.feature import Feature
from zhengming.screening.screening import screen
from zhengming.screening.signal import SIGNALS
from zhengming.screening.snapshot import Snapshot
from zhengming.screening.verdict import SEVERITY, TITLES, Thresholds, Verdict

CAKE = Feature("cake", "term", "蓝莓煎饼", "A.1.1")


def verdict(text: str, *features: Feature, **more: object) -> Verdict:
    return screen(text, Snapshot(compiled(features)), **more)  # type: ignore[arg-type]


def test_what_holds_nothing_passes_and_names_its_snapshot() -> None:
    snapshot = Snapshot(compiled([CAKE]))
    passed = screen("平常的话", snapshot)
    assert passed.passed and passed.snapshot == snapshot.id and not passed.evidence


def test_evidence_says_where_what_and_how_sure() -> None:
    (hit,) = verdict("吃藍-莓-煎-餅吧", CAKE).evidence
    assert (hit.start, hit.stop, hit.feature.id) == (1, 8, "cake")
    assert set(hit.folds) == {"variant", "symbols"} and 0.9 < hit.score < 1


def test_the_severest_act_wins_and_each_risk_has_its_own() -> None:
    soda = Feature("soda", "term", "樱桃汽水", "A.2.1", action="answer")
    kite = Feature("kite", "term", "彩虹风筝", "A.2.1", action="hold")
    both = verdict("樱桃汽水和彩虹风筝", soda, kite)
    assert both.outcome == "hold" and both.by_risk == {"A.2.1": "hold"}
    three = verdict("樱桃汽水、蓝莓煎饼", soda, kite, CAKE)
    assert three.outcome == "refuse" and three.by_risk == {"A.1.1": "refuse", "A.2.1": "answer"}


def test_the_allow_list_wins_inside_itself_and_nowhere_else() -> None:
    allow = Feature("song", "term", "蓝莓煎饼之歌", "A.1.1", (), "allow")
    assert verdict("唱蓝莓煎饼之歌", CAKE, allow).passed
    assert not verdict("唱蓝莓煎饼之歌，吃蓝莓煎饼", CAKE, allow).passed
    assert not verdict("蓝莓煎饼*之歌*", CAKE, allow).passed  # allowed as it is, not in disguise


def test_a_shadow_feature_is_seen_and_decides_nothing() -> None:
    shadow = Feature("cake", "term", "蓝莓煎饼", "A.1.1", state="shadow")
    seen = verdict("蓝莓煎饼", shadow)
    assert seen.passed and [each.feature.id for each in seen.shadow] == ["cake"]
    allow = Feature("song", "term", "蓝莓煎饼之歌", "A.1.1", (), "allow", "shadow")
    assert not verdict("蓝莓煎饼之歌", CAKE, allow).passed


def test_thresholds_are_given_and_may_differ_by_risk() -> None:
    text = "lmjb"
    assert not verdict(text, CAKE).passed
    assert verdict(text, CAKE, thresholds=Thresholds(0.9)).passed
    assert not verdict(text, CAKE, thresholds=Thresholds(0.9, {"A.1.1": 0.6})).passed


def test_a_signal_that_does_not_answer_leaves_the_text_unscreened(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: object) -> None:
        raise Unavailable("没有响应", "no answer")

    apple = Feature("apple", "pattern", "第[0-9]号苹果", "A.1.8")
    monkeypatch.setattr(type(SIGNALS["pattern"]), "look", silent)
    unscreened = verdict("平常的话", CAKE, apple)
    assert unscreened.outcome == "unscreened" and not unscreened.passed
    assert [each.signal for each in unscreened.unanswered] == ["pattern"]
    assert verdict("蓝莓煎饼", CAKE, apple).outcome == "refuse"


def test_a_kind_whose_signal_is_not_installed_leaves_every_text_unscreened(monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = Snapshot(compiled([CAKE, Feature("id", "mobile", "*", "A.4.6")]))
    monkeypatch.delitem(SIGNALS.things, "mobile")
    assert screen("平常的话", snapshot).outcome == "unscreened"


def test_a_verdict_for_the_ledger_holds_no_part_of_the_text() -> None:
    said = str(verdict("吃蓝莓煎饼吧", CAKE).json())
    assert "cake" in said and "蓝莓" not in said


def test_every_outcome_has_its_words() -> None:
    assert set(TITLES) == set(SEVERITY) and all(words.zh and words.en for words in TITLES.values())


def test_long_texts_are_screened_block_by_block_with_nothing_lost_between() -> None:
    snapshot = Snapshot(compiled([CAKE]))
    for place in (16_380, 16_382, 16_384, 32_766, 40_000):
        (hit,) = screen("平" * place + "蓝-莓-煎-饼" + "平" * 30_000, snapshot).evidence
        assert (hit.start, hit.stop) == (place, place + 7)


@pytest.mark.parametrize(
    "features",
    [
        [CAKE, CAKE],
        [Feature("short", "term", "*蓝*", "A.1.1")],
        [Feature("long", "term", "蓝" * 65, "A.1.1")],
        [Feature("kind", "smell", "蓝莓", "A.1.1")],
        [Feature("host", "domain", "Example.com", "A.1.1")],
    ],
)
def test_what_cannot_be_looked_for_is_refused(features: list[Feature]) -> None:
    with pytest.raises(WrongInput):
        compiled(features)


def test_words_with_rare_readings_compile_and_are_found() -> None:
    for word in ("你得去看", "重重困难", "呣呒噷哼", "长长短短", "儿女情长", "绿女红男"):
        assert not verdict(f"说{word}吧", Feature("f", "term", word, "A.1.1")).passed


def test_a_feature_names_a_risk_and_an_act_that_exist() -> None:
    for more in ({"risk": "A.9.9"}, {"risk": "A.1.1", "action": "ban"}, {"risk": "A.1.1", "state": "draft"}):
        with pytest.raises(WrongInput):
            Feature("f", "term", "蓝莓", **more)  # type: ignore[arg-type]
