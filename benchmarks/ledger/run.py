"""The ledger beside a raw fsynced file and a plain SQLite loop; and proofs and verification over many entries.

All three appenders get the same entries and end each batch on disk. Each has to make bytes of them; the raw file is
also shown with its bytes made beforehand, which is what the disk alone allows. SQLite: WAL, synchronous=FULL, one
INSERT an entry, one transaction a batch.
"""

import argparse
import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent.parent))
from measuring import machine, table
from zhengming.ledger.checkpoint import checkpoint_of
from zhengming.ledger.digest import Digest
from zhengming.ledger.entry import Entry
from zhengming.ledger.file_store import FileStore
from zhengming.ledger.ledger import Ledger, View
from zhengming.ledger.note import Signer
from zhengming.ledger.proofs import shows_consistency, shows_inclusion
from zhengming.ledger.tree import Frontier, leaf_hash

SIGNER = Signer.from_seed("ledger.example/bench", bytes(32))
BATCHES = {1: 500, 16: 4800, 256: 51_200}
MOST = 8192


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="zm-bench-", dir=options.on) as folder:
        print(f"Machine: {machine()}, {options.rounds} rounds, medians\n")
        if not options.no_appends:
            print("Durable appends a second (and how much of the raw file's)\n")
            print(_appends(Path(folder), options.rounds) + "\n")
            print(_together(Path(folder)) + "\n")
            print(_pieces() + "\n")
        for size in options.sizes:
            print(_many(Path(folder) / str(size), size) + "\n", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="10 million entries too: minutes, and 8 GB of disk")
    parser.add_argument("--no-appends", action="store_true", help="leave the appends out")
    parser.add_argument("--only", type=int, nargs="*", help="only ledgers of these sizes")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--on", type=Path, help="folder on the disk to measure (default: the temporary folder)")
    options = parser.parse_args()
    options.sizes = options.only if options.only is not None else [1_000_000, *([10_000_000] if options.full else [])]
    return options


def entry(number: int) -> Entry:
    """An entry as the release of a work makes it, some 300 bytes."""
    digests = {"output": Digest("sha256", number.to_bytes(32, "big")), "prompt": Digest("sha256", bytes(32))}
    subjects = {"work": f"{number:032x}", "user": "u-7f3a"}
    return Entry("work.released", 1_763_937_000_000_000 + number, subjects, digests, {"verdict": "passed", "ms": 412})


def batches(size: int, count: int) -> list[list[Entry]]:
    """Fresh entries: an entry keeps its bytes once they are made."""
    return [[entry(start + each) for each in range(size)] for start in range(0, count, size)]


Append = Callable[[Sequence[Entry]], object]


def raw_file(folder: Path) -> Iterator[Append]:
    handle = os.open(folder / "raw", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)

    def append(entries: Sequence[Entry]) -> None:
        os.write(handle, b"".join(each.encoded + b"\n" for each in entries))
        os.fdatasync(handle)

    yield append
    os.close(handle)


