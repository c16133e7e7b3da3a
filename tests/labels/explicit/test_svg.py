"""An SVG gets a group of paths in its corner, high enough, with the text as a title; the rest stays as it was."""

import gzip
import re
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as Tree

import pytest

from zhengming.ground.errors import Refused, ZhengmingError
from zhengming.labels.explicit.labeller import Shown, Wish
from zhengming.labels.explicit.media.svg import LABELLER

SVG = "http://www.w3.org/2000/svg"
DRAWING = '<circle cx="50" cy="50" r="40" fill="red"/>'


def drawing(attributes: str, inner: str = DRAWING) -> bytes:
    return f'<?xml version="1.0"?>\n<!-- kept -->\n<svg xmlns="{SVG}" {attributes}>{inner}</svg>\n'.encode()


def labelled(data: bytes, **wish: object) -> tuple[bytes, Shown]:
    sink = BytesIO()
    shown = LABELLER.put(BytesIO(data), sink, Wish(**wish), "svg")
    return sink.getvalue(), shown


def test_the_label_is_the_last_child_and_everything_before_it_stays() -> None:
    data = drawing('viewBox="0 0 800 600"')
    result, _ = labelled(data)
    start, end = data[: data.rindex(b"</svg>")], b"</svg>\n"
    assert result.startswith(start)
    assert result.endswith(end)
    group = list(Tree.fromstring(result))[-1]
    assert group.find(f"{{{SVG}}}title").text == "AI生成"
    assert list(LABELLER.seen(BytesIO(result), "svg")) == ["AI生成"]
    assert list(LABELLER.seen(BytesIO(data), "svg")) == []


@pytest.mark.parametrize("corner", ["top-left", "top-right", "bottom-left", "bottom-right"])
@pytest.mark.parametrize("box", [(0, 0, 800, 600), (-50, 100, 10, 20), (5, 5, 1e5, 3e5)])
def test_the_label_is_inside_the_corner_of_the_view_box(box: tuple[float, ...], corner: str) -> None:
    _, shown = labelled(drawing('viewBox="{} {},{} {}"'.format(*box)), corner=corner)
    left, top, right, bottom = shown.facts["box"]
    x, y, width, height = box
    assert x < left < right < x + width
    assert y < top < bottom < y + height
    assert (left > x + width / 2) == corner.endswith("right")
    assert (top > y + height / 2) == corner.startswith("bottom")


def test_the_capitals_of_the_label_are_as_high_as_the_rule_asks() -> None:
    result, _ = labelled(drawing('viewBox="0 0 800 600"'), text="AI合成")
    path = next(Tree.fromstring(result).iter(f"{{{SVG}}}path"))
    scale = float(re.search(r"scale\(([\d.]+)\)", path.get("transform"))[1])
    letter = path.get("d").split("Z")[0]
    heights = [-float(y) for y in re.findall(r"[ML][\d.-]+ ([\d.-]+)", letter)]
    assert (max(heights) - min(heights)) * scale >= 0.05 * 600 - 0.01


@pytest.mark.parametrize(
    ("attributes", "height"), [('width="200px" height="100"', 5), ('width="2in" height="25.4mm"', 4.8)]
)
def test_without_a_view_box_width_and_height_tell_the_size(attributes: str, height: float) -> None:
    assert labelled(drawing(attributes))[1].facts["height"] == pytest.approx(height)


@pytest.mark.parametrize("attributes", ["", 'width="100%" height="100%"', 'viewBox="0 0 0 10"'])
def test_a_picture_of_unknown_or_impossible_size_is_refused(attributes: str) -> None:
    with pytest.raises(Refused):
        labelled(drawing(attributes))


def test_a_text_beyond_the_shipped_font_is_an_embedded_picture() -> None:
    result, _ = labelled(drawing('viewBox="0 0 800 600"'), text="鼉&AI生成")
    assert b"data:image/png;base64," in result
    assert list(LABELLER.seen(BytesIO(result), "svg")) == ["鼉&AI生成"]


def test_svgz_stays_compressed() -> None:
    result, _ = labelled(gzip.compress(drawing('viewBox="0 0 80 60"')))
    assert "AI生成".encode() in gzip.decompress(result)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg",
        b"<html/>",
        b"\x1f\x8b broken",
        b'<!DOCTYPE svg [<!ENTITY a "b">]><svg viewBox="0 0 9 9">&a;</svg>',
    ],
)
def test_rubbish_and_entities_give_our_error(data: bytes) -> None:
    with pytest.raises(ZhengmingError):
        labelled(data)


def test_an_empty_root_is_opened() -> None:
    result, _ = labelled(f'<s:svg xmlns:s="{SVG}" viewBox="0 0 80 60"/>'.encode())
    assert len(Tree.fromstring(result)) == 1


def test_a_real_file_is_labelled(samples: Path) -> None:
    data = (samples / "files" / "sample1.svg").read_bytes()
    result, _ = labelled(data)
    assert len(result) > len(data)
