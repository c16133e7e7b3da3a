"""What every file format keeps, whichever it is: the contract of the shelf, run on its own example and on
real files. A format added to the shelf is tested from that moment."""

from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest

from conftest import SAMPLES, on_each
from zhengming.ground.errors import Refused, ZhengmingError
from zhengming.labels.edit import applied, new_size
from zhengming.labels.format import FORMATS, Entry, Format
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.reading import is_label
from zhengming.labels.recognition import recognise

LABEL = MetadataLabel("001191110102MACQD9K64010000", "cc75f5e99aae4210960acb722f10974e")
SECOND = MetadataLabel(
    "001191110102MACQD9K64010000", "another-number", propagator='with"quote<&>', propagate_id="]]>--"
)

every_format = pytest.mark.parametrize("format_", list(FORMATS), ids=lambda format_: format_.name)
every_real_file = on_each(path for path in SAMPLES.glob("*/*") if path.parent.name != "hostile")


def labels_in(format_: Format, data: bytes) -> list[Entry]:
    return [entry for entry in format_.entries(BytesIO(data)) if is_label(entry)]


def other_entries(format_: Format, data: bytes) -> list[Entry]:
    return sorted(
        (entry for entry in format_.entries(BytesIO(data)) if not is_label(entry)),
        key=lambda entry: (entry.place, entry.key, entry.value),
    )


def written(format_: Format, data: bytes, label: MetadataLabel = LABEL) -> bytes:
    return applied(format_.write(BytesIO(data), label), data)


def body_digest(format_: Format, data: bytes) -> str:
    digest = sha256()
    for span in format_.body(BytesIO(data)):
        digest.update(data[span.start : span.stop])
    return digest.hexdigest()


def values_of(entry: Entry) -> MetadataLabel:
    from zhengming.labels.reading import read_label

    fields = read_label(entry).fields
    return MetadataLabel(
        fields["ContentProducer"], fields["ProduceID"], fields["Label"], fields["ReservedCode1"],
        fields["ContentPropagator"], fields["PropagateID"], fields["ReservedCode2"],
    )  # fmt: skip


def keeps_the_contract(format_: Format, data: bytes) -> None:
    """Written, read back, everything else as it was; written again, still one label."""
    once = written(format_, data)
    twice = written(format_, once, SECOND)
    for result, label in ((once, LABEL), (twice, SECOND)):
        found = labels_in(format_, result)
        assert [values_of(entry) for entry in found] == [label]
        assert recognise(BytesIO(result), f"x{format_.suffixes[0]}") is format_
        assert other_entries(format_, result) == other_entries(format_, data)
        assert body_digest(format_, result) == body_digest(format_, data)
    assert len(written(format_, twice, LABEL)) <= len(once) + 16, "labels pile up with each writing"


@every_format
def test_its_example_is_recognised_by_content_and_by_name(format_: Format) -> None:
    assert recognise(BytesIO(format_.example()), f"x{format_.suffixes[0]}") is format_


@every_format
def test_its_example_has_no_label(format_: Format) -> None:
    assert labels_in(format_, format_.example()) == []


@every_format
def test_its_example_has_a_body_that_binds_a_seal(format_: Format) -> None:
    assert sum(map(len, format_.body(BytesIO(format_.example())))) > 0


@every_format
def test_its_example_keeps_the_contract(format_: Format) -> None:
    keeps_the_contract(format_, format_.example())


@every_format
def test_the_edit_tells_the_size_of_what_it_makes(format_: Format) -> None:
    data = format_.example()
    edit = format_.write(BytesIO(data), LABEL)
    assert new_size(edit) == len(applied(edit, data))


@every_real_file
def test_a_real_file_keeps_the_contract(path: Path) -> None:
    data = path.read_bytes()
    keeps_the_contract(recognise(BytesIO(data), path.name), data)


def survives(format_: Format, data: bytes) -> None:
    """Reading and writing damaged bytes ends well or in an error of ours, and never in a damaged label."""
    try:
        list(format_.entries(BytesIO(data)))
        list(format_.body(BytesIO(data)))
        result = written(format_, data)
    except ZhengmingError:
        return
    try:
        found = labels_in(format_, result)
    except Refused:
        return
    assert [values_of(entry) for entry in found] == [LABEL]


some_places = pytest.mark.parametrize("most", [100, pytest.param(1200, marks=pytest.mark.slow)])


@some_places
@every_format
def test_any_truncation_gives_our_error_or_a_whole_label(format_: Format, most: int) -> None:
    for data in (format_.example(), written(format_, format_.example(), SECOND)):
        for size in places(len(data), most):
            survives(format_, data[:size])


@some_places
@every_format
def test_any_flipped_bit_gives_our_error_or_a_whole_label(format_: Format, most: int) -> None:
    for data in (format_.example(), written(format_, format_.example(), SECOND)):
        for at in places(len(data), most):
            for bit in (0, 3, 7):
                damaged = bytearray(data)
                damaged[at] ^= 1 << bit
                survives(format_, bytes(damaged))


def places(size: int, most: int) -> list[int]:
    """Every place in a file up to ``most`` bytes long; in a longer one so many, spread evenly with both ends."""
    if size <= most:
        return list(range(size))
    return [number * (size - 1) // (most - 1) for number in range(most)]
