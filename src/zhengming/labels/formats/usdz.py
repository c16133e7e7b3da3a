"""USDZ (OpenUSD, "Usdz File Format Specification"): the label in the comment of the ZIP archive.

The guides name no place for virtual scenes. The root layer is mostly a binary crate that only OpenUSD writes,
and all members must stay stored and aligned to 64 bytes; the archive comment is the one place for metadata that
every USDZ has and no scene reader looks at: OpenUSD reads the local headers only (our choice). It has no name of
its own, so the label carries its wrapper; other lines of the comment stay.
"""

from collections.abc import Iterator
from typing import BinaryIO

from zhengming.labels.edit import Edit, Kept
from zhengming.labels.format import Entry, Format, Medium, Place, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.reading import is_label
from zhengming.labels.structures.archive.zip_archive import LOCAL, read_archive
from zhengming.labels.structures.archive.zip_edit import packed, with_comment

LAYERS = (b".usda", b".usdc", b".usd")


class Usdz(Format):
    name = "usdz"
    title = "USDZ 虚拟场景"
    medium = Medium.SCENE
    suffixes = (".usdz",)
    media_type = "model/vnd.usdz+zip"
    place = Place("ZIP 归档注释", "指南未规定，取不移动任何成员的位置", "own")

    def score(self, sample: Sample) -> int:
        if not sample.start.startswith(LOCAL):
            return 0
        name = sample.start[30 : 30 + int.from_bytes(sample.start[26:28], "little")].lower()
        is_stored = sample.start[8:10] == b"\0\0"
        return 100 if is_stored and name.endswith(LAYERS) else 50 if sample.suffix in self.suffixes else 0

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        for line in read_archive(file).comment.split(b"\n"):
            if line.strip():
                yield _entry(line)

    def write(self, file: BinaryIO, label: MetadataLabel) -> Edit:
        archive = read_archive(file)
        lines = archive.comment.split(b"\n") if archive.comment else []
        kept = [line for line in lines if not is_label(_entry(line))]
        return with_comment(archive, b"\n".join([*kept, label.wrapped_json().encode()]))

    def body(self, file: BinaryIO) -> Iterator[Kept]:
        archive = read_archive(file)
        for member in sorted(archive.members, key=lambda member: member.offset):
            yield archive.data(member)

    def example(self) -> bytes:
        name = "smallest-scene-of-a-usd-layer.usda"  # 34 letters after 30 bytes of header align the data to 64
        layer = b'#usda 1.0\n(\n    defaultPrim = "Scene"\n)\n\ndef Xform "Scene"\n{\n}\n'
        return packed({name: layer}, stored=(name,))


FORMAT = Usdz()


def _entry(line: bytes) -> Entry:
    return Entry("ZIP comment", "comment", line.decode("utf-8", "replace"))
