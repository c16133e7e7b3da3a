"""Works for the demonstration, drawn and computed on the spot: nobody's content, no model, the same each time."""

import struct
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

STORY = """# 山中一夜

雨停的时候，灯还亮着。她把窗推开，听见溪水从石缝里醒来。

*这段文字由程序拼成，用来演示标识。*
"""
PAGE = """<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><title>山中一夜</title></head>
<body><h1>山中一夜</h1><p>雨停的时候，灯还亮着。</p></body>
</html>
"""


def make(folder: Path) -> list[Path]:
    """Write the works into ``folder`` and return them: pictures, sound, texts, and a film where PyAV is there."""
    folder.mkdir(parents=True, exist_ok=True)
    works = {"picture.png": _encoded("PNG"), "photo.jpg": _encoded("JPEG"), "melody.wav": melody()}
    works |= {"story.md": STORY.encode(), "page.html": PAGE.encode()}
    for name, data in works.items():
        (folder / name).write_bytes(data)
    paths = [folder / name for name in works]
    return [*paths, folder / "film.mp4"] if film(folder / "film.mp4") else paths


def landscape(width: int = 960, height: int = 540, phase: float = 0.0) -> "Image":
    """Hills under an evening sky; ``phase`` moves the sun along."""
    import numpy as np
    from PIL import Image

    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    sky = np.stack([0.95 - 0.35 * (1 - y), 0.62 - 0.22 * (1 - y), 0.45 + 0.3 * (1 - y)], axis=-1)
    sun = np.exp(-(((x - 0.25 - 0.5 * phase) ** 2) * 90 + ((y - 0.4) ** 2) * 28))[..., None]
    picture = sky + sun * np.array([0.4, 0.3, 0.1])
    for depth in range(4):
        picture = np.where((y > _ridge(x, depth))[..., None], _hill(depth), picture)
    return Image.fromarray((picture.clip(0, 1) * 255).astype(np.uint8))


def _ridge(x: "NDArray[np.float64]", depth: int) -> "NDArray[np.float64]":
    import numpy as np

    waves = np.sin(x * (5 + 3 * depth) + depth * 2.1) + 0.5 * np.sin(x * (13 + 5 * depth) + depth)
    ridge: NDArray[np.float64] = 0.55 + 0.1 * depth + 0.05 * waves
    return ridge


def _hill(depth: int) -> "NDArray[np.float64]":
    import numpy as np

    return np.array([0.42, 0.45, 0.5]) * (1 - 0.22 * depth)


def _encoded(encoding: str) -> bytes:
    data = BytesIO()
    landscape().save(data, encoding, quality=92)
    return data.getvalue()


def melody(rate: int = 16_000) -> bytes:
    """Four notes, one and a half seconds, as a 16-bit mono WAV."""
    import numpy as np

    time = np.arange(int(rate * 0.375)) / rate
    notes = [np.sin(2 * np.pi * pitch * time) * np.exp(-4 * time) for pitch in (392, 440, 523.25, 659.25)]
    samples = (np.concatenate(notes) * 0.4 * 32767).astype("<i2").tobytes()
    shape = struct.pack("<IHHIIHH", 16, 1, 1, rate, rate * 2, 2, 16)
    chunks = b"WAVEfmt " + shape + b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


def film(path: Path, seconds: int = 3, rate: int = 12) -> bool:
    """A short film of the landscape as MP4; False where PyAV is not installed."""
    try:
        import av
    except ImportError:
        return False
    with av.open(str(path), "w") as container:
        stream = container.add_stream("h264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for number in range(seconds * rate):
            frame = av.VideoFrame.from_image(landscape(640, 360, number / (seconds * rate)))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return True
