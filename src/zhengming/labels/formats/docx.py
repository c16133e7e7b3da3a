"""DOCX (ISO/IEC 29500 WordprocessingML), its template and its forms with macros."""

from zhengming.labels.structures.archive.ooxml import Ooxml, example

_MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


class Docx(Ooxml):
    name = "docx"
    title = "Word 文档"
    suffixes = (".docx", ".dotx", ".docm", ".dotm")
    media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    folder = "word/"

    def example(self) -> bytes:
        text = f'<w:document xmlns:w="{_MAIN}"><w:body><w:p/></w:body></w:document>'
        return example({"word/document.xml": ("wordprocessingml.document.main", text)})


FORMAT = Docx()
