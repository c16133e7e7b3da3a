"""MPEG audio (ISO/IEC 11172-3, 13818-3; MP3): the label in an ID3v2 TXXX frame (TC260-PG-202510A)."""

from zhengming.labels.format import Medium, Place
from zhengming.labels.structures.sound.id3_audio import Id3Audio

#: kbit/s by layer, for MPEG-1 and for the lower sampling rates of MPEG-2 and 2.5.
_RATES_1 = {
    1: (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    2: (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
}
_LOW = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_RATES_2 = {1: (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256), 2: _LOW, 3: _LOW}
_HERTZ = (44100, 48000, 32000)


class Mp3(Id3Audio):
    name = "mp3"
    title = "MP3 音频"
    medium = Medium.AUDIO
    suffixes = (".mp3", ".mp2", ".mpga")
    media_type = "audio/mpeg"
    place = Place("ID3v2 TXXX 帧，描述为 AIGC", "TC260-PG-202510A", "H")

    def frame_size(self, header: bytes) -> int:
        if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
            return 0
        version, layer = header[1] >> 3 & 3, 4 - (header[1] >> 1 & 3)
        rate, hertz, padding = header[2] >> 4, header[2] >> 2 & 3, header[2] >> 1 & 1
        if version == 1 or layer == 4 or rate in (0, 15) or hertz == 3:
            return 0
        bits = 1000 * (_RATES_1 if version == 3 else _RATES_2)[layer][rate]
        frequency = _HERTZ[hertz] >> {3: 0, 2: 1, 0: 2}[version]
        if layer == 1:
            return (12 * bits // frequency + padding) * 4
        return (72 if layer == 3 and version != 3 else 144) * bits // frequency + padding

    def example(self) -> bytes:
        return (b"\xff\xf3\x14\xc0" + bytes(20)) * 4  # MPEG-2 layer III, 8 kbit/s, 24 kHz, mono: silence


FORMAT = Mp3()
