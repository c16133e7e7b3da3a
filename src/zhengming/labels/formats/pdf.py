"""PDF (ISO 32000): the label under ``/AIGC`` in the Info dictionary (TC260-PG-20258A §6.3)."""

from collections.abc import Iterator
from typing import BinaryIO

from zhengming.labels.edit import Edit, Kept
from zhengming.labels.format import Entry, Format, Medium, Place, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.structures.pdf import pdf_document
from zhengming.labels.structures.pdf.pdf_update import size_without_own_update, update


class Pdf(Format):
    name = "pdf"
    title = "PDF 文档"
    medium = Medium.DOCUMENT
    suffixes = (".pdf",)
    media_type = "application/pdf"
    place = Place("Info 字典 /AIGC（增量更新）", "TC260-PG-20258A §6.3", "H")

    def score(self, sample: Sample) -> int:
        at = sample.start[:1024].find(b"%PDF-")
        return 0 if at < 0 else 100 if at == 0 else 80

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        found: list[Entry] = []
        try:
            with pdf_document.opened(file, file.seek(0, 2), repair=True) as pdf:
                for entry in pdf_document.entries(pdf):
                    found.append(entry)
        finally:
            yield from found

    def write(self, file: BinaryIO, label: MetadataLabel) -> Edit:
        size = size_without_own_update(file)
        return [Kept(0, size), update(file, size, label.json())]

    def body(self, file: BinaryIO) -> Iterator[Kept]:
        """All but a label of our own: an update by anyone else may change what the pages show."""
        yield Kept(0, size_without_own_update(file))

    def example(self) -> bytes:
        objects = (
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [ 3 0 R ] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [ 0 0 3 3 ] /Resources << >> >>",
        )
        data, offsets = b"%PDF-1.4\n", []
        for number, content in enumerate(objects, 1):
            offsets.append(len(data))
            data += b"%d 0 obj\n%b\nendobj\n" % (number, content)
        table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
        trailer = b"trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(data)
        return data + b"xref\n0 4\n0000000000 65535 f \n" + table + trailer


FORMAT = Pdf()
