"""EXIF (EXIF 2.32, on TIFF 6.0): reading every text, erasing labels in place.

JPEG, PNG, WebP, HEIC and JPEG XL carry an EXIF block, TIFF is one. The image guide's annex B lets a label stand in
``UserComment``; others put it into any text tag. When it is taken over, its value is overwritten by one of the same
length that says nothing: no offset moves, so maker notes, strips and tiles stay valid.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile
from zhengming.labels.edit import Kept
from zhengming.labels.format import Entry
from zhengming.labels.reading import is_label
from zhengming.labels.structures.picture import xmp
from zhengming.labels.structures.picture.tiff_directories import (
    ASCII,
    BYTE,
    UNDEFINED,
    UTF_8,
    Layout,
    Tag,
    directories,
    layout,
)

PLACE = "EXIF"
PREFIX = b"Exif\0\0"
XMP_TAG, USER_COMMENT = 700, 0x9286
XP_TAGS = range(0x9C9B, 0x9CA0)
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
