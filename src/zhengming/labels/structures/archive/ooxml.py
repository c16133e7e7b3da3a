"""Office Open XML (ECMA-376, ISO/IEC 29500, transitional and strict): the label as a custom property.

Guide TC260-PG-20258A §6.1: ``docProps/custom.xml``, property ``AIGC``, the fmtid below, ``vt:lpwstr``. [H]
"""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, ClassVar

from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.format import Place, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.reading import is_label
from zhengming.labels.structures.archive.package import Package, cleaned, in_attribute, in_text, removals, stated_type
from zhengming.labels.structures.archive.xml_splice import Element, Xml
from zhengming.labels.structures.archive.zip_archive import Archive
from zhengming.labels.structures.archive.zip_edit import packed

FMTID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
RELATIONSHIPS, CONTENT_TYPES = "_rels/.rels", "[Content_Types].xml"
CUSTOM_PART = "docProps/custom.xml"
CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class Dialect:
    """The namespaces in which the transitional and the strict form of the standard differ."""

    properties: str
    types: str
    relationship: str
    document: str


_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument"
TRANSITIONAL = Dialect(
    f"{_OFFICE}/custom-properties",
    f"{_OFFICE}/docPropsVTypes",
    f"{_OFFICE}/relationships/custom-properties",
    f"{_OFFICE}/relationships/officeDocument",
)
STRICT = Dialect(
    f"{_STRICT}/customProperties",
    f"{_STRICT}/docPropsVTypes",
    f"{_STRICT}/relationships/customProperties",
    f"{_STRICT}/relationships/officeDocument",
)
#: The last words of the types of the relationships to metadata parts, both dialects, by the place
#: that their entries tell, the label's own first.
_METADATA = {
    "OOXML custom": ("custom-properties", "customProperties"),
    "OOXML core": ("core-properties", "coreProperties"),
    "OOXML app": ("extended-properties", "extendedProperties"),
}


class Ooxml(Package):
    """A document of the family; ``folder`` is where its main part lies."""

    folder: ClassVar[str]
    place = Place("docProps/custom.xml 自定义属性 AIGC", "TC260-PG-20258A §6.1", "H")

    def score(self, sample: Sample) -> int:
        if sample.start.startswith(OLE):  # an encrypted document: recognised, so that the reason can be given
            return 50 if sample.suffix in self.suffixes else 0
        return super().score(sample)

    def open(self, file: BinaryIO) -> Archive:
        file.seek(0)
        if file.read(len(OLE)) == OLE:
            raise Refused(
                "文档已加密，或是旧版二进制格式（OLE 复合文件）：请先解除密码或另存为新格式",
                "encrypted, or in the old binary format (an OLE file): remove the password or save anew",
            )
        return super().open(file)

    def is_ours(self, sample: Sample) -> bool:
        if stated_type(sample.start):
            return False
        names = {member.name.casefold() for member in self.open(sample.file).members}
        return CONTENT_TYPES.casefold() in names and any(name.startswith(self.folder) for name in names)

    def metadata_parts(self, archive: Archive) -> dict[str, str]:
        xml = _relationships(archive)
        parts: dict[str, str] = {}
        for place, endings in _METADATA.items():
            for target in _targets(xml, endings):
                parts.setdefault(target, place)
            parts = parts or {CUSTOM_PART: place}
        return parts

    def plumbing_parts(self, archive: Archive) -> list[str]:  # noqa: ARG002
        return [RELATIONSHIPS, CONTENT_TYPES]

    def changed_parts(self, archive: Archive, label: MetadataLabel) -> Mapping[str, bytes]:
        _refuse_signed(archive)
        xml = _relationships(archive)
        custom, *others = self.metadata_parts(archive)
        dialect = STRICT if any(_of_type(xml, (STRICT.document,))) else TRANSITIONAL
        changed = cleaned(archive, others)
        changed[custom] = _with_property(archive.part(custom), label.json(), dialect)
        if not any(_targets(xml, _METADATA["OOXML custom"])):
            changed[RELATIONSHIPS] = _with_relationship(xml, custom, dialect)
        types = _content_types(archive)
        if not _has_type(types, custom):
            changed[CONTENT_TYPES] = _with_type(types, custom)
        return changed


