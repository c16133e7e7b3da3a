"""Fixtures that every floor's tests share."""

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
#: Real files to work on. They are not part of the project; tests that need them say so when they are absent.
SAMPLES = Path(os.environ.get("ZHENGMING_SAMPLES", ROOT.parent / "shared" / "samples"))


@pytest.fixture(scope="session")
def samples() -> Path:
    if not SAMPLES.is_dir():
        pytest.skip(f"no real files at {SAMPLES}: set ZHENGMING_SAMPLES to a folder of them")
    return SAMPLES


def on_each(files: Iterable[Path]) -> pytest.MarkDecorator:
    """The test runs on each of these real files as ``path``; where there are none it is skipped, and says so."""
    none = pytest.param(None, id="none", marks=pytest.mark.skip(reason=f"no real files at {SAMPLES}"))
    return pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in sorted(files)] or [none])
