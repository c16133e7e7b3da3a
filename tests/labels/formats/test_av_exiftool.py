"""ExifTool, which shares nothing with us, sees the label in audio and video files of every kind."""

import json
from pathlib import Path

from labels.formats.av_tools import LABEL, has, run, written
from zhengming.labels.format import FORMATS

NAMES = ("mkv", "webm", "avi", "flv", "mp3", "wav", "flac", "ogg", "opus", "aac")


@has("exiftool")
def test_exiftool_sees_the_label_in_every_one(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / f"x.{name}").write_bytes(written(FORMATS[name].example(), name=f"x.{name}"))
    found = json.loads(run("exiftool", "-j", "-a", "-U", "-b", *(tmp_path / f"x.{name}" for name in NAMES)))
    for name, told in zip(NAMES, found, strict=True):
        texts = [value if isinstance(value, str) else json.dumps(value) for value in told.values()]
        compact = [text.replace("\\", "").replace('": "', '":"').replace('", "', '","') for text in texts]
        assert any(LABEL.json() in text for text in compact), name