def sqlite_loop(folder: Path) -> Iterator[Append]:
    database = sqlite3.connect(folder / "sqlite", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE IF NOT EXISTS entries (id INTEGER PRIMARY KEY, entry BLOB NOT NULL)")

    def append(entries: Sequence[Entry]) -> None:
        database.execute("BEGIN IMMEDIATE")
        for each in entries:
            database.execute("INSERT INTO entries (entry) VALUES (?)", (each.encoded,))
        database.execute("COMMIT")

    yield append
    database.close()


def zhengming(folder: Path) -> Iterator[Append]:
    with Ledger(FileStore(folder / "ledger"), SIGNER) as ledger:
        yield ledger.append_all


WAYS = {"raw file": raw_file, "zhengming": zhengming, "SQLite loop": sqlite_loop}


def _appends(folder: Path, rounds: int) -> str:
    """Rounds are interleaved, so that whatever else the machine does falls on all alike."""
    rows = []
    for size, count in BATCHES.items():
        rates: dict[str, list[float]] = {name: [] for name in ("raw file, bytes ready", *WAYS)}
        for _ in range(rounds):
            for name, way in WAYS.items():
                rates[name].append(_rate(way, folder, batches(size, count)))
            ready = batches(size, count)
            for each in ready:
                [one.encoded for one in each]
            rates["raw file, bytes ready"].append(_rate(raw_file, folder, ready))
        found = {name: median(values) for name, values in rates.items()}
        cells = [f"{rate:,.0f} ({rate / found['raw file']:.2f})" for rate in found.values()]
        rows.append([str(size), *cells])
    return table(["batch", "raw file, bytes ready", *WAYS], rows)


def _rate(way: Callable[[Path], Iterator[Append]], folder: Path, made: list[list[Entry]]) -> float:
    for append in way(folder):
        start = time.perf_counter()
        for each in made:
            append(each)
        took = time.perf_counter() - start
    for left in ("raw", "sqlite", "sqlite-wal", "sqlite-shm"):
        (folder / left).unlink(missing_ok=True)
    shutil.rmtree(folder / "ledger", ignore_errors=True)
    return sum(map(len, made)) / took


def _together(folder: Path) -> str:
    """Sixty-four callers that each wait for their entry before the next."""
    rows = []
    for name, run in (("64 threads", _threads), ("64 tasks of an event loop", _tasks)):
        waits: list[float] = []
        with Ledger(FileStore(folder / "ledger"), SIGNER) as ledger:
            took = run(ledger, [batches(1, 200) for _ in range(64)], waits)
        shutil.rmtree(folder / "ledger")
        waits.sort()
        p50, p99 = waits[len(waits) // 2], waits[len(waits) * 99 // 100]
        rows.append([name, f"{len(waits) / took:,.0f}", f"{p50 * 1e3:.2f}", f"{p99 * 1e3:.2f}"])
    return table(["group commit", "appends/s", "p50 ms", "p99 ms"], rows)


def _threads(ledger: Ledger, work: list[list[list[Entry]]], waits: list[float]) -> float:
    def one(mine: list[list[Entry]]) -> None:
        for each in mine:
            start = time.perf_counter()
            ledger.append(each[0])
            waits.append(time.perf_counter() - start)

    start = time.perf_counter()
    with ThreadPoolExecutor(64) as pool:
        list(pool.map(one, work))
    return time.perf_counter() - start


def _tasks(ledger: Ledger, work: list[list[list[Entry]]], waits: list[float]) -> float:
    async def one(mine: list[list[Entry]]) -> None:
        for each in mine:
            start = time.perf_counter()
            await ledger.append_soon(each[0])
            waits.append(time.perf_counter() - start)

    async def every() -> None:
        await asyncio.gather(*map(one, work))

    start = time.perf_counter()
    asyncio.run(every())
    return time.perf_counter() - start


def _pieces() -> str:
    """What one entry costs, step by step, in microseconds."""
    numbers, edge = range(50_000), Frontier()
    made, build = _timed(lambda: [entry(number) for number in numbers])
    data, encode = _timed(lambda: [each.encoded for each in made])
    leaves, hash_ = _timed(lambda: [leaf_hash(each) for each in data])
    _, grow = _timed(lambda: edge.extend(leaves))
    _, sign = _timed(lambda: [SIGNER.sign("text\n") for _ in range(1000)])
    count = len(numbers)
    rows = [["make and check", f"{build / count * 1e6:.2f}"], ["canonical JSON", f"{encode / count * 1e6:.2f}"],
            ["leaf hash", f"{hash_ / count * 1e6:.2f}"], ["tree", f"{grow / count * 1e6:.2f}"],
            ["signature, once a checkpoint", f"{sign / 1000 * 1e6:.0f}"]]  # fmt: skip
    return table(["one entry", "µs"], rows)


def _timed(work):  # type: ignore[no-untyped-def]
    start = time.perf_counter()
    found = work()
    return found, time.perf_counter() - start


def _many(folder: Path, size: int) -> str:
    """A ledger of ``size`` entries: grown, opened, proven from, exported, verified by the command line."""
    _, grow = _timed(lambda: _grow(folder, size))
    _, opened = _timed(lambda: Ledger(FileStore(folder), SIGNER).close())
    proofs = _proofs(folder, size)
    (folder / "mark").unlink()
    _, again = _timed(lambda: Ledger(FileStore(folder), SIGNER).close())
    path = folder.with_suffix(".zml")
    export, export_memory = _measured(["ledger", "export", folder, "--to", path])
    verify, verify_memory = _measured(["ledger", "verify", path, "--key", str(SIGNER.key)])
    rows = [
        ["grow it in batches of 8192, bytes ready", f"{grow:.1f} s ({size / grow:,.0f}/s)"],
        ["open it", f"{opened * 1e3:.0f} ms"],
        ["open it after all derived files are lost", f"{again:.1f} s"],
        *proofs,
        [
            "export it, its process",
            f"{export:.1f} s, {export_memory:.0f} MB, file of {path.stat().st_size / 1e9:.2f} GB",
        ],
        ["verify the export, its process", f"{verify:.1f} s ({size / verify:,.0f}/s), {verify_memory:.0f} MB"],
    ]
    path.unlink()
    shutil.rmtree(folder)
    return table([f"{size:,} entries", ""], rows)


class Ready:
    """An entry whose bytes were made before: here the ledger is measured, not the making of millions of entries."""

    pattern = entry(0).encoded.replace(f"{0:032x}".encode(), b"%032x", 1)

    def __init__(self, number: int) -> None:
        self.encoded = self.pattern.replace(b"%032x", b"%032x" % number)


def _grow(folder: Path, size: int) -> None:
    with Ledger(FileStore(folder), SIGNER) as ledger:
        for start in range(0, size, MOST):
            ledger.append_all([Ready(number) for number in range(start, min(start + MOST, size))])  # type: ignore[misc]


def _proofs(folder: Path, size: int) -> list[list[str]]:
    store = FileStore(folder, writing=False)
    view = View(store)
    assert view.checkpoint
    root, indexes = checkpoint_of(view.checkpoint).root, [number * (size - 1) // 199 for number in range(200)]
    proofs, prove = _timed(lambda: [view.prove_inclusion(index, size) for index in indexes])
    leaves = [leaf_hash(view.entry(index)) for index in indexes]
    right, check = _timed(
        lambda: [
            shows_inclusion(*each, size, root, proof) for *each, proof in zip(leaves, indexes, proofs, strict=True)
        ]
    )
    roots = [view.root(index) for index in indexes]
    grown, prove_growth = _timed(lambda: [view.prove_consistency(index, size) for index in indexes])
    right += [
        shows_consistency(index, size, old, root, proof)
        for index, old, proof in zip(indexes, roots, grown, strict=True)
    ]
    assert all(right)
    store.close()
    return [
        ["make an inclusion proof", f"{prove / 200 * 1e3:.2f} ms"],
        ["verify it", f"{check / 200 * 1e6:.0f} µs"],
        ["make a consistency proof", f"{prove_growth / 200 * 1e3:.2f} ms"],
    ]


#: The command line in a process of its own that ends by saying the most memory it held. (What wait4 tells of a child
#: would count our own memory too, from before it became another program.)
CHILD = """
import sys
from zhengming.app import main
code = main()
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")), file=sys.stderr)
sys.exit(code)
"""


def _measured(arguments: Sequence[object]) -> tuple[float, float]:
    """Seconds of ``zhengming`` with ``arguments``, which must end well, and its largest memory in MB."""
    start = time.perf_counter()
    command = [sys.executable, "-c", CHILD, *map(str, arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return time.perf_counter() - start, int(done.stderr.split()[-1]) / 1024


if __name__ == "__main__":
    main()
