"""ODP (ISO/IEC 26300): an OpenDocument presentation, and its template."""

from zhengming.labels.structures.archive.open_document import OpenDocument


class Odp(OpenDocument):
    name = "odp"
    title = "OpenDocument 演示文稿"
    suffixes = (".odp", ".otp")
    media_type = "application/vnd.oasis.opendocument.presentation"
    content = "<office:presentation/>"


FORMAT = Odp()
