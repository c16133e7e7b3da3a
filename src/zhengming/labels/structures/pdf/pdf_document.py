"""PDF (ISO 32000-2) as qpdf reads it: opening it within bounds, and its metadata.

Objects and cross-references are read by pikepdf, whose errors all become ours here.
"""

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, BinaryIO

from zhengming.ground.cursor import LARGEST_STRUCTURE
from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.format import Entry
from zhengming.labels.structures.inflate import inflated
from zhengming.labels.structures.picture import xmp

if TYPE_CHECKING:
    from pikepdf import Object, Pdf

PLACE = "PDF Info"
#: The most that an XMP metadata stream may unfold to.
LARGEST_PACKET = 16 * 1024 * 1024


class Beginning(io.RawIOBase):
    """The first ``size`` bytes of a file, as a file of its own."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._size, self._at = file, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = max(0, offset + (0, self._at, self._size)[whence])
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        self._file.seek(self._at)
        data = self._file.read(max(0, min(len(buffer), self._size - self._at)))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


class _Limits:
    """How many of our threads read a PDF now, and what the limits of qpdf were before the first."""

    def __init__(self) -> None:
        self.users = 0
        self.before: Any = {}
        self._lock = Lock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


_LIMITS = _Limits()


@contextmanager
def opened(file: BinaryIO, size: int, *, repair: bool) -> Iterator["Pdf"]:
    """The document in the first ``size`` bytes of ``file``; with ``repair`` also when its index is damaged.

    Raises BadFile, or Refused when a password is needed; so does whatever goes wrong inside the block.
    """
    import pikepdf

    view: Any = Beginning(file, size)
    try:
        with (
            _bounded_memory(),
            pikepdf.open(
                view,
                attempt_recovery=repair,
                inherit_page_attributes=False,  # would touch every page
                access_mode=pikepdf.AccessMode.stream,
            ) as pdf,
        ):
            yield pdf
    except pikepdf.PasswordError:
        raise Refused("PDF 需要密码才能打开", "the PDF needs a password to open") from None
    except (pikepdf.PikepdfError, ValueError, TypeError, LookupError, RuntimeError, AttributeError) as error:
        # what pikepdf raises for objects of an unexpected kind is not one family of errors
        raise damaged(error) from None


def damaged(reason: object) -> BadFile:
    """The error for what qpdf found wrong, without the address of our file object in its message."""
    text = re.sub(r"stream <[^>]*>:?\s*", "", str(reason))
    return BadFile(f"PDF 结构损坏：{text}", f"the PDF is damaged: {text}")


@contextmanager
def _bounded_memory() -> Iterator[None]:
    """Bounds what qpdf unfolds of index and object streams, while any thread of ours reads a PDF.

    qpdf has these limits for the whole process only, so they are put back for other users of pikepdf.
    """
    from pikepdf.settings import set_qpdf_limits

    with _LIMITS:
        if not _LIMITS.users:
            most = LARGEST_STRUCTURE
            _LIMITS.before = set_qpdf_limits(
                flate_max_memory=most, png_max_memory=most, run_length_max_memory=most, max_stream_filters=2
            )
        _LIMITS.users += 1
    try:
        yield
    finally:
        with _LIMITS:
            _LIMITS.users -= 1
            if not _LIMITS.users:
                set_qpdf_limits(**_LIMITS.before)


def entries(pdf: "Pdf") -> Iterator[Entry]:
    """The entries of the Info dictionary and of the document's XMP metadata stream."""
    yield from information_entries(information(pdf))
    packet = xmp_packet(pdf)
    if packet is not None:
        yield from xmp.entries(packet)


def information(pdf: "Pdf") -> "Object | None":
    """The Info dictionary, if there is one."""
    import pikepdf

    found = pdf.trailer.get("/Info")
    return found if isinstance(found, pikepdf.Dictionary) else None


def information_entries(info: "Object | None") -> Iterator[Entry]:
    """The entries of an Info dictionary that are text or names, and a label whatever it is."""
    import pikepdf

    for key, value in info.items() if info is not None else ():
        if isinstance(value, pikepdf.String | pikepdf.Name):
            yield Entry(PLACE, key.removeprefix("/"), _text(value))
        elif key.casefold() == "/aigc":
            yield Entry(PLACE, key.removeprefix("/"), _written_out(value), "not a string")


def _written_out(value: Any) -> str:
    """A value that should be a text string: a dictionary of texts as JSON, anything else as PDF has it."""
    import pikepdf

    if not isinstance(value, pikepdf.Object):
        return str(value)
    if not isinstance(value, pikepdf.Dictionary):
        return value.unparse(resolved=True)[:4096].decode("latin-1")
    texts = {
        key.removeprefix("/"): _text(one)
        for key, one in value.items()
        if isinstance(one, pikepdf.String | pikepdf.Name)
    }
    return json.dumps(texts, ensure_ascii=False)


def _text(value: "Object") -> str:
    """A name; or a PDF text string: UTF-16 or UTF-8 with their marks, UTF-8 without as tools write it, PDFDoc."""
    import pikepdf

    if isinstance(value, pikepdf.Name):
        return str(value)
    data = bytes(value)
    for mark, encoding in ((b"\xfe\xff", "utf-16-be"), (b"\xff\xfe", "utf-16-le"), (b"\xef\xbb\xbf", "utf-8")):
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return str(value)


def xmp_packet(pdf: "Pdf") -> bytes | None:
    """The document's XMP packet, unfolded within bounds; None when there is none or its filter is unusual."""
    import pikepdf

    stream = pdf.Root.get("/Metadata")
    if not isinstance(stream, pikepdf.Stream):
        return None
    filters = stream.get("/Filter")
    names = [str(one) for one in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]
    raw = stream.read_raw_bytes()
    if filters is None or not names:
        return raw
    if names != ["/FlateDecode"] or "/DecodeParms" in stream:
        return None
    return inflated(raw, LARGEST_PACKET, ("XMP 流", "the XMP stream"))
