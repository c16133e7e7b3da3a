"""Changing a few members of a ZIP archive: every other member stays where and as it is, byte for byte."""

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile
from zhengming.labels.edit import Edit, Kept, new_size, tidy
from zhengming.labels.structures.archive.zip_archive import (
    CENTRAL,
    DEFLATED,
    DESCRIPTOR,
    END,
    END_64,
    HAS_DESCRIPTOR,
    LOCAL,
    LOCATOR_64,
    STORED,
    UTF8_NAME,
    Archive,
    Member,
    extras,
)

#: 1980-01-01 00:00, the oldest date ZIP knows: a new member carries no clock, the same input gives the same file.
NO_DATE = struct.pack("<HH", 0, 0x21)
BIG = 0xFFFFFFFF


def with_members(archive: Archive, contents: Mapping[str, bytes]) -> Edit:
    """The edit that gives the members named in ``contents`` a new content; those not there come last.

    A replaced member keeps its place, date, attributes and way of compression. Raises BadFile.
    """
    pieces, records = _replaced(archive, contents)
    for name, content in contents.items():
        if archive.find(name) is None:
            fresh = _made(_new_header(name, _usual_method(archive)), content)
            records.append(_at_offset(fresh.record, new_size(pieces) - archive.prefix))
            pieces.append(fresh.local)
    return tidy([*pieces, *_ending(archive, records, new_size(pieces)), archive.comment, archive.tail])


def with_comment(archive: Archive, comment: bytes) -> Edit:
    """The edit that gives the archive this comment; nothing else moves. Raises BadFile when it is too long."""
    if len(comment) > 0xFFFF:
        raise BadFile("ZIP 注释过长", "the archive comment would be longer than 65535 bytes")
    length = struct.pack("<H", len(comment))
    return tidy([Kept(0, archive.end + 20), length + comment, archive.tail])


@dataclass(frozen=True)
class _Header:
    """What a member keeps when its content is replaced."""

    name: bytes
    flags: int
    method: int
    made_by: bytes = b"\x14\0"
    date: bytes = NO_DATE
    attributes: bytes = bytes(8)
    comment: bytes = b""


@dataclass(frozen=True)
class _Fresh:
    """A member with new content: its local header with data, and its central record but for the offset."""

    local: bytes
    record: bytes


def _replaced(archive: Archive, contents: Mapping[str, bytes]) -> tuple[list[bytes | Kept], list[bytes]]:
    """All up to the directory, with new members for old ones of the same name; and the records of the directory."""
    by_name = {name.casefold(): content for name, content in contents.items()}
    pieces: list[bytes | Kept] = []
    records: dict[int, bytes] = {}
    spans = _spans(archive)
    at = moved = 0
    for place, member in sorted(enumerate(archive.members), key=lambda pair: pair[1].offset):
        record, growth = member.record, 0
        if (content := by_name.get(member.name.casefold())) is not None:
            span, fresh = spans[place], _made(_header_of(member), content)
            pieces += [Kept(at, span.start), fresh.local]
            record, at, growth = fresh.record, span.stop, len(fresh.local) - len(span)
        records[place] = _at_offset(record, member.offset + moved - archive.prefix)
        moved += growth
    return [*pieces, Kept(at, archive.directory.start)], [records[place] for place in range(len(archive.members))]


def _spans(archive: Archive) -> list[Kept]:
    """Where each member lies, local header to data descriptor. Raises BadFile when two overlap."""
    spans = [_span(archive, member) for member in archive.members]
    ordered = sorted(spans, key=lambda span: span.start)
    for left, right in pairwise(ordered):
        if left.stop > right.start:
            raise BadFile("ZIP 成员互相重叠", "two ZIP members overlap", right.start)
    return spans


def _span(archive: Archive, member: Member) -> Kept:
    data = archive.data(member)
    if not member.flags & HAS_DESCRIPTOR:
        return Kept(member.offset, data.stop)
    following = Cursor(archive.file, data.stop, archive.directory.start).peek(24)
    signature = 4 if following.startswith(DESCRIPTOR) else 0
    narrow = struct.pack("<II", member.compressed & BIG, member.size & BIG)
    wide = struct.pack("<QQ", member.compressed, member.size)
    for sizes in (wide, narrow):
        if following[signature + 4 :].startswith(sizes):
            return Kept(member.offset, data.stop + signature + 4 + len(sizes))
    return Kept(member.offset, data.stop)  # announced but not there, as some writers have it


