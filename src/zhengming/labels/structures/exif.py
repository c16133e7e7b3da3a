"""EXIF and the TIFF structure under it (TIFF 6.0, BigTIFF, EXIF 2.32): reading texts, erasing labels in place.

JPEG, PNG, WebP, HEIC and JPEG XL carry an EXIF block, TIFF is one. The image guide's annex B lets a label stand in
``UserComment``; others put it into any text tag. When it is taken over, its value is overwritten by one of the same
length that says nothing: no offset moves, so maker notes, strips and tiles stay valid.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile
from zhengming.labels.edit import Kept
from zhengming.labels.format import Entry
from zhengming.labels.reading import is_label
from zhengming.labels.structures import xmp

PLACE = "EXIF"
PREFIX = b"Exif\0\0"
SUB_IFDS, EXIF_IFD, XMP_TAG, USER_COMMENT = 330, 0x8769, 700, 0x9286
XP_TAGS = range(0x9C9B, 0x9CA0)
BYTE, ASCII, UNDEFINED, UTF_8 = 1, 2, 7, 129
_SIZES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
    129: 1,
}
_NUMBERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_NAMES = {
    269: "DocumentName", 270: "ImageDescription", 271: "Make", 272: "Model", 285: "PageName", 305: "Software",
    306: "DateTime", 315: "Artist", 316: "HostComputer", 0x8298: "Copyright", 0x9003: "DateTimeOriginal",
    0x9004: "DateTimeDigitized", USER_COMMENT: "UserComment", 0xA420: "ImageUniqueID", 0xA430: "CameraOwnerName",
    0xA431: "BodySerialNumber", 0xA433: "LensMake", 0xA434: "LensModel", 0xA436: "ImageTitle", 0xA437: "Photographer",
    0xA438: "ImageEditor", 0x9C9B: "XPTitle", 0x9C9C: "XPComment", 0x9C9D: "XPAuthor", 0x9C9E: "XPKeywords",
    0x9C9F: "XPSubject",
}  # fmt: skip
#: Charset codes that open a UserComment (EXIF 2.32, table 9).
_CHARSETS = {b"ASCII\0\0\0": "ascii", b"UNICODE\0": "unicode", b"JIS\0\0\0\0\0": "jis", b"\0" * 8: ""}


@dataclass(frozen=True)
class Layout:
    """How numbers lie in a TIFF structure: ``order`` is ``<`` or ``>``; ``big`` is true for BigTIFF."""

    order: str
    big: bool

    @property
    def offset(self) -> str:
        """The struct layout of an offset, and of what counts values."""
        return self.order + ("Q" if self.big else "I")

    @property
    def count(self) -> str:
        """The struct layout of the number of tags in a directory."""
        return self.order + ("Q" if self.big else "H")

    @property
    def width(self) -> int:
        """The size in bytes of an offset, up to which a value stands in the tag itself."""
        return 8 if self.big else 4

    @property
    def tag_size(self) -> int:
        return 20 if self.big else 12


@dataclass(frozen=True)
class Tag:
    """One tag: the byte where its entry starts, what it is, and where its value lies."""

    number: int
    kind: int
    count: int
    entry: int
    value: Kept


@dataclass(frozen=True)
class Directory:
    """One image file directory: ``name`` is IFD0, IFD1, … , Exif or SubIFD; ``link`` where the next one is named.

    ``whole`` is false where something of it lies outside the file: it would come alive if the file grew.
    """

    name: str
    start: int
    link: int
    tags: tuple[Tag, ...]
    whole: bool

    def tag(self, number: int) -> Tag | None:
        return next((tag for tag in self.tags if tag.number == number), None)


def layout(file: BinaryIO) -> Layout:
    """The byte order and width that a TIFF header states. Raises BadFile when it is none."""
    head = Cursor(file).peek(8)
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order and len(head) == 8:
        (version,) = struct.unpack_from(order + "H", head, 2)
        if version in (42, 0x4F52, 0x5352, 0x55) or (version == 43 and head[4:8] == struct.pack(order + "HH", 8, 0)):
            return Layout(order, version == 43)
    raise BadFile("不是 TIFF 结构", "not a TIFF structure", 0)


def directories(file: BinaryIO) -> Iterator[Directory]:
    """Every directory: the chain from IFD0, each followed by its SubIFDs and Exif IFD. Raises BadFile.

    Directories that overlap or form a ring cannot make it long: together they may not be larger than the file.
    """
    form = layout(file)
    cursor = Cursor(file, 8 if form.big else 4)
    waiting: list[tuple[str, int]] = [("IFD0", cursor.unpack(form.offset)[0])]
    seen: set[int] = set()
    room, pages = cursor.stop, 0
    while waiting:
        name, at = waiting.pop()
        if at in seen or not at:
            continue
        seen.add(at)
        directory, following = _directory(file, form, name, at)
        room -= directory.link - directory.start
        if room < 0:
            raise BadFile("TIFF 目录互相重叠", "TIFF directories overlap", at)
        yield directory
        if name.startswith("IFD"):
            pages += 1
            waiting.append((f"IFD{pages}", following))
        waiting += reversed(list(_below(file, form, directory)))


def numbers(file: BinaryIO, tag: Tag, form: Layout) -> tuple[int, ...]:
    """The whole numbers a tag holds; none when it holds something else. Raises BadFile."""
    if tag.kind not in _NUMBERS:
        return ()
    data = Cursor(file, tag.value.start).take(len(tag.value))
    return struct.unpack(f"{form.order}{tag.count}{_NUMBERS[tag.kind]}", data)


def texts(file: BinaryIO) -> Iterator[tuple[Tag, Entry]]:
    """Every tag that holds text, with its text; those of an XMP packet one by one. Raises BadFile.

    Values that overlap cannot make it long: together they may not be larger than four times the file.
    """
    form = layout(file)
    room = 4 * Cursor(file).stop
    for directory in directories(file):
        for tag in directory.tags:
            if not _is_text(tag):
                continue
            room -= len(tag.value)
            if room < 0:
                raise BadFile("TIFF 的值互相重叠", "TIFF values overlap", tag.entry)
            yield from ((tag, entry) for entry in _entries(_value(file, tag), tag, form))


def entries(block: bytes) -> Iterator[Entry]:
    """The texts of an EXIF block, with or without ``Exif\\0\\0`` before it.

    Broken EXIF is common and no reason to give a file up: what can be read is, and the rest is left alone.
    """
    try:
        for _, entry in texts(BytesIO(block.removeprefix(PREFIX))):
            yield entry
    except BadFile:
        return


def unlabelled(block: bytes) -> bytes:
    """The block with its labels overwritten, of the same length; the same block when it has none."""
    prefix = PREFIX if block.startswith(PREFIX) else b""
    inside = bytearray(block[len(prefix) :])
    for span, value in _lenient_erasures(bytes(inside)):
        inside[span.start : span.stop] = value
    result = prefix + bytes(inside)
    if any(map(is_label, entries(result))):
        raise BadFile("EXIF 中的标识无法清除", "a label in the EXIF block cannot be taken out")
    return result


def erasures(file: BinaryIO) -> Iterator[tuple[Kept, bytes]]:
    """Which spans hold a label, and bytes of the same length to put there. Raises BadFile."""
    last: Tag | None = None
    for tag, entry in texts(file):
        if tag != last and is_label(entry):
            last = tag
            yield tag.value, _erased(_value(file, tag), tag)


def _lenient_erasures(block: bytes) -> list[tuple[Kept, bytes]]:
    found: list[tuple[Kept, bytes]] = []
    try:
        found.extend(erasures(BytesIO(block)))
    except BadFile:
        return found
    return found


def _directory(file: BinaryIO, form: Layout, name: str, at: int) -> tuple[Directory, int]:
    cursor = Cursor(file)
    cursor.skip(at)
    (count,) = cursor.unpack(form.count)
    start = cursor.at
    rows = cursor.take(count * form.tag_size)
    tags = tuple(_tags(rows, form, start))
    inside = tuple(tag for tag in tags if tag.value.stop <= cursor.stop)  # what points outside is not read
    link = cursor.at
    has_link = cursor.left >= form.width  # some writers leave the last one out
    following = cursor.unpack(form.offset)[0] if has_link else 0
    return Directory(name, at, link, inside, has_link and len(inside) == len(tags)), following


def _tags(rows: bytes, form: Layout, start: int) -> Iterator[Tag]:
    row = struct.Struct(form.order + ("HHQQ" if form.big else "HHII"))
    for at, (number, kind, count, offset) in enumerate(row.iter_unpack(rows)):
        entry = start + at * form.tag_size
        if kind in _SIZES:  # a type from after our time is not read, as TIFF 6.0 demands
            size = _SIZES[kind] * count
            first = entry + form.tag_size - form.width if size <= form.width else offset
            yield Tag(number, kind, count, entry, Kept(first, first + size))


def _below(file: BinaryIO, form: Layout, directory: Directory) -> Iterator[tuple[str, int]]:
    for number, name in ((EXIF_IFD, "Exif"), (SUB_IFDS, "SubIFD")):
        if tag := directory.tag(number):
            yield from ((name, at) for at in numbers(file, tag, form))


def _is_text(tag: Tag) -> bool:
    if tag.number in (XMP_TAG, USER_COMMENT) or tag.number in XP_TAGS:
        return tag.kind in (BYTE, ASCII, UNDEFINED, UTF_8)
    return tag.kind in (ASCII, UTF_8) or (tag.number == 270 and tag.kind in (BYTE, UNDEFINED))


def _value(file: BinaryIO, tag: Tag) -> bytes:
    return Cursor(file, tag.value.start).take(len(tag.value))


def _entries(value: bytes, tag: Tag, form: Layout) -> Iterator[Entry]:
    if tag.number == XMP_TAG:
        yield from xmp.entries(value)
        return
    text = _text(value, tag.number, form).strip(" \0")
    if text:
        yield Entry(PLACE, _NAMES.get(tag.number, f"0x{tag.number:04X}"), text)


def _text(value: bytes, number: int, form: Layout) -> str:
    if number in XP_TAGS:
        return value.decode("utf-16-le", "replace")
    if number != USER_COMMENT:
        return _eight_bit(value)
    charset = _CHARSETS.get(value[:8])
    if charset is None:  # written without the code that should open it
        return _eight_bit(value)
    value = value[8:]
    if charset == "unicode" and not (value.isascii() and b"\0" not in value.rstrip(b"\0")):
        return _two_byte(value, form)
    return value.decode("iso2022_jp", "replace") if charset == "jis" else _eight_bit(value)


def _two_byte(value: bytes, form: Layout) -> str:
    """UTF-16 in the block's byte order, unless a mark or the place of the zero bytes says otherwise."""
    if value[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return value.decode("utf-16", "replace")
    high, low = value[::2].count(0), value[1::2].count(0)
    big = form.order == ">" if high == low else high > low
    return value.decode("utf-16-be" if big else "utf-16-le", "replace")


def _eight_bit(value: bytes) -> str:
    """ASCII by the standard; UTF-8 or, as some Chinese tools write, GB 18030 by what decodes."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return value.decode(encoding)
        except UnicodeDecodeError:
            continue
    return value.decode("latin-1")


def _erased(value: bytes, tag: Tag) -> bytes:
    if tag.number == XMP_TAG:
        packet = xmp.unlabelled(value)
        if len(packet) > len(value):
            raise BadFile("XMP 包无法原地更新", "the XMP packet cannot be updated in place", tag.value.start)
        return packet.ljust(len(value), b" ")
    if tag.number == USER_COMMENT and len(value) >= 8:
        return b"ASCII\0\0\0".ljust(len(value), b" ")  # what EXIF 2.32 §4.6.5 recommends for an empty comment
    return bytes(len(value))
