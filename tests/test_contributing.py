"""The first change that CONTRIBUTING.md teaches works as it stands there."""

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "labels"))
from test_every_format import keeps_the_contract, survives  # the contract of the shelf

from conftest import ROOT
from zhengming.labels.format import FORMATS, Format


@pytest.fixture
def taught(monkeypatch: pytest.MonkeyPatch) -> Format:
    """The format of the exercise, put on the shelf beside the others."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    room: dict[str, object] = {}
    exec(compile(code, "qoi.py", "exec"), room)
    format_ = room["FORMAT"]
    assert isinstance(format_, Format)
    monkeypatch.setitem(FORMATS.things, format_.name, format_)
    return format_


def test_the_exercise_keeps_the_contract(taught: Format) -> None:
    keeps_the_contract(taught, taught.example())


def test_the_exercise_survives_any_truncation(taught: Format) -> None:
    for size in range(len(taught.example())):
        survives(taught, taught.example()[:size])
