"""Small XML parts of documents (W3C XML 1.0): read as elements with byte positions, changed by splicing.

What is not changed stays byte for byte: no serialiser ever rewrites the part. Parts that are not UTF-8 are
turned into UTF-8 first, because new bytes can only be put into one known encoding.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers.expat import ExpatError, ParserCreate, XMLParserType

from zhengming.ground.errors import BadFile
from zhengming.labels.format import Entry

DEEPEST = 128
#: The most elements of one part; real metadata parts hold tens, the largest books some ten thousand.
MOST_ELEMENTS = 100_000

_START_TAG = re.compile(rb"""<(?:[^"'>]++|"[^"]*"|'[^']*')*+>""")
_DECLARED = re.compile(rb"""^(<\?xml[^>]*?encoding\s*=\s*["'])([A-Za-z0-9._-]+)(["'])""")


@dataclass(frozen=True)
class Change:
    """The bytes ``start`` to ``stop`` (exclusive) of a part become ``new``."""

    start: int
    stop: int
    new: bytes = b""


@dataclass
class Element:
    """An element and where it lies: ``start`` its tag, ``inside`` its content, ``close`` its end tag, ``stop``."""

    uri: str
    local: str
    prefix: str
    attributes: dict[str, str]
    parent: "Element | None"
    start: int
    inside: int = 0
    close: int = 0
    stop: int = 0
    children: int = 0
    texts: list[str] = field(default_factory=list)
    within: list[str] = field(default_factory=list)  # all text in a named element, however deep
    named: "Element | None" = None  # itself or the nearest element around it that has a given name

    @property
    def qualified(self) -> str:
        """The name as written, with its prefix."""
        return f"{self.prefix}:{self.local}" if self.prefix else self.local

    @property
    def text(self) -> str:
        """The text directly in the element."""
        return "".join(self.texts)


class Xml:
    """One XML part. Raises BadFile when it is not well-formed, nested too deeply or declares entities."""

    def __init__(self, part: bytes) -> None:
        self.source = _utf8(part)
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self._parser = self._make_parser()
        try:
            self._parser.Parse(self.source, True)
        except (ExpatError, ValueError, LookupError) as error:  # LookupError: an encoding that nobody knows
            raise BadFile(f"XML 部件不是良构的：{error}", f"an XML part is not well-formed: {error}") from None

    @property
    def root(self) -> Element:
        return self.elements[0]

    def all(self, local: str) -> Iterator[Element]:
        """Every element with this local name, whatever its namespace."""
        return (element for element in self.elements if element.local == local)

    def first(self, local: str) -> Element | None:
        """The first element with this local name."""
        return next(self.all(local), None)

    def properties(self, place: str) -> Iterator[tuple[Entry, Element]]:
        """Every property: an element named by an attribute, or else a leaf with text, named by its tag.

        The place of the former ends in the name of the element; the detail is the property set it says it is of.
        """
        inside_named = 0
        for element in self.elements:
            if element.start < inside_named:
                continue
            if name := _given_name(element):
                inside_named = element.stop
                value = element.attributes.get("content") or "".join(element.within)
                where = f"{place} {element.local}".strip()
                yield Entry(where, name, value, element.attributes.get("fmtid", "")), element
            elif not element.children and element.text.strip():
                yield Entry(place, element.qualified, element.text), element

    def changed(self, changes: list[Change]) -> bytes:
        """The part after ``changes``. Raises BadFile when they overlap."""
        pieces, at = [], 0
        for change in sorted(changes, key=lambda change: (change.start, change.stop)):
            if change.start < at:
                raise BadFile("XML 里的标识与它的位置互相重叠", "a label in the XML part encloses its own place")
            pieces += [self.source[at : change.start], change.new]
            at = change.stop
        return b"".join([*pieces, self.source[at:]])

    def appending(self, element: Element, new: bytes) -> Change:
        """The change that puts ``new`` as the last content of ``element``, opening it if it is empty."""
        if element.stop != element.inside or self.source[element.inside - 2 : element.inside - 1] != b"/":
            return Change(element.close, element.close, new)
        return Change(element.inside - 2, element.inside, b">" + new + f"</{element.qualified}>".encode())

    def _make_parser(self) -> XMLParserType:
        parser = ParserCreate("utf-8", namespace_separator=" ")
        parser.namespace_prefixes = True
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.EntityDeclHandler = self._entity
        return parser

    def _entity(self, *_: object) -> None:
        raise BadFile("XML 部件声明了实体", "an XML part declares entities")

    def _start(self, name: str, attributes: list[str]) -> None:
        if len(self._open) >= DEEPEST or len(self.elements) >= MOST_ELEMENTS:
            raise BadFile("XML 部件嵌套过深或元素过多", "an XML part is nested too deeply or has too many elements")
        at = self._parser.CurrentByteIndex
        parent = self._open[-1] if self._open else None
        given = {_name(key)[1]: value for key, value in zip(attributes[-2::-2], attributes[::-2], strict=True)}
        element = Element(*_name(name), given, parent, at)
        tag = _START_TAG.match(self.source, at)
        element.inside = tag.end() if tag else at
        element.named = element if _given_name(element) else parent and parent.named
        if parent:
            parent.children += 1
        self._open.append(element)
        self.elements.append(element)

    def _characters(self, text: str) -> None:
        if self._open:
            self._open[-1].texts.append(text)
            if named := self._open[-1].named:
                named.within.append(text)

    def _end(self, _: str) -> None:
        element = self._open.pop()
        if self.source[element.inside - 2 : element.inside] == b"/>":
            element.close = element.stop = element.inside
            return
        element.close = self._parser.CurrentByteIndex
        element.stop = self.source.find(b">", element.close) + 1


def _name(name: str) -> tuple[str, str, str]:
    """Namespace, local name and prefix of a name as expat gives it."""
    parts = name.split(" ")
    if len(parts) == 1:
        return "", parts[0], ""
    return parts[0], parts[1], parts[2] if len(parts) > 2 else ""


def _given_name(element: Element) -> str:
    """The name an attribute gives: ``name`` (OOXML, ODF, EPUB 2), ``Name`` (OFD), ``property`` (EPUB 3)."""
    for key in ("name", "Name", "property"):
        if value := element.attributes.get(key):
            return value
    return ""


def _utf8(part: bytes) -> bytes:
    """``part`` in UTF-8, with the declaration saying so."""
    if part.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _recoded(part, "utf-16")
    match = _DECLARED.match(part)
    if match is None or match[2].lower() in (b"utf-8", b"us-ascii", b"ascii"):
        return part
    return _recoded(part, match[2].decode())


def _recoded(part: bytes, encoding: str) -> bytes:
    try:
        text = part.decode(encoding).encode()
    except (UnicodeError, LookupError):
        raise BadFile(
            f"XML 部件不是它声明的编码 {encoding}", f"an XML part is not in {encoding} as it says"
        ) from None
    return _DECLARED.sub(rb"\g<1>UTF-8\3", text)
