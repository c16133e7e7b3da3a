"""The documentation is true: its links lead somewhere, its commands parse, its tables are those of the code."""

import re
import shlex
from pathlib import Path

import pytest

from conftest import ROOT
from zhengming.cli import line
from zhengming.labels.findings import TABLE
from zhengming.labels.trace import TRACES

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
MARKS = {"error": "✗", "warning": "!", "note": "·"}

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@every_page
def test_links_lead_to_files_that_are_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    gone = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert not gone


@every_page
def test_commands_parse_as_they_are_printed(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for command in re.findall(r"^    (?:\.venv/bin/)?zhengming (.+)$", text, re.MULTILINE):
        words = shlex.split(command.replace("…", "x"), comments=True)
        typed = words[: words.index(">")] if ">" in words else words
        assert line.parser().parse_args(typed).command == typed[0]


def test_the_snippet_of_a_stream_does_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(
        r"```python\n(.*?)```", (ROOT / "docs" / "explicit.md").read_text(encoding="utf-8"), re.DOTALL
    )
    exec(code, {})
    assert capsys.readouterr().out == "AI生成\n\n名不正，则言不顺。\n"


@pytest.mark.parametrize("code", TABLE)
def test_every_finding_is_explained(code: str) -> None:
    severity, chinese, _, source = TABLE[code]
    row = f"| {MARKS[severity]} | {chinese} | `{code}` | {source} |"
    assert row in (ROOT / "docs" / "examination.md").read_text(encoding="utf-8"), f"add to docs/examination.md: {row}"


@pytest.mark.parametrize("trace", list(TRACES), ids=lambda trace: trace.name)
def test_every_trace_is_named(trace: object) -> None:
    row = f"| `{trace.name}` | {trace.title.zh} |"  # type: ignore[attr-defined]
    assert row in (ROOT / "docs" / "examination.md").read_text(encoding="utf-8"), f"add to docs/examination.md: {row}"
