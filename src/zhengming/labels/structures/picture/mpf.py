"""The index of a multi-picture JPEG (CIPA DC-007): it says where the further images lie, so it moves with them."""

import struct
from io import BytesIO

from zhengming.ground.errors import BadFile
from zhengming.labels.structures.picture.tiff_directories import directories, layout

PREFIX = b"MPF\0"
_MP_ENTRY = 0xB002
_ROW = 16


def moved(data: bytes, total: int, behind: int) -> bytes:
    """The index (an APP2 segment's data) after the first image grew by ``total`` bytes, ``behind`` of them after it.

    Sizes and offsets are bytes; offsets count from behind ``MPF\\0``. An index that cannot be read stays.
    """
    block = data.removeprefix(PREFIX)
    try:
        form = layout(BytesIO(block))
        rows = next(directories(BytesIO(block))).tag(_MP_ENTRY)
    except (BadFile, StopIteration):
        return data
    if rows is None:
        return data
    result = bytearray(block)
    row = struct.Struct(form.order + "II")
    for number, at in enumerate(range(rows.value.start, rows.value.stop - _ROW + 1, _ROW)):
        size, offset = row.unpack_from(result, at + 4)
        size, offset = (size + total, offset) if number == 0 else (size, offset + behind if offset else 0)
        row.pack_into(result, at + 4, size % 2**32, offset % 2**32)
    return PREFIX + bytes(result)
