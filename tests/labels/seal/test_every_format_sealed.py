"""A seal over content holds in every format: after labelling, after labelling again, after a propagator's update."""

from io import BytesIO

import pytest

from zhengming.ground.errors import Refused
from zhengming.labels.edit import applied
from zhengming.labels.format import FORMATS, Format
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.seal.examination import SealReading, Verdict, examine_seal
from zhengming.labels.seal.message import Which, body_digest
from zhengming.labels.seal.private_keys import Sm2Key
from zhengming.labels.seal.sealing import seal

KEY = Sm2Key(0xABCDEF)
LABEL = MetadataLabel("001191440300708461136T1XGW3", "0b1e2d3c")

every_format = pytest.mark.parametrize("format_", list(FORMATS), ids=lambda format_: format_.name)


def digest(format_: Format, data: bytes) -> bytes:
    return body_digest(BytesIO(data), format_.body(BytesIO(data)))


def written(format_: Format, data: bytes, label: MetadataLabel) -> bytes:
    try:
        return applied(format_.write(BytesIO(data), label), data)
    except Refused as refusal:
        pytest.skip(refusal.words.en)


def examined(format_: Format, data: bytes, label: MetadataLabel, which: Which = 1) -> SealReading:
    return examine_seal(label.fields(), which, lambda: digest(format_, data))


@every_format
def test_a_seal_holds_through_every_later_label(format_: Format) -> None:
    data = format_.example()
    label = seal(LABEL, KEY, digest(format_, data))
    data = written(format_, data, label)
    assert examined(format_, data, label).covers[-1] == "content"
    label = label.propagated("00119144030008867405X220001", "77")
    label = seal(label, Sm2Key(99), digest(format_, data), which=2)
    data = written(format_, data, label)
    assert examined(format_, data, label, 1).covers[-1] == "content"
    assert examined(format_, data, label, 2).covers[-1] == "content"


@every_format
def test_a_changed_body_is_never_vouched_for(format_: Format) -> None:
    data = format_.example()
    label = seal(LABEL, KEY, digest(format_, data))
    spans = [span for span in format_.body(BytesIO(data)) if len(span)]
    if not spans:
        pytest.skip("the example of this format has an empty body")
    at = spans[-1].stop - 1
    changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
    assert (
        examined(format_, changed, label).verdict != Verdict.GOOD or not examined(format_, changed, label).covers[3:]
    )
