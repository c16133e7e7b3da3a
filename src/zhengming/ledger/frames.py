"""Frames: records in a file that is only ever appended to, so framed that a half-written last one is known as such.

A frame is a line ``#FIRST COUNT BYTES CRC`` and BYTES bytes. It is written at once and is on disk before the next is
begun, so a crash can only tear the last one: a broken frame at the end was never acknowledged and is cut off; a
broken frame with a whole one behind it is damage, and nothing is cut.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO
from zlib import crc32

from zhengming.ground.errors import BadFile

HEADER = re.compile(rb"#(\d{1,16}) (\d{1,9}) (\d{1,9}) ([0-9a-f]{8})\n")
LONGEST_HEADER = 48
#: No frame is larger, so neither is what a crash may leave.
LARGEST_FRAME = 64 * 1024 * 1024


@dataclass(frozen=True)
class Frame:
    """``count`` records from number ``first`` on, together ``payload``. ``at`` and ``end`` bound it in the file."""

    first: int
    count: int
    payload: bytes
    at: int
    end: int


def framed(first: int, count: int, payload: bytes) -> bytes:
    """The bytes of a frame."""
    head = b"%d %d %d" % (first, count, len(payload))
    return b"#%b %08x\n%b" % (head, crc32(payload, crc32(head)), payload)


def frame_at(file: BinaryIO, at: int) -> Frame | None:
    """The whole frame at ``at``; None where there is none."""
    file.seek(at)
    head = HEADER.match(file.read(LONGEST_HEADER))
    if not head or int(head[3]) > LARGEST_FRAME:
        return None
    file.seek(at + head.end())
    size = int(head[3])
    payload = file.read(size)
    whole = len(payload) == size and crc32(payload, crc32(head[0][1:-10])) == int(head[4], 16)
    return Frame(int(head[1]), int(head[2]), payload, at, at + head.end() + size) if whole else None


def frames(file: BinaryIO, at: int) -> Iterator[Frame]:
    """The whole frames from ``at`` on, up to the end or to a torn one. Raises BadFile for damage."""
    size = file.seek(0, 2)
    while at < size:
        frame = frame_at(file, at)
        if frame is None:
            _check_torn(file, at, size)
            return
        yield frame
        at = frame.end


def _check_torn(file: BinaryIO, at: int, size: int) -> None:
    """Raise BadFile when what stands at ``at`` cannot come from one write that was cut short."""
    file.seek(at)
    rest = file.read(LARGEST_FRAME + 2 * LONGEST_HEADER)
    behind = (found.start() for found in HEADER.finditer(rest, 1))
    if at + len(rest) < size or any(frame_at(file, at + start) for start in behind):
        raise BadFile("台账文件中段损坏", "the ledger's file is damaged in the middle", at)
