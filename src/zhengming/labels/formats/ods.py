"""ODS (ISO/IEC 26300): an OpenDocument spreadsheet, and its template."""

from zhengming.labels.structures.archive.open_document import OpenDocument


class Ods(OpenDocument):
    name = "ods"
    title = "OpenDocument 电子表格"
    suffixes = (".ods", ".ots")
    media_type = "application/vnd.oasis.opendocument.spreadsheet"
    content = (
        '<office:spreadsheet><table:table table:name="1"><table:table-row><table:table-cell/></table:table-row>'
        "</table:table></office:spreadsheet>"
    )


FORMAT = Ods()