def _header_of(member: Member) -> _Header:
    record = member.record
    name_size, extra_size, comment_size = struct.unpack("<HHH", record[28:34])
    comment_at = 46 + name_size + extra_size
    return _Header(
        name=record[46 : 46 + name_size],
        flags=member.flags & UTF8_NAME,
        method=STORED if member.method == STORED else DEFLATED,
        made_by=record[4:6],
        date=record[12:16],
        attributes=record[34:42],
        comment=record[comment_at : comment_at + comment_size],
    )


def _new_header(name: str, method: int) -> _Header:
    return _Header(name.encode(), 0 if name.isascii() else UTF8_NAME, method)


def _made(header: _Header, content: bytes) -> _Fresh:
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = deflater.compress(content) + deflater.flush() if header.method == DEFLATED else content
    facts = struct.pack("<HHH", 20, header.flags, header.method) + header.date
    facts += struct.pack("<IIIHH", zlib.crc32(content), len(data), len(content), len(header.name), 0)
    rest = struct.pack("<H", len(header.comment)) + header.attributes + bytes(4) + header.name + header.comment
    return _Fresh(LOCAL + facts + header.name + data, CENTRAL + header.made_by + facts + rest)


def _at_offset(record: bytes, offset: int) -> bytes:
    """A central record whose local header lies at ``offset``, in a ZIP64 extra field where it must be."""
    if offset < BIG and record[42:46] != b"\xff\xff\xff\xff":
        return record[:42] + struct.pack("<I", offset) + record[46:]
    name_size, extra_size = struct.unpack("<HH", record[28:32])
    others = b"".join(struct.pack("<HH", kind, len(data)) + data for kind, data in extras(record) if kind != 1)
    wide = next((data for kind, data in extras(record) if kind == 1), b"")
    sizes = 8 * sum(record[at : at + 4] == b"\xff\xff\xff\xff" for at in (20, 24))
    wide = wide[:sizes] + struct.pack("<Q", offset)
    extra = struct.pack("<HH", 1, len(wide)) + wide + others
    head = record[:30] + struct.pack("<H", len(extra)) + record[32:42] + b"\xff\xff\xff\xff"
    return head + record[46 : 46 + name_size] + extra + record[46 + name_size + extra_size :]


def _usual_method(archive: Archive) -> int:
    """Stored when the whole archive is (some containers demand it), else deflated."""
    return DEFLATED if any(member.method != STORED for member in archive.members) else STORED


def _ending(archive: Archive, records: list[bytes], at: int) -> Edit:
    """The directory and the end records but for the comment, in the form of ZIP64 where it was or must be."""
    directory = b"".join(records)
    count, size, offset = len(records), len(directory), at - archive.prefix
    wide = b""
    if archive.is_zip64 or count >= 0xFFFF or size >= BIG or offset >= BIG:
        facts = struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, count, count, size, offset)
        locator = LOCATOR_64 + struct.pack("<IQI", 0, offset + size, 1)
        wide = END_64 + facts + locator
    narrow = min(count, 0xFFFF)
    facts = struct.pack("<HHHHIIH", 0, 0, narrow, narrow, min(size, BIG), min(offset, BIG), len(archive.comment))
    return [directory, wide, END + facts]


def packed(parts: Mapping[str, bytes], stored: tuple[str, ...] = ()) -> bytes:
    """A fresh archive of these parts in this order; those named in ``stored`` are not compressed."""
    data, records = b"", []
    for name, content in parts.items():
        fresh = _made(_new_header(name, STORED if name in stored else DEFLATED), content)
        records.append(_at_offset(fresh.record, len(data)))
        data += fresh.local
    directory = b"".join(records)
    facts = struct.pack("<HHHHIIH", 0, 0, len(records), len(records), len(directory), len(data), 0)
    return data + directory + END + facts
