"""What the tests of still images share: labelling in memory, and decoders and readers that are not ours."""

import json
import shutil
import subprocess
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageSequence

from zhengming.labels.edit import applied
from zhengming.labels.format import FORMATS, Entry
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.reading import is_label

LABEL = MetadataLabel("001191110102MACQD9K64010000", "cc75f5e99aae4210960acb722f10974e")
OTHER = MetadataLabel("00119144030008867405X210001", "an-older-number", propagator="somebody")

EXIFTOOL_CONFIG = """
%Image::ExifTool::UserDefined = (
    'Image::ExifTool::XMP::Main' => {
        TC260 => { SubDirectory => { TagTable => 'Image::ExifTool::UserDefined::TC260' } },
    },
);
%Image::ExifTool::UserDefined::TC260 = (
    GROUPS => { 0 => 'XMP', 1 => 'XMP-TC260', 2 => 'Image' },
    NAMESPACE => { 'TC260' => 'http://www.tc260.org.cn/ns/AIGC/1.0/' },
    WRITABLE => 'string',
    AIGC => { },
);
1;
"""


def labelled(name: str, data: bytes, label: MetadataLabel = LABEL) -> bytes:
    return applied(FORMATS[name].write(BytesIO(data), label), data)


def labels_in(name: str, data: bytes) -> list[Entry]:
    return [entry for entry in FORMATS[name].entries(BytesIO(data)) if is_label(entry)]


def has_only_our_label(name: str, data: bytes) -> bool:
    return [json.loads(entry.value) for entry in labels_in(name, data)] == [LABEL.fields()]


def pixels(data: bytes) -> list[tuple[Any, ...]]:
    """What Pillow decodes: of every frame its mode, size, time, palette and a digest of its pixels."""
    with Image.open(BytesIO(data)) as image:
        whole = image.info.get("loop"), image.info.get("icc_profile"), getattr(image, "n_frames", 1)
        frames = [
            (frame.mode, frame.size, frame.info.get("duration"), frame.info.get("transparency"), _digest(frame))
            for frame in ImageSequence.Iterator(image)
        ]
    return [whole, *frames]


def _digest(frame: Image.Image) -> str:
    palette = bytes(frame.getpalette() or ())
    return sha256(frame.tobytes() + palette).hexdigest()


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    sink = BytesIO()
    image.save(sink, kind, **options)
    return sink.getvalue()


def picture(mode: str = "RGB", size: tuple[int, int] = (61, 47), turn: int = 0) -> Image.Image:
    """A picture that differs in every pixel, so that any shift shows."""
    base = Image.linear_gradient("L").resize(size)
    other = base.rotate(90 + turn)
    image = Image.merge("RGB", (base, other, base.rotate(180 + turn)))
    if mode in ("RGBA", "LA"):
        image.putalpha(other)
    return image.convert(mode)


def run(*command: str | Path, **options: Any) -> bytes:
    """What a tool writes to its standard output; the test is skipped where the tool is not installed."""
    if shutil.which(str(command[0])) is None:
        pytest.skip(f"{command[0]} is not installed")
    return subprocess.run([*map(str, command)], check=True, capture_output=True, **options).stdout


def exiftool_reads(path: Path, *options: str) -> dict[str, Any]:
    """All tags that exiftool sees, by family-1 group and name."""
    found: list[dict[str, Any]] = json.loads(run("exiftool", "-json", "-G1", "-struct", *options, path))
    return found[0]


def ffmpeg_hashes(path: Path) -> bytes:
    """A digest of every frame as ffmpeg decodes it."""
    return run("ffmpeg", "-v", "error", "-i", path, "-f", "framemd5", "-")
