"""Other tools read the labels we write, and we read the labels they write.

Tools that belong to one family of formats (exiftool, ffprobe, mutagen, pikepdf, python-docx, a C2PA reader) are
held against that family in ``formats/``; here are the two that claim to label any file.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import ROOT
from zhengming.labels.format import FORMATS
from zhengming.labels.labelling import label, labels_in, opened
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.recognition import recognise

LABEL = MetadataLabel("001191110102MACQD9K64010000", "cc75f5e99aae4210960acb722f10974e")
SPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"

needs_ffmpeg = pytest.mark.skipif(not shutil.which("ffmpeg"), reason="ffmpeg is not installed")


def fields_in(path: Path) -> list[dict[str, str]]:
    with opened(path) as file:
        return [reading.fields for reading in labels_in(recognise(file, path.name), file)]


@pytest.fixture
def works(tmp_path: Path) -> Path:
    """A picture in three formats, and a film and a sound where ffmpeg is there."""
    from PIL import Image

    picture = Image.linear_gradient("L").convert("RGB")
    for name in ("work.jpg", "work.png", "work.tif"):
        picture.save(tmp_path / name)
    return tmp_path


def film(folder: Path, name: str) -> Path:
    sources = ["-f", "lavfi", "-i", "testsrc=d=1:s=64x64", "-f", "lavfi", "-i", "sine=d=1"]
    only = ["-vn"] if name.endswith((".mp3", ".wav")) else ["-pix_fmt", "yuv420p"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *sources, *only, str(folder / name)], check=True)
    return folder / name


class TestExempi:
    """python-xmp-toolkit, which is Adobe's XMP toolkit underneath."""

    @pytest.fixture(autouse=True)
    def exempi(self) -> None:
        try:
            from libxmp import XMPMeta

            XMPMeta.register_namespace(SPACE, "TC260")
        except Exception as error:
            pytest.skip(f"exempi is not installed: {error}")

    @pytest.mark.parametrize("name", ["work.jpg", "work.png", "work.tif"])
    def test_it_reads_what_we_write(self, works: Path, name: str) -> None:
        from libxmp import XMPFiles

        label(works / name, LABEL.producer, LABEL.produce_id)
        packet = XMPFiles(file_path=str(works / name)).get_xmp()
        assert json.loads(packet.get_property(SPACE, "AIGC")) == LABEL.fields()

    @pytest.mark.parametrize("name", ["work.jpg", "work.png", "work.tif"])
    def test_we_read_and_replace_what_it_writes(self, works: Path, name: str) -> None:
        from libxmp import XMPFiles, XMPMeta

        file = XMPFiles(file_path=str(works / name), open_forupdate=True)
        packet = XMPMeta()
        packet.set_property(SPACE, "AIGC", LABEL.json())
        file.put_xmp(packet)
        file.close_file()
        assert fields_in(works / name) == [LABEL.fields()]
        done = label(works / name, LABEL.producer, "another")
        assert [field["ProduceID"] for field in fields_in(works / name)] == ["another"]
        assert [reading.fields for reading in done.replaced] == [LABEL.fields()]


class TestMetatoolkit:
    """metatoolkit: pyexiv2 for pictures, ffmpeg for films."""

    @pytest.fixture(autouse=True)
    def metatoolkit(self) -> None:
        pytest.importorskip("metatoolkit")

    def test_it_reads_what_we_write_in_jpeg(self, works: Path) -> None:
        import metatoolkit

        label(works / "work.jpg", LABEL.producer, LABEL.produce_id)
        read = metatoolkit.read_image_metadata(str(works / "work.jpg"))
        assert json.loads(next(value for key, value in read.items() if key.endswith("AIGC"))) == LABEL.fields()

    @pytest.mark.parametrize("name", ["work.jpg", "work.png"])
    def test_we_read_and_replace_what_it_writes_in_pictures(self, works: Path, name: str) -> None:
        import metatoolkit

        target = works / f"theirs-{name}"
        metatoolkit.add_image_metadata(str(works / name), {"AIGC": LABEL.json()}, str(target))
        assert fields_in(target) == [LABEL.fields()]
        label(target, LABEL.producer, "another")
        assert [fields["ProduceID"] for fields in fields_in(target)] == ["another"]

    @needs_ffmpeg
    @pytest.mark.parametrize("name", ["work.mp4", "work.mov", "work.mkv"])
    def test_it_reads_what_we_write_in_films(self, tmp_path: Path, name: str) -> None:
        import metatoolkit

        path = film(tmp_path, name)
        label(path, LABEL.producer, LABEL.produce_id)
        read = metatoolkit.get_all_video_metadata(str(path))
        assert LABEL.produce_id in json.dumps(read)

    @needs_ffmpeg
    def test_we_read_and_replace_what_it_writes_in_films(self, tmp_path: Path) -> None:
        import metatoolkit

        path, target = film(tmp_path, "work.mp4"), tmp_path / "theirs.mp4"
        metatoolkit.add_video_metadata(str(path), str(target), {"AIGC": LABEL.json()})
        assert fields_in(target) == [LABEL.fields()]
        label(target, LABEL.producer, "another")
        assert [fields["ProduceID"] for fields in fields_in(target)] == ["another"]

    @needs_ffmpeg
    def test_we_read_and_replace_what_it_writes_in_sound(self, tmp_path: Path) -> None:
        import metatoolkit

        path, target = film(tmp_path, "work.mp3"), tmp_path / "theirs.mp3"
        metatoolkit.add_audio_metadata(str(path), str(target), {"AIGC": LABEL.json()})
        assert fields_in(target) == [LABEL.fields()]
        label(target, LABEL.producer, "another")
        assert [fields["ProduceID"] for fields in fields_in(target)] == ["another"]


def test_the_product_itself_imports_none_of_the_gpl_peers() -> None:
    gpl = ("mutagen", "pyexiv2", "libxmp", "metatoolkit")
    for path in (ROOT / "src").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not any(f"import {name}" in text or f"from {name}" in text for name in gpl), path


def test_every_format_has_a_place_with_a_source() -> None:
    for format_ in FORMATS:
        assert format_.place.name, format_.name
        assert format_.place.source, format_.name
