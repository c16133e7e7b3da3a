"""MP4 (ISO/IEC 14496-14, with 3GP and fragmented files): the label under the key ``AIGC`` (TC260-PG-20257A)."""

import base64
import zlib

from zhengming.labels.format import Medium, Place, Sample
from zhengming.labels.structures.iso.iso_media import IsoMedia, brands

#: Major brands of films, and the first three letters of families of them.
BRANDS = (
    b"mp41",
    b"mp42",
    b"mp71",
    b"avc1",
    b"dash",
    b"MSNV",
    b"NDAS",
    b"XAVC",
    b"hvc1",
    b"f4v ",
    b"F4V ",
    b"msdh",
    b"msix",
)
PREFIXES = (b"iso", b"3gp", b"3g2", b"3ge", b"M4V", b"NDS", b"cmf", b"dby", b"mmp")
#: Formats of boxes that are none of ours.
FOREIGN = (b"crx ", b"jp2 ", b"jpx ", b"jpm ", b"jxl ")
#: The first box of a lone segment of a stream.
SEGMENT_STARTS = (b"moof", b"sidx")


class Mp4(IsoMedia):
    name = "mp4"
    title = "MP4 视频"
    medium = Medium.VIDEO
    suffixes = (".mp4", ".m4v", ".3gp", ".3g2", ".f4v")
    media_type = "video/mp4"
    place = Place("moov/udta/meta（hdlr mdta，键 AIGC）", "TC260-PG-20257A", "H")

    def score(self, sample: Sample) -> int:
        found = brands(sample.start)
        if any(brand in BRANDS or brand[:3] in PREFIXES for brand in found[:1]):
            return 100
        if not found:
            return 80 if sample.start[4:8] in SEGMENT_STARTS else 0
        if found[0] in FOREIGN:
            return 0
        return 60 if any(brand in BRANDS or brand[:3] in PREFIXES for brand in found) else 20

    def example(self) -> bytes:
        return zlib.decompress(base64.b85decode(_EXAMPLE))


FORMAT = Mp4()

#: ffmpeg -f lavfi -i color=red:s=16x16:r=25 -frames:v 1 -c:v mpeg4 -bitexact -fflags +bitexact x.mp4
_EXAMPLE = (
    "c-oCpKTE?<5Wl2ai+`|U28SRKI&`R@rH&QH4uUx7AP%N^FE%u<33;yp1)+k14t@tef*|?{x;VHv>E`ISsP~eTq_v7i?%ln+-~D?R0MKo5<~!"
    "VD04hj{TxEW3695W!Kq*R{5mNvtk5HUJ@mxIFzs|o`E<XWsbIkKX#JDVM5g4J|7anC$Kz=DHqp0!w4*W?fen%oO+o&Ilc2qMrAzS%J<bUcG6"
    "9y<zBDkELx?E%;%4w|f#)xC0VlXm3do^nHpdVe<Tf_~9p3osQi#)`;*DyQ8r4plDFsEaqqJ=C<nr*X0VxLX|YG<07?*^_B>q?!Ari=Oq7o21"
    ";FSyk3m#2_J7omZ&F+|MnnxSPdpPtqxFJfgdz;lms!lPyPdcAE-JcV+@Sc*&w_@;~Z(`Z@6j1RKAr`zSYykbEA?gn1rO4Y19LKIcD;hWq~8k"
    "DRxMG(J!l1vunBH9e3I2j5$4s4Cu(>&-qPkdTxv%Czxf?V$sAve0kXe1@AWw(bL4@}>8voBF_@E7?80wHM5"
)
