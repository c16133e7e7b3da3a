"""The places in a file of boxes that tell where something lies in the file, and how they follow a move.

Samples: ``stco``, ``co64`` and ``saio``. Fragments: ``tfhd`` base offsets, ``tfra``, ``sidx``.
Items of still images have a table of their own: :mod:`zhengming.labels.structures.iso.heif_items`.
"""

import struct
import sys
from array import array
from collections.abc import Iterator

from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.structures.iso.box_changes import Change, Layout
from zhengming.labels.structures.iso.boxes import Box, Boxes, make

Around = tuple[Box, ...]


def follow(boxes: Boxes, top: list[Box], layout: Layout) -> Iterator[Change]:
    """The changes that make every stored offset but those of items follow ``layout``."""
    for box in top:
        if box.kind == b"moov":
            yield from _movie(boxes, box, layout)
        elif box.kind == b"moof":
            yield from _fragment(boxes, box, layout)
        elif box.kind == b"sidx":
            yield from _segment_index(boxes, box, layout)
        elif box.kind == b"mfra":
            yield from _random_access(boxes, box, layout)


def _movie(boxes: Boxes, moov: Box, layout: Layout) -> Iterator[Change]:
    for trak in boxes.within(moov):
        if trak.kind != b"trak":
            continue
        mdia = boxes.first(trak, b"mdia")
        minf = boxes.first(mdia, b"minf") if mdia else None
        stbl = boxes.first(minf, b"stbl") if minf else None
        if mdia and minf and stbl:
            yield from _sample_tables(boxes, (moov, trak, mdia, minf, stbl), layout)


def _sample_tables(boxes: Boxes, around: Around, layout: Layout) -> Iterator[Change]:
    changes: list[Change] = []
    for table in boxes.within(around[-1]):
        if table.kind in (b"stco", b"co64"):
            changes += _chunk_offsets(boxes, table, around, layout)
        elif table.kind == b"saio":
            changes += _auxiliary_offsets(boxes, table, around, layout)
    if changes and _in_this_file(boxes, around[-2]):
        yield from changes


def _in_this_file(boxes: Boxes, minf: Box) -> bool:
    """Whether a track's samples lie in this file. Raises Refused when only some of them do."""
    dref = boxes.first(minf, b"dinf", b"dref")
    if dref is None:
        return True
    own = {boxes.peek(reference, 4)[3:] == b"\1" for reference in boxes.within(dref, 8)}
    if len(own) > 1:
        raise Refused(
            "有的采样数据在本文件、有的在外部文件，移动数据会损坏它",
            "a track has samples both in this file and in others: moving data would damage it",
        )
    return own != {False}


def _chunk_offsets(boxes: Boxes, table: Box, around: Around, layout: Layout) -> Iterator[Change]:
    wide = table.kind == b"co64"
    head, old = _offsets(boxes.bytes_of(table), 4, wide)
    new = _all_moved(old, layout)
    if new == old:
        return
    wide = wide or max(new) >= 1 << 32
    kind = b"co64" if wide else b"stco"
    yield Change(around, table.start, table.stop, make(kind, head, _packed(new, wide)))


def _auxiliary_offsets(boxes: Boxes, table: Box, around: Around, layout: Layout) -> Iterator[Change]:
    data = boxes.bytes_of(table)
    wide, fields = data[:1] == b"\1", 12 if data[3:4] == b"\1" else 4
    head, old = _offsets(data, fields, wide)
    new = _all_moved(old, layout)
    if new == old:
        return
    if max(new) >= 1 << 32 and not wide:
        wide, head = True, b"\1" + head[1:]
    yield Change(around, table.start, table.stop, make(b"saio", head, _packed(new, wide)))


