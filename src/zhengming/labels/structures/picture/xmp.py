"""XMP packets (ISO 16684-1): reading their properties, and putting the metadata label into one byte-exactly.

Guides TC260-PG-20259A and 20257A place the label in the property ``TC260:AIGC`` of the namespace below. [H]
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape, unescape
from xml.parsers.expat import ExpatError, ParserCreate, XMLParserType

from zhengming.ground.errors import BadFile
from zhengming.labels.edit import Kept, applied
from zhengming.labels.format import Entry
from zhengming.labels.reading import is_label

NAMESPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
PLACE = "XMP"
DEEPEST = 64

_PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="%s">%s</rdf:RDF></x:xmpmeta>'
    '<?xpacket end="w"?>'
)
_DESCRIPTION = (
    '<rdf:Description xmlns:rdf="%s" rdf:about="" xmlns:TC260="%s"><TC260:AIGC>%s</TC260:AIGC></rdf:Description>'
)

_EMPTY_RDF = re.compile(rb"<((?:[\w.-]+:)?RDF)((?:\s[^<>]*?)?)/>")


def entries(packet: bytes) -> Iterator[Entry]:
    """The simple properties of a packet, element or attribute form alike. Raises BadFile on broken XML.

    A packet that is no XML is still searched for a label, because tools in the wild write such packets.
    """
    try:
        yield from _scan(_utf8(packet)).entries
    except BadFile:
        yield from _loose_labels(packet)
        raise


def labelled(packet: bytes | None, json_text: str) -> bytes:
    """``packet`` with ``json_text`` as its one label; a new packet for None. Raises BadFile on broken XML.

    What is not a label stays byte for byte. A packet in UTF-16 or UTF-32 comes back in UTF-8.
    """
    description = _DESCRIPTION % (RDF, NAMESPACE, escape(json_text, quote=False))
    if packet is None:
        return (_PACKET % (RDF, description)).encode()
    text = _EMPTY_RDF.sub(rb"<\1\2></\1>", _utf8(packet))
    scan = _scan(text)
    if scan.end_of_rdf is None:
        raise BadFile("XMP 包里没有 rdf:RDF", "the XMP packet has no rdf:RDF")
    return _spliced(text, scan, description.encode())


def unlabelled(packet: bytes) -> bytes:
    """``packet`` without its labels, for a second packet in a file whose first one carries the new label."""
    text = _utf8(packet)
    return _spliced(text, _scan(text), b"")


def _spliced(text: bytes, scan: "_Scan", description: bytes) -> bytes:
    pieces: list[bytes | Kept] = []
    at = 0
    end = scan.end_of_rdf if scan.end_of_rdf is not None else len(text)
    for start, stop in sorted(span for span in scan.labels if span[0] < end):
        pieces.append(Kept(at, start))
        at = stop
    pieces += [Kept(at, end), description, Kept(end, len(text))]
    return applied(pieces, text)


@dataclass
class _Element:
    """An open element: where its tag starts, its full name, the text seen in it, and what else it holds."""

    start: int
    name: str
    text: list[str] = field(default_factory=list)
    children: int = 0
    labels: int = 0
    has_properties: bool = False


class _Scan:
    """One pass of expat over a packet, noting properties and the byte spans of labels."""

    def __init__(self, text: bytes) -> None:
        self.source = text
        self.entries: list[Entry] = []
        self.labels: list[tuple[int, int]] = []
        self.end_of_rdf: int | None = None
        self._open: list[_Element] = []
        self._closed: tuple[int, bool] | None = None
        self._parser = self._make_parser()
        self._parser.Parse(text, True)

    def _make_parser(self) -> XMLParserType:
        parser = ParserCreate("utf-8", namespace_separator=" ")
        parser.namespace_prefixes = True
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._doctype
        return parser

    def _doctype(self, *_: object) -> None:
        raise BadFile("XMP 包里有 DOCTYPE", "the XMP packet has a DOCTYPE")

    def _start(self, name: str, attributes: list[str]) -> None:
        if len(self._open) >= DEEPEST:
            raise BadFile("XMP 嵌套过深", "the XMP packet is nested too deeply")
        if self._open:
            self._open[-1].children += 1
        self._open.append(_Element(self._parser.CurrentByteIndex, name))
        for key, value in zip(attributes[::2], attributes[1::2], strict=True):
            self._attribute(self._open[-1], key, value)

    def _attribute(self, owner: _Element, key: str, value: str) -> None:
        uri, local, prefix = _parts(key)
        if uri == RDF and local == "resource":
            self.entries.append(_entry(owner.name, value))
            return
        if uri in (RDF, "http://www.w3.org/XML/1998/namespace", ""):
            return
        entry = _entry(key, value)
        self.entries.append(entry)
        if is_label(entry):
            self.labels += _attribute_spans(self.source, owner.start, f"{prefix}:{local}" if prefix else local)
        else:
            owner.has_properties = True

    def _characters(self, text: str) -> None:
        if self._open:
            self._open[-1].text.append(text)

    def _end(self, name: str) -> None:
        element = self._open.pop()
        if name.startswith(f"{RDF} RDF"):
            self.end_of_rdf = self._parser.CurrentByteIndex
        self._drop_shell(element)
        value = "".join(element.text)
        if element.children or not value.strip():
            return
        entry = _entry(self._property_of(element), value)
        self.entries.append(entry)
        if self._open and is_label(entry):
            self._open[-1].labels += 1
            self.labels.append((element.start, self._end_of_tag()))

    def _drop_shell(self, element: _Element) -> None:
        """Count an rdf:Description that held nothing but labels as part of them: writing again adds no shells."""
        only_labels = element.children and element.children == element.labels and not element.has_properties
        if only_labels and element.name.startswith(f"{RDF} Description"):
            while self.labels and self.labels[-1][0] >= element.start:
                self.labels.pop()
            self.labels.append((element.start, self._end_of_tag()))

    def _end_of_tag(self) -> int:
        return self.source.find(b">", self._parser.CurrentByteIndex) + 1

    def _property_of(self, element: _Element) -> str:
        """The property a value belongs to: its own element, or the one around an rdf:Alt, Bag or Seq."""
        chain = [*[open_.name for open_ in self._open], element.name]
        named = [name for name in chain if not name.startswith(RDF)]
        return named[-1] if named else element.name


def _scan(text: bytes) -> _Scan:
    try:
        return _Scan(text)
    except (ExpatError, ValueError) as error:
        raise BadFile(f"XMP 不是良构的 XML：{error}", f"the XMP packet is not well-formed XML: {error}") from None


def _parts(name: str) -> tuple[str, str, str]:
    parts = name.split(" ")
    if len(parts) == 1:
        return "", parts[0], ""
    return parts[0], parts[1], parts[2] if len(parts) > 2 else ""


def _entry(name: str, value: str) -> Entry:
    uri, local, prefix = _parts(name)
    return Entry(PLACE, f"{prefix}:{local}" if prefix else local, value, detail=uri)


def _attribute_spans(source: bytes, tag: int, name: str) -> Iterator[tuple[int, int]]:
    """Where the attribute ``name`` of the start tag at ``tag`` lies, with the blank before it."""
    pattern = re.compile(rb"(?<!\s)\s+" + re.escape(name.encode()) + rb"\s*=\s*(\"[^\"]*\"|'[^']*')")
    if match := pattern.search(source, tag):
        yield match.span()


_LOOSE = re.compile(r"""AIGC\s*(?:=\s*(["'])|>)""")


def _loose_labels(packet: bytes) -> Iterator[Entry]:
    text = packet.decode("utf-8", "replace")
    at = 0
    never_closed: set[str] = set()
    while match := _LOOSE.search(text, at):
        at, closing = match.end(), match[1] or "</"
        end = -1 if closing in never_closed else text.find(closing, at)
        if end < 0:
            never_closed.add(closing)
            continue
        value = unescape(text[match.end() : end])
        yield Entry(PLACE, "TC260:AIGC", value, "malformed")
        at = end


def _utf8(packet: bytes) -> bytes:
    """The packet in UTF-8, without trailing padding of zero bytes."""
    for mark, encoding in ((b"\xff\xfe\0\0", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if packet.startswith(mark):
            return packet.decode(encoding, "replace").encode()
    if packet[:4].count(0) >= 2:
        encoding = "utf-16-be" if packet[:1] == b"\0" else "utf-16-le"
        return packet.decode(encoding, "replace").encode()
    return packet.rstrip(b"\0")
