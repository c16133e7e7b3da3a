"""HEIC and HEIF (ISO/IEC 23008-12), sequences included: the label in an XMP item (TC260-PG-20259A)."""

import base64
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from zhengming.labels.edit import Edit, Kept
from zhengming.labels.format import Entry, Format, Medium, Place, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.structures.iso.heif_label import image_data, labelled
from zhengming.labels.structures.iso.iso_media import brands, entries

BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"mif2", b"msf1", b"vvic", b"evic")
#: Brands that say a still image, not how it is coded.
GENERAL = (b"mif1", b"mif2", b"msf1")


class Heic(Format):
    name = "heic"
    title = "HEIC/HEIF 图像"
    medium = Medium.IMAGE
    suffixes = (".heic", ".heif", ".hif", ".heics", ".heifs")
    media_type = "image/heic"
    place = Place("XMP 项（mime application/rdf+xml，cdsc 指向主图像项）", "TC260-PG-20259A", "M")

    def score(self, sample: Sample) -> int:
        found = brands(sample.start)
        if not found or found[0] not in BRANDS:
            return 0
        return 100 if found[0] not in GENERAL or not {b"avif", b"avis"} & set(found) else 60

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        return entries(file)

    def write(self, file: BinaryIO, label: MetadataLabel) -> Edit:
        return labelled(file, label)

    def body(self, file: BinaryIO) -> Iterator[Kept]:
        return image_data(file)

    def example(self) -> bytes:
        return zlib.decompress(base64.b85decode(_EXAMPLE))


FORMAT = Heic()

#: A red picture of 16 × 16 pixels, saved by pillow-heif at quality 50
_EXAMPLE = (
    "c-muNV30{GsVvAy%}izhg51nBLl8SRGck>Ufw3kxwIq=N0u(b+a*CjAhJwuG5(YG&l$nzcHpIn&fe{FSfN=qY1_EOsR?f`KO9S&jqM|@fDif"
    "5KQI>27V)7MamgK^f{K+gRDge@VG7FOPfpjTQnKL6ZNN56Bk=zG{KYxGxU|`^9P5|nVaA4$N{Qn=MfElEM8HD6^F*zgxB{iKG8PQ}GC^WK8d"
    "$n%Xvj>U`4m2<@@HBvgTatjP*<2V879Z>c+98~rpHq~VoKpc5<z-+4Dq#@GEG|feddvZeHIj1@K@Jmux*bga|Ns92kY<9>An}6CicFA3W)2P"
    "xASIDmkP8cAV6d?^GBLBZ0NK{LDT$yk*4JQMFRYl7?C@1x>Hq(%UGslki2R@bEh6&Hx`u<%pMD+qmNNUm=T#HuHMD0gHxR7=0Cl8j?f"
)
