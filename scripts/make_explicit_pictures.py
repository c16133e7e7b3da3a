"""Draw the pictures of explicit labels in docs/pictures, from sources made here.

python scripts/make_explicit_pictures.py
"""

from io import BytesIO
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
from PIL import Image, ImageDraw, ImageFilter

from zhengming.labels.explicit.labeller import Wish, labeller_for

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
SIZE = (480, 320)
GAP = 12
DUNES = ((0.62, 30, 90, (196, 120, 86)), (0.74, 22, 60, (150, 84, 74)), (0.86, 16, 45, (92, 52, 62)))


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    save("explicit-image.png", sheet([labelled(ground, "png") for ground in grounds()], 3))
    save("explicit-image-wishes.png", sheet(wishes(), 2))
    save("explicit-animation.png", sheet(animation(), 4))
    save("explicit-pdf.png", sheet(pages(), 3))


def save(name: str, picture: Image.Image) -> None:
    picture.quantize(128, dither=Image.Dither.NONE).save(PICTURES / name, optimize=True)
    print(name, picture.size, (PICTURES / name).stat().st_size)


def sheet(pictures: list[Image.Image], across: int) -> Image.Image:
    """The pictures side by side on grey, each in a cell as large as the largest."""
    width, height = (max(picture.size[side] for picture in pictures) + GAP for side in (0, 1))
    rows = -(-len(pictures) // across)
    whole = Image.new("RGB", (across * width + GAP, rows * height + GAP), (226, 226, 230))
    for number, picture in enumerate(pictures):
        whole.paste(picture, (GAP + number % across * width, GAP + number // across * height))
    return whole


def labelled(picture: Image.Image, name: str, **wish: object) -> Image.Image:
    file, sink = BytesIO(), BytesIO()
    picture.save(file, "PNG")
    labeller_for(name).put(file, sink, Wish(**wish), name)
    return Image.open(sink).convert("RGB")


def grounds() -> list[Image.Image]:
    """White, black, noise, checkerboard, a landscape, and one whose calm corner is at the top left."""
    y, x = np.mgrid[: SIZE[1], : SIZE[0]]
    random = np.random.default_rng(4)
    coarse = Image.fromarray(random.integers(0, 256, (40, 60, 3), dtype=np.uint8)).resize(
        SIZE, Image.Resampling.NEAREST
    )
    checkers = np.where((x // 10 + y // 10) % 2, 255, 0).astype(np.uint8)
    busy = np.asarray(coarse).copy()
    busy[: SIZE[1] // 2, : SIZE[0] // 2] = (70, 130, 150)
    return [
        Image.new("RGB", SIZE, "white"), Image.new("RGB", SIZE, "black"), coarse,
        Image.fromarray(checkers).convert("RGB"), landscape(), Image.fromarray(busy),
    ]  # fmt: skip


def landscape(size: tuple[int, int] = SIZE) -> Image.Image:
    """Dunes under an evening sky."""
    y, x = np.mgrid[: size[1], : size[0]] / np.array(size[::-1]).reshape(2, 1, 1)
    sky = np.dstack([255 - 90 * (1 - y), 176 + 20 * y, 120 + 90 * (1 - y)])
    for level, waves, tall, colour in DUNES:
        edge = level + np.sin(x * waves / 4 + level * 9) * tall / 1500 + np.sin(x * waves / 9) * tall / 900
        sky[y > edge] = colour
    picture = Image.fromarray(sky.clip(0, 255).astype(np.uint8))
    ImageDraw.Draw(picture).ellipse(
        [size[0] * 0.62, size[1] * 0.2, size[0] * 0.62 + size[1] * 0.2, size[1] * 0.4], fill=(255, 236, 190)
    )
    return picture.filter(ImageFilter.GaussianBlur(0.6))


def wishes() -> list[Image.Image]:
    return [
        labelled(landscape(), "png", corner="top-left"),
        labelled(landscape(), "png", height=0.1, text="人工智能合成"),
        labelled(
            landscape((200, 320)), "png", text="本图片由人工智能生成，请注意甄别 AI generated", corner="bottom-left"
        ),
        labelled(landscape((480, 120)), "png", text="AI合成"),
    ]


def animation() -> list[Image.Image]:
    """Four frames of a GIF with a moving sun, read back from the labelled file."""
    frames = []
    for number in range(4):
        picture = landscape((300, 200))
        ImageDraw.Draw(picture).ellipse((30 + 50 * number, 60, 70 + 50 * number, 100), fill=(250, 245, 230))
        frames.append(picture.quantize(128))
    file, sink = BytesIO(), BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=100)
    labeller_for("gif").put(file, sink, Wish(), "gif")
    book = Image.open(sink)
    return [(book.seek(number), book.convert("RGB"))[1] for number in range(book.n_frames)]


def pages() -> list[Image.Image]:
    """A page of text, the same turned by 90°, and a page that is a picture."""
    pdf = pikepdf.new()
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    lines = "".join(
        f"1 0 0 1 60 {760 - 18 * row} Tm (Line {row + 1} of a page of text that was generated) Tj\n"
        for row in range(36)
    )
    text = f"BT /F 11 Tf\n{lines}ET"
    picture = "0.25 0.42 0.5 rg 0 0 595 842 re f 0.95 0.8 0.5 rg 150 300 300 300 re f"
    for content, turn in ((text, 0), (text, 90), (picture, 0)):
        resources = {"/Font": {"/F": font}} if content is text else {}
        page = pikepdf.Dictionary(
            Type=pikepdf.Name.Page, MediaBox=[0, 0, 595, 842], Rotate=turn,
            Resources=pikepdf.Dictionary(resources), Contents=pdf.make_stream(content.encode()),
        )  # fmt: skip
        pdf.pages.append(pikepdf.Page(page))
    file, sink = BytesIO(), BytesIO()
    pdf.save(file)
    labeller_for("pdf").put(file, sink, Wish(), "pdf")
    return [page.render(scale=0.62).to_pil().convert("RGB") for page in pypdfium2.PdfDocument(sink.getvalue())]


if __name__ == "__main__":
    main()
