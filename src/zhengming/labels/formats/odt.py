"""ODT (ISO/IEC 26300): an OpenDocument text, and its template."""

from zhengming.labels.structures.archive.open_document import OpenDocument


class Odt(OpenDocument):
    name = "odt"
    title = "OpenDocument 文本"
    suffixes = (".odt", ".ott")
    media_type = "application/vnd.oasis.opendocument.text"
    content = "<office:text><text:p/></office:text>"


FORMAT = Odt()
