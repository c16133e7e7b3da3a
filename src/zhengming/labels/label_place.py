"""The place of a metadata label in its file: is it where the guides, or failing them we, put it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO

from zhengming.ground.errors import ZhengmingError
from zhengming.labels.edit import applied
from zhengming.labels.findings import Finding, finding
from zhengming.labels.format import Entry, Format
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.reading import Reading, is_label, read_label
from zhengming.labels.structures.picture import xmp

#: Places of annex B of the image guide: allowed beside XMP. In EXIF the wrapper belongs there. [M]
_ANNEX_B = {("PNG tEXt", "aigc"), ("EXIF", "usercomment"), ("EXIF UserComment", "usercomment")}


@dataclass(frozen=True)
class Usual:
    """Where and how a format holds its label, learnt by labelling the format's own example."""

    entry: Entry
    wrapped: bool


@cache
def usual(format_: Format) -> Usual | None:
    """The usual place of a format's label; None when its example cannot be labelled here and now."""
    data = format_.example()
    try:
        labelled = applied(format_.write(BytesIO(data), MetadataLabel("A", "B")), data)
        entry = next(entry for entry in format_.entries(BytesIO(labelled)) if is_label(entry))
    except (ZhengmingError, StopIteration):
        return None
    return Usual(entry, read_label(entry).wrapped)


def place_findings(reading: Reading, format_: Format) -> Iterator[Finding]:
    """What is wrong with the place of a label: another place, a wrapper, an XMP namespace or prefix."""
    entry = reading.entry
    key = entry.key.rsplit(":", 1)[-1].casefold()
    expected = usual(format_)
    if (entry.place, key) in _ANNEX_B:
        if entry.place.startswith("EXIF") and not reading.wrapped:
            yield finding("wrapper-missing", entry.place)
    elif entry.place == xmp.PLACE:
        yield from _xmp_findings(entry)
        if expected and expected.entry.place != xmp.PLACE:
            yield finding("place-unusual", entry.place)
        if reading.wrapped:
            yield finding("wrapper-unneeded", entry.place)
    elif expected:
        yield from _other_findings(reading, expected)


def _xmp_findings(entry: Entry) -> Iterator[Finding]:
    if entry.detail == "malformed":
        yield finding("xmp-malformed")
    elif entry.detail != xmp.NAMESPACE:
        yield finding("namespace", entry.detail)
    prefix, _, name = entry.key.rpartition(":")
    if prefix != "TC260" or name != "AIGC":
        yield finding("xmp-prefix", entry.key)


def _other_findings(reading: Reading, expected: Usual) -> Iterator[Finding]:
    entry = reading.entry
    same_place = (entry.place, entry.detail) == (expected.entry.place, expected.entry.detail)
    if not same_place:
        yield finding("place-unusual", f"{entry.place} {entry.key}".strip())
    elif expected.wrapped != reading.wrapped:
        yield finding("wrapper-unneeded" if reading.wrapped else "wrapper-missing", entry.place)
