"""What the tests of documents share: labels to write, and ZIP files looked at by the standard library."""

import zipfile
from io import BytesIO

from zhengming.labels.edit import applied
from zhengming.labels.format import Entry, Format
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.reading import is_label, read_label

LABEL = MetadataLabel("001191110102MACQD9K64010000", "cc75f5e99aae4210960acb722f10974e")
SECOND = MetadataLabel("001191110102MACQD9K64010000", "another", propagator='with"quote<&>', propagate_id="]]>--")


def labelled(format_: Format, data: bytes, label: MetadataLabel = LABEL) -> bytes:
    return applied(format_.write(BytesIO(data), label), data)


def entries(format_: Format, data: bytes) -> list[Entry]:
    return list(format_.entries(BytesIO(data)))


def labels(format_: Format, data: bytes) -> list[dict[str, str]]:
    return [read_label(entry).fields for entry in entries(format_, data) if is_label(entry)]


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def with_parts(data: bytes, changes: dict[str, str | bytes | None]) -> bytes:
    """The archive made anew by the standard library, with parts put in, exchanged or (None) left out."""
    result = BytesIO()
    parts: dict[str, str | bytes | None] = {**members(data), **changes}
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if content is not None:
                stored = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
                archive.writestr(name, content, stored)
    return result.getvalue()
