"""Adding a label to a PDF as an incremental update (ISO 32000-2 §7.5.6): the old file stays, byte for byte.

The update holds a new version of the Info dictionary with ``/AIGC`` (guide TC260-PG-20258A §6.3 [H]), of the XMP
metadata stream if that held a label, and a cross-reference section of the kind the file already has. It depends
on nothing but the old bytes and the label, so an update of our own is recognised by making it again; then it is
replaced instead of another being added. Nothing less than equal bytes would do: what is taken for a label is no
part of the body that a seal binds, and an update can exchange every page. So a change of the bytes made here is a
new form beside the old one, which must go on being recognised.

PDF/A-1 to PDF/A-3 allow an own key in Info without a twin in XMP. PDF/A-4 knows Info no more: there the label
costs the conformance, because the guide leaves no other place.
"""

import re
import struct
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import TYPE_CHECKING, Any, BinaryIO

from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile, Refused, ZhengmingError
from zhengming.labels.format import Entry
from zhengming.labels.reading import is_label
from zhengming.labels.structures.pdf.pdf_document import (
    damaged,
    information,
    information_entries,
    opened,
    xmp_packet,
)
from zhengming.labels.structures.pdf.pdf_permission import check_may_be_labelled
from zhengming.labels.structures.picture import xmp

if TYPE_CHECKING:
    from pikepdf import Pdf

_MARK = b"\n%%AIGC label (GB 45438-2025) added to the first %d bytes\n"
_MARK_PATTERN = re.compile(rb"\n%AIGC label \(GB 45438-2025\) added to the first (\d{1,15}) bytes\n")
#: How far from the end an update of our own may begin: a label, an Info dictionary, an XMP packet.
FARTHEST_MARK = 4 * 1024 * 1024
_START = re.compile(rb"startxref\s+(\d{1,15})\s")
#: Keys of a trailer that belong to one cross-reference section and not to the document.
_SECTION_KEYS = (
    "/Size", "/Prev", "/Info", "/XRefStm", "/Type", "/W", "/Index", "/Length", "/Filter", "/DecodeParms", "/DL",
)  # fmt: skip
#: Keys of a stream that say how its bytes are coded.
_CODING_KEYS = ("/Length", "/Filter", "/DecodeParms", "/DL")


@dataclass(frozen=True)
class Index:
    """The newest cross-reference section: what ``startxref`` states, its kind, and what offsets count from."""

    stated: int
    is_stream: bool
    origin: int


@dataclass(frozen=True)
class NewObject:
    """A new version of an object: its number, its generation, its content between obj and endobj."""

    number: int
    generation: int
    content: bytes


def update(file: BinaryIO, size: int, json_text: str) -> bytes:
    """What to append to the first ``size`` bytes of ``file`` to label them.

    Raises Refused when the file is encrypted, certified or damaged; BadFile when it is no PDF.
    """
    index = _index(file, size)
    try:
        with opened(file, size, repair=False) as pdf:
            check_may_be_labelled(pdf)
            new = _update(pdf, index, size, json_text)
            if warnings := pdf.get_warnings():  # an object qpdf could not read counts as absent: do not build on it
                raise damaged(warnings[0])
            return new
    except BadFile as error:
        raise Refused(
            f"{error.words.zh}；请先修复（如 qpdf 输入.pdf 输出.pdf）再写标识",
            f"{error.words.en}; repair it first (qpdf in.pdf out.pdf, for example), then label",
        ) from None


def size_without_own_update(file: BinaryIO) -> int:
    """The size of the file before an update that :func:`update` made, or its whole size when the end is not one."""
    cursor = Cursor(file)
    size = cursor.stop
    tail = Cursor(file, max(0, size - FARTHEST_MARK)).peek(FARTHEST_MARK)
    marks = [match for match in _MARK_PATTERN.finditer(tail) if int(match[1]) == size - len(tail) + match.start()]
    if not marks:
        return size
    base = int(marks[-1][1])
    try:
        with opened(file, size, repair=False) as pdf:
            text = next((one.value for one in information_entries(information(pdf)) if one.key == "AIGC"), "")
        return base if update(file, base, text) == tail[marks[-1].start() :] else size
    except ZhengmingError:  # whatever it is, we did not make it
        return size


def _index(file: BinaryIO, size: int) -> Index:
    origin = Cursor(file, 0, size).peek(1024).find(b"%PDF-")
    if origin < 0:
        raise BadFile("不是 PDF：前 1024 字节里没有 %PDF-", "not a PDF: no %PDF- in the first 1024 bytes")
    tail = Cursor(file, max(0, size - 2048), size).peek(2048)
    stated = [int(match[1]) for match in _START.finditer(tail + b"\n")]
    place = Cursor(file, min(origin + stated[-1], size) if stated else size, size).peek(64).lstrip()
    is_table, is_stream = place.startswith(b"xref"), re.match(rb"\d+\s+\d+\s+obj\b", place) is not None
    if not (is_table or is_stream):
        raise Refused(
            "PDF 的交叉引用表损坏：请先修复（如 qpdf 输入.pdf 输出.pdf）再写标识",
            "the cross-reference of the PDF is damaged: repair it first (qpdf in.pdf out.pdf, for example)",
        )
    return Index(stated[-1], is_stream, origin)


