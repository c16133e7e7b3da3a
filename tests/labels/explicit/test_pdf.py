"""Every page of a PDF shows the label in its corner, upright; its text can be extracted; nothing else changes."""

import subprocess
from io import BytesIO
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest

from zhengming.ground.errors import Refused, ZhengmingError
from zhengming.labels.explicit.labeller import Shown, Wish
from zhengming.labels.explicit.media.pdf import LABELLER

A4 = (0, 0, 595, 842)
TEXT = b"BT /F1 12 Tf 72 700 Td (Hello world) Tj ET"
FILL = b"0.4 0.6 0.8 rg 0 0 2000 2000 re f"


def made(*pages: dict[str, object]) -> bytes:
    pdf = pikepdf.new()
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    for page in pages or ({},):
        content = page.get("content", TEXT)
        resources = (
            pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
            if not content.startswith(FILL)
            else pikepdf.Dictionary()
        )
        one = pikepdf.Dictionary(
            Type=pikepdf.Name.Page, MediaBox=list(page.get("box", A4)), Resources=resources,
            Contents=pdf.make_stream(content), Rotate=page.get("turn", 0),
        )  # fmt: skip
        if "crop" in page:
            one.CropBox = list(page["crop"])
        pdf.pages.append(pikepdf.Page(one))
    return saved(pdf)


def saved(pdf: pikepdf.Pdf, **options: object) -> bytes:
    file = BytesIO()
    pdf.save(file, **options)
    return file.getvalue()


def labelled(data: bytes, **wish: object) -> tuple[bytes, Shown]:
    sink = BytesIO()
    shown = LABELLER.put(BytesIO(data), sink, Wish(**wish), "pdf")
    return sink.getvalue(), shown


def rendered(data: bytes, page: int = 0) -> np.ndarray:
    return pypdfium2.PdfDocument(data)[page].render(scale=1).to_numpy()[..., :3]


def text_of(data: bytes) -> str:
    return subprocess.run(["pdftotext", "-", "-"], input=data, capture_output=True, check=True).stdout.decode()


def changed_box(before: bytes, after: bytes, page: int = 0) -> tuple[int, int, int, int]:
    """Left, top, right, bottom in shares of the displayed page."""
    one, two = rendered(before, page), rendered(after, page)
    assert one.shape == two.shape
    rows, columns = np.nonzero((one != two).any(axis=2))
    height, width = one.shape[:2]
    return columns.min() / width, rows.min() / height, columns.max() / width, rows.max() / height


def test_other_readers_extract_the_text_of_the_label_from_every_page() -> None:
    result, shown = labelled(made({}, {}, {"turn": 90}))
    assert shown.facts["pages"] == 3
    assert text_of(result).count("AI生成") == 3
    assert text_of(result).count("Hello world") == 3
    assert "AI生成" in pypdfium2.PdfDocument(result)[0].get_textpage().get_text_range()
    assert list(LABELLER.seen(BytesIO(result), "pdf")) == ["AI生成"]
    assert list(LABELLER.seen(BytesIO(made()), "pdf")) == []


@pytest.mark.parametrize("turn", [0, 90, 180, 270, -90])
@pytest.mark.parametrize("corner", ["top-left", "bottom-right"])
def test_the_label_is_in_the_displayed_corner_whatever_the_rotation(turn: int, corner: str) -> None:
    data = made({"turn": turn, "box": (-20, 30, 575, 872)})
    result, _ = labelled(data, corner=corner)
    left, top, right, bottom = changed_box(data, result)
    assert right - left < 0.3
    assert bottom - top < 0.1
    assert right > left
    assert (left > 0.5, top > 0.5) == ((False, False) if corner == "top-left" else (True, True))


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_the_label_is_upright_whatever_the_rotation(turn: int) -> None:
    """The label cut out of a turned page looks like that of a page never turned."""

    def cut(turn: int) -> np.ndarray:
        data = made({"turn": turn, "box": (0, 0, 500, 500), "content": FILL})
        result, _ = labelled(data, corner="top-left")
        return rendered(result)[:100, :200].astype(int)

    assert np.abs(cut(turn) - cut(0)).mean() < 2


