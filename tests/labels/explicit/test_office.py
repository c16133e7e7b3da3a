"""Word, PowerPoint and Excel files show the label on every page, slide and first sheet; all else stays."""

import zipfile
from io import BytesIO
from xml.etree import ElementTree as Tree

import docx
import pytest
from docx.enum.section import WD_SECTION

from zhengming.ground.errors import Refused, ZhengmingError
from zhengming.labels.explicit.labeller import Shown, Wish, labeller_for
from zhengming.labels.structures.archive.zip_edit import packed

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/presentationml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def labelled(data: bytes, name: str, **wish: object) -> tuple[bytes, Shown]:
    sink = BytesIO()
    shown = labeller_for(name).put(BytesIO(data), sink, Wish(**wish), name)
    return sink.getvalue(), shown


def seen(data: bytes, name: str) -> list[str]:
    return list(labeller_for(name).seen(BytesIO(data), name))


def saved(document: "docx.document.Document") -> bytes:
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def book() -> bytes:
    """Three sections: the first without header, the second with its own, the third with its own first page."""
    document = docx.Document()
    document.add_paragraph("first")
    second = document.add_section(WD_SECTION.NEW_PAGE)
    second.header.is_linked_to_previous = False
    second.header.paragraphs[0].text = "a header of its own"
    document.add_paragraph("second")
    third = document.add_section(WD_SECTION.NEW_PAGE)
    third.different_first_page_header_footer = True
    third.first_page_header.is_linked_to_previous = False
    third.first_page_header.paragraphs[0].text = "title page"
    document.add_paragraph("third")
    return saved(document)


def members(data: bytes) -> dict[str, bytes]:
    archive = zipfile.ZipFile(BytesIO(data))
    assert archive.testzip() is None
    return {name: archive.read(name) for name in archive.namelist()}


def test_word_shows_the_label_in_the_header_of_every_section_and_in_the_text() -> None:
    result, shown = labelled(book(), "docx")
    document = docx.Document(BytesIO(result))
    assert shown.where == "文首，每节页眉"
    assert [paragraph.text for paragraph in document.paragraphs][:2] == ["AI生成", "first"]
    for section in document.sections:
        for header in (section.header, section.first_page_header, section.even_page_header):
            assert "AI生成" in [paragraph.text for paragraph in header.paragraphs]
    assert "a header of its own" in [paragraph.text for paragraph in document.sections[1].header.paragraphs]
    assert seen(result, "docx") == ["AI生成"]
    assert seen(book(), "docx") == []


@pytest.mark.parametrize(
    ("position", "first", "last"), [("start", True, False), ("end", False, True), ("both", True, True)]
)
def test_word_shows_the_label_where_the_wish_says(position: str, first: bool, last: bool) -> None:
    document = docx.Document(BytesIO(labelled(book(), "docx", position=position)[0]))
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert (texts[0] == "AI生成", texts[-1] == "AI生成") == (first, last)
    assert len(document.sections) == 3


def test_word_without_any_section_gets_one_with_headers() -> None:
    document = docx.Document()
    document.add_paragraph("text")
    body = document.element.body
    body.remove(body.sectPr)
    after = docx.Document(BytesIO(labelled(saved(document), "docx", text="本文由<AI>生成")[0]))
    assert after.sections[0].header.paragraphs[0].text == "本文由<AI>生成"


def test_word_keeps_every_other_part() -> None:
    data = book()
    before, after = members(data), members(labelled(data, "docx")[0])
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {
        "word/document.xml", "word/_rels/document.xml.rels", "[Content_Types].xml",
        "word/header1.xml", "word/header2.xml",
    }  # fmt: skip
    assert set(after) - set(before) == {"word/header3.xml"}


def test_a_signed_or_encrypted_document_is_refused() -> None:
    signed = packed(members(book()) | {"_xmlsignatures/sig1.xml": b"<x/>"})
    for name in ("docx", "pptx", "xlsx"):
        with pytest.raises(Refused, match="签名"):
            labelled(signed, name)
        with pytest.raises(Refused, match="加密"):
            labelled(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), name)


def deck(slides: int = 2, size: tuple[int, int] = (12_192_000, 6_858_000), tail: str = "") -> bytes:
    def relationships(*entries: tuple[str, str]) -> str:
        inner = "".join(
            f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
            for number, (kind, target) in enumerate(entries, 1)
        )
        return f'<Relationships xmlns="{PACKAGE}/relationships">{inner}</Relationships>'

    slide = (
        f'<p:sld xmlns:p="{MAIN}" xmlns:a="{DRAWING}"><p:cSld><p:spTree>'
        '<p:nvGrpSpPr><p:cNvPr id="7" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
        f"{tail}</p:spTree></p:cSld></p:sld>"
    )
    size_of_slides = f'<p:sldSz cx="{size[0]}" cy="{size[1]}"/>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": relationships(("officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f'<p:presentation xmlns:p="{MAIN}">{size_of_slides}</p:presentation>',
        "ppt/_rels/presentation.xml.rels": relationships(
            *(("slide", f"slides/slide{number}.xml") for number in range(1, slides + 1)), ("theme", "theme.xml")
        ),
    } | {f"ppt/slides/slide{number}.xml": slide for number in range(1, slides + 1)}
    return packed({name: text.encode() for name, text in parts.items()})


