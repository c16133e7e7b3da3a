"""OpenDocument, OFD, EPUB and USDZ: the places of our choice, and all else as it was."""

import zipfile
from io import BytesIO

import pytest
from lxml import etree

from labels.formats.document_tools import LABEL, SECOND, entries, labelled, labels, members, with_parts
from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.format import Format
from zhengming.labels.formats.epub import FORMAT as EPUB
from zhengming.labels.formats.odp import FORMAT as ODP
from zhengming.labels.formats.ods import FORMAT as ODS
from zhengming.labels.formats.odt import FORMAT as ODT
from zhengming.labels.formats.ofd import FORMAT as OFD
from zhengming.labels.formats.usdz import FORMAT as USDZ
from zhengming.labels.recognition import recognise

OASIS = "urn:oasis:names:tc:opendocument:xmlns"
OPEN_DOCUMENT = (
    f'xmlns:office="{OASIS}:office:1.0" xmlns:meta="{OASIS}:meta:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)
MANIFEST = "META-INF/manifest.xml"

every_open_document = pytest.mark.parametrize("format_", [ODT, ODS, ODP], ids=lambda format_: format_.name)


def meta(inner: str) -> str:
    return f"<office:document-meta {OPEN_DOCUMENT}><office:meta>{inner}</office:meta></office:document-meta>"


def user_defined(name: str, value: str) -> str:
    return f'<meta:user-defined meta:name="{name}">{value}</meta:user-defined>'


@every_open_document
def test_an_open_document_gets_user_defined_metadata_and_a_manifest_entry(format_: Format) -> None:
    parts = members(labelled(format_, labelled(format_, format_.example()), SECOND))
    root = etree.fromstring(parts["meta.xml"])
    (found,) = root.iter(f"{{{OASIS}:meta:1.0}}user-defined")
    assert (found.get(f"{{{OASIS}:meta:1.0}}name"), found.text) == ("AIGC", SECOND.json())
    paths = [one.get(f"{{{OASIS}:manifest:1.0}}full-path") for one in etree.fromstring(parts[MANIFEST])]
    assert paths == ["/", "content.xml", "meta.xml"]


@every_open_document
def test_the_media_type_stays_first_and_stored(format_: Format) -> None:
    first = zipfile.ZipFile(BytesIO(labelled(format_, format_.example()))).infolist()[0]
    assert (first.filename, first.compress_type, first.header_offset, first.extra) == ("mimetype", 0, 0, b"")


@every_open_document
def test_a_template_is_recognised_by_its_media_type(format_: Format) -> None:
    template = with_parts(format_.example(), {"mimetype": f"{format_.media_type}-template"})
    assert recognise(BytesIO(template), "nameless") is format_


def test_other_metadata_of_an_open_document_stays_byte_for_byte() -> None:
    inner = f"<dc:title>题名</dc:title><meta:keyword>a</meta:keyword>{user_defined('客户', '甲')}"
    data = with_parts(ODT.example(), {"meta.xml": meta(inner)})
    after = members(labelled(ODT, data))["meta.xml"].decode()
    assert after.startswith(meta(inner).split("</office:meta>")[0])
    assert {"题名", "a", "甲"} <= {entry.value for entry in entries(ODT, labelled(ODT, data))}


@pytest.mark.parametrize(
    "inner",
    [
        user_defined("AIGC", '{"AIGC":{"Label":"1"}}'),
        user_defined("aigc", "AI Assistant"),
        user_defined("AIGC", '{"Label":"1"}') * 2,
        '<dc:description>{"Label":"1","ContentProducer":"x","ProduceID":"y"}</dc:description>',
    ],
)
def test_a_malformed_label_in_an_open_document_is_taken_over(inner: str) -> None:
    data = with_parts(ODT.example(), {"meta.xml": meta(f"<dc:title>t</dc:title>{inner}")})
    assert labels(ODT, data)
    after = labelled(ODT, data)
    assert [found["ProduceID"] for found in labels(ODT, after)] == [LABEL.produce_id]
    assert next(entry.value for entry in entries(ODT, after)) == "t"


def test_an_encrypted_or_signed_open_document_is_refused() -> None:
    manifest = members(ODT.example())[MANIFEST].decode()
    locked = manifest.replace(
        'media-type="text/xml"/>', 'media-type="text/xml"><manifest:encryption-data/></manifest:file-entry>'
    )
    for changes, why in (
        ({MANIFEST: locked}, "encrypted"),
        ({"META-INF/documentsignatures.xml": "<a/>"}, "signed"),
    ):
        with pytest.raises(Refused, match=why):
            labelled(ODT, with_parts(ODT.example(), changes))


def ofd(inside: str, after: str = "") -> bytes:
    text = (
        f'<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016"><ofd:DocBody>{inside}'
        f"<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>{after}</ofd:DocBody></ofd:OFD>"
    )
    return with_parts(OFD.example(), {"OFD.xml": text})


OFD_FORMS = {
    "without information": "",
    "with empty information": "<ofd:DocInfo/>",
    "without custom data": "<ofd:DocInfo><ofd:Title>t</ofd:Title></ofd:DocInfo>",
    "with empty custom data": "<ofd:DocInfo><ofd:CustomDatas/></ofd:DocInfo>",
    "with other custom data": '<ofd:DocInfo><ofd:CustomDatas><ofd:CustomData Name="客户">甲</ofd:CustomData>'
    "</ofd:CustomDatas></ofd:DocInfo>",
    "with a label": '<ofd:DocInfo><ofd:CustomDatas><ofd:CustomData Name="AIGC">{"Label":"1"}</ofd:CustomData>'
    "</ofd:CustomDatas></ofd:DocInfo>",
    "with a label as keyword": '<ofd:DocInfo><ofd:Keywords><ofd:Keyword>{"AIGC":{"Label":"1","ProduceID":"x"}}'
    "</ofd:Keyword></ofd:Keywords></ofd:DocInfo>",
}


@pytest.mark.parametrize("inside", OFD_FORMS.values(), ids=OFD_FORMS)
def test_an_ofd_gets_custom_data_in_its_information(inside: str) -> None:
    after = labelled(OFD, labelled(OFD, ofd(inside)), SECOND)
    space = {"ofd": "http://www.ofdspec.org/2016"}
    root = etree.fromstring(members(after)["OFD.xml"])
    found = root.findall("ofd:DocBody/ofd:DocInfo/ofd:CustomDatas/ofd:CustomData[@Name='AIGC']", space)
    assert [one.text for one in found] == [SECOND.json()]
    assert root.find("ofd:DocBody", space)[0].tag.endswith("DocInfo")
    assert len(labels(OFD, after)) == 1
    for text in ("甲", ">t<"):
        assert (text in inside) == (text.encode() in members(after)["OFD.xml"])


def test_a_sealed_ofd_is_refused() -> None:
    sealed = ofd("<ofd:DocInfo/>", "<ofd:Signatures>Doc_0/Signs/Signatures.xml</ofd:Signatures>")
    with pytest.raises(Refused, match="seal"):
        labelled(OFD, sealed)


def test_an_epub_of_version_2_with_prefixed_elements_is_labelled() -> None:
    package = (
        '<opf:package xmlns:opf="http://www.idpf.org/2007/opf" version="2.0"><opf:metadata>'
        '<dc:title xmlns:dc="http://purl.org/dc/elements/1.1/">书</dc:title>'
        '<opf:meta name="cover" content="c"/><opf:meta name="aigc" content="{&quot;Label&quot;:&quot;1&quot;}"/>'
        "</opf:metadata><opf:manifest/><opf:spine/></opf:package>"
    )
    data = with_parts(EPUB.example(), {"book.opf": package})
    assert labels(EPUB, data)[0]["Label"] == "1"
    after = labelled(EPUB, data)
    root = etree.fromstring(members(after)["book.opf"])
    assert {one.get("name"): one.get("content") for one in root.iter("{http://www.idpf.org/2007/opf}meta")} == {
        "cover": "c",
        "AIGC": LABEL.json(),
    }
    assert [entry.key for entry in entries(EPUB, after)] == ["dc:title", "cover", "AIGC"]


def test_the_media_type_of_an_epub_stays_first_and_stored() -> None:
    data = labelled(EPUB, EPUB.example())
    assert data[30:58] == b"mimetypeapplication/epub+zip"


def test_a_book_with_two_packages_keeps_one_label() -> None:
    parts = members(labelled(EPUB, EPUB.example()))
    container = parts["META-INF/container.xml"].decode()
    second = container.replace("<rootfile ", '<rootfile full-path="two.opf"/><rootfile ', 1)
    data = with_parts(
        EPUB.example(),
        {"two.opf": parts["book.opf"], "META-INF/container.xml": second} | {"book.opf": parts["book.opf"]},
    )
    assert len(labels(EPUB, data)) == 2
    assert len(labels(EPUB, labelled(EPUB, data))) == 1


def test_a_signed_or_incomplete_book_gives_our_error() -> None:
    for changes, error in (
        ({"META-INF/signatures.xml": "<a/>"}, Refused),
        ({"META-INF/container.xml": None}, BadFile),
        ({"book.opf": None}, BadFile),
        ({"book.opf": "<package/>"}, BadFile),
    ):
        with pytest.raises(error):
            labelled(EPUB, with_parts(EPUB.example(), changes))


def scene(*names: str, comment: bytes = b"") -> bytes:
    """A USDZ of these files, each stored and aligned to 64 bytes by an extra field."""
    sink = BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name in names:
            info = zipfile.ZipInfo(name)
            missing = -(sink.tell() + 30 + len(name) + 4) % 64
            info.extra = (0x1986).to_bytes(2, "little") + missing.to_bytes(2, "little") + bytes(missing)
            archive.writestr(info, bytes(100))
        archive.comment = comment
    return sink.getvalue()


def offsets(data: bytes) -> list[int]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return [
            info.header_offset + 30 + int.from_bytes(data[info.header_offset + 26 :][:2], "little")
            + int.from_bytes(data[info.header_offset + 28 :][:2], "little")
            for info in archive.infolist()
        ]  # fmt: skip


def test_a_scene_keeps_every_file_stored_and_aligned() -> None:
    for data in (scene("a.usdc", "textures/b.png"), USDZ.example()):
        once = labelled(USDZ, data)
        assert recognise(BytesIO(data), "x") is USDZ
        assert all(offset % 64 == 0 for offset in offsets(once))
        assert offsets(once) == offsets(data)
        assert once[: len(data) - 2] == data[:-2]
        assert zipfile.ZipFile(BytesIO(once)).comment.decode() == LABEL.wrapped_json()


def test_a_scenes_own_comment_stays() -> None:
    once = labelled(USDZ, labelled(USDZ, scene("a.usdc", comment="作者 甲".encode())), SECOND)
    assert zipfile.ZipFile(BytesIO(once)).comment.decode().split("\n") == ["作者 甲", SECOND.wrapped_json()]


def test_a_comment_without_room_is_an_error() -> None:
    with pytest.raises(BadFile, match="comment"):
        labelled(USDZ, scene("a.usdc", comment=b"x" * 65500))
