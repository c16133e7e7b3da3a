"""Opus in Ogg (RFC 7845): the label as the comment AIGC of OpusTags (TC260-PG-202510A)."""

from base64 import b85decode

from zhengming.labels.format import Medium, Place
from zhengming.labels.structures.sound.ogg import Ogg


class Opus(Ogg):
    name = "opus"
    title = "Opus 音频"
    medium = Medium.AUDIO
    suffixes = (".opus",)
    media_type = "audio/ogg; codecs=opus"
    place = Place("注释头（OpusTags），注释 AIGC", "TC260-PG-202510A", "H")

    def is_own(self, first_packet: bytes) -> bool:
        return first_packet.startswith(b"OpusHead")

    def example(self) -> bytes:
        return b85decode(_EXAMPLE)


#: Silence: ffmpeg -f lavfi -i anullsrc=r=48000:cl=mono -t 0.05 -c:a libopus -fflags +bitexact -flags +bitexact x.opus
_EXAMPLE = (
    "PiJRS00IC20000000000000000006gwQ>OyPjGc}NM&JU0RcDxfV%(y0000_XJ=CY0000000000000000096107;d;Q~@qeaCLK3"
    "VP|s&0001HW^Hg~X8`~J02BZK0A+4tZ)9b1JxpPCV<2p4VsCJDb5CbyQvd{*3IG5A00000000020002D`}E!e0|Nv2|Ni*@{`mj?"
)

FORMAT = Opus()
