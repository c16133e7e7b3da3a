"""GLB (binary glTF 2.0): the label in ``asset.extras`` of the JSON chunk; binary chunks are taken over whole."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from zhengming.labels.edit import Edit, Kept, applied
from zhengming.labels.format import Entry, Format, Medium, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.structures.scene.glb import JSON, MAGIC, read_glb
from zhengming.labels.structures.scene.gltf_document import PLACE, labelled, not_content, spots
from zhengming.labels.structures.text.text_encoding import TextFile


class GlbFormat(Format):
    name = "glb"
    title = "GLB 三维场景"
    medium = Medium.SCENE
    suffixes = (".glb", ".vrm")
    media_type = "model/gltf-binary"
    place = PLACE

    def score(self, sample: Sample) -> int:
        return 100 if sample.start.startswith(MAGIC) else 0

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        yield from (spot.entry for spot in spots(read_glb(file).document.text))

    def write(self, file: BinaryIO, label: MetadataLabel) -> Edit:
        glb = read_glb(file)
        text = glb.document.text
        return glb.with_json(applied(TextFile(text, "utf-8", 0).edit(labelled(text, label)), text.encode()))

    def body(self, file: BinaryIO) -> Iterator[Kept]:
        glb = read_glb(file)
        yield from glb.document.kept(not_content(glb.document.text))
        yield Kept(glb.rest.start, glb.stop)

    def example(self) -> bytes:
        json = b'{"asset":{"version":"2.0"}}'
        json += b" " * (-len(json) % 4)
        return MAGIC + struct.pack("<III", 2, 20 + len(json), len(json)) + JSON + json


FORMAT = GlbFormat()
