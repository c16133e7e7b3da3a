"""A stream cut anywhere gives the verdict of the whole, and nothing of a hit ever goes out."""

import random
from collections.abc import Iterable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengming.ground.errors import WrongInput
from zhengming.screening.compiling import compiled
from zhengming.screening.feature import Feature
from zhengming.screening.held import Held
from zhengming.screening.screening import screen
from zhengming.screening.snapshot import Snapshot
from zhengming.screening.verdict import Verdict

FEATURES = (
    Feature("cake", "term", "蓝莓煎饼", "A.1.1"),
    Feature("berry", "term", "blueberry", "A.2.1", action="hold"),
    Feature("soda", "term", "樱桃汽水", "A.1.2", action="answer"),
    Feature("id", "resident-id", "*", "A.4.6"),
    Feature("apple", "pattern", "第[0-9]{1,4}号苹果", "A.1.8"),
    Feature("site", "domain", "example.com", "A.3.5"),
)
ALLOWED = Feature("song", "term", "蓝莓煎饼之歌唱比赛", "A.1.1", (), "allow")


@cache
def snapshot(allows: bool = False) -> Snapshot:
    return Snapshot(compiled([*FEATURES, ALLOWED] if allows else FEATURES))


def streamed(chunks: Iterable[str], held: Held) -> tuple[str, Verdict]:
    """What went out of a stream of chunks, and its verdict."""
    out = ""
    for chunk in chunks:
        held, step = held.feed(chunk)
        out += step.text
        if step.verdict:
            return out, step.verdict
    _, step = held.close()
    assert step.verdict
    return out + step.text, step.verdict


HITS = {
    "plain": "蓝莓煎饼", "symbols": "蓝*莓*煎*饼", "invisible": "蓝\u200b莓\u200b煎\u200b饼",
    "pinyin": "lan mei jian bing", "initials": " lmjb ", "mixed": "蓝m煎饼",
    "entities": "&#34013;&#33683;&#x714e;&#x997c;",
    "percent": "%E8%93%9D%E8%8E%93%E7%85%8E%E9%A5%BC", "twice": "%25E8%2593%259D莓煎饼", "base64": "6JOd6I6T54WO6aW8",
    "escapes": r"\u84dd\u8393\u714e\u997c", "hexadecimal": "e8939de88e93e7858ee9a5bc", "reversed": "饼煎莓蓝",
    "vertical": "\n蓝天之下\n莓果正红\n煎茶一盏\n饼香四溢\n", "markup": "<b>蓝</b><i class='x'>莓</i>煎饼",
    "fullwidth": "ｂｌｕｅｂｅｒｒｙ", "leet": " blu3b3rry ", "split": "艹监莓煎饼", "resident": "11010519491231002X",
    "pattern": "第12号苹果", "domain": "www.example.com", "emoji": "蓝🍓莓🍓煎🍓饼", "soda": "櫻桃汽水",
}  # fmt: skip


@pytest.mark.parametrize("hit", HITS.values(), ids=HITS)
@pytest.mark.parametrize("gap", [0, 350])
def test_a_stream_cut_at_every_place_gives_the_verdict_of_the_whole(hit: str, gap: int) -> None:
    before = "前面是一些平常的话，" + "说了又说。" * (gap // 5)
    text = before + hit + "，后面也是平常的话。" * (1 + gap // 20)
    whole = screen(text, snapshot())
    assert not whole.passed
    first = min(each.start for each in whole.evidence)
    cuts = range(len(text)) if not gap else range(len(before) - 3, len(before) + len(hit) + 3)
    for cut in cuts:
        out, verdict = streamed((text[:cut], text[cut:]), Held(snapshot()))
        assert (verdict.outcome, verdict.by_risk) == (whole.outcome, whole.by_risk), cut
        assert text.startswith(out) and len(out) <= first, cut


@pytest.mark.parametrize("hit", HITS.values(), ids=HITS)
def test_a_stream_of_single_characters_does_too(hit: str) -> None:
    text = "平常的话。" * 60 + hit + "，平常的话。" * 10
    whole = screen(text, snapshot())
    out, verdict = streamed(text, Held(snapshot()))
    assert verdict.by_risk == whole.by_risk
    assert text.startswith(out) and len(out) <= min(each.start for each in whole.evidence)


PARTS = [*HITS.values(), "蓝", "莓", "煎", "饼", "l", "m", "jian", " ", "\n", "。", "，", "*", "&#", "%E8", "6JOd",
         "A", "1", "蓝莓煎饼之歌唱比赛", "平常的话" * 30, "word ", "\ud83c", "\udf53"]  # fmt: skip


@pytest.mark.parametrize("allows", [False, True])
@settings(max_examples=60, deadline=None)
@given(parts=st.lists(st.sampled_from(PARTS), max_size=24), seed=st.integers(0, 2**32))
def test_streams_of_any_make_agree_with_the_whole(parts: list[str], seed: int, allows: bool) -> None:
    text = "".join(parts)
    chance = random.Random(seed)
    chunks, at = [], 0
    while at < len(text):
        size = chance.choice((1, 2, 5, 40, 700))
        chunks.append(text[at : at + size])
        at += size
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    whole = screen(text, snapshot(allows))
    out, verdict = streamed(chunks, Held(snapshot(allows)))
    assert verdict.passed == whole.passed
    if whole.passed:
        assert out == text
    else:
        assert text.startswith(out) and len(out) <= min(each.start for each in whole.evidence)
        assert {each.feature.id for each in verdict.evidence} <= {each.feature.id for each in whole.evidence}


def test_an_endless_stream_is_held_in_bounded_memory() -> None:
    held, out = Held(snapshot()), 0
    for _ in range(300):
        held, step = held.feed("平常的话，说了又说。" * 20)
        out += len(step.text)
        assert len(held.text) < 4 * held.behind + 400
    assert out > 300 * 200 - 2 * held.behind


def test_a_hit_may_begin_in_an_earlier_turn() -> None:
    turns = "我想说蓝莓"
    assert screen("煎饼这个词", snapshot()).passed
    assert not screen("煎饼这个词", snapshot(), before=turns).passed
    assert not streamed(["煎饼", "这个词"], Held(snapshot(), turns=turns))[1].passed
    assert screen("别的话", snapshot(), before="蓝莓煎饼").passed  # what was said before was judged before


def test_a_decided_stream_takes_nothing_more() -> None:
    held, step = Held(snapshot()).close()
    assert step.verdict and step.verdict.passed
    with pytest.raises(WrongInput):
        held.feed("再来")
    with pytest.raises(WrongInput):
        held.close()
