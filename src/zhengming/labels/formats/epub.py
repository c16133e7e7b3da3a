"""EPUB (EPUB 2.0.1, EPUB 3.3 = ISO/IEC 23736): the label as a ``meta`` of the package document.

The guides name no place for EPUB. ``<meta name content>`` is what both versions allow without declaring a
prefix, and what tools already use for their own metadata (our choice).
"""

from collections.abc import Mapping
from urllib.parse import unquote

from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.format import Place, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.structures.archive.package import Package, cleaned, in_attribute, removals, stated_type
from zhengming.labels.structures.archive.xml_splice import Xml
from zhengming.labels.structures.archive.zip_archive import Archive
from zhengming.labels.structures.archive.zip_edit import packed

MIMETYPE, CONTAINER = "mimetype", "META-INF/container.xml"
OPF = "http://www.idpf.org/2007/opf"
#: A book has one package document, seldom two; more are not looked at.
MOST_PACKAGES = 16


class Epub(Package):
    name = "epub"
    title = "EPUB 电子书"
    suffixes = (".epub",)
    media_type = "application/epub+zip"
    place = Place("OPF 包文件 metadata 中的 meta，名称 AIGC", "指南未规定，取 EPUB 自有的元数据位置", "own")

    def is_ours(self, sample: Sample) -> bool:
        return stated_type(sample.start) == self.media_type

    def metadata_parts(self, archive: Archive) -> dict[str, str]:
        container = archive.part(CONTAINER)
        if container is None:
            raise BadFile(f"没有 {CONTAINER}，不是 EPUB", f"no {CONTAINER}: not an EPUB")
        paths = [unquote(one.attributes.get("full-path", "")) for one in Xml(container).all("rootfile")]
        packages = [path for path in dict.fromkeys(paths) if path and archive.find(path)]
        if not packages:
            raise BadFile("EPUB 里没有 OPF 包文件", "the EPUB has no package document")
        return dict.fromkeys(packages[:MOST_PACKAGES], "EPUB package")

    def changed_parts(self, archive: Archive, label: MetadataLabel) -> Mapping[str, bytes]:
        if archive.find("META-INF/signatures.xml"):
            raise Refused(
                "电子书带有数字签名，改动包文件会使签名失效：请先写标识再签名",
                "the book is digitally signed and a change of its package breaks it: label first, then sign",
            )
        first, *others = self.metadata_parts(archive)
        return cleaned(archive, others) | {first: _with_meta(archive.part(first) or b"", label.json())}

    def example(self) -> bytes:
        head = '<?xml version="1.0" encoding="UTF-8"?>\n'
        parts = {
            MIMETYPE: self.media_type,
            CONTAINER: f'{head}<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">'
            '<rootfiles><rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles>'
            "</container>",
            "book.opf": f'{head}<package xmlns="{OPF}" version="3.0" unique-identifier="id">'
            '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
            '<dc:identifier id="id">urn:uuid:44f0cd9b-d400-41f6-a2f2-ba1d6a4e0f6c</dc:identifier>'
            "<dc:title>1</dc:title><dc:language>zh</dc:language>"
            '<meta property="dcterms:modified">2025-09-01T00:00:00Z</meta></metadata><manifest>'
            '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/></manifest>'
            '<spine><itemref idref="nav"/></spine></package>',
            "nav.xhtml": f'{head}<html xmlns="http://www.w3.org/1999/xhtml"'
            ' xmlns:epub="http://www.idpf.org/2007/ops"><head><title>1</title></head><body>'
            '<nav epub:type="toc"><ol><li><a href="nav.xhtml">1</a></li></ol></nav></body></html>',
        }
        return packed({name: text.encode() for name, text in parts.items()}, stored=(MIMETYPE,))


FORMAT = Epub()


def _with_meta(part: bytes, json_text: str) -> bytes:
    xml = Xml(part)
    home = xml.first("metadata")
    if home is None:
        raise BadFile("OPF 包文件里没有 metadata", "the package document has no metadata element")
    new = f'<meta xmlns="{OPF}" name="AIGC" content="{in_attribute(json_text)}"/>'
    return xml.changed([*removals(xml), xml.appending(home, new.encode())])
