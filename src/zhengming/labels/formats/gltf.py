"""glTF 2.0 in JSON (.gltf): the label in ``asset.extras``; buffers, inside or beside it, are never touched."""

from collections.abc import Iterator
from typing import BinaryIO

from zhengming.labels.edit import Edit, Kept
from zhengming.labels.format import Entry, Format, Medium, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.structures.scene.gltf_document import PLACE, labelled, not_content, spots
from zhengming.labels.structures.text.json_members import proved
from zhengming.labels.structures.text.text_encoding import TextFile, is_binary, read_text


class Gltf(Format):
    name = "gltf"
    title = "glTF 三维场景"
    medium = Medium.SCENE
    suffixes = (".gltf",)
    media_type = "model/gltf+json"
    place = PLACE

    def score(self, sample: Sample) -> int:
        start = sample.start.lstrip(b"\xef\xbb\xbf \t\r\n")
        if not start.startswith(b"{") or is_binary(sample.start):
            return 0
        words = (b'"asset"', b'"version"', b'"buffers"', b'"meshes"', b'"nodes"', b'"scenes"', b'"accessors"')
        seems = start.count(b'"asset"') and sum(word in start for word in words) >= 4
        return 80 if sample.suffix in self.suffixes else 40 if seems and not sample.suffix else 0

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        yield from (spot.entry for spot in spots(_proved(file).text))

    def write(self, file: BinaryIO, label: MetadataLabel) -> Edit:
        document = _proved(file)
        return document.edit(labelled(document.text, label))

    def body(self, file: BinaryIO) -> Iterator[Kept]:
        document = _proved(file)
        return document.kept(not_content(document.text))

    def example(self) -> bytes:
        return b'{"asset":{"version":"2.0"},"scene":0,"scenes":[{}]}'


FORMAT = Gltf()


def _proved(file: BinaryIO) -> TextFile:
    document = read_text(file)
    proved(document.text)
    return document
