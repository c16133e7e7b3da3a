"""Metadata labels: ours beside every peer that writes the format, and beside copying the file.

Three questions. How fast is a label in a running process, beside copying the file? How fast is a batch from a
cold process, beside each peer? And of an explicit label on a 12-megapixel JPEG, how much is decoding and encoding?
"""

import argparse
import shutil
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path
from subprocess import CalledProcessError

sys.path.insert(0, str(Path(__file__).parent.parent))
from labels.tools import OURS, PEERS, PRODUCER
from labels.works import WORKS
from measuring import cold_seconds, machine, seconds, table
from zhengming.labels.format import FORMATS
from zhengming.labels.labelling import Order, label_file
from zhengming.labels.metadata_label import MetadataLabel


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="zm-bench-") as folder:
        works = _make(Path(folder), options.only, options.quick)
        print(f"Machine: {machine()}\n")
        print("One label in a running process, beside copying the file (both end on disk)\n")
        print(_warm(works, Path(folder), options.rounds) + "\n")
        works = _make(Path(folder), options.only, quick=True)
        print(
            f"A batch of {options.batch} smaller files from a cold process: "
            "milliseconds a file, and how many times ours;\nof a peer, in a batch of its own · "
            "started anew for one file\n"
        )
        print(_cold(works, Path(folder), options.batch) + "\n")
        print(_explicit(options))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small files, three rounds")
    parser.add_argument("--only", nargs="*", default=list(WORKS), help="only these formats")
    parser.add_argument("--batch", type=int, default=50, help="files in a cold batch (default 50)")
    options = parser.parse_args()
    options.rounds = 3 if options.quick else 7
    return options


def _make(folder: Path, formats: list[str], quick: bool) -> dict[str, Path]:
    works = {}
    for name in formats:
        path = folder / f"work{FORMATS[name].suffixes[0]}"
        try:
            WORKS[name](path, quick)
        except Exception as error:  # a missing encoder leaves one row out, and says so
            print(f"left out: {name}: {error}", file=sys.stderr)
            continue
        works[name] = path
    return works


def _warm(works: dict[str, Path], folder: Path, rounds: int) -> str:
    order = Order(MetadataLabel(PRODUCER, "n-1"))
    target = folder / "target"
    rows = []
    for name, path in works.items():
        label = seconds(lambda path=path: label_file(path, target, order), rounds)
        copy = seconds(lambda path=path: _copy(path, target), rounds)
        megabytes = path.stat().st_size / 1e6
        rows.append(
            [name, f"{megabytes:.1f}", f"{label * 1e3:.2f}", f"{megabytes / label:.0f}", f"{copy * 1e3:.2f}",
             f"{copy / label:.2f}"]
        )  # fmt: skip
    return table(["format", "MB", "label ms", "MB/s", "copy ms", "speed of copying ×"], rows)


def _copy(source: Path, target: Path) -> None:
    """What a plain copy costs when it, too, is on disk before it is called done."""
    import os

    with source.open("rb") as reader, target.open("wb") as writer:
        shutil.copyfileobj(reader, writer, 1 << 20)
        writer.flush()
        os.fsync(writer.fileno())


def _cold(works: dict[str, Path], folder: Path, batch: int) -> str:
    """Milliseconds a file: our batch, each peer's batch, and each peer started anew for one file, as scripts do."""
    rows = []
    for name, path in works.items():
        files = [folder / f"{name}-{number}{path.suffix}" for number in range(batch)]
        for file in files:
            shutil.copyfile(path, file)
        ours = _batch(OURS, files, folder / "out", 2)
        cells = [name, f"{ours * 1e3:.1f}" if ours else "failed"]
        for peer in PEERS:
            able = bool(ours) and name in peer.formats and peer.needs()
            together = _batch(peer, files, folder / "out", 2) if able else None
            alone = _batch(peer, files[:1], folder / "out", 3) if together else None
            cells.append(_beside(ours, together, alone))
        rows.append(cells)
        for file in files:
            file.unlink()
    return table(["format", "zhengming", *(peer.name for peer in PEERS)], rows)


def _beside(ours: float | None, together: float | None, alone: float | None) -> str:
    """A peer's two times and how many times ours each is."""
    if not (ours and together and alone):
        return ""
    return f"{together * 1e3:.1f} ({together / ours:.1f}×) · {alone * 1e3:.0f} ({alone / ours:.0f}×)"


def _batch(tool, files: list[Path], out: Path, rounds: int) -> float | None:  # type: ignore[no-untyped-def]
    """Seconds a file; None where the tool fails on this format or leaves a file out."""

    def clean() -> None:
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()

    try:
        took = cold_seconds(tool.command(files, out), rounds, clean)
    except CalledProcessError as error:
        print(f"left out: {tool.name} on {files[0].suffix}: {error}", file=sys.stderr)
        return None
    return took / len(files) if len(list(out.iterdir())) == len(files) else None


def _explicit(options: argparse.Namespace) -> str:
    """The share of decoding and encoding in an explicit label on a 12-megapixel JPEG."""
    from PIL import Image

    from zhengming.labels.explicit.labeller import Wish, labeller_for

    source = BytesIO()
    path = Path(tempfile.gettempdir()) / "zm-bench-12mp.jpg"
    WORKS["jpeg"](path, False)
    source.write(path.read_bytes())
    path.unlink()

    def codec() -> None:
        picture = Image.open(source)
        picture.load()
        picture.save(BytesIO(), "JPEG", quality="keep")

    alone = seconds(codec, options.rounds)
    whole = seconds(lambda: labeller_for("jpeg").put(source, BytesIO(), Wish(), "jpeg"), options.rounds)
    return (
        f"Explicit label on a 12-megapixel JPEG: {whole * 1e3:.0f} ms, of which decoding and encoding alone "
        f"{alone * 1e3:.0f} ms ({alone / whole:.0%})"
    )


if __name__ == "__main__":
    started = time.perf_counter()
    main()
    print(f"\n{time.perf_counter() - started:.0f} s in all")
