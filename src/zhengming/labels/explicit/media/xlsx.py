"""Explicit labels in XLSX (ISO/IEC 29500 SpreadsheetML): a first sheet that says so, named by the label.

GB 45438-2025 §5.1 asks for a text prompt at the start. The name stays in view among the tabs; cells, formulas and
charts are not touched. Sheets that are printed carry the label in their page header.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from zhengming.ground.errors import BadFile
from zhengming.labels.edit import Progress, copy
from zhengming.labels.explicit.labeller import Labeller, Shown, Wish
from zhengming.labels.explicit.page.office_parts import Parts, opened, related, texts
from zhengming.labels.explicit.page.text_lines import labels_among
from zhengming.labels.structures.archive.ooxml import STRICT, TRANSITIONAL
from zhengming.labels.structures.archive.package import in_attribute, in_text
from zhengming.labels.structures.archive.xml_splice import Change, Xml
from zhengming.labels.structures.archive.zip_archive import LARGEST_PART

SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
#: Excel's own limits on the name of a sheet.
LONGEST_NAME, NOT_IN_NAMES = 31, re.compile(r"[\[\]:*?/\\']")
POINTS = 24
#: Attributes that count sheets, and so grow by one when a sheet is put before the others.
COUNTING = {"definedName": ("localSheetId",), "workbookView": ("activeTab", "firstSheet")}
#: Where a sheet's cells end, and the elements of its tail that come behind headerFooter (18.3.1.99).
_ROOT = re.compile(rb"<(?:\w+:)?worksheet\b[^>]*>")
_END_OF_DATA = re.compile(rb"</(?:\w+:)?sheetData\s*>|<(?:\w+:)?sheetData\s*/>")
AFTER_HEADER = {
    "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing",
    "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems",
    "tableParts", "extLst", "AlternateContent",
}  # fmt: skip


class Xlsx(Labeller):
    name = "xlsx"
    title = "Excel 工作簿"
    formats = ("xlsx",)

    def put(
        self,
        source: BinaryIO,
        sink: BinaryIO,
        wish: Wish,
        format_name: str,  # noqa: ARG002  one format only
        progress: Progress | None = None,
    ) -> Shown:
        wish = wish.checked()
        parts = opened(source)
        workbook = parts.main()
        sheets = [found.part for found in related(parts, workbook, "worksheet")]
        headers = sum(_add_header(parts, sheet, wish.text) for sheet in sheets)
        _add_sheet(parts, workbook, wish.text)
        copy(parts.edit(), source, sink, progress)
        return Shown(wish.text, "首个工作表及打印页眉", {"headers": headers, "sheets": len(sheets), "points": POINTS})

    def seen(self, file: BinaryIO, format_name: str) -> Iterator[str]:  # noqa: ARG002  one format only
        """Labels among the names of the sheets, the shared texts, and the texts of the first sheet."""
        parts = opened(file)
        workbook = parts.main()
        book = parts.xml(workbook)
        lines = [sheet.attributes.get("name", "") for sheet in book.all("sheet")]
        for kind in ("sharedStrings", "worksheet"):
            first = next(
                (found.part for found in related(parts, workbook, kind) if _is_small(parts, found.part)), None
            )
            lines += texts(parts.xml(first), "si" if kind == "sharedStrings" else "is", "t") if first else []
        yield from labels_among(lines)


LABELLER = Xlsx()


def _add_sheet(parts: Parts, workbook: str, text: str) -> None:
    xml = parts.xml(workbook)
    sheets, uri = xml.first("sheets"), xml.root.uri
    if sheets is None or sheets.stop == sheets.inside:
        raise BadFile("工作簿没有工作表", "the workbook has no sheets")
    part = parts.fresh_name("xl/worksheets/sheet{}.xml")
    parts.add(part, _sheet(text, uri), SHEET_TYPE)
    relationship = parts.relate(workbook, "worksheet", part)
    office = (STRICT if parts.is_strict() else TRANSITIONAL).document.rsplit("/", 1)[0]
    entry = (
        f'<sheet xmlns="{uri}" xmlns:r="{office}" name="{in_attribute(_name(xml, text))}" '
        f'sheetId="{_free_id(xml)}" r:id="{relationship}"/>'
    )
    parts.change(workbook, xml, [Change(sheets.inside, sheets.inside, entry.encode()), *_counted(xml)])


def _sheet(text: str, uri: str) -> str:
    """A sheet with the text in its first cell, large and bold, in a row high enough for it."""
    cell = f'<is><r><rPr><b/><sz val="{POINTS}"/></rPr><t>{in_text(text)}</t></r></is>'
    row = f'<row r="1" ht="{POINTS * 1.6:g}" customHeight="1"><c r="A1" t="inlineStr">{cell}</c></row>'
    return f'<worksheet xmlns="{uri}"><sheetData>{row}</sheetData></worksheet>'


def _name(xml: Xml, text: str) -> str:
    """The text as the name of a sheet, with a number behind it when the name is taken."""
    taken = {sheet.attributes.get("name", "").casefold() for sheet in xml.all("sheet")}
    stem = NOT_IN_NAMES.sub(" ", text)[:LONGEST_NAME].strip()
    names = (stem, *(f"{stem[: LONGEST_NAME - 4]} {number}" for number in range(2, 1000)))
    return next(name for name in names if name.casefold() not in taken)


def _free_id(xml: Xml) -> int:
    ids = [sheet.attributes.get("sheetId", "") for sheet in xml.all("sheet")]
    return max((int(one) for one in ids if one.isdecimal() and len(one) < 6), default=0) + 1


def _counted(xml: Xml) -> Iterator[Change]:
    """The changes that let every reference by position mean the same sheet as before."""
    for local, attributes in COUNTING.items():
        for element in xml.all(local):
            tag = xml.source[element.start : element.inside]
            fresh = tag
            for attribute in attributes:
                fresh = re.sub(
                    rf"(\s{attribute}\s*=\s*[\"'])(\d{{1,6}})".encode(),
                    lambda match: match[1] + str(int(match[2]) + 1).encode(),
                    fresh,
                )
            if local == "workbookView" and not re.search(rb"\sactiveTab\s*=", fresh):
                fresh = re.sub(rb"(workbookView)", rb'\1 activeTab="1"', fresh, count=1)
            if fresh != tag:
                yield Change(element.start, element.inside, fresh)


def _add_header(parts: Parts, sheet: str, text: str) -> bool:
    """Put the label into the page header of a sheet; False where the sheet has one, or is too large to change.

    Only what stands behind the cells is parsed, as there may be millions of them.
    """
    data = parts[sheet] if _is_small(parts, sheet) else b""
    root = _ROOT.search(data)
    ends = [match.end() for match in _END_OF_DATA.finditer(data)]
    if root is None or not ends:
        return False
    tail = Xml(root.group() + data[ends[-1] :])
    if tail.first("headerFooter"):
        return False
    after = (one.start for one in tail.elements if one.parent is tail.root and one.local in AFTER_HEADER)
    at = next(after, tail.root.close) - len(root.group()) + ends[-1]
    shown = in_text("&R" + text.replace("&", "&&"))
    header = f'<headerFooter xmlns="{tail.root.uri}"><oddHeader>{shown}</oddHeader></headerFooter>'
    parts.changed[sheet] = data[:at] + header.encode() + data[at:]
    return True


def _is_small(parts: Parts, name: str) -> bool:
    member = parts.archive.find(name)
    return member is not None and member.size <= LARGEST_PART
