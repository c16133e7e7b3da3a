"""OFD (GB/T 33190-2016 版式文档): the label as custom data of the document information in OFD.xml.

The text guide covers OFD, but no source we know gives its place; ``CustomDatas`` is the standard's own. (our choice)
"""

from collections.abc import Mapping

from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.format import Place, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.structures.archive.package import Package, in_text, removals, stated_type
from zhengming.labels.structures.archive.xml_splice import Change, Xml
from zhengming.labels.structures.archive.zip_archive import Archive
from zhengming.labels.structures.archive.zip_edit import packed

ENTRANCE = "OFD.xml"
NAMESPACE = "http://www.ofdspec.org/2016"


class Ofd(Package):
    name = "ofd"
    title = "OFD 版式文档"
    suffixes = (".ofd",)
    media_type = "application/ofd"
    place = Place("OFD.xml 的 DocInfo/CustomDatas/CustomData，名称 AIGC", "指南未见位置，取 GB/T 33190 自有的", "own")

    def is_ours(self, sample: Sample) -> bool:
        return not stated_type(sample.start) and self.open(sample.file).find(ENTRANCE) is not None

    def metadata_parts(self, archive: Archive) -> dict[str, str]:  # noqa: ARG002
        return {ENTRANCE: "OFD.xml"}

    def changed_parts(self, archive: Archive, label: MetadataLabel) -> Mapping[str, bytes]:
        part = archive.part(ENTRANCE)
        if part is None:
            raise BadFile("没有 OFD.xml，不是 OFD 文档", "no OFD.xml: not an OFD document")
        xml = Xml(part)
        if any(element.text.strip() for element in xml.all("Signatures")):
            raise Refused(
                "OFD 带有电子签章，改动 OFD.xml 会使签章失效：请先写标识再签章",
                "the OFD is sealed and a change of OFD.xml breaks the seal: label first, then seal",
            )
        return {ENTRANCE: xml.changed([*removals(xml), _addition(xml, label.json())])}

    def example(self) -> bytes:
        parts = {
            ENTRANCE: '<ofd:OFD xmlns:ofd="%s" Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo>'
            "<ofd:DocID>44f0cd9bd40041f6a2f2ba1d6a4e0f6c</ofd:DocID></ofd:DocInfo>"
            "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
            "Doc_0/Document.xml": '<ofd:Document xmlns:ofd="%s"><ofd:CommonData><ofd:MaxUnitID>1</ofd:MaxUnitID>'
            "<ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData>"
            '<ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages></ofd:Document>',
            "Doc_0/Pages/Page_0/Content.xml": '<ofd:Page xmlns:ofd="%s"/>',
        }
        head = '<?xml version="1.0" encoding="UTF-8"?>\n'
        return packed({name: (head + text % NAMESPACE).encode() for name, text in parts.items()})


FORMAT = Ofd()


def _addition(xml: Xml, json_text: str) -> Change:
    """The label in the first CustomDatas, made with all that is missing around it."""
    space = f' xmlns:ofd="{xml.root.uri or NAMESPACE}"'
    new = f'<ofd:CustomData{space} Name="AIGC">{in_text(json_text)}</ofd:CustomData>'
    if home := xml.first("CustomDatas"):
        return xml.appending(home, new.encode())
    new = f"<ofd:CustomDatas{space}>{new}</ofd:CustomDatas>"
    if information := xml.first("DocInfo"):
        return xml.appending(information, new.encode())
    if body := xml.first("DocBody"):
        return Change(body.inside, body.inside, f"<ofd:DocInfo{space}>{new}</ofd:DocInfo>".encode())
    raise BadFile("OFD.xml 里没有 DocBody", "OFD.xml has no DocBody")
