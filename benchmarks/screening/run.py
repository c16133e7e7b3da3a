"""Screening beside plain matchers, and beside word filters on words in disguise.

Two questions. How fast, with every fold on, beside matchers without any? How many of the ways in which words are
written does each find, and how often does it find what nobody wrote?
"""

import argparse
import random
import re
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent))
from peers import FILTERS, MATCHERS, Find
from techniques import CHINESE, FOR_CHINESE, FOR_LATIN, LATIN, written
from texts import ordinary

from measuring import machine, table
from zhengming.screening.compiling import compiled
from zhengming.screening.feature import Feature
from zhengming.screening.library import Library, put
from zhengming.screening.screening import screen
from zhengming.screening.signal import SIGNALS
from zhengming.screening.snapshot import Snapshot

MESSAGE = 500


def main() -> None:
    options = _options()
    text, source = ordinary(options.texts, 400_000 if options.quick else 2_000_000)
    print(f"Machine: {machine()}\nText: {source}, {len(text.encode()) / 1e6:.1f} MB\n")
    for count in options.terms:
        print(f"{count} terms, every fold on; processor time\n\n{_speed(count, text)}\n")
    print(_evasion(text))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, help="a folder of ordinary text (texts.py makes one)")
    parser.add_argument("--quick", action="store_true", help="1 000 terms, less text")
    parser.add_argument("--full", action="store_true", help="up to a million terms: some minutes, 8 GiB")
    options = parser.parse_args()
    options.terms = [1_000] if options.quick else [1_000, 10_000, 100_000, *([1_000_000] if options.full else [])]
    return options


def _terms(count: int, text: str) -> list[str]:
    """Terms of two to six characters as frequent as in the text, none of which is in it."""
    chance, found = random.Random(count), set()
    letters = [each for each in text[:300_000] if "\u4e00" <= each <= "\u9fff"]
    while len(found) < count:
        term = "".join(chance.choices(letters, k=chance.choice((2, 3, 4, 4, 5, 6))))
        if len(term) > 3 or term not in text:
            found.add(term)
    return sorted(found)


def _speed(count: int, text: str) -> str:
    terms = _terms(count, text)
    start = time.process_time()
    data = compiled(Feature(str(number), "term", term, "A.1.1") for number, term in enumerate(terms))
    took = time.process_time() - start
    snapshot = Snapshot(data)
    look = SIGNALS["term"].look
    rows = [
        _row("zhengming, all folds", lambda each: list(look(each, 0, snapshot)), took, f"{len(data) / 1e6:.0f}", text)
    ]
    for name, make in MATCHERS.items():
        start = time.process_time()
        try:
            find = make(terms)
        except ImportError as error:
            print(f"left out: {name}: {error}", file=sys.stderr)
            continue
        rows.append(_row(name, find, time.process_time() - start, "", text))
    calm, pause, load = _reload(data)
    titles = ("", "MB/s", "µs per 500 Chinese", "µs per 500 as they come", "compile s", "snapshot MB")
    return (
        f"{table(titles, rows)}\n\nOpening the snapshot and computing its digest {load * 1e3:.1f} ms; the "
        f"longest wait for the handle while it was replaced {pause * 1e3:.2f} ms, else {calm * 1e3:.2f} ms"
    )


def _row(name: str, find: Callable[[str], object], took: float, size: str, text: str) -> list[str]:
    chinese = re.sub(r"[!-~\s]+", "", text)
    blocks = [text[at : at + 16_384] for at in range(0, len(text), 16_384)]
    speed = len(text.encode()) / 1e6 / _processor(find, blocks)
    cells = [f"{_message(find, each) * 1e6:.0f}" for each in (chinese, text)]
    return [name, f"{speed:.1f}", *cells, f"{took:.2f}", size]


def _message(find: Callable[[str], object], text: str) -> float:
    """Seconds for a message of 500 characters."""
    messages = [text[at : at + MESSAGE] for at in range(0, min(len(text), 500_000), MESSAGE)]
    return _processor(find, messages) / len(messages)


def _processor(find: Callable[[str], object], texts: list[str]) -> float:
    """The least processor seconds of three rounds over all texts: the machine may be doing other work besides."""
    rounds = []
    for _ in range(3):
        start = time.process_time()
        for text in texts:
            find(text)
        rounds.append(time.process_time() - start)
    return min(rounds)


def _reload(data: bytes) -> tuple[float, float, float]:
    """The longest waits for the handle without and with the library being replaced, and seconds to open it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "library"
        put(data, path)
        library = Library(path)
        start = time.perf_counter()
        Snapshot.open(path)
        load = time.perf_counter() - start
        other = compiled([Feature("x", "term", "换上新的", "A.1.1")])

        def replace() -> None:
            for turn in range(4):
                put(other if turn % 2 else data, path)
                library.refresh()

        return _longest_wait(library, lambda: time.sleep(4 * load)), _longest_wait(library, replace), load


def _longest_wait(library: Library, beside: Callable[[], object]) -> float:
    thread = threading.Thread(target=beside)
    thread.start()
    worst = 0.0
    while thread.is_alive():
        start = time.perf_counter()
        _ = library.snapshot.id
        worst = max(worst, time.perf_counter() - start)
    return worst


def _evasion(text: str) -> str:
    finders: dict[str, Find] = {"zhengming": _ours()}
    for name, make in FILTERS.items():
        try:
            finders[name] = make(list(CHINESE + LATIN))
        except ImportError as error:
            print(f"left out: {name}: {error}", file=sys.stderr)
    rows, sums, texts = [], dict.fromkeys(finders, 0), 0
    cases = [(name, CHINESE, way) for name, way in FOR_CHINESE.items()]
    cases += [(name, LATIN, way) for name, way in FOR_LATIN.items()]
    for name, words, way in cases:
        messages = [(word, message) for word in words if (message := written(word, way))]
        hits = {peer: sum(word in find(message) for word, message in messages) for peer, find in finders.items()}
        texts += len(messages)
        sums = {peer: sums[peer] + hits[peer] for peer in finders}
        rows.append([name, str(len(messages)), *(f"{hits[peer] / len(messages):.0%}" for peer in finders)])
    rows.append(["**all**", str(texts), *(f"**{sums[peer] / texts:.1%}**" for peer in finders)])
    messages = [text[at : at + MESSAGE] for at in range(0, len(text), MESSAGE)]
    false = sum(bool(_false(screen(message, _snapshot()))) for message in messages)
    return (
        f"Found, by way of writing\n\n{table(('', 'texts', *finders), rows)}\n\n"
        f"False hits in ordinary text: {false} of {len(messages)} messages ({false / len(messages):.3%})"
    )


_made: list[Snapshot] = []


def _snapshot() -> Snapshot:
    if not _made:
        _made.append(Snapshot(compiled(Feature(word, "term", word, "A.1.8") for word in CHINESE + LATIN)))
    return _made[0]


def _ours() -> Find:
    return lambda message: {each.feature.id for each in screen(message, _snapshot()).evidence}


def _false(verdict) -> list[object]:  # type: ignore[no-untyped-def]
    """Hits where the word does not stand in the text as it is or with a capital."""
    return [each for each in verdict.evidence if set(each.folds) - {"case"}]


if __name__ == "__main__":
    started = time.perf_counter()
    main()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\n{time.perf_counter() - started:.0f} s in all, {peak:.0f} MiB at most, all peers in one process")
