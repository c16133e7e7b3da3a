"""AVIF (AV1 Image File Format, on ISO/IEC 23008-12), animated included: the label in an XMP item.

The guides do not name AVIF; the item is the one of HEIF, on which it stands.
"""

import base64
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from zhengming.labels.edit import Edit, Kept
from zhengming.labels.format import Entry, Format, Medium, Place, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.structures.iso.heif_label import image_data, labelled
from zhengming.labels.structures.iso.iso_media import brands, entries

BRANDS = (b"avif", b"avis", b"avio")
#: Brands that say a still image, not how it is coded.
GENERAL = (b"mif1", b"mif2", b"msf1")


class Avif(Format):
    name = "avif"
    title = "AVIF 图像"
    medium = Medium.IMAGE
    suffixes = (".avif", ".avifs")
    media_type = "image/avif"
    place = Place("XMP 项（mime application/rdf+xml，cdsc 指向主图像项）", "ISO/IEC 23008-12", "own")

    def score(self, sample: Sample) -> int:
        found = brands(sample.start)
        if not found:
            return 0
        if found[0] in BRANDS:
            return 100
        return 80 if found[0] in GENERAL and set(BRANDS) & set(found) else 0

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        return entries(file)

    def write(self, file: BinaryIO, label: MetadataLabel) -> Edit:
        return labelled(file, label)

    def body(self, file: BinaryIO) -> Iterator[Kept]:
        return image_data(file)

    def example(self) -> bytes:
        return zlib.decompress(base64.b85decode(_EXAMPLE))


FORMAT = Avif()

#: A red picture of 16 × 16 pixels, saved by Pillow at quality 50
_EXAMPLE = (
    "c-muNU{FXasVqn=%S>Yc0uY^>nP!-qnV9D5Xy^nKdYzkElE?r7iWw<6MNl?FL1uCZ0~+8f$SlbPvlxL`E;A=T8N_h`@fjhajKV-#6Noi3GxO"
    "5mYNddjR3<1dvCP2GIX@>KY*$uhK~Vva_RcIw&Ii&WnZ*UEQ2PX6xFEA46C}XQ!NCEfcoNGDof{c=KtjUF`8h>-$vG83lX)4~8h}FLnFYBpK"
    "LH)a!pPLj0%RKIrX-dKF>rB8@ch4}pt#^dgOQY^dwZK=`@G6$Kz*fczPFym%5P`7p#8<~004TdJcI"
)
