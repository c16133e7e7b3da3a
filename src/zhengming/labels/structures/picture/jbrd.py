"""The box ``jbrd`` of JPEG XL (ISO/IEC 18181-2, annex A): how a recompressed JPEG is made again bit by bit."""

#: Application segment types in the box: unknown, ICC, EXIF, XMP.
_XMP = 3
_END_OF_IMAGE = 0xD9 - 0xC0
_MOST_MARKERS = 16384


def rebuilds_xmp(data: bytes) -> bool:
    """Whether the JPEG had an XMP segment whose text is now that of the first XMP box of the file."""
    bits = _Bits(data)
    bits.take(1)  # grey or not
    segments = 0
    for _ in range(_MOST_MARKERS):
        marker = bits.take(6)
        segments += 0x20 <= marker < 0x30  # APP0 to APP15, counted from 0xC0
        if marker == _END_OF_IMAGE or bits.are_used_up:
            break
    return any(_next_segment(bits) == _XMP for _ in range(segments))


def _next_segment(bits: "_Bits") -> int:
    selector = bits.take(2)
    kind = selector if selector < 2 else 2 + bits.take(1) if selector == 2 else 4 + bits.take(2)
    bits.take(16)  # its length
    return kind


class _Bits:
    """Bits from the lowest of each byte on; zeros behind the end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def are_used_up(self) -> bool:
        return self._at >= 8 * len(self._data)

    def take(self, count: int) -> int:
        """The next ``count`` bits, at most 16."""
        first = self._at // 8
        value = int.from_bytes(self._data[first : first + 4], "little") >> self._at % 8
        self._at += count
        return value & (1 << count) - 1
