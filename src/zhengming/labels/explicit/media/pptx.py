"""Explicit labels in PPTX (ISO/IEC 29500 PresentationML): a text box in a corner of every slide.

A slide is shown like a picture, so the text is as high as GB 45438-2025 §5.2 asks of one. White on a black ground
of its own.
"""

from collections.abc import Iterator
from typing import BinaryIO

from zhengming.ground.errors import BadFile
from zhengming.labels.edit import Progress, copy
from zhengming.labels.explicit.labeller import Corner, Labeller, Shown, Wish
from zhengming.labels.explicit.page.office_parts import Parts, opened, related, texts
from zhengming.labels.explicit.page.text_lines import labels_among
from zhengming.labels.explicit.picture.drawing import PADDING, broken
from zhengming.labels.explicit.picture.placement import CORNER_WORDS, MARGIN
from zhengming.labels.structures.archive.package import in_text
from zhengming.labels.structures.archive.xml_splice import Change, Xml

#: English metric units: a point is 12 700.
POINT = 12_700
#: The least ink height of a capital in the fonts asked for, in ems: Arial has 0.716, Microsoft YaHei 0.74.
CAPITAL = 0.7
#: The widest a character gets, in ems, Chinese or Latin; the box is as wide as the text would be at most.
WIDE, NARROW = 1.0, 0.72
USUAL_CORNER: Corner = "bottom-right"
USUAL_SIZE = (12_192_000, 6_858_000)


class Pptx(Labeller):
    name = "pptx"
    title = "PowerPoint 演示文稿"
    formats = ("pptx",)

    def put(
        self,
        source: BinaryIO,
        sink: BinaryIO,
        wish: Wish,
        format_name: str,  # noqa: ARG002  one format only
        progress: Progress | None = None,
    ) -> Shown:
        wish = wish.checked()
        parts = opened(source)
        slides = _slides(parts)
        if not slides:
            raise BadFile("演示文稿没有幻灯片", "the presentation has no slides")
        size = _slide_size(parts)
        for slide in slides:
            _label(parts, slide, wish, size)
        copy(parts.edit(), source, sink, progress)
        corner = wish.corner or USUAL_CORNER
        facts: dict[str, object] = {
            "pages": len(slides),
            "corner": corner,
            "contrast": 21.0,
            "points": _points(wish, size),
        }
        return Shown(wish.text, f"每张幻灯片{CORNER_WORDS[corner]}", facts)

    def seen(self, file: BinaryIO, format_name: str) -> Iterator[str]:  # noqa: ARG002  one format only
        """Labels among the paragraphs of the slides."""
        parts = opened(file)
        yield from labels_among(line for name in _slides(parts) for line in texts(parts.xml(name), "p", "t"))


LABELLER = Pptx()


def _slides(parts: Parts) -> list[str]:
    return list(dict.fromkeys(found.part for found in related(parts, parts.main(), "slide")))


def _slide_size(parts: Parts) -> tuple[int, int]:
    size = parts.xml(parts.main()).first("sldSz")
    try:
        width, height = (int(size.attributes[side]) for side in ("cx", "cy")) if size else USUAL_SIZE
    except (KeyError, ValueError):
        raise BadFile("幻灯片大小写得不对", "the size of the slides is not given as it should be") from None
    if min(width, height) < POINT:
        raise BadFile("幻灯片大小不对", f"slides of {width}×{height} EMU")
    return width, height


def _points(wish: Wish, size: tuple[int, int]) -> float:
    """The font size with which a capital is as high as wished, in points, up to whole tenths."""
    return -(-wish.height * min(size) / POINT / CAPITAL * 10 // 1) / 10


def _label(parts: Parts, slide: str, wish: Wish, size: tuple[int, int]) -> None:
    xml = parts.xml(slide)
    tree = xml.first("spTree")
    if tree is None:
        raise BadFile(f"幻灯片 {slide} 没有形状树", f"the slide {slide} has no shape tree")
    tail = next((one for one in xml.all("extLst") if one.parent is tree), None)
    shape = _shape(xml, wish, size)
    at = tail.start if tail else tree.close
    parts.change(slide, xml, [Change(at, at, shape)])


def _shape(xml: Xml, wish: Wish, size: tuple[int, int]) -> bytes:
    """The text box (p:sp); its id is free on the slide."""
    em = _points(wish, size) * POINT
    padding = int(PADDING * wish.height * min(size))
    lines = broken(wish.text, size[0] - 2 * padding, lambda line: _width(line) * em)
    width = min(size[0], int(max(map(_width, lines)) * em) + 2 * padding)
    height = int(len(lines) * 1.25 * em) + padding
    left, top = _place(wish.corner or USUAL_CORNER, size, (width, height))
    main, drawing = xml.root.uri, _drawing_uri(xml.root.uri)
    font = '<a:latin typeface="Arial"/><a:ea typeface="微软雅黑"/>'
    white = '<a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill>'
    language = f'lang="zh-CN" sz="{round(_points(wish, size) * 100)}" dirty="0"'
    paragraphs = "".join(
        f'<a:p><a:pPr algn="ctr"/><a:r><a:rPr {language}>{white}{font}</a:rPr><a:t>{in_text(line)}</a:t></a:r></a:p>'
        for line in lines
    )
    insets = 'wrap="none" lIns="0" tIns="0" rIns="0" bIns="0" anchor="ctr"'
    return (
        f'<p:sp xmlns:p="{main}" xmlns:a="{drawing}"><p:nvSpPr>'
        f'<p:cNvPr id="{_free_id(xml)}" name="AI label"/><p:cNvSpPr txBox="1"/><p:nvPr userDrawn="1"/></p:nvSpPr>'
        f'<p:spPr><a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
        '<a:prstGeom prst="roundRect"><a:avLst/></a:prstGeom>'
        '<a:solidFill><a:srgbClr val="000000"/></a:solidFill></p:spPr>'
        f"<p:txBody><a:bodyPr {insets}><a:noAutofit/></a:bodyPr><a:lstStyle/>{paragraphs}</p:txBody></p:sp>"
    ).encode()


def _place(corner: Corner, size: tuple[int, int], box: tuple[int, int]) -> tuple[int, int]:
    margin = int(MARGIN * min(size))
    across, down = (max(0, min(margin, (whole - part) // 2)) for whole, part in zip(size, box, strict=True))
    return (
        size[0] - box[0] - across if corner.endswith("right") else across,
        size[1] - box[1] - down if corner.startswith("bottom") else down,
    )


def _width(line: str) -> float:
    return sum(WIDE if ord(character) > 0x2E7F else NARROW for character in line)


def _free_id(xml: Xml) -> int:
    ids = [one.attributes.get("id", "") for one in xml.all("cNvPr")]
    return max((int(one) for one in ids if one.isdecimal() and len(one) < 9), default=1) + 1


def _drawing_uri(main: str) -> str:
    """The namespace of DrawingML that belongs to one of PresentationML, transitional or strict."""
    return main.replace("/presentationml/", "/drawingml/")
