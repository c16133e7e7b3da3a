"""QuickTime film: the label under the key ``AIGC`` in ``moov/udta/meta``, as in MP4 (TC260-PG-20257A)."""

import base64
import zlib

from zhengming.labels.format import Medium, Place, Sample
from zhengming.labels.structures.iso.iso_media import IsoMedia, brands

#: What a film from before ``ftyp`` may start with.
FIRST_ATOMS = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")


class Mov(IsoMedia):
    name = "mov"
    title = "QuickTime 视频"
    medium = Medium.VIDEO
    suffixes = (".mov", ".qt")
    media_type = "video/quicktime"
    place = Place("moov/udta/meta（hdlr mdta，键 AIGC）", "TC260-PG-20257A", "H")

    def score(self, sample: Sample) -> int:
        if found := brands(sample.start):
            return 100 if found[0] == b"qt  " else 30 if b"qt  " in found else 0
        size = int.from_bytes(sample.start[:4], "big")
        return 80 if sample.start[4:8] in FIRST_ATOMS and (size >= 8 or size < 2) else 0

    def example(self) -> bytes:
        return zlib.decompress(base64.b85decode(_EXAMPLE))


FORMAT = Mov()

#: ffmpeg -f lavfi -i color=red:s=4x4:r=25 -frames:v 1 -c:v rawvideo -pix_fmt rgb24 -bitexact x.mov
_EXAMPLE = (
    "c-oawu};G<5WTb+5EO|aLx&6=GGw3<Vq#=KRR)kcF|n99QKH&Sh)pV3;8z&<GX{PFm9vv3PN@)_?sCuPyXU(L0C=f-DjyUf03&ET9ISJepuZ"
    "4|sxN?lDe}CDqNovYQD+PWGXBI*2o7lN#TjPpo-g578KKTpMVE;0)Y7~;-oqCDsQk;jZfgKR!jwesCtND4BJ69OcfoRsfC#ob`?+cLWn&Jrj"
    "PXhXk@2c-_T9<k76U~@SBxi^<SazKN-^%$!jRf+o^FX45<OO&*hEKHRMCzH0@m>OtV&XAfJs}Y@rP9R9Q~_Ql36)rMc2e$(|mrjXpXK{7b1k"
    "wHsko3)-k~vJzKHor%g9{5r=7>a6@-eQdzd#+NM&OWkVkuY3yTP@i5+*hj-8I-B}-t3oAeP2A=R@3;"
)
