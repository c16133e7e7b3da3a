"""XLSX (ISO/IEC 29500 SpreadsheetML), its template, its forms with macros and the binary workbook."""

from zhengming.labels.structures.archive.ooxml import PACKAGE, Ooxml, example

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


class Xlsx(Ooxml):
    name = "xlsx"
    title = "Excel 工作簿"
    suffixes = (".xlsx", ".xltx", ".xlsm", ".xltm", ".xlsb")
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    folder = "xl/"

    def example(self) -> bytes:
        workbook = (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONSHIPS}">'
            '<sheets><sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>'
        )
        relationships = (
            f'<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{_RELATIONSHIPS}/worksheet" Target="worksheets/sheet1.xml"/>'
            "</Relationships>"
        )
        return example(
            {
                "xl/workbook.xml": ("spreadsheetml.sheet.main", workbook),
                "xl/_rels/workbook.xml.rels": ("", relationships),
                "xl/worksheets/sheet1.xml": (
                    "spreadsheetml.worksheet",
                    f'<worksheet xmlns="{_MAIN}"><sheetData/></worksheet>',
                ),
            }
        )


FORMAT = Xlsx()