def _offsets(data: bytes, fields: int, wide: bool) -> tuple[bytes, list[int]]:
    """What stands before a counted list of offsets, with the count, and the list."""
    count = int.from_bytes(data[fields : fields + 4], "big")
    start, stop = fields + 4, fields + 4 + count * (8 if wide else 4)
    if stop > len(data) or len(data) < start:
        raise BadFile(
            f"偏移表声明 {count} 项，长度不足", f"an offset table states {count} entries, too short for them"
        )
    values = array("Q" if wide else "I", data[start:stop])
    if sys.byteorder == "little":
        values.byteswap()
    return data[:start], values.tolist()


def _packed(values: list[int], wide: bool) -> bytes:
    packed = array("Q" if wide else "I", values)
    if sys.byteorder == "little":
        packed.byteswap()
    return packed.tobytes()


def _all_moved(offsets: list[int], layout: Layout) -> list[int]:
    """Each offset moved. Mostly all lie in one stretch that moves as a whole: then that is one addition."""
    if not offsets:
        return offsets
    low, high = min(offsets), max(offsets)
    if (shift := layout.shift(low)) == layout.shift(high) and layout.uniform(low, high):
        return [offset + shift for offset in offsets] if shift else offsets
    return [layout.moved(offset) for offset in offsets]


def _fragment(boxes: Boxes, moof: Box, layout: Layout) -> Iterator[Change]:
    for traf in boxes.within(moof):
        if traf.kind != b"traf":
            continue
        for tfhd in boxes.within(traf):
            if tfhd.kind == b"tfhd":
                yield from _base_offset(boxes, tfhd, (moof, traf), layout)


def _base_offset(boxes: Boxes, tfhd: Box, around: Around, layout: Layout) -> Iterator[Change]:
    data = boxes.peek(tfhd, 16)
    if len(data) == 16 and data[3] & 1:
        base = int.from_bytes(data[8:16], "big")
        if layout.moved(base) != base:
            at = tfhd.data + 8
            yield Change((*around, tfhd), at, at + 8, struct.pack(">Q", layout.moved(base)))


def _segment_index(boxes: Boxes, sidx: Box, layout: Layout) -> Iterator[Change]:
    """The distance from the end of a ``sidx`` to what it tells of, when something between them grows."""
    data = boxes.peek(sidx, 32)
    form, at = (">Q", 20) if data[:1] == b"\1" else (">I", 16)
    width = struct.calcsize(form)
    if len(data) < at + width:
        raise BadFile("sidx 不完整", "a sidx is incomplete", sidx.start)
    (distance,) = struct.unpack(form, data[at : at + width])
    new = layout.moved(sidx.stop + distance) - layout.moved(sidx.stop)
    if new != distance:
        yield Change((sidx,), sidx.data + at, sidx.data + at + width, _fits(form, new))


def _random_access(boxes: Boxes, mfra: Box, layout: Layout) -> Iterator[Change]:
    for tfra in boxes.within(mfra):
        if tfra.kind == b"tfra":
            data = boxes.bytes_of(tfra)
            new = _fragment_offsets(data, layout)
            if new != data:
                yield Change((mfra, tfra), tfra.data, tfra.stop, new)


def _fragment_offsets(data: bytes, layout: Layout) -> bytes:
    if len(data) < 16:
        raise BadFile("tfra 不完整", "a tfra is incomplete")
    _, lengths, count = struct.unpack(">III", data[4:16])
    form, before = (">Q", 8) if data[:1] == b"\1" else (">I", 4)
    width = struct.calcsize(form)
    step = before + width + sum((lengths >> bits & 3) + 1 for bits in (0, 2, 4))
    if 16 + count * step > len(data):
        raise BadFile(f"tfra 声明 {count} 项，长度不足", f"a tfra states {count} entries, too short for them")
    result = bytearray(data)
    for at in range(16 + before, 16 + before + count * step, step):
        (offset,) = struct.unpack_from(form, result, at)
        result[at : at + width] = _fits(form, layout.moved(offset))
    return bytes(result)


def _fits(form: str, value: int) -> bytes:
    try:
        return struct.pack(form, value)
    except struct.error:
        raise Refused(
            f"移动后偏移 {value} 超出该字段", f"after the move the offset {value} does not fit its field"
        ) from None