@pytest.mark.parametrize("tail", ["", '<p:extLst><p:ext uri="x"/></p:extLst>'])
@pytest.mark.parametrize("size", [(12_192_000, 6_858_000), (6_858_000, 9_144_000)])
def test_every_slide_shows_the_label_inside_its_corner_high_enough(size: tuple[int, int], tail: str) -> None:
    result, shown = labelled(deck(3, size, tail), "pptx", corner="top-left")
    assert shown.facts["pages"] == 3
    for number in (1, 2, 3):
        tree = Tree.fromstring(members(result)[f"ppt/slides/slide{number}.xml"]).find(f".//{{{MAIN}}}spTree")
        shape = tree.find(f"{{{MAIN}}}sp")
        assert shape.find(f".//{{{DRAWING}}}t").text == "AI生成"
        assert shape.find(f".//{{{MAIN}}}cNvPr").get("id") == "8"
        offset, extent = (shape.find(f".//{{{DRAWING}}}{name}").attrib for name in ("off", "ext"))
        assert 0 < int(offset["x"]) < int(offset["x"]) + int(extent["cx"]) < size[0] / 2
        assert 0 < int(offset["y"]) < int(offset["y"]) + int(extent["cy"]) < size[1] / 2
        points = int(shape.find(f".//{{{DRAWING}}}rPr").get("sz")) / 100
        assert points * 12700 * 0.7 >= 0.05 * min(size)
        assert list(tree)[-1].tag == f"{{{MAIN}}}{'extLst' if tail else 'sp'}"
    assert seen(result, "pptx") == ["AI生成"]
    assert seen(deck(), "pptx") == []


def test_a_deck_keeps_every_other_part() -> None:
    data = deck()
    before, after = members(data), members(labelled(data, "pptx")[0])
    assert {name for name in before if before[name] != after[name]} == {
        "ppt/slides/slide1.xml", "ppt/slides/slide2.xml",
    }  # fmt: skip
    assert set(after) == set(before)


@pytest.mark.parametrize("name", ["docx", "pptx"])
def test_rubbish_gives_our_error(name: str) -> None:
    data = book() if name == "docx" else deck()
    for broken in (b"", b"PK\x03\x04", data[: len(data) // 2], packed({"a": b"b"}), deck(0)):
        with pytest.raises(ZhengmingError):
            labelled(broken, name)


SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(tail: str = "") -> bytes:
    """Two sheets; a name and the active tab refer to the second by its position."""
    related = "".join(
        f'<Relationship Id="r{number}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in (1, 2)
    )
    cells = '<sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>'
    sheet = f'<worksheet xmlns="{SHEETS}">{cells}{tail}</worksheet>'
    book = (
        f'<workbook xmlns="{SHEETS}" xmlns:r="{OFFICE}"><bookViews><workbookView activeTab="1"/></bookViews>'
        '<sheets><sheet name="one" sheetId="4" r:id="r1"/><sheet name="two" sheetId="9" r:id="r2"/></sheets>'
        '<definedNames><definedName name="area" localSheetId="1">two!$A$1</definedName></definedNames></workbook>'
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{related}</Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
        "xl/worksheets/sheet2.xml": sheet,
    }
    return packed({name: text.encode() for name, text in parts.items()})


def test_a_workbook_begins_with_a_sheet_that_is_the_label_and_refers_to_the_same_sheets_as_before() -> None:
    result, shown = labelled(workbook(), "xlsx")
    parts = members(result)
    book = Tree.fromstring(parts["xl/workbook.xml"])
    assert [sheet.get("name") for sheet in book.iter(f"{{{SHEETS}}}sheet")] == ["AI生成", "one", "two"]
    assert [sheet.get("sheetId") for sheet in book.iter(f"{{{SHEETS}}}sheet")] == ["10", "4", "9"]
    assert next(book.iter(f"{{{SHEETS}}}workbookView")).get("activeTab") == "2"
    assert next(book.iter(f"{{{SHEETS}}}definedName")).get("localSheetId") == "2"
    first = Tree.fromstring(parts["xl/worksheets/sheet3.xml"])
    assert next(first.iter(f"{{{SHEETS}}}t")).text == "AI生成"
    assert shown.facts["headers"] == 2
    assert seen(result, "xlsx") == ["AI生成"]
    assert seen(workbook(), "xlsx") == []


@pytest.mark.parametrize(
    ("tail", "order"),
    [
        ("", ["sheetData", "headerFooter"]),
        ("<pageMargins/><drawing/>", ["sheetData", "pageMargins", "headerFooter", "drawing"]),
        (
            "<conditionalFormatting><cfRule><extLst/></cfRule></conditionalFormatting><extLst/>",
            ["sheetData", "conditionalFormatting", "headerFooter", "extLst"],
        ),
        ("<headerFooter/>", ["sheetData", "headerFooter"]),
    ],
)
def test_a_sheet_gets_its_page_header_where_the_schema_wants_it(tail: str, order: list[str]) -> None:
    parts = members(labelled(workbook(tail), "xlsx", text="AI生成&合成")[0])
    sheet = Tree.fromstring(parts["xl/worksheets/sheet2.xml"])
    assert [child.tag.split("}")[1] for child in sheet] == order
    if tail != "<headerFooter/>":
        assert sheet.find(f".//{{{SHEETS}}}oddHeader").text == "&RAI生成&&合成"


def test_a_document_about_generation_is_not_taken_for_a_labelled_one() -> None:
    document = docx.Document()
    for text in ("人工智能生成合成内容标识办法", "AI生成内容的著作权研究", "某公司AI生成", "本文由人工智能生成"):
        document.add_paragraph(text)
    assert seen(saved(document), "docx") == ["某公司AI生成", "本文由人工智能生成"]
