"""The guide to screening says what is so."""

import re
from pathlib import Path

import pytest

from conftest import ROOT


def test_the_first_example_of_the_guide_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guide = (ROOT / "docs" / "screening.md").read_text(encoding="utf-8")
    code = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)[0]
    monkeypatch.chdir(tmp_path)
    room: dict[str, object] = {}
    exec(compile(code, "guide.py", "exec"), room)
    for line in code.splitlines():
        if line.startswith("verdict.") and "#" in line:
            asked, said = line.split("  # ")
            values = eval(said, room)
            assert eval(asked, room) == values, line
