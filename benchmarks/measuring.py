"""What every benchmark shares: medians over rounds, cold processes, and the machine they ran on."""

import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median


def seconds(work: Callable[[], object], rounds: int) -> float:
    """The median seconds of ``rounds`` calls, after one that does not count."""
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return median(times)


def cold_seconds(command: Sequence[str], rounds: int, clean: Callable[[], object]) -> float:
    """The median seconds of a whole process, started anew each round; ``clean`` runs before each.

    Python programs may keep their bytecode, as installed ones do.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def once() -> None:
        nowhere = subprocess.DEVNULL
        subprocess.run(command, check=True, stdout=nowhere, stderr=nowhere, stdin=nowhere, env=environment)

    times = []
    for round_ in range(rounds + 1):
        clean()
        start = time.perf_counter()
        once()
        if round_:
            times.append(time.perf_counter() - start)
    return median(times)


def machine() -> str:
    """The machine in one line."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores of {model}, {memory:.0f} GiB, {platform.platform()}, Python {sys.version.split()[0]}"
    )


def table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(titles)} |", f"|{'---|' * len(titles)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])
