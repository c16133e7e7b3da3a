"""Files larger than memory ought to hold: labelled and read in little memory, without copying media where possible.

The files are sparse: 5 GB of nothing between a few real bytes, at offsets that need 64 bits.
"""

import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from zhengming.labels.structures.iso.boxes import make, make_full

GIB = 1 << 30
MEDIA = 5 * GIB
MOST_MEMORY = 200 * 1024 * 1024
CHUNKS = 200_000

#: Labels, or only reads, a file in a process of its own, and tells the seconds, peak memory and way it took.
WORK = """
import json, re, sys, time
from pathlib import Path
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.reading import is_label
from zhengming.labels.recognition import recognise
from zhengming.labels.replace import apply, locked
source, target, read_only = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "read"
told, way, start = [], None, time.monotonic()
with locked(source, shared=read_only) as file:
    format_ = recognise(file, source.name)
    found = [entry.value for entry in format_.entries(file) if is_label(entry)]
    if not read_only:
        edit = format_.write(file, MetadataLabel("001191110102MACQD9K64010000", sys.argv[3]))
        way = apply(edit, file, source, target, lambda done, total: told.append((done, total)))
seconds = time.monotonic() - start
# The system's own maximum (ru_maxrss) would count the process that started this one: Linux hands it on through exec.
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024
print(json.dumps([format_.name, found, way, seconds, peak, told == sorted(told), told[-1:]]))
"""


def work(source: Path, what: str, target: Path | None = None) -> list:
    command = [sys.executable, "-c", WORK, str(source), str(target or source), what]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-3000:]
    return json.loads(result.stdout)


def moov(first: int) -> bytes:
    """A film of :data:`CHUNKS` chunks spread over the media data, the last near its end."""
    step = MEDIA // CHUNKS
    co64 = make_full(b"co64", struct.pack(">I", CHUNKS), struct.pack(f">{CHUNKS}Q", *offsets(first, step)))
    stbl = make(b"stbl", co64)
    return make(b"moov", make(b"trak", make(b"mdia", make(b"minf", stbl))))


def offsets(first: int, step: int) -> range:
    return range(first, first + CHUNKS * step, step)


def film(path: Path, brand: bytes, moov_first: bool) -> Path:
    ftyp = make(b"ftyp", brand, bytes(4), brand)
    mdat = struct.pack(">I4sQ", 1, b"mdat", 16 + MEDIA)
    if os.statvfs(path.parent).f_bavail * os.statvfs(path.parent).f_frsize < 8 * GIB:
        pytest.skip("less than 8 GB free for the copy of a large file")
    with path.open("wb") as file:
        start = len(ftyp) + 16 + (len(moov(0)) if moov_first else 0)
        file.write(ftyp + (moov(start) if moov_first else b"") + mdat + b"first sample")
        file.seek(start + (CHUNKS - 1) * (MEDIA // CHUNKS))
        file.write(b"last sample")
        file.truncate(start + MEDIA)
        if not moov_first:
            file.seek(start + MEDIA)
            file.write(moov(start))
    return path


def samples_of(path: Path) -> list[bytes]:
    """What the first and the last chunk offset of a film point at."""
    with path.open("rb") as file:
        at = 0
        while True:
            file.seek(at)
            size, kind = struct.unpack(">I4s", file.read(8))
            if kind == b"moov":
                break
            at += struct.unpack(">Q", file.read(8))[0] if size == 1 else size
        file.seek(at)
        table = file.read(size)
        start = table.index(b"co64") + 12
        assert struct.unpack_from(">I", table, start - 4) == (CHUNKS,)
        found = []
        for number in (0, CHUNKS - 1):
            file.seek(struct.unpack_from(">Q", table, start + 8 * number)[0])
            found.append(file.read(12).rstrip(b"\0"))
        return found


@pytest.fixture(autouse=True)
def room(tmp_path: Path):
    yield
    for path in tmp_path.iterdir():
        path.unlink()


@pytest.mark.parametrize("moov_first", [True, False], ids=["moov first", "moov last"])
@pytest.mark.parametrize("name", ["x.mp4", "x.mov"])
def test_five_gigabytes_are_labelled_in_place_in_little_memory(name: str, moov_first: bool, tmp_path: Path) -> None:
    path = film(tmp_path / name, b"isom" if name == "x.mp4" else b"qt  ", moov_first)
    before = path.stat()
    for number in ("1", "2"):
        format_name, _, way, seconds, peak, monotone, last = work(path, number)
        assert (format_name, way) == (name[2:], "in-place")
        assert peak < MOST_MEMORY
        assert seconds < 10
        assert monotone
        assert last[0][0] == last[0][1] < 10_000_000, "only the tables were written"
    assert path.stat().st_ino == before.st_ino
    assert path.stat().st_blocks <= before.st_blocks + 2 * 8_000_000 // 512, "the holes are still holes"
    assert samples_of(path) == [b"first sample", b"last sample"]
    _, (found,), _, seconds, peak, *_ = work(path, "read")
    assert json.loads(found)["ProduceID"] == "2"
    assert peak < MOST_MEMORY
    assert seconds < 2


@pytest.mark.slow
def test_five_gigabytes_are_copied_in_little_memory(tmp_path: Path) -> None:
    path = film(tmp_path / "x.mp4", b"isom", moov_first=True)
    target = tmp_path / "y.mp4"
    _, _, way, _, peak, monotone, last = work(path, "1", target)
    assert way == "copied"
    assert peak < MOST_MEMORY
    assert monotone
    assert last == [[target.stat().st_size] * 2]
    assert samples_of(target) == [b"first sample", b"last sample"]


def test_a_big_file_cut_short_is_refused_as_quickly(tmp_path: Path) -> None:
    path = film(tmp_path / "x.mp4", b"isom", moov_first=True)
    os.truncate(path, 4 * GIB)
    result = subprocess.run(
        [sys.executable, "-c", WORK, path, path, "1"], capture_output=True, text=True, check=False
    )
    assert "BadFile" in result.stderr
    assert path.stat().st_size == 4 * GIB
