"""M4A, sound alone in MP4 (ISO/IEC 14496-14): the label under the key ``AIGC``, as in MP4 (TC260-PG-20257A)."""

import base64
import zlib

from zhengming.labels.format import Medium, Place, Sample
from zhengming.labels.structures.iso.iso_media import IsoMedia, brands

BRANDS = (b"M4A ", b"M4B ", b"M4P ")
#: Films and sounds alike have these: then the name decides.
GENERAL = (b"iso", b"mp4", b"das")


class M4a(IsoMedia):
    name = "m4a"
    title = "M4A 音频"
    medium = Medium.AUDIO
    suffixes = (".m4a", ".m4b", ".m4r")
    media_type = "audio/mp4"
    place = Place("moov/udta/meta（hdlr mdta，键 AIGC）", "TC260-PG-20257A", "H")

    def score(self, sample: Sample) -> int:
        found = brands(sample.start)
        if found[:1] and found[0] in BRANDS:
            return 100
        return 100 if found and sample.suffix in self.suffixes and found[0][:3] in GENERAL else 0

    def example(self) -> bytes:
        return zlib.decompress(base64.b85decode(_EXAMPLE))


FORMAT = M4a()

#: ffmpeg -f lavfi -i anullsrc=r=8000:cl=mono -frames:a 2 -c:a aac -bitexact -brand 'M4A ' -f ipod x.m4a
_EXAMPLE = (
    "c-oawy-ve05I(0VbYSQ}MTLS0QrTcZg$=1}EKCRn#FF-$Hq>sS*sTOpMqYq7V&*N7cm|eob`$Crgv81A{eAv?=L3Ks){og$_aX%F!01G!lJ*"
    "GzG~%3d(oKnxX6<m(Y{I?CG@Vgg$k_;CMQR^(6u`i&rLa}hy5EC8#iO;S^Jq-=y&l^)Yrn7+ZjAl^-3~{sNC#Xf?c5+<zr4#{Bqk9Vp~Usx_"
    "ld3nH?P(?9-+vqj7p~y7kN!SUPcoX++bKwCX?8Fw2~{N9bCi%%z5k-v^C8|xUiY8bYGDDptM2<b0@QI^rLMLnpLSJXI!DOV=Ic{kYGOPonGs"
    "^9r&zMq~3bIeTNOQ7>xqjO51O$m_7SFR3%j~aN=do>TSwBl{vqRQ*4kr_#@i8YM7yM@>GcG{(NrP`@;;D8JGQhirVygD!HzDK5z#>L(8Kq6Y"
    "dZi2~GJ6OiEp@"
)
