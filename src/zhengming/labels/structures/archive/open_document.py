"""OpenDocument (ISO/IEC 26300, OASIS ODF 1.3): the label as user-defined metadata in meta.xml.

The guides name no place for ODF; ``meta:user-defined`` is the standard's own for such metadata (our choice).
"""

from collections.abc import Mapping
from typing import ClassVar

from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.format import Place, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.structures.archive.package import Package, in_text, removals, stated_type
from zhengming.labels.structures.archive.xml_splice import Xml
from zhengming.labels.structures.archive.zip_archive import Archive
from zhengming.labels.structures.archive.zip_edit import packed

MIMETYPE, META, MANIFEST = "mimetype", "meta.xml", "META-INF/manifest.xml"
OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_EMPTY_META = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<office:document-meta xmlns:office="{OASIS}:office:1.0" office:version="1.3"><office:meta></office:meta>'
    "</office:document-meta>"
)


class OpenDocument(Package):
    """A document of the family. Templates have its media type with ``-template`` at the end."""

    content: ClassVar[str]  # what stands in office:body of the smallest document
    place = Place("meta.xml 中的 meta:user-defined，名称 AIGC", "指南未规定，取 ODF 自有的自定义元数据位置", "own")

    def is_ours(self, sample: Sample) -> bool:
        stated = stated_type(sample.start)
        return stated == self.media_type or stated.startswith(f"{self.media_type}-")

    def metadata_parts(self, archive: Archive) -> dict[str, str]:  # noqa: ARG002
        return {META: "ODF meta.xml"}

    def plumbing_parts(self, archive: Archive) -> list[str]:  # noqa: ARG002
        return [MANIFEST]

    def changed_parts(self, archive: Archive, label: MetadataLabel) -> Mapping[str, bytes]:
        manifest = _manifest(archive)
        _refuse_sealed(archive, manifest)
        part = archive.part(META)
        changed = {META: _with_property(part or _EMPTY_META.encode(), label.json())}
        if not any(one.attributes.get("full-path") == META for one in manifest.all("file-entry")):
            new = f'<m:file-entry xmlns:m="{OASIS}:manifest:1.0" m:full-path="{META}" m:media-type="text/xml"/>'
            changed[MANIFEST] = manifest.changed([manifest.appending(manifest.root, new.encode())])
        return changed

    def example(self) -> bytes:
        head = '<?xml version="1.0" encoding="UTF-8"?>\n'
        content = (
            f'{head}<office:document-content xmlns:office="{OASIS}:office:1.0" xmlns:text="{OASIS}:text:1.0"'
            f' xmlns:table="{OASIS}:table:1.0" xmlns:draw="{OASIS}:drawing:1.0" office:version="1.3">'
            f"<office:body>{self.content}</office:body></office:document-content>"
        )
        manifest = (
            f'{head}<manifest:manifest xmlns:manifest="{OASIS}:manifest:1.0" manifest:version="1.3">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{self.media_type}"/>'
            '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
            "</manifest:manifest>"
        )
        parts = {MIMETYPE: self.media_type, "content.xml": content, MANIFEST: manifest}
        return packed({name: text.encode() for name, text in parts.items()}, stored=(MIMETYPE,))


def _manifest(archive: Archive) -> Xml:
    content = archive.part(MANIFEST)
    if content is None:
        raise BadFile(f"没有 {MANIFEST}，不是 ODF 文档", f"no {MANIFEST}: not an OpenDocument")
    return Xml(content)


def _refuse_sealed(archive: Archive, manifest: Xml) -> None:
    if manifest.first("encryption-data"):
        raise Refused(
            "文档已加密：请先解除密码再写标识", "the document is encrypted: remove the password, then label"
        )
    if archive.find("META-INF/documentsignatures.xml"):
        raise Refused(
            "文档带有数字签名，签名覆盖 meta.xml：请先写标识再签名",
            "the document is digitally signed and the signature covers meta.xml: label first, then sign",
        )


def _with_property(part: bytes, json_text: str) -> bytes:
    xml = Xml(part)
    home = xml.first("meta")
    if home is None:
        raise BadFile("meta.xml 里没有 office:meta", "meta.xml has no office:meta element")
    new = (
        f'<meta:user-defined xmlns:meta="{OASIS}:meta:1.0" meta:name="AIGC" meta:value-type="string">'
        f"{in_text(json_text)}</meta:user-defined>"
    )
    return xml.changed([*removals(xml), xml.appending(home, new.encode())])
