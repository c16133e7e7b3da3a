"""What is particular to SVG: prefixes, document types, metadata that is there already, entities."""

import gzip
from io import BytesIO
from pathlib import Path

import pytest

from labels.formats.image_tools import (
    LABEL,
    OTHER,
    exiftool_reads,
    ffmpeg_hashes,
    has_only_our_label,
    labelled,
    labels_in,
)
from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.format import FORMATS
from zhengming.labels.recognition import recognise

SVG = "http://www.w3.org/2000/svg"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DRAWING = '<rect width="40" height="30" fill="#a0c"/><g><title>a part</title><circle r="9" cx="9" cy="9"/></g>'
OPEN = f'<svg xmlns="{SVG}" width="40" height="30">'
INKSCAPE = (
    f'<svg xmlns="{SVG}" xmlns:rdf="{RDF}" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:cc="http://c#" '
    'width="40" height="30"><metadata id="m1"><rdf:RDF><cc:Work rdf:about=""><dc:format>image/svg+xml</dc:format>'
    f"</cc:Work></rdf:RDF></metadata>{DRAWING}</svg>"
)
ILLUSTRATOR = (
    '<?xml version="1.0"?>\n<!-- Generator: a program -->\n'
    '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd" [\n'
    f'<!ENTITY ns_svg "{SVG}">\n]>\n<svg xmlns="&ns_svg;" width="40" height="30"><desc>words</desc>{DRAWING}</svg>\n'
)
VARIANTS = {
    "plain": f"{OPEN}{DRAWING}</svg>",
    "metadata-with-rdf": INKSCAPE,
    "entity-for-the-namespace": ILLUSTRATOR,
    "empty-metadata": f'{OPEN}<metadata id="x"/>{DRAWING}</svg>',
    "empty-rdf": f'{OPEN}<metadata><r:RDF xmlns:r="{RDF}"/></metadata>{DRAWING}</svg>',
    "prefixed": f'<s:svg xmlns:s="{SVG}" width="40" height="30"><s:rect width="9" height="9"/></s:svg>',
    "text-in-metadata": f"{OPEN}<metadata>drawn by hand</metadata>{DRAWING}</svg>",
    "byte-order-mark": f"\ufeff{OPEN}{DRAWING}</svg>",
    "line-feeds-in-the-tag": f'<svg\r\n xmlns="{SVG}"\r\n width="40" height="30" a="x>y">\r\n{DRAWING}\r\n</svg>\r\n',
}

every_variant = pytest.mark.parametrize("variant", VARIANTS)


@every_variant
def test_the_drawing_stays_byte_for_byte(variant: str) -> None:
    data = VARIANTS[variant].encode()
    twice = labelled("svg", labelled("svg", data, OTHER))
    assert has_only_our_label("svg", twice)
    assert recognise(BytesIO(twice)).name == "svg"
    marks = [DRAWING.encode()] if DRAWING.encode() in data else [b"<s:rect"]
    assert all(mark in twice for mark in marks)
    assert len(labelled("svg", twice, OTHER)) == len(labelled("svg", data, OTHER))


@every_variant
def test_it_is_drawn_the_same(variant: str, tmp_path: Path) -> None:
    before, after = tmp_path / "before.svg", tmp_path / "after.svg"
    before.write_bytes(VARIANTS[variant].encode())
    after.write_bytes(labelled("svg", before.read_bytes()))
    assert ffmpeg_hashes(after) == ffmpeg_hashes(before)


def test_exiftool_finds_our_label_and_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "x.svg").write_bytes(labelled("svg", VARIANTS["plain"].encode()))
    assert exiftool_reads(tmp_path / "x.svg")["XMP-TC260:Aigc"] == LABEL.json()
    (tmp_path / "y.svg").write_bytes(labelled("svg", INKSCAPE.encode()))
    tags = exiftool_reads(tmp_path / "y.svg")
    assert LABEL.json() in tags.values()
    assert "image/svg+xml" in tags.values()


@pytest.mark.parametrize(
    "inside",
    [
        f"<metadata>{OTHER.wrapped_json()}</metadata>",
        f"<desc>{OTHER.wrapped_json()}</desc>",
        f"<g><metadata><AIGC>{OTHER.json()}</AIGC></metadata></g>",
        f'<metadata><r:RDF xmlns:r="{RDF}"><r:li t:AIGC=\'{OTHER.json()}\' xmlns:t="u:"/></r:RDF></metadata>',
    ],
    ids=["text-of-metadata", "description", "nested-without-rdf", "attribute"],
)
def test_labels_in_odd_places_are_taken_over(inside: str) -> None:
    data = f'<svg xmlns="{SVG}">{inside}{DRAWING}</svg>'.encode()
    assert len(labels_in("svg", data)) == 1
    once = labelled("svg", data)
    assert has_only_our_label("svg", once)
    assert OTHER.produce_id.encode() not in once


def test_a_compressed_drawing_is_read_but_not_written() -> None:
    data = gzip.compress(labelled("svg", VARIANTS["plain"].encode()))
    assert recognise(BytesIO(data), "x.svgz").name == "svg"
    assert has_only_our_label("svg", data)
    with pytest.raises(Refused):
        labelled("svg", data)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "data",
    [
        f'<!DOCTYPE svg [<!ENTITY l0 "ha">{LAUGHS}]><svg xmlns="{SVG}"><desc>&l9;</desc></svg>'.encode(),
        f'<!DOCTYPE svg [<!ENTITY a "{"a" * 2000}">]><svg xmlns="{SVG}"><desc>{"&a;" * 9000}</desc></svg>'.encode(),
        b"<svg>" + b"<g>" * 100000,
        b"<svg><g></svg>",
        gzip.compress(bytes(80 * 1024 * 1024), 1),
        gzip.compress(b"<svg></svg>")[:-6],
        '<?xml version="1.0" encoding="UTF-16"?><svg/>'.encode("utf-16")[:-2],
    ],
    ids=["laughs", "long-entity", "depth", "not-well-formed", "bomb", "cut", "utf-16-cut"],
)
def test_hostile_bytes_give_our_error(data: bytes) -> None:
    with pytest.raises(BadFile):
        list(FORMATS["svg"].entries(BytesIO(data)))


def test_html_with_a_drawing_in_it_is_no_svg() -> None:
    assert FORMATS["svg"].score(sample(b"<!DOCTYPE html><html><body><svg></svg>")) == 0


def sample(start: bytes) -> object:
    from zhengming.labels.format import Sample

    return Sample(start, ".html", BytesIO(start))


def test_an_external_entity_is_not_fetched(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(OTHER.wrapped_json())
    text = f'<!DOCTYPE svg [<!ENTITY x SYSTEM "file://{tmp_path}/secret">]><svg xmlns="{SVG}"><g>&x;</g></svg>'
    assert labels_in("svg", text.encode()) == []
    assert has_only_our_label("svg", labelled("svg", text.encode()))
