"""ZIP archives (APPNOTE.TXT 6.3.10, ISO/IEC 21320-1) that hold a document: which members, and where they lie.

The central directory is believed only as far as the file and the local headers bear it out.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.edit import Kept
from zhengming.labels.structures import inflate

LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
END_64, LOCATOR_64, DESCRIPTOR = b"PK\x06\x06", b"PK\x06\x07", b"PK\x07\x08"
STORED, DEFLATED = 0, 8
#: The most that a metadata part may unfold to.
LARGEST_PART = 16 * 1024 * 1024
#: The most members of one archive; a record may be 46 bytes in the file but takes ten times that in memory.
MOST_MEMBERS = 200_000
UTF8_NAME, ENCRYPTED, HAS_DESCRIPTOR = 0x800, 0x1, 0x8


@dataclass(frozen=True)
class Member:
    """One member as its central record states it; ``offset`` is where its local header lies in the file."""

    record: bytes
    name: str
    flags: int
    method: int
    crc: int
    compressed: int
    size: int
    offset: int


@dataclass(frozen=True)
class Archive:
    """A ZIP archive. ``directory`` spans the central directory, ``tail`` all after it, ``end`` is where the
    end record starts; ``prefix`` bytes stand before the archive proper; ``comment`` is the archive's own."""

    file: BinaryIO
    members: tuple[Member, ...]
    directory: Kept
    end: int
    tail: Kept
    prefix: int
    comment: bytes
    is_zip64: bool

    def find(self, name: str) -> Member | None:
        """The member of this name, compared without case. Raises BadFile when there are two."""
        found = [member for member in self.members if member.name.casefold() == name.casefold()]
        if len(found) > 1:
            raise BadFile(f"ZIP 里有 {len(found)} 个“{name}”", f"the ZIP holds {len(found)} members named {name!r}")
        return found[0] if found else None

    def part(self, name: str) -> bytes | None:
        """The content of the member ``name``, or None. Raises BadFile, or Refused when it is encrypted."""
        member = self.find(name)
        return None if member is None else self.content(member)

    def data(self, member: Member) -> Kept:
        """Where the (compressed) data of ``member`` lies. Raises BadFile when its local header disagrees."""
        cursor = Cursor(self.file, member.offset, self.directory.start)
        header = cursor.take(30)
        name_size, extra_size = struct.unpack("<HH", header[26:30])
        name = cursor.take(name_size)
        if not header.startswith(LOCAL) or name != _raw_name(member.record):
            raise BadFile(
                "ZIP 的本地文件头与中央目录不符", "a local header disagrees with the directory", member.offset
            )
        cursor.skip(extra_size)
        start = cursor.at
        cursor.skip(member.compressed)
        return Kept(start, cursor.at)

    def content(self, member: Member) -> bytes:
        """The content of ``member``, bounded. Raises BadFile, or Refused when it is encrypted."""
        if member.flags & ENCRYPTED:
            raise Refused(f"ZIP 成员“{member.name}”已加密", f"the ZIP member {member.name!r} is encrypted")
        span = self.data(member)
        raw = Cursor(self.file, span.start).take(len(span), LARGEST_PART)
        content = _inflated(raw, member.name) if member.method == DEFLATED else raw
        if member.method not in (STORED, DEFLATED):
            raise BadFile(
                f"ZIP 成员“{member.name}”的压缩方法 {member.method} 不支持",
                f"the ZIP member {member.name!r} is compressed with method {member.method}, not supported",
            )
        if len(content) != member.size or zlib.crc32(content) != member.crc:
            raise BadFile(f"ZIP 成员“{member.name}”校验失败", f"the ZIP member {member.name!r} fails its checksum")
        return content


def read_archive(file: BinaryIO) -> Archive:
    """The archive in ``file``. Raises BadFile."""
    cursor = Cursor(file)
    end = _find_end(cursor)
    count, size, offset, comment = _end_record(cursor, end)
    start_of_end, is_zip64 = end, False
    if record := _end_64(cursor, end):
        start_of_end, count, size, offset = record
        is_zip64 = True
    start = start_of_end - size
    prefix = start - offset
    if start < 0 or prefix < 0:
        raise BadFile("ZIP 中央目录的位置不对", "the central directory lies outside the file", end)
    members = tuple(_members(Cursor(file, start, start_of_end), count, prefix, start))
    tail = Kept(end + 22 + len(comment), cursor.stop)
    return Archive(file, members, Kept(start, start_of_end), end, tail, prefix, comment, is_zip64)


