"""Ogg (RFC 3533) with Vorbis, FLAC, Speex or Theora: the label as the comment AIGC (TC260-PG-202510A)."""

from base64 import b85decode

from zhengming.labels.format import Medium, Place
from zhengming.labels.structures.sound.ogg import Ogg


class OggVorbis(Ogg):
    name = "ogg"
    title = "OGG 音频"
    medium = Medium.AUDIO
    suffixes = (".ogg", ".oga", ".ogv", ".spx", ".ogx")
    media_type = "audio/ogg"
    place = Place("注释头（comment header），注释 AIGC", "TC260-PG-202510A", "H")

    def is_own(self, first_packet: bytes) -> bool:
        return not first_packet.startswith(b"OpusHead")

    def example(self) -> bytes:
        return b85decode(_EXAMPLE)


#: Silence in FLAC, the codec that Ogg holds with least: ffmpeg -f lavfi -i anullsrc=r=8000:cl=mono -t 0.01 -c:a flac
#: -fflags +bitexact -flags +bitexact x.oga
_EXAMPLE = (
    "PiJRS00IC20000000000000000077ci3tHSe@09}LjeE)0cK2LLjV8(A_71HKmY&$00fl*^Z@Vx000000000000000000000000_"
    "XJ=CY000000000000000009610E4@Tk^v`#001Kf0001HW^Hg~X8`~J01*HH0A+4tZ)9b1JxpPCV<2X1VPj8cXHx(KPyhe`00000"
    "000000ssI2y@iJj0t^8E_+$tGPYD130DPw"
)

FORMAT = OggVorbis()
