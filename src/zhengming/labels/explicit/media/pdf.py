"""Explicit labels on PDF pages (ISO 32000-1): real text in a corner of every page, upright as displayed.

A page with text counts as text (GB 45438-2025 §5.1, no size is fixed) and gets a corner mark of our size; a page
that holds pictures only counts as an image (§5.2). What lies behind is not rendered, so the ground is opaque.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.edit import Progress
from zhengming.labels.explicit.labeller import LEAST_HEIGHT, Corner, Labeller, Shown, Wish
from zhengming.labels.explicit.page.pdf_form import label_form
from zhengming.labels.explicit.page.pdf_text import lines_of
from zhengming.labels.explicit.page.text_lines import labels_among
from zhengming.labels.explicit.picture.decoding import decoding
from zhengming.labels.explicit.picture.placement import CORNER_WORDS, MARGIN

if TYPE_CHECKING:
    import pikepdf

#: Text height on a page of text as a share of its shortest side (9 pt on A4), and its least, in points.
TEXT_PAGE_HEIGHT, LEAST_POINTS = 0.015, 5.0
USUAL_CORNER: Corner = "top-right"
#: A label stands at the start or the end; the pages in between are not searched for one.
SEARCHED_PAGES = 8


class Pdf(Labeller):
    name = "pdf"
    title = "PDF 文档"
    formats = ("pdf",)

    def put(
        self,
        source: BinaryIO,
        sink: BinaryIO,
        wish: Wish,
        format_name: str,  # noqa: ARG002  one format only
        progress: Progress | None = None,
    ) -> Shown:
        wish = wish.checked()
        with decoding("PDF"), _opened(source) as pdf:
            _refuse_signed(pdf)
            forms: dict[tuple[float, float], Any] = {}
            pages = len(pdf.pages)
            for number, page in enumerate(pdf.pages, 1):
                _label(pdf, page, wish, forms)
                if progress:
                    progress(number, pages)
            if not pages:
                raise BadFile("PDF 没有页", "the PDF has no pages")
            pdf.save(sink, preserve_pdfa=True)
        corner = wish.corner or USUAL_CORNER
        return Shown(wish.text, f"每页{CORNER_WORDS[corner]}", {"pages": pages, "corner": corner, "contrast": 21.0})

    def seen(self, file: BinaryIO, format_name: str) -> Iterator[str]:  # noqa: ARG002  one format only
        """Labels among the texts of the first and last pages, where their fonts map codes to Unicode."""
        with decoding("PDF"), _opened(file) as pdf:
            pages = list(pdf.pages)
            searched = pages[:SEARCHED_PAGES] + pages[SEARCHED_PAGES:][-SEARCHED_PAGES:]
            yield from labels_among(line for page in searched for line in lines_of(page))


LABELLER = Pdf()


def _opened(file: BinaryIO) -> "pikepdf.Pdf":
    import pikepdf

    file.seek(0)
    try:
        pdf = pikepdf.open(file)
    except pikepdf.PasswordError:
        raise Refused("PDF 已加密，需要口令", "the PDF is encrypted and needs a password") from None
    if pdf.is_encrypted:
        pdf.close()
        raise Refused(
            "PDF 已加密，加标识会去掉其权限设置；请先解密",
            "the PDF is encrypted and its permissions would be lost; decrypt it first",
        )
    return pdf


def _refuse_signed(pdf: "pikepdf.Pdf") -> None:
    """A page changed after signing makes the signature invalid."""
    form: Any = pdf.Root.get("/AcroForm", {})
    flags = int(form.get("/SigFlags", 0)) if "/SigFlags" in form else 0
    if flags & 1 or "/Perms" in pdf.Root:
        raise Refused(
            "PDF 带有数字签名，加显式标识会使签名失效：请先加标识再签名",
            "the PDF is digitally signed and a visible label would break it: label first, then sign",
        )


def _label(pdf: "pikepdf.Pdf", page: "pikepdf.Page", wish: Wish, forms: dict[tuple[float, float], Any]) -> None:
    import pikepdf

    box = [float(value) for value in page.cropbox]
    left, bottom = min(box[0::2]), min(box[1::2])
    across, up = abs(box[2] - box[0]), abs(box[3] - box[1])
    turn = int(_inherited(page.obj, "/Rotate") or 0) % 360
    size = (up, across) if turn in (90, 270) else (across, up)
    key = (round(_text_height(page, size, wish), 2), round(size[0], 1))
    if key not in forms:
        forms[key] = label_form(pdf, wish.text, *key)
    name = page.add_resource(forms[key], pikepdf.Name.XObject, pikepdf.Name(f"/ZhengmingLabel{len(forms)}"))
    matrix = _matrix(turn, (left, bottom, left + across, bottom + up), _corner(size, forms[key], wish))
    restored = "Q\n" * (1 + _states_left_open(page))
    page.contents_add(b"q\n", prepend=True)
    page.contents_add(f"\n{restored}q {matrix} cm {name} Do Q\n".encode(), prepend=False)


def _states_left_open(page: "pikepdf.Page") -> int:
    """How many graphics states a page saves (q) and never restores (Q), against the rule."""
    import pikepdf

    depth = 0
    for step in pikepdf.parse_content_stream(page, "q Q"):
        depth = max(0, depth + (1 if str(step.operator) == "q" else -1))
    return depth


def _text_height(page: "pikepdf.Page", size: tuple[float, float], wish: Wish) -> float:
    """The ink height in points: as wished, where the wish is more than the least or the page is a picture."""
    is_text = wish.height == LEAST_HEIGHT and _has_fonts(page.resources, 0)
    return max((TEXT_PAGE_HEIGHT if is_text else wish.height) * min(size), LEAST_POINTS)


def _has_fonts(resources: Any, depth: int) -> bool:
    if resources.get("/Font"):
        return True
    forms = [one for one in (resources.get("/XObject") or {}).values() if one.get("/Resources") is not None]
    return depth < 3 and any(_has_fonts(form["/Resources"], depth + 1) for form in forms)


def _corner(size: tuple[float, float], form: Any, wish: Wish) -> tuple[float, float]:
    """Where the lower left corner of the label lies on the displayed page, in points."""
    width, height = float(form.BBox[2]), float(form.BBox[3])
    if width > size[0] or height > size[1]:
        raise Refused(
            f"页面只有 {size[0]:.0f}×{size[1]:.0f} 点，放不下标识",
            f"a page of {size[0]:.0f}×{size[1]:.0f} points has no room for the label",
        )
    corner, margin = wish.corner or USUAL_CORNER, MARGIN * min(size)
    across = min(margin, (size[0] - width) / 2)
    up = min(margin, (size[1] - height) / 2)
    return (
        size[0] - width - across if corner.endswith("right") else across,
        size[1] - height - up if corner.startswith("top") else up,
    )


def _matrix(turn: int, box: tuple[float, float, float, float], at: tuple[float, float]) -> str:
    """The operands of cm that put the label at a displayed place of a page that is shown turned clockwise."""
    left, bottom, right, top = box
    u, v = at
    numbers = {
        0: (1, 0, 0, 1, left + u, bottom + v),
        90: (0, 1, -1, 0, right - v, bottom + u),
        180: (-1, 0, 0, -1, right - u, top - v),
        270: (0, -1, 1, 0, left + v, top - u),
    }[turn if turn in (90, 180, 270) else 0]
    return " ".join(f"{number:.4f}".rstrip("0").rstrip(".") for number in numbers)


def _inherited(node: Any, key: str) -> Any:
    """The value of a page attribute that may stand in a parent, at most 64 levels up."""
    for _ in range(64):
        if node is None or key in node:
            break
        node = node.get("/Parent")
    return None if node is None else node.get(key)