def _find_end(cursor: Cursor) -> int:
    """Where the end record starts: the last one whose comment fits, best one that ends the file."""
    size = min(cursor.stop, 22 + 0xFFFF)
    base = cursor.stop - size
    window = Cursor(cursor.file, base).take(size)
    loose = -1
    at = window.rfind(END)
    while at >= 0:
        if at + 22 <= size:
            stop = at + 22 + int.from_bytes(window[at + 20 : at + 22], "little")
            if stop == size:
                return base + at
            loose = base + at if loose < 0 and stop < size else loose
        at = window.rfind(END, 0, at + 3) if at else -1
    if loose < 0:
        raise BadFile("没有 ZIP 结尾记录", "no end of central directory record: not a ZIP, or cut short")
    return loose


def _end_record(cursor: Cursor, end: int) -> tuple[int, int, int, bytes]:
    record = Cursor(cursor.file, end).take(22)
    disk, directory_disk, here, count, size, offset, length = struct.unpack("<HHHHIIH", record[4:])
    if (disk, directory_disk) not in ((0, 0), (0xFFFF, 0xFFFF), (0, 0xFFFF), (0xFFFF, 0)) or here != count:
        raise BadFile("不支持分卷 ZIP", "an archive split over several disks", end)
    return count, size, offset, Cursor(cursor.file, end + 22).take(length)


def _end_64(cursor: Cursor, end: int) -> tuple[int, int, int, int] | None:
    """Start of the ZIP64 end record, count, size and offset of the directory; None when there is none."""
    if end < 76:
        return None
    locator = Cursor(cursor.file, end - 20).take(20)
    if not locator.startswith(LOCATOR_64):
        return None
    (stated,) = struct.unpack("<Q", locator[8:16])
    for at in (stated, end - 76):  # with prefix bytes the stated place is off; the record is 56 bytes by default
        if 0 <= at <= end - 76:
            record = Cursor(cursor.file, at).take(56)
            if record.startswith(END_64):
                _, count, size, offset = struct.unpack("<QQQQ", record[24:56])
                return at, count, size, offset
    raise BadFile("ZIP64 结尾记录缺失", "the ZIP64 end record is missing", end)


def _members(cursor: Cursor, count: int, prefix: int, directory: int) -> Iterator[Member]:
    seen = 0
    data = cursor.take(cursor.left)
    at = 0
    while at < len(data):
        if data[at : at + 4] != CENTRAL or at + 46 > len(data):
            raise BadFile("ZIP 中央目录损坏", "the central directory is damaged", directory + at)
        sizes = struct.unpack_from("<HHH", data, at + 28)
        stop = at + 46 + sum(sizes)
        if stop > len(data):
            raise BadFile("ZIP 中央目录损坏", "the central directory is cut short", directory + at)
        yield _member(data[at:stop], prefix, directory)
        at, seen = stop, seen + 1
        if seen > MOST_MEMBERS:
            raise BadFile(f"ZIP 成员超过 {MOST_MEMBERS} 个", f"the ZIP holds more than {MOST_MEMBERS} members")
    if seen != count and (seen & 0xFFFF) != count:
        raise BadFile(f"ZIP 声明 {count} 个成员，实有 {seen}", f"the ZIP states {count} members and lists {seen}")


def _member(record: bytes, prefix: int, directory: int) -> Member:
    flags, method = struct.unpack("<HH", record[8:12])
    crc, compressed, size = struct.unpack("<III", record[16:28])
    (offset,) = struct.unpack("<I", record[42:46])
    size, compressed, offset = widened(record, [size, compressed, offset])
    name = _raw_name(record).decode("utf-8" if flags & UTF8_NAME else "cp437", "replace")
    if prefix + offset + 30 > directory:
        raise BadFile(f"ZIP 成员“{name}”在文件之外", f"the ZIP member {name!r} lies outside the file")
    return Member(record, name, flags, method, crc, compressed, size, prefix + offset)


def widened(record: bytes, values: list[int]) -> list[int]:
    """``values`` (size, compressed size, offset), those that say "too big" taken from the ZIP64 extra field."""
    wide = next((data for kind, data in extras(record) if kind == 1), b"")
    result = []
    for value in values:
        if value == 0xFFFFFFFF:
            if len(wide) < 8:
                raise BadFile("ZIP64 扩展字段缺失", "a ZIP64 extra field is missing or short")
            result.append(int.from_bytes(wide[:8], "little"))
            wide = wide[8:]
        else:
            result.append(value)
    return result


def extras(record: bytes) -> Iterator[tuple[int, bytes]]:
    """The extra fields of a central record: id and data; what does not parse ends them."""
    name_size, extra_size = struct.unpack("<HH", record[28:32])
    extra = record[46 + name_size : 46 + name_size + extra_size]
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        yield kind, extra[at + 4 : at + 4 + size]
        at += 4 + size


def _raw_name(record: bytes) -> bytes:
    return record[46 : 46 + int.from_bytes(record[28:30], "little")]


def _inflated(data: bytes, name: str) -> bytes:
    return inflate.inflated(data, LARGEST_PART, (f"ZIP 成员“{name}”", repr(name)), inflate.RAW)