def _update(pdf: "Pdf", index: Index, size: int, json_text: str) -> bytes:
    fresh = _first_free_number(pdf)
    changed = [_new_information(pdf, fresh, json_text), *_new_metadata(pdf)]
    info = changed[0]
    trailer = _trailer(pdf, json_text, f"{info.number} {info.generation} R", index.stated)
    if max(one.number for one in changed) > fresh:
        raise BadFile("PDF 的 /Size 小于对象编号", "/Size of the PDF is less than the number of an object")
    highest = max(fresh - 1, info.number)
    text = _MARK % size
    offsets: dict[int, tuple[int, int]] = {}
    for one in changed:
        offsets[one.number] = size + len(text) - index.origin, one.generation
        text += b"%d %d obj\n%b\nendobj\n" % (one.number, one.generation, one.content)
    at = size + len(text) - index.origin
    section = _stream_section if index.is_stream else _table_section
    text += section(offsets, trailer, at, highest + 1)
    return text + b"startxref\n%d\n%%%%EOF\n" % at


def _first_free_number(pdf: "Pdf") -> int:
    number = int(pdf.trailer.get("/Size", 0))
    if number < 2 or pdf.get_object((number, 0)) is not None:
        raise BadFile("PDF 的 /Size 与对象个数不符", "/Size of the PDF disagrees with its number of objects")
    return number


def _new_information(pdf: "Pdf", fresh: int, json_text: str) -> NewObject:
    """The Info dictionary with the label and without any other; all else in it stays."""
    import pikepdf

    old: Any = information(pdf)
    number, generation = old.objgen if old is not None and old.is_indirect else (fresh, 0)
    info: Any = old if old is not None else pikepdf.Dictionary()
    for entry in list(information_entries(info)):
        if is_label(entry):
            del info[f"/{entry.key}"]
    info["/AIGC"] = pikepdf.String(json_text)
    return NewObject(number, generation, info.unparse(resolved=True))


def _new_metadata(pdf: "Pdf") -> list[NewObject]:
    """The XMP metadata stream without its labels, when it has any."""
    packet = xmp_packet(pdf)
    if packet is None or not any(map(is_label, _readable(packet))):
        return []
    stream: Any = pdf.Root["/Metadata"]
    cleaned = xmp.unlabelled(packet)
    keys = {key: value for key, value in stream.stream_dict.items() if key not in _CODING_KEYS}
    head = b" ".join(b"%b %b" % (key.encode(), _unparsed(value)) for key, value in keys.items())
    content = b"<< %b /Length %d >>\nstream\n%b\nendstream" % (head, len(cleaned), cleaned)
    return [NewObject(stream.objgen[0], stream.objgen[1], content)]


def _readable(packet: bytes) -> list[Entry]:
    """The entries of a packet; of a broken one what can be told. A broken one with a label is damage."""
    found: list[Entry] = []
    try:
        found += xmp.entries(packet)
    except BadFile:
        if any(map(is_label, found)):
            raise
    return found


def _unparsed(value: Any) -> bytes:
    import pikepdf

    return pikepdf.unparse_object(value) if not isinstance(value, pikepdf.Object) else value.unparse()


def _trailer(pdf: "Pdf", json_text: str, info: str, previous: int) -> bytes:
    """The entries of the new trailer, without brackets and without Size."""
    import pikepdf

    trailer: Any = pdf.trailer
    identifier = trailer.get("/ID")
    if isinstance(identifier, pikepdf.Array) and len(identifier) == 2:
        fresh = sha256(bytes(identifier[1]) + json_text.encode()).digest()[:16]
        trailer["/ID"] = pikepdf.Array([identifier[0], pikepdf.String(fresh)])
    for key in _SECTION_KEYS:
        if key in trailer:
            del trailer[key]
    kept = trailer.unparse(resolved=True).strip().removeprefix(b"<<").removesuffix(b">>").strip()
    return bytes(kept) + f" /Info {info} /Prev {previous}".encode()


def _table_section(offsets: dict[int, tuple[int, int]], trailer: bytes, at: int, size: int) -> bytes:
    if at >= 10**10:
        raise Refused(
            "PDF 超过交叉引用表所能表示的 10 GB", "the PDF is larger than a cross-reference table can state"
        )
    lines = b"xref\n"
    for first, numbers in _runs(offsets):
        lines += b"%d %d\n" % (first, len(numbers))
        lines += b"".join(b"%010d %05d n \n" % offsets[number] for number in numbers)
    return lines + b"trailer\n<< %b /Size %d >>\n" % (trailer, size)


def _stream_section(offsets: dict[int, tuple[int, int]], trailer: bytes, at: int, size: int) -> bytes:
    """A cross-reference stream, itself the object of the next free number."""
    own = size
    offsets = offsets | {own: (at, 0)}
    index = b" ".join(b"%d %d" % (first, len(numbers)) for first, numbers in _runs(offsets))
    data = b"".join(struct.pack(">BQH", 1, *offsets[number]) for number in sorted(offsets))
    head = b"/Type /XRef /W [ 1 8 2 ] /Index [ %b ] /Length %d /Size %d" % (index, len(data), own + 1)
    return b"%d 0 obj\n<< %b %b >>\nstream\n%b\nendstream\nendobj\n" % (own, trailer, head, data)


def _runs(offsets: dict[int, tuple[int, int]]) -> list[tuple[int, list[int]]]:
    """The object numbers in runs of consecutive ones, each with its first."""
    runs = groupby(enumerate(sorted(offsets)), lambda pair: pair[1] - pair[0])
    return [(run[0], run) for run in ([number for _, number in group] for _, group in runs)]
