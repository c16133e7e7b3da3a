"""The law as data: complete, and every place it names is there."""

import ast
from pathlib import Path

import pytest

from conftest import ROOT
from zhengming.ground.errors import WrongInput
from zhengming.labels.format import Medium
from zhengming.law import ARTICLES, article, duties
from zhengming.law.authorities import AUTHORITIES
from zhengming.law.classification import SERVICE_CLASSES, TECHNOLOGIES, technology
from zhengming.law.placement import PLACEMENTS
from zhengming.law.printed import markdown
from zhengming.law.provisions import BEARERS
from zhengming.law.risks import LEAST_TOTAL, RISKS
from zhengming.law.terms import TERMS


def test_there_are_25_articles_each_with_a_duty() -> None:
    assert [each.number for each in ARTICLES] == list(range(1, 26))
    assert all(each.duties for each in ARTICLES)


def test_every_duty_says_where_it_is_carried_out_or_why_it_need_not_be() -> None:
    for duty in duties():
        assert sum(map(bool, (duty.place, duty.planned, duty.because))) == 1, duty
        assert set(duty.bearers) <= set(BEARERS), duty
        assert duty.id.split(".")[0] == str(duty.article)


@pytest.mark.parametrize("place", sorted({duty.place for duty in duties() if duty.place}))
def test_every_place_exists_and_says_what_it_is(place: str) -> None:
    stem = ROOT / "src" / place.replace(".", "/")
    file = stem / "__init__.py" if stem.is_dir() else stem.with_suffix(".py")
    assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))


def test_what_is_planned_is_printed_so_that_nothing_is_forgotten(capsys: pytest.CaptureFixture[str]) -> None:
    floors = {"identity", "screening", "ledger", "records", "duties", "synthesis", "gateway", "console", "portal"}
    planned = [duty for duty in duties() if duty.planned]
    with capsys.disabled():
        print(f"\n{len(planned)} duties are planned:", ", ".join(f"{duty.id} ({duty.planned})" for duty in planned))
    assert {duty.planned for duty in planned} <= floors


def test_an_article_that_does_not_exist_is_an_error_of_ours() -> None:
    with pytest.raises(WrongInput, match="26"):
        article(26)


def test_six_technologies_lead_to_the_classes_of_article_17() -> None:
    assert len(TECHNOLOGIES) == 6
    assert set(SERVICE_CLASSES) == {"1", "2", "3", "4", "5", "other"}
    assert not SERVICE_CLASSES["other"].must_be_marked
    assert {medium for each in TECHNOLOGIES.values() for medium in each.media} <= set(Medium)
    with pytest.raises(WrongInput, match="nothing"):
        technology("nothing")


def test_31_risks_in_the_groups_of_the_standard() -> None:
    groups = ["A.1", "A.2", "A.3", "A.4", "A.5"]
    assert len(RISKS) == 31
    assert [sum(code.startswith(group) for code in RISKS) for group in groups] == [8, 9, 5, 7, 2]
    assert LEAST_TOTAL["keywords"] == 10_000


def test_every_medium_has_rules_for_its_explicit_label() -> None:
    assert set(PLACEMENTS) == set(Medium)


def test_authorities_start_at_the_national_level() -> None:
    assert all(next(iter(each.levels)) == "national" for each in AUTHORITIES.values())


def test_terms_are_unique_in_chinese_and_in_code() -> None:
    assert len({term.words.zh for term in TERMS}) == len({term.code for term in TERMS}) == len(TERMS)


def test_words_the_terms_rule_out_are_not_names_in_the_code() -> None:
    honest_elsewhere = {"store", "tag"}  # keeping things; the tags of ID3, APE and EXIF
    never = {word.casefold() for term in TERMS for word in term.never} - honest_elsewhere
    for path in Path(ROOT / "src").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {node.name.casefold() for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        assert not names & never, f"{path}: {names & never}"


def test_the_printed_law_is_up_to_date() -> None:
    printed = (ROOT / "docs" / "law.md").read_text(encoding="utf-8")
    assert printed == markdown(), "print it again: zhengming law --markdown > docs/law.md"
