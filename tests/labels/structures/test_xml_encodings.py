"""An XML declaration may name any encoding: one that nobody knows is damage like any other, wherever XML stands."""

from io import BytesIO

import pytest

from zhengming.ground.errors import BadFile
from zhengming.labels.format import FORMATS
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.structures.archive.xml_splice import Xml
from zhengming.labels.structures.picture import xmp

ODD = ["UTF-x", "rot13", "hex"]
LABEL = MetadataLabel("001191110102MACQD9K64010000", "n-1").json()


@pytest.mark.parametrize("encoding", ODD)
def test_an_unknown_encoding_of_xml_is_our_error(encoding: str) -> None:
    start = f'<?xml version="1.0" encoding="{encoding}"?>'.encode()
    with pytest.raises(BadFile):
        list(FORMATS["svg"].entries(BytesIO(start + b'<svg xmlns="http://www.w3.org/2000/svg"/>')))
    with pytest.raises(BadFile):
        Xml(start + b"<Properties/>")
    assert list(xmp.entries(start + xmp.labelled(None, LABEL)))  # XMP is UTF-8, whatever it says
