"""The plate of a label as a PDF form XObject, with its text as text: drawn with the shipped font, or as a picture
with invisible text over it when the shipped font lacks a character."""

from math import ceil
from typing import TYPE_CHECKING, Any

from zhengming.labels.explicit.fonts import SHIPPED
from zhengming.labels.explicit.page.outlines import shipped
from zhengming.labels.explicit.page.vector_plate import VectorPlate, vector_plate
from zhengming.labels.explicit.picture.drawing import plate

if TYPE_CHECKING:
    import pikepdf

#: A quarter of a circle as a Bézier curve: how far its controls lie, as a share of the radius.
ROUND = 0.5523
#: Pixels a point of a plate drawn as a picture: 288 dpi.
PIXELS = 4


def label_form(pdf: "pikepdf.Pdf", text: str, height: float, widest: float) -> Any:
    """A form XObject with ``text`` in ink ``height`` points high, no wider than ``widest`` points."""
    drawn = vector_plate(text, height, widest)
    if drawn is None:
        return _picture_form(pdf, text, height, widest)
    shown = "".join(
        f"BT /F {drawn.em:.3f} Tf {drawn.left:.3f} {drawn.height - baseline:.3f} Td <{_codes(line)}> Tj ET\n"
        for line, baseline in zip(drawn.lines, drawn.baselines, strict=True)
    )
    content = f"0 g\n{_ground(drawn)}f\n1 g\n{shown}"
    glyphs = {shipped().glyphs[character]: character for character in text}
    return _form(pdf, (drawn.width, drawn.height), content, {"/Font": {"/F": _font(pdf, glyphs)}})


def _form(pdf: "pikepdf.Pdf", size: tuple[float, float], content: str, resources: dict[str, Any]) -> Any:
    import pikepdf

    form = pikepdf.Stream(pdf, content.encode())
    form.Type, form.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
    form.BBox = [0, 0, *(round(side, 3) for side in size)]
    form.Resources = pikepdf.Dictionary(resources)
    # Its own group, so that the transparency state of the page cannot change it.
    form.Group = pikepdf.Dictionary(S=pikepdf.Name.Transparency, I=True)
    return pdf.make_indirect(form)


def _codes(line: str) -> str:
    return "".join(f"{shipped().glyphs[character]:04X}" for character in line)


def _ground(drawn: VectorPlate) -> str:
    """The path of the ground with its round corners, counter-clockwise from the lower left."""
    w, h, r = drawn.width, drawn.height, drawn.radius
    c = r * (1 - ROUND)
    return (
        f"{r:.3f} 0 m {w - r:.3f} 0 l {w - c:.3f} 0 {w:.3f} {c:.3f} {w:.3f} {r:.3f} c\n"
        f"{w:.3f} {h - r:.3f} l {w:.3f} {h - c:.3f} {w - c:.3f} {h:.3f} {w - r:.3f} {h:.3f} c\n"
        f"{r:.3f} {h:.3f} l {c:.3f} {h:.3f} 0 {h - c:.3f} 0 {h - r:.3f} c\n"
        f"0 {r:.3f} l 0 {c:.3f} {c:.3f} 0 {r:.3f} 0 c h\n"
    )


def _font(pdf: "pikepdf.Pdf", characters: dict[int, str]) -> Any:
    """The shipped font as a composite font (ISO 32000-1, 9.7) whose codes are glyph numbers.

    ``characters`` maps the codes in use to Unicode, so that readers extract the text.
    """
    import pikepdf

    font = shipped()
    scale = 1000 / font.units
    widths = [
        item
        for code, character in sorted(characters.items())
        if character in font.glyphs
        for item in (code, [font.advance(character) * scale])
    ]
    name = pikepdf.Name("/NotoSansSCLabels")
    program = pdf.make_stream(SHIPPED.read_bytes(), Length1=SHIPPED.stat().st_size)
    descriptor = pikepdf.Dictionary(
        Type=pikepdf.Name.FontDescriptor, FontName=name, Flags=4, FontBBox=[-1000, -1000, 3000, 2000], ItalicAngle=0,
        Ascent=880, Descent=-120, CapHeight=733, StemV=80, FontFile2=program,
    )  # fmt: skip
    descendant = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.CIDFontType2, BaseFont=name, DW=1000, W=widths,
        CIDSystemInfo=pikepdf.Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor), CIDToGIDMap=pikepdf.Name.Identity,
    )  # fmt: skip
    return pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type0,
            BaseFont=name,
            Encoding=pikepdf.Name("/Identity-H"),
            DescendantFonts=[pdf.make_indirect(descendant)],
            ToUnicode=pdf.make_stream(_to_unicode(characters)),
        )
    )


def _to_unicode(characters: dict[int, str]) -> bytes:
    pairs = "".join(
        f"<{code:04X}> <{character.encode('utf-16-be').hex().upper()}>\n"
        for code, character in sorted(characters.items())
    )
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{len(characters)} beginbfchar\n{pairs}endbfchar\n"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode()


def _picture_form(pdf: "pikepdf.Pdf", text: str, height: float, widest: float) -> Any:
    """The plate as a picture; the invisible text (rendering mode 3) over it has codes of its own from 1 on."""
    drawn = plate(text, ceil(height * PIXELS), int(widest * PIXELS))
    width, tall = (side / PIXELS for side in drawn.size)
    codes = dict(enumerate(dict.fromkeys(text), 0x4000))
    by_character = {character: code for code, character in codes.items()}
    string = "".join(f"{by_character[character]:04X}" for character in text)
    size = width / max(1, len(text))
    shown = f"BT 3 Tr /F {size:.3f} Tf 0 {tall * 0.3:.3f} Td <{string}> Tj ET"
    content = f"q {width:.3f} 0 0 {tall:.3f} 0 0 cm /P Do Q\n{shown}"
    picture = {"/P": _picture(pdf, drawn.rgba(1.0))}
    return _form(pdf, (width, tall), content, {"/Font": {"/F": _font(pdf, codes)}, "/XObject": picture})


def _picture(pdf: "pikepdf.Pdf", rgba: Any) -> Any:
    import pikepdf

    height, width = rgba.shape[:2]
    layers = []
    for samples in (rgba[..., 0], rgba[..., 3]):
        layer = pdf.make_stream(samples.tobytes(), Width=width, Height=height, BitsPerComponent=8)
        layer.Type, layer.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
        layer.ColorSpace = pikepdf.Name.DeviceGray
        layers.append(layer)
    layers[0].SMask = layers[1]
    return layers[0]
