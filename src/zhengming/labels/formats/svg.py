"""SVG (W3C SVG 1.1 and 2): the label in an XMP packet in the ``metadata`` element, as XMP part 3 has it.

The guides name no place for SVG. The text is spliced, never written anew, so the drawing stays byte for byte.
A compressed SVG (svgz) is read, but not labelled: its bytes could not stay what they were.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import BinaryIO
from xml.parsers.expat import ExpatError, ParserCreate, XMLParserType

from zhengming.ground.cursor import LARGEST_STRUCTURE, Cursor
from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.edit import Edit, Kept, Piece, tidy
from zhengming.labels.format import Entry, Format, Medium, Place, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.reading import is_label
from zhengming.labels.structures import inflate
from zhengming.labels.structures.picture import xmp

GZIP = b"\x1f\x8b"
DEEPEST = 256
#: Elements that describe and do not draw.
DESCRIBING = ("metadata", "title", "desc")
_PROLOGUE = re.compile(
    rb"(?:\xef\xbb\xbf)?(?>\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)*<(?:[\w.-]+:)?svg[\s/>]",
    re.DOTALL,
)
_NAME = re.compile(rb"<([^\s/>]+)")


@dataclass
class Described:
    """A describing element: where its tag starts, where that tag ends, where its content ends, where it stops.

    ``scope`` holds the namespaces that are declared around it, by prefix.
    """

    local: str
    in_root: bool
    start: int
    scope: dict[str, str]
    inside: int = 0
    close: int = 0
    stop: int = 0


class Svg(Format):
    name = "svg"
    title = "SVG 矢量图"
    medium = Medium.IMAGE
    suffixes = (".svg", ".svgz")
    media_type = "image/svg+xml"
    place = Place("XMP（metadata 元素）", "XMP Specification Part 3", "own")

    def score(self, sample: Sample) -> int:
        start = sample.start
        if start.startswith(GZIP):
            start = _first_unfolded(start)
        if _PROLOGUE.match(start):
            return 95
        return 50 if sample.suffix in self.suffixes and start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else 0

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        text = _content(file)
        for part in _Scan(text).described:
            yield from _entries(text, part)

    def write(self, file: BinaryIO, label: MetadataLabel) -> Edit:
        text = _content(file)
        if Cursor(file).peek(2) == GZIP:
            raise Refused(
                "压缩的 SVG（svgz）只能读取；请先解压为 .svg",
                "a compressed SVG (svgz) can only be read; unfold it to .svg first",
            )
        scan = _Scan(text)
        target = _target(text, scan.described)
        changes = [(part, _unlabelled(text, part)) for part in scan.described if part is not target]
        if target is not None:
            changes.append((target, _labelled(text, target, label.json())))
        fresh = b"" if target else b"<metadata>" + xmp.labelled(None, label.json()) + b"</metadata>"
        return _spliced(text, scan.inside_root, _qualified(text, scan, fresh), changes)

    def body(self, file: BinaryIO) -> Iterator[Kept]:
        text = _content(file)
        at = 0
        if Cursor(file).peek(2) != GZIP:
            for part in _Scan(text).described:
                yield Kept(at, part.start)
                at = part.stop
        yield Kept(at, Cursor(file).stop)

    def example(self) -> bytes:
        return b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><path d="M0 0h1v1H0z"/></svg>'


FORMAT = Svg()


class _Scan:
    """One pass of expat over an SVG, noting the describing elements and where the content of the root begins."""

    def __init__(self, text: bytes) -> None:
        self.source = text
        self.described: list[Described] = []
        self.root = 0
        self.inside_root = 0
        self._depth = 0
        self._open: Described | None = None
        self._open_depth = 0
        self._scope: dict[str, list[str]] = {}
        self._entities = 0
        self._parser = self._make_parser()
        try:
            self._parser.Parse(text, True)
        except (ExpatError, ValueError, LookupError) as error:  # LookupError: an encoding that nobody knows
            raise BadFile(f"SVG 不是良构的 XML：{error}", f"the SVG is not well-formed XML: {error}") from None

    def _make_parser(self) -> XMLParserType:
        parser = ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartNamespaceDeclHandler = self._enter
        parser.EndNamespaceDeclHandler = self._leave
        parser.EntityDeclHandler = self._entity
        return parser

    def _entity(self, _name: str, _parameter: bool, value: str | None, *_: object) -> None:
        """Drawing programs declare short names for namespaces; anything that could unfold further is refused."""
        self._entities += 1
        if value is not None and ("&" in value or len(value) > 1024 or self._entities > 64):
            raise BadFile("SVG 声明了会展开的实体", "the SVG declares entities that unfold")

    def _enter(self, prefix: str | None, uri: str | None) -> None:
        self._scope.setdefault(prefix or "", []).append(uri or "")

    def _leave(self, prefix: str | None) -> None:
        self._scope[prefix or ""].pop()

    def _start(self, name: str, _: object) -> None:
        at = self._parser.CurrentByteIndex
        local = name.rpartition(" ")[2]
        if self._depth >= DEEPEST:
            raise BadFile("SVG 嵌套过深", "the SVG is nested too deeply", at)
        if not self._depth:
            if local != "svg":
                raise BadFile("根元素不是 svg", "the root element is not svg", at)
            self.root, self.inside_root = at, self._end_of_tag(at)
        elif self._open is None and local in DESCRIBING:
            scope = {prefix: uris[-1] for prefix, uris in self._scope.items() if uris}
            self._open = Described(local, self._depth == 1, at, scope, self._end_of_tag(at))
            self._open_depth = self._depth
        self._depth += 1

    def _end(self, _: str) -> None:
        self._depth -= 1
        part = self._open
        if part is None or self._depth != self._open_depth:
            return
        self._open = None
        if self.source[part.inside - 2 : part.inside] == b"/>":
            part.close = part.stop = part.inside
        else:
            part.close = self._parser.CurrentByteIndex
            part.stop = self._end_of_tag(part.close)
        self.described.append(part)

    def _end_of_tag(self, at: int) -> int:
        match = _TAG.match(self.source, at)
        if not match:
            raise BadFile("SVG 的元素来自实体", "an element of the SVG stands in an entity", at)
        return match.end()


_TAG = re.compile(rb"""<(?:[^"'>]++|"[^"]*"|'[^']*')*+>""")


def _content(file: BinaryIO) -> bytes:
    """The XML text, unfolded where it is compressed. Raises BadFile where it is larger than a drawing is."""
    cursor = Cursor(file)
    data = cursor.take(cursor.stop)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadFile("不支持 UTF-16 编码的 SVG，请先转为 UTF-8", "an SVG in UTF-16; turn it into UTF-8 first", 0)
    if not data.startswith(GZIP):
        return data
    most = min(LARGEST_STRUCTURE, 100 * len(data))
    return inflate.inflated(data, most, ("svgz ", "the svgz"), inflate.GZIPPED, whole=True)


def _first_unfolded(start: bytes) -> bytes:
    try:
        return zlib.decompressobj(31).decompress(start, 4096)
    except zlib.error:
        return b""


def _wrapped(text: bytes, part: Described) -> tuple[bytes, bytes, bytes]:
    """The content of a part between tags that declare every namespace around it: a document of its own."""
    declared = "".join(
        f' xmlns{":" if prefix else ""}{prefix}="{escape(uri)}"'
        for prefix, uri in part.scope.items()
        if prefix != "xml" and (uri or not prefix)
    )
    return f"<{part.local}{declared}>".encode(), text[part.inside : part.close], f"</{part.local}>".encode()


def _entries(text: bytes, part: Described) -> Iterator[Entry]:
    for entry in xmp.entries(b"".join(_wrapped(text, part))):
        own = entry.key == part.local and part.scope.get("", "") == entry.detail
        yield Entry("SVG", entry.key, entry.value) if own else entry


def _unlabelled(text: bytes, part: Described) -> bytes:
    """The content of a part without labels."""
    if not any(map(is_label, _entries(text, part))):
        return text[part.inside : part.close]
    before, inside, after = _wrapped(text, part)
    clean = xmp.unlabelled(before + inside + after)
    if any(map(is_label, xmp.entries(clean))):
        return b""  # the label is the text of the element itself
    return clean[len(before) : len(clean) - len(after)]


def _labelled(text: bytes, part: Described, json_text: str) -> bytes:
    """The content of a ``metadata`` element with the label as its only one."""
    inside = _unlabelled(text, part)
    if not _has_rdf(inside):
        return inside + xmp.labelled(None, json_text)
    before, _, after = _wrapped(text, part)
    result = xmp.labelled(before + inside + after, json_text)
    return result[len(before) : len(result) - len(after)]


def _target(text: bytes, described: list[Described]) -> Described | None:
    """The ``metadata`` of the root that takes the label: the one with RDF in it, else the first one."""
    own = [part for part in described if part.local == "metadata" and part.in_root]
    return next((part for part in own if _has_rdf(text[part.inside : part.close])), own[0] if own else None)


def _has_rdf(inside: bytes) -> bool:
    return re.search(rb":RDF[\s/>]", inside) is not None


def _qualified(text: bytes, scan: _Scan, fresh: bytes) -> bytes:
    """``fresh`` with the prefix that the root element has, so that it is in the namespace of SVG too."""
    if not fresh:
        return fresh
    if text[scan.inside_root - 2 : scan.inside_root] == b"/>":
        raise Refused("SVG 是空的，没有可标识的内容", "the SVG is empty, there is nothing to label")
    name = _name_at(text, scan.root)
    prefix = name[: name.find(b":") + 1]
    return fresh.replace(b"<metadata>", b"<" + prefix + b"metadata>").replace(
        b"</metadata>", b"</" + prefix + b"metadata>"
    )


def _name_at(text: bytes, at: int) -> bytes:
    match = _NAME.match(text, at)
    return match[1] if match else b""


def _spliced(text: bytes, inside_root: int, fresh: bytes, changes: list[tuple[Described, bytes]]) -> Edit:
    pieces: list[Piece] = []
    at = 0
    if fresh:
        pieces, at = [Kept(0, inside_root), fresh], inside_root
    for part, inside in sorted(changes, key=lambda change: change[0].start):
        pieces.append(Kept(at, part.start))
        pieces += _rewritten(text, part, inside)
        at = part.stop
    return tidy([*pieces, Kept(at, len(text))])


def _rewritten(text: bytes, part: Described, inside: bytes) -> list[Piece]:
    if inside == text[part.inside : part.close]:
        return [Kept(part.start, part.stop)]
    if part.close == part.stop:  # an empty element, which is opened
        end = b"</" + _name_at(text, part.start) + b">"
        return [Kept(part.start, part.inside - 2), b">" + inside + end]
    return [Kept(part.start, part.inside), inside, Kept(part.close, part.stop)]
