"""The table of findings: words in both languages, and none that no reader ever gives."""

import re
from pathlib import Path

import pytest

from zhengming.labels import findings
from zhengming.labels.findings import LONGEST_DETAIL, TABLE, finding

SOURCE = Path(findings.__file__).parent


@pytest.mark.parametrize("code", TABLE)
def test_a_finding_speaks_both_languages(code: str) -> None:
    found = finding(code)
    assert re.search(r"[\u4e00-\u9fff]", found.words.zh) and found.words.en.isascii()
    assert set(found.json()) == {"code", "severity", "message", "message_en", "detail", "source"}


def test_every_finding_is_given_somewhere() -> None:
    text = "".join(path.read_text("utf-8") for path in SOURCE.rglob("*.py") if path.name != "findings.py")
    assert [code for code in TABLE if f'"{code}"' not in text] == []


def test_a_detail_has_a_limit() -> None:
    assert len(finding("not-json", "x" * 10_000).detail) == LONGEST_DETAIL
