"""AAC in ADTS (ISO/IEC 13818-7): the label in an ID3v2 TXXX frame in front, our choice.

Guide TC260-PG-202510A leaves formats it does not name to XMP, and raw ADTS has no place for XMP. An ID3v2 tag
in front is what HLS streams carry (RFC 8216 §3.4) and what players skip. ADIF and LOAS have no such custom.
"""

from typing import BinaryIO

from zhengming.ground.errors import Refused
from zhengming.labels.format import Medium, Place, Sample
from zhengming.labels.structures.sound.id3_audio import Id3Audio, Parts


class Aac(Id3Audio):
    name = "aac"
    title = "AAC 音频（ADTS）"
    medium = Medium.AUDIO
    suffixes = (".aac", ".adts")
    media_type = "audio/aac"
    place = Place("文件前的 ID3v2 TXXX 帧，描述为 AIGC", "TC260-PG-202510A 未规定；RFC 8216 §3.4", "own")

    def score(self, sample: Sample) -> int:
        if _other_framing(sample.start) and sample.suffix in self.suffixes:
            return 60
        return super().score(sample)

    def parts(self, file: BinaryIO) -> Parts:
        file.seek(0)
        if framing := _other_framing(file.read(4)):
            raise Refused(
                f"AAC 以 {framing} 封装，没有存放元数据标识的位置；请转封装为 M4A",
                f"AAC framed as {framing} has no place for a metadata label; remux it to M4A",
            )
        return super().parts(file)

    def frame_size(self, header: bytes) -> int:
        if len(header) < 7 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0 or header[2] >> 2 & 15 > 12:
            return 0
        size = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
        return size if size > 7 else 0

    def example(self) -> bytes:
        return _SILENCE * 3


#: One frame of silence, 8 kHz mono: ffmpeg -f lavfi -i anullsrc=r=8000:cl=mono -frames:a 1 -c:a aac -f adts
_SILENCE = bytes.fromhex("fff16c40017ffc01182007")


def _other_framing(start: bytes) -> str:
    if start.startswith(b"ADIF"):
        return "ADIF"
    return "LOAS" if len(start) > 1 and start[0] == 0x56 and start[1] & 0xE0 == 0xE0 else ""


FORMAT = Aac()