def test_the_label_is_inside_the_crop_box() -> None:
    data = made({"box": (0, 0, 1000, 1000), "crop": (300, 300, 700, 600)})
    result, _ = labelled(data)
    left, top, right, bottom = changed_box(data, result)
    assert 0.5 < left < right < 1
    assert 0 < top < bottom < 0.5


def test_a_page_of_pictures_gets_the_size_of_the_image_rule_and_a_page_of_text_a_corner_mark() -> None:
    def white_rows(content: bytes) -> int:
        data = made({"content": content})
        before, after = rendered(data), rendered(labelled(data)[0])
        changed = (before != after).any(axis=2)
        return int((changed & (after.min(axis=2) > 200) & (before.min(axis=2) < 200)).any(axis=1).sum())

    assert white_rows(FILL) >= 0.05 * 595
    data = made()
    _, top, _, bottom = changed_box(data, labelled(data)[0])
    assert (bottom - top) * 842 < 30, "a corner mark does not cover the text"


def test_what_the_page_left_in_its_graphics_state_does_not_touch_the_label() -> None:
    mess = b" 0.5 0 0 0.5 100 100 cm 3 Tr 0 0 10 10 re W n"
    clean, messy, unbalanced = ({"content": FILL + extra} for extra in (b"", mess, b" q q Q q" + mess))
    one, two, three = (labelled(made(page), corner="top-left")[0] for page in (clean, messy, unbalanced))
    assert np.array_equal(rendered(one)[:80, :150], rendered(two)[:80, :150])
    assert np.array_equal(rendered(one)[:80, :150], rendered(three)[:80, :150])


def test_pages_that_share_inherited_resources_are_all_labelled() -> None:
    pdf = pikepdf.open(BytesIO(made({}, {"box": (0, 0, 1200, 1600)})))
    shared = pdf.pages[0].obj.Resources
    for page in pdf.pages:
        del page.obj.Resources
    pdf.Root.Pages.Resources = shared
    data = saved(pdf)
    result, _ = labelled(data)
    assert text_of(result).count("AI生成") == 2
    for page in (0, 1):
        left, top, right, bottom = changed_box(data, result, page)
        assert 0.6 < left < right <= 1
        assert bottom - top < 0.1


def test_a_text_beyond_the_shipped_font_is_a_picture_with_extractable_text() -> None:
    data = made()
    result, _ = labelled(data, text="鼉龘公司AI生成")
    assert "鼉龘公司AI生成" in text_of(result)
    assert changed_box(data, result)[0] > 0.5


def test_metadata_and_outline_stay() -> None:
    pdf = pikepdf.open(BytesIO(made({}, {})))
    pdf.docinfo["/Title"] = "a title"
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("Chapter", 1))
    after = pikepdf.open(BytesIO(labelled(saved(pdf))[0]))
    assert after.docinfo["/Title"] == "a title"
    with after.open_outline() as outline:
        assert outline.root[0].title == "Chapter"


@pytest.mark.parametrize("user", ["", "secret"])
def test_an_encrypted_pdf_is_refused(user: str) -> None:
    data = saved(pikepdf.open(BytesIO(made())), encryption=pikepdf.Encryption(owner="o", user=user))
    with pytest.raises(Refused, match="加密"):
        labelled(data)


def test_a_signed_pdf_is_refused() -> None:
    pdf = pikepdf.open(BytesIO(made()))
    pdf.Root.AcroForm = pikepdf.Dictionary(SigFlags=3, Fields=[])
    with pytest.raises(Refused, match="签名"):
        labelled(saved(pdf))


def test_a_page_too_small_is_refused_and_rubbish_gives_our_error() -> None:
    with pytest.raises(Refused):
        labelled(made({"box": (0, 0, 8, 8)}))
    for data in (b"", b"%PDF-1.7 rubbish", made()[:300]):
        with pytest.raises(ZhengmingError):
            labelled(data)


def test_a_real_file_is_labelled(samples: Path) -> None:
    data = (samples / "files" / "pdf-file.pdf").read_bytes()
    result, shown = labelled(data)
    assert text_of(result).count("AI生成") == shown.facts["pages"]
