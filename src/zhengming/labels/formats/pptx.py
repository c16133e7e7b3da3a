"""PPTX (ISO/IEC 29500 PresentationML), its template, its show and their forms with macros."""

from zhengming.labels.structures.archive.ooxml import Ooxml, example

_MAIN = "http://schemas.openxmlformats.org/presentationml/2006/main"


class Pptx(Ooxml):
    name = "pptx"
    title = "PowerPoint 演示文稿"
    suffixes = (".pptx", ".potx", ".ppsx", ".pptm", ".potm", ".ppsm")
    media_type = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    folder = "ppt/"

    def example(self) -> bytes:
        text = f'<p:presentation xmlns:p="{_MAIN}"><p:notesSz cx="6858000" cy="9144000"/></p:presentation>'
        return example({"ppt/presentation.xml": ("presentationml.presentation.main", text)})


FORMAT = Pptx()
