"""Parts of an Office Open XML document (ISO/IEC 29500-2) that an explicit label changes or adds."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.edit import Edit
from zhengming.labels.structures.archive.ooxml import CONTENT_TYPES, OLE, PACKAGE, RELATIONSHIPS, STRICT, TRANSITIONAL
from zhengming.labels.structures.archive.package import in_attribute
from zhengming.labels.structures.archive.xml_splice import Change, Element, Xml
from zhengming.labels.structures.archive.zip_archive import Archive, read_archive
from zhengming.labels.structures.archive.zip_edit import with_members


@dataclass
class Parts:
    """A document under change: ``changed`` holds the parts that are not as they were in ``archive``."""

    archive: Archive
    changed: dict[str, bytes] = field(default_factory=dict)

    def __getitem__(self, name: str) -> bytes:
        content = self.changed.get(name, self.archive.part(name))
        if content is None:
            raise BadFile(f"文档缺少部件 {name}", f"the document lacks its part {name}")
        return content

    def __contains__(self, name: str) -> bool:
        return name in self.changed or self.archive.find(name) is not None

    def xml(self, name: str) -> Xml:
        """A part as elements."""
        return Xml(self[name])

    def change(self, name: str, xml: Xml, changes: list[Change]) -> None:
        """Give the part ``name`` the content of ``xml`` after ``changes``."""
        self.changed[name] = xml.changed(changes)

    def main(self) -> str:
        """The name of the main part. Raises BadFile when the package names none."""
        for found in related(self, "", "officeDocument"):
            return found.part
        raise BadFile("文档没有主部件", "the package names no main part")

    def is_strict(self) -> bool:
        """Whether the document is in the strict form, whose names differ."""
        return any(found.type.startswith(STRICT.document[:30]) for found in related(self, "", "officeDocument"))

    def relate(self, part: str, kind: str, target: str) -> str:
        """Add a relationship of ``kind`` from ``part`` to the part ``target``; returns its id."""
        name = _relationships_of(part)
        office = (STRICT if self.is_strict() else TRANSITIONAL).document.rsplit("/", 1)[0]
        if name not in self:
            self.changed[name] = f'<Relationships xmlns="{PACKAGE}/relationships"/>'.encode()
        xml = self.xml(name)
        used = {one.attributes.get("Id") for one in xml.all("Relationship")}
        fresh = next(f"rIdZ{number}" for number in range(1, len(used) + 2) if f"rIdZ{number}" not in used)
        new = (
            f'<Relationship xmlns="{PACKAGE}/relationships" Id="{fresh}" Type="{office}/{kind}" '
            f'Target="/{in_attribute(target)}"/>'
        )
        self.change(name, xml, [xml.appending(xml.root, new.encode())])
        return fresh

    def add(self, name: str, content: str, media_type: str) -> None:
        """Add a part of this media type."""
        self.changed[name] = ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + content).encode()
        xml = self.xml(CONTENT_TYPES)
        new = f'<Override xmlns="{PACKAGE}/content-types" PartName="/{name}" ContentType="{media_type}"/>'
        self.change(CONTENT_TYPES, xml, [xml.appending(xml.root, new.encode())])

    def fresh_name(self, pattern: str) -> str:
        """The first name of ``pattern`` (with one ``{}``) that no part has."""
        return next(name for number in range(1, 100_000) if (name := pattern.format(number)) not in self)

    def edit(self) -> Edit:
        """The edit that makes the changed document."""
        return with_members(self.archive, self.changed)


@dataclass(frozen=True)
class Related:
    """One relationship: its id, its type, and the part it leads to."""

    id: str
    type: str
    part: str


def opened(file: BinaryIO) -> Parts:
    """The document in ``file``. Raises BadFile, or Refused for an encrypted or signed one."""
    file.seek(0)
    if file.read(len(OLE)) == OLE:
        raise Refused(
            "文档已加密，或是旧版二进制格式：请先解除密码或另存为新格式",
            "encrypted, or in the old binary format: remove the password or save anew",
        )
    archive = read_archive(file)
    if any(member.name.casefold().startswith("_xmlsignatures/") for member in archive.members):
        raise Refused(
            "文档带有数字签名，加显式标识会使签名失效：请先加标识再签名",
            "the document is digitally signed and a visible label would break it: label first, then sign",
        )
    return Parts(archive)


def related(parts: Parts, part: str, kind: str) -> Iterator[Related]:
    """What ``part`` (empty for the package) leads to by relationships whose type ends in ``kind``."""
    name = _relationships_of(part)
    if name not in parts:
        return
    for one in parts.xml(name).all("Relationship"):
        attributes = one.attributes
        if attributes.get("Type", "").endswith(f"/{kind}") and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", posixpath.dirname(part), attributes.get("Target", "")))
            yield Related(attributes.get("Id", ""), attributes["Type"], target.lstrip("/"))


def texts(xml: Xml, paragraph: str, run: str) -> Iterator[str]:
    """The text of each element ``paragraph``, put together from the elements ``run`` inside it."""
    lines: dict[int, list[str]] = {}
    for element in xml.all(run):
        around: Element | None = element
        while around is not None and around.local != paragraph:
            around = around.parent
        if around is not None:
            lines.setdefault(around.start, []).append(element.text)
    yield from ("".join(line) for line in lines.values())


def _relationships_of(part: str) -> str:
    if not part:
        return RELATIONSHIPS
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")
