"""Making audio and video files with ffmpeg, and asking independent decoders and readers about them."""

import json
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest

from zhengming.labels.edit import applied
from zhengming.labels.format import Entry
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.reading import is_label
from zhengming.labels.recognition import recognise

LABEL = MetadataLabel("001191110102MACQD9K64010000", "cc75f5e99aae4210960acb722f10974e")
LONGER = MetadataLabel("001191110102MACQD9K64010000", "x" * 300, reserved1="y" * 700)

PICTURE = "-f lavfi -i testsrc2=s=64x48:r=10:d=2"
SOUND = "-f lavfi -i sine=f=440:d=2"
STEREO = "-f lavfi -i aevalsrc=sin(400*t)|cos(300*t):d=2"


def has(tool: str) -> pytest.MarkDecorator:
    """Skips a test where an independent tool is absent."""
    return pytest.mark.skipif(shutil.which(tool) is None, reason=f"{tool} is not installed")


def run(*command: object, data: bytes | None = None) -> bytes:
    result = subprocess.run([str(part) for part in command], input=data, capture_output=True, check=False)
    assert result.returncode == 0, result.stderr.decode(errors="replace")[-2000:]
    return result.stdout


def made(folder: Path, name: str, arguments: str) -> bytes:
    """A file that ffmpeg makes; ``name`` gives the container."""
    path = folder / name
    run("ffmpeg", "-v", "error", "-y", *arguments.split(), "-fflags", "+bitexact", path)
    return path.read_bytes()


def decoded(folder: Path, data: bytes, suffix: str) -> str:
    """Hashes of all that ffmpeg decodes, stream by stream."""
    path = folder / f"decoded{suffix}"
    path.write_bytes(data)
    return run("ffmpeg", "-v", "error", "-i", path, "-map", "0", "-f", "streamhash", "-hash", "md5", "-").decode()


def packets(folder: Path, data: bytes, suffix: str) -> list[list[str]]:
    """Every packet's stream, times, size and hash, undecoded; not the comment headers that ffmpeg shows beside."""
    path = folder / f"packets{suffix}"
    path.write_bytes(data)
    lines = run("ffmpeg", "-v", "error", "-i", path, "-map", "0", "-c", "copy", "-f", "framemd5", "-").decode()
    return [line.replace(",", " ").split()[:6] for line in lines.splitlines() if not line.startswith("#")]


def tags_seen_by_ffprobe(folder: Path, data: bytes, suffix: str) -> dict[str, str]:
    path = folder / f"probed{suffix}"
    path.write_bytes(data)
    shown = run("ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json", path)
    found = json.loads(shown)
    tags: dict[str, str] = {}
    for part in (*found["streams"], found["format"]):
        tags |= part.get("tags", {})
    return tags


def written(data: bytes, label: MetadataLabel = LABEL, name: str = "") -> bytes:
    format_ = recognise(BytesIO(data), name)
    return applied(format_.write(BytesIO(data), label), data)


def entries(data: bytes, name: str = "") -> list[Entry]:
    return list(recognise(BytesIO(data), name).entries(BytesIO(data)))


def labels(data: bytes, name: str = "") -> list[str]:
    return [entry.value for entry in entries(data, name) if is_label(entry)]


def others(data: bytes) -> list[Entry]:
    return [entry for entry in entries(data) if not is_label(entry)]


def body(data: bytes) -> bytes:
    """The media data that the format says no labelling changes."""
    return b"".join(data[span.start : span.stop] for span in recognise(BytesIO(data)).body(BytesIO(data)))
