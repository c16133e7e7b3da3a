"""Explicit labels on SVG (SVG 2): a group of paths in a corner of the view box, with the text as its title.

Paths need no font where the picture is shown. What lies behind is not rendered, so the ground is opaque. The rest of
the file stays byte for byte; svgz stays compressed.
"""

import gzip
import re
from base64 import b64encode
from collections.abc import Iterator
from io import BytesIO
from math import ceil
from typing import BinaryIO

from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.edit import Progress
from zhengming.labels.explicit.labeller import Corner, Labeller, Shown, Wish
from zhengming.labels.explicit.page.outlines import shipped
from zhengming.labels.explicit.page.text_lines import labels_among
from zhengming.labels.explicit.page.vector_plate import VectorPlate, vector_plate
from zhengming.labels.explicit.picture.drawing import plate
from zhengming.labels.explicit.picture.placement import CORNER_WORDS, MARGIN
from zhengming.labels.structures import inflate
from zhengming.labels.structures.archive.package import in_attribute, in_text
from zhengming.labels.structures.archive.xml_splice import Element, Xml

SVG = "http://www.w3.org/2000/svg"
USUAL_CORNER: Corner = "bottom-right"
LARGEST = 64 * 1024 * 1024
GZIP = b"\x1f\x8b"
#: CSS pixels in the units that a width may have (CSS Values 4, 6.2).
UNITS = {"": 1, "px": 1, "pt": 96 / 72, "pc": 16, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96, "q": 96 / 101.6}
#: Sharpness of a plate that has to be a picture.
PIXELS_HIGH = 96

#: Inline, because it wins over the rules of a style sheet in the file.
STYLE = "stroke:none;fill-opacity:1;fill:"

Box = tuple[float, float, float, float]  # x, y, width, height


class Svg(Labeller):
    name = "svg"
    title = "SVG 矢量图"
    formats = ("svg",)

    def put(
        self,
        source: BinaryIO,
        sink: BinaryIO,
        wish: Wish,
        format_name: str,  # noqa: ARG002  one format only
        progress: Progress | None = None,
    ) -> Shown:
        wish = wish.checked()
        data, is_packed = _read(source)
        xml = Xml(data)
        if xml.root.local != "svg":
            raise BadFile(f"根元素是 {xml.root.local}，不是 svg", f"the root element is {xml.root.local}, not svg")
        box = _view_box(xml.root)
        height = wish.height * min(box[2:])
        group, size = _group(wish.text, height, box[2])
        x, y = _place(wish.corner or USUAL_CORNER, box, size)
        new = f'<g xmlns="{SVG}" transform="translate({x:g} {y:g})">{group}</g>'
        result = xml.changed([xml.appending(xml.root, new.encode())])
        sink.write(gzip.compress(result, mtime=0) if is_packed else result)
        if progress:
            progress(len(result), len(result))
        corner = wish.corner or USUAL_CORNER
        facts: dict[str, object] = {
            "box": (x, y, x + size[0], y + size[1]),
            "corner": corner,
            "contrast": 21.0,
            "height": height,
        }
        return Shown(wish.text, CORNER_WORDS[corner], facts)

    def seen(self, file: BinaryIO, format_name: str) -> Iterator[str]:  # noqa: ARG002  one format only
        """Labels among the titles, descriptions and texts."""
        xml = Xml(_read(file)[0])
        kinds = ("title", "desc", "text", "tspan")
        yield from labels_among(one.text for one in xml.elements if one.local in kinds)


LABELLER = Svg()


def _read(file: BinaryIO) -> tuple[bytes, bool]:
    """The XML of the file, and whether it was compressed (svgz). Raises BadFile when it is too large."""
    cursor = Cursor(file)
    data = cursor.take(cursor.left, LARGEST)
    if not data.startswith(GZIP):
        return data, False
    return inflate.inflated(data, LARGEST, ("svgz ", "the svgz"), inflate.GZIPPED, whole=True), True


def _view_box(root: Element) -> Box:
    """The part of the plane that is shown: viewBox, or width and height where there is none.

    Raises Refused when neither tells, because then the size on the page is not known.
    """
    numbers = [_number(part) for part in re.split(r"[\s,]+", root.attributes.get("viewBox", "").strip())]
    if len(numbers) != 4:
        numbers = [0.0, 0.0, *(_length(root.attributes.get(side, "")) for side in ("width", "height"))]
    x, y, width, height = numbers
    if x is None or y is None or not width or not height or min(width, height) <= 0:
        raise Refused(
            "SVG 没有可用的 viewBox 或宽高，无法确定标识的大小",
            "the SVG has no usable viewBox, width or height, so the size of the label cannot be told",
        )
    return x, y, width, height


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?", text) else None


def _length(text: str) -> float | None:
    match = re.fullmatch(r"([^a-zA-Z%]+(?:[eE][+-]?\d+)?)\s*([a-zA-Z]*)", text.strip())
    number = _number(match[1].strip()) if match else None
    factor = UNITS.get(match[2].lower()) if match else None
    return number * factor if number is not None and factor else None


def _place(corner: Corner, box: Box, size: tuple[float, float]) -> tuple[float, float]:
    x, y, width, height = box
    if size[1] > height:
        raise Refused("画面太矮，放不下标识", "the picture is too low for the label")
    margin = MARGIN * min(width, height)
    across, down = min(margin, (width - size[0]) / 2), min(margin, (height - size[1]) / 2)
    return (
        x + (width - size[0] - across if corner.endswith("right") else across),
        y + (height - size[1] - down if corner.startswith("bottom") else down),
    )


def _group(text: str, height: float, widest: float) -> tuple[str, tuple[float, float]]:
    """The content of the label's group, and its width and height in user units."""
    title = f"<title>{in_text(text)}</title>"
    drawn = vector_plate(text, height, widest)
    if drawn is None:
        return _picture(text, height, widest, title)
    ground = f'<rect width="{drawn.width:g}" height="{drawn.height:g}" rx="{drawn.radius:g}" style="{STYLE}#000"/>'
    return title + ground + "".join(_line(drawn, number) for number in range(len(drawn.lines))), (
        drawn.width,
        drawn.height,
    )


def _line(drawn: VectorPlate, number: int) -> str:
    scale = drawn.em / shipped().units
    at = f"translate({drawn.left:g} {drawn.baselines[number]:g}) scale({scale:g})"
    return f'<path transform="{at}" style="{STYLE}#fff" d="{shipped().path(drawn.lines[number])}"/>'


def _picture(text: str, height: float, widest: float, title: str) -> tuple[str, tuple[float, float]]:
    """The plate as an embedded PNG, for characters that the shipped font lacks."""
    from PIL import Image

    scale = height / PIXELS_HIGH
    drawn = plate(text, PIXELS_HIGH, ceil(widest / scale))
    png = BytesIO()
    Image.fromarray(drawn.rgba(1.0)).save(png, "PNG")
    size = (drawn.size[0] * scale, drawn.size[1] * scale)
    source = in_attribute("data:image/png;base64," + b64encode(png.getvalue()).decode())
    # The spelling of SVG 1.1, which readers of SVG 2 accept too.
    links = f'xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="{source}"'
    return f'{title}<image width="{size[0]:g}" height="{size[1]:g}" {links}/>', size
