"""Extended XMP in JPEG (XMP specification part 3, §1.1.3.1): a second packet, cut into many APP1 segments."""

import struct
from collections.abc import Iterator
from hashlib import md5

from zhengming.ground.errors import BadFile
from zhengming.labels.format import Entry
from zhengming.labels.reading import is_label
from zhengming.labels.structures.picture import xmp

SIGNATURE = b"http://ns.adobe.com/xmp/extension/\0"
_HEADER = struct.Struct(">32sII")  # the MD5 of the whole in hex, its length, where this part belongs
_LARGEST_PART = 65400
_NOTE = b' xmlns:xmpNote="http://ns.adobe.com/xmp/note/" xmpNote:HasExtendedXMP="%s" rdf:about=""'


class Extended:
    """The extended packets of one JPEG, gathered segment by segment."""

    def __init__(self) -> None:
        self._segments: list[bytes] = []
        self._parts: dict[bytes, dict[int, bytes]] = {}

    def take(self, data: bytes) -> bool:
        """Take an APP1 segment's data, when it is a part of an extended packet."""
        header = data[len(SIGNATURE) : len(SIGNATURE) + _HEADER.size]
        if not data.startswith(SIGNATURE) or len(header) < _HEADER.size:
            return False
        digest, _, at = _HEADER.unpack(header)
        self._segments.append(data)
        self._parts.setdefault(digest, {})[at] = data[len(SIGNATURE) + _HEADER.size :]
        return True

    def entries(self) -> Iterator[Entry]:
        """The properties of every complete packet. Raises BadFile on broken XML."""
        for packet in self._packets().values():
            yield from xmp.entries(packet)

    def relabelled(self, main: bytes | None) -> tuple[bytes | None, list[bytes]]:
        """The main packet, which names the extended one by its digest, and the segments' data, without labels."""
        segments = self._segments
        for digest, packet in self._packets().items():
            if any(map(is_label, xmp.entries(packet))):
                segments = [data for data in segments if not data.startswith(SIGNATURE + digest)]
                fresh, parts = _cut(xmp.unlabelled(packet))
                segments = segments + parts
                main = main and main.replace(digest, fresh)
        return main, segments

    def _packets(self) -> dict[bytes, bytes]:
        """The packets by digest, those with gaps left out."""
        whole = {digest: _joined(parts) for digest, parts in self._parts.items()}
        return {digest: packet for digest, packet in whole.items() if packet}


def moved_out(packet: bytes, json_text: str) -> tuple[bytes, list[bytes]]:
    """A main packet with nothing but the label, and the segments' data that hold ``packet`` as its extension.

    For a packet that with the label no longer fits into one segment.
    """
    digest, parts = _cut(xmp.unlabelled(packet))
    main = xmp.labelled(None, json_text)
    return main.replace(b' rdf:about=""', _NOTE % digest, 1), parts


def _joined(parts: dict[int, bytes]) -> bytes:
    packet: list[bytes] = []
    size = 0
    for at, part in sorted(parts.items()):
        if at != size:
            return b""
        packet.append(part)
        size += len(part)
    return b"".join(packet)


def _cut(packet: bytes) -> tuple[bytes, list[bytes]]:
    digest = md5(packet, usedforsecurity=False).hexdigest().upper().encode()
    if len(packet) > 0xFFFFFFFF:
        raise BadFile("扩展 XMP 过大", "the extended XMP is too large")
    starts = range(0, len(packet), _LARGEST_PART)
    head = (SIGNATURE + _HEADER.pack(digest, len(packet), at) for at in starts)
    return digest, [first + packet[at : at + _LARGEST_PART] for first, at in zip(head, starts, strict=True)]