def example(parts: Mapping[str, tuple[str, str]]) -> bytes:
    """The smallest document of these parts: name to content type and content, the main part first."""
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="application/vnd.openxmlformats-officedocument.{type_}+xml"/>'
        for name, (type_, _) in parts.items()
        if type_
    )
    types = (
        f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )
    main = next(iter(parts))
    relationships = (
        f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{TRANSITIONAL.document}" Target="{main}"/></Relationships>'
    )
    contents = {CONTENT_TYPES: types, RELATIONSHIPS: relationships} | {
        name: text for name, (_, text) in parts.items()
    }
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return packed({name: (head + text).encode() for name, text in contents.items()})


def _refuse_signed(archive: Archive) -> None:
    if any(member.name.casefold().startswith("_xmlsignatures/") for member in archive.members):
        raise Refused(
            "文档带有数字签名，新增属性可能使签名失效：请先写标识再签名",
            "the document is digitally signed and a new property may break the signature: label first, then sign",
        )


def _relationships(archive: Archive) -> Xml:
    content = archive.part(RELATIONSHIPS)
    if content is None:
        raise BadFile(f"没有 {RELATIONSHIPS}，不是 OOXML 文档", f"no {RELATIONSHIPS}: not an OOXML document")
    return Xml(content)


def _of_type(xml: Xml, endings: tuple[str, ...]) -> Iterator[Element]:
    return (one for one in xml.all("Relationship") if one.attributes.get("Type", "").endswith(endings))


def _targets(xml: Xml, endings: tuple[str, ...]) -> Iterator[str]:
    for relationship in _of_type(xml, tuple(f"/{ending}" for ending in endings)):
        target = relationship.attributes.get("Target", "")
        if target and relationship.attributes.get("TargetMode") != "External":
            yield posixpath.normpath("/" + target).lstrip("/")


def _with_property(part: bytes | None, json_text: str, dialect: Dialect) -> bytes:
    if part is None:
        declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        root = f'<Properties xmlns="{dialect.properties}" xmlns:vt="{dialect.types}"></Properties>'
        part = (declaration + root).encode()
    xml = Xml(part)
    namespace = xml.root.uri or dialect.properties
    types = (STRICT if namespace == STRICT.properties else TRANSITIONAL).types
    new = (
        f'<property xmlns="{namespace}" fmtid="{FMTID}" pid="{_free_pid(xml)}" name="AIGC">'
        f'<vt:lpwstr xmlns:vt="{types}">{in_text(json_text)}</vt:lpwstr></property>'
    )
    return xml.changed([*removals(xml), xml.appending(xml.root, new.encode())])


def _free_pid(xml: Xml) -> int:
    """The smallest property id from 2 on that no property but a label uses."""
    labels = {id(element) for entry, element in xml.properties("") if is_label(entry)}
    used = {element.attributes.get("pid") for element in xml.all("property") if id(element) not in labels}
    return next(pid for pid in range(2, len(used) + 3) if str(pid) not in used)


def _with_relationship(xml: Xml, part: str, dialect: Dialect) -> bytes:
    used = {one.attributes.get("Id") for one in xml.all("Relationship")}
    fresh = next(f"rId{number}" for number in range(1, len(used) + 2) if f"rId{number}" not in used)
    new = (
        f'<Relationship xmlns="{PACKAGE}/relationships" Id="{fresh}"'
        f' Type="{dialect.relationship}" Target="{in_attribute(part)}"/>'
    )
    return xml.changed([xml.appending(xml.root, new.encode())])


def _content_types(archive: Archive) -> Xml:
    content = archive.part(CONTENT_TYPES)
    if content is None:
        raise BadFile(f"没有 {CONTENT_TYPES}，不是 OOXML 文档", f"no {CONTENT_TYPES}: not an OOXML document")
    return Xml(content)


def _has_type(xml: Xml, part: str) -> bool:
    wanted = f"/{part}".casefold()
    return any(one.attributes.get("PartName", "").casefold() == wanted for one in xml.all("Override"))


def _with_type(xml: Xml, part: str) -> bytes:
    new = f'<Override xmlns="{PACKAGE}/content-types" PartName="/{in_attribute(part)}" ContentType="{CUSTOM_TYPE}"/>'
    return xml.changed([xml.appending(xml.root, new.encode())])
