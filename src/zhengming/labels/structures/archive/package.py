"""Documents that are ZIP archives of XML parts: what OOXML, OpenDocument, OFD and EPUB have in common."""

import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from html import escape
from typing import BinaryIO

from zhengming.labels.edit import Edit, Kept
from zhengming.labels.format import Entry, Format, Medium, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.reading import is_label
from zhengming.labels.structures.archive.xml_splice import Change, Xml
from zhengming.labels.structures.archive.zip_archive import LOCAL, Archive, read_archive
from zhengming.labels.structures.archive.zip_edit import with_members

_MEDIA_TYPE = re.compile(rb"\s*(application/[\w.+-]+?)\s*(?:PK|\Z)")


class Package(Format):
    """A document whose metadata stands in small XML parts of a ZIP archive; all other members never change."""

    medium = Medium.DOCUMENT

    @abstractmethod
    def is_ours(self, sample: Sample) -> bool:
        """Whether a ZIP archive is of this format by its first bytes or the names of its members."""

    @abstractmethod
    def metadata_parts(self, archive: Archive) -> dict[str, str]:
        """The names of the parts that hold metadata, the one for the label first, whether there or not; and the
        place that their entries tell, which is the same for every file whatever the parts are called in it."""

    def plumbing_parts(self, archive: Archive) -> list[str]:  # noqa: ARG002
        """The names of the parts that list other parts and so may change when a label is written."""
        return []

    @abstractmethod
    def changed_parts(self, archive: Archive, label: MetadataLabel) -> Mapping[str, bytes]:
        """The new content of the parts that writing ``label`` changes. Raises Refused when it would do harm."""

    def open(self, file: BinaryIO) -> Archive:
        """The archive in ``file``. Raises BadFile, or Refused."""
        return read_archive(file)

    def score(self, sample: Sample) -> int:
        if sample.start.startswith(LOCAL) and self.is_ours(sample):
            return 100
        return 50 if sample.suffix in self.suffixes and b"PK" in sample.start else 0

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        archive = self.open(file)
        for name, place in self.metadata_parts(archive).items():
            content = archive.part(name)
            if content is not None:
                yield from (entry for entry, _ in Xml(content).properties(place))

    def write(self, file: BinaryIO, label: MetadataLabel) -> Edit:
        archive = self.open(file)
        return with_members(archive, self.changed_parts(archive, label))

    def body(self, file: BinaryIO) -> Iterator[Kept]:
        archive = self.open(file)
        ours = {name.casefold() for name in (*self.metadata_parts(archive), *self.plumbing_parts(archive))}
        for member in sorted(archive.members, key=lambda member: member.offset):
            if member.name.casefold() not in ours:
                yield archive.data(member)


def stated_type(start: bytes) -> str:
    """The media type that OpenDocument and EPUB state in a first, stored member ``mimetype``; "" for others."""
    if len(start) < 38 or start[8:10] != b"\0\0" or start[26:28] != b"\x08\0" or start[30:38] != b"mimetype":
        return ""
    at = 38 + int.from_bytes(start[28:30], "little")
    size = int.from_bytes(start[18:22], "little")
    match = _MEDIA_TYPE.match(start[at : at + min(size, 200)] if size else start[at : at + 200])
    return match[1].decode() if match else ""


def removals(xml: Xml) -> list[Change]:
    """The changes that take the labels out of a part."""
    return [Change(element.start, element.stop) for entry, element in xml.properties("") if is_label(entry)]


def cleaned(archive: Archive, names: list[str]) -> dict[str, bytes]:
    """Those of the parts ``names`` that hold a label, without it: the one label stands elsewhere."""
    result = {}
    for name in names:
        content = archive.part(name)
        if content is not None and (changes := removals(xml := Xml(content))):
            result[name] = xml.changed(changes)
    return result


def in_text(text: str) -> str:
    """``text`` as XML character data."""
    return escape(text, quote=False)


def in_attribute(text: str) -> str:
    """``text`` within the double quotes of an XML attribute."""
    return escape(text)
