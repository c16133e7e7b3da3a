"""Fixtures that every floor's tests share."""

import os
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
