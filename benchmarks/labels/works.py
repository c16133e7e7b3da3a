"""Files to label, of ordinary size: made on the spot from noise and gradients by Pillow, NumPy and ffmpeg."""

import subprocess
from collections.abc import Callable
from pathlib import Path


def _picture(width: int, height: int):  # type: ignore[no-untyped-def]
    import numpy as np
    from PIL import Image, ImageFilter

    noise = np.random.default_rng(7).integers(0, 256, (height // 8, width // 8, 3), dtype=np.uint8)
    return Image.fromarray(noise).resize((width, height)).filter(ImageFilter.GaussianBlur(2))


def _image(encoding: str, **options: object) -> Callable[[Path, bool], None]:
    def make(path: Path, quick: bool) -> None:
        size = (1000, 750) if quick else (4000, 3000)
        if encoding == "HEIF":
            import pillow_heif

            pillow_heif.register_heif_opener()
        _picture(*size).save(path, encoding, **options)

    return make


def _ffmpeg(*options: str, seconds: int = 60) -> Callable[[Path, bool], None]:
    def make(path: Path, quick: bool) -> None:
        length = str(seconds // 10 if quick else seconds)
        sources = [
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=1280x720:rate=25",
            "-f",
            "lavfi",
            "-i",
            "anoisesrc=amplitude=0.3",
        ]
        command = ["ffmpeg", "-v", "error", "-y", *sources, "-t", length, *options, str(path)]
        subprocess.run(command, check=True)

    return make


def _pdf(path: Path, quick: bool) -> None:
    _picture(1000, 1400).save(path, "PDF", save_all=True, append_images=[_picture(1000, 1400)] * (2 if quick else 30))


def _package(name: str) -> Callable[[Path, bool], None]:
    """The format's own smallest file with a large picture added to its archive."""

    def make(path: Path, quick: bool) -> None:
        import zipfile

        from zhengming.labels.format import FORMATS

        path.write_bytes(FORMATS[name].example())
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("media/large.bin", bytes(range(256)) * (4_000 if quick else 40_000))

    return make


VIDEO = ("-c:v", "libx264", "-preset", "ultrafast", "-b:v", "4M", "-c:a", "aac", "-shortest")
#: By format, how its file is made.
WORKS: dict[str, Callable[[Path, bool], None]] = {
    "jpeg": _image("JPEG", quality=90),
    "png": _image("PNG", compress_level=1),
    "webp": _image("WEBP", quality=80, method=0),
    "gif": _image("GIF"),
    "tiff": _image("TIFF"),
    "avif": _image("AVIF", speed=10),
    "heic": _image("HEIF", quality=60),
    "mp4": _ffmpeg(*VIDEO),
    "mov": _ffmpeg(*VIDEO),
    "mkv": _ffmpeg(*VIDEO),
    "webm": _ffmpeg(
        "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "3M", "-shortest", seconds=20
    ),
    "avi": _ffmpeg("-c:v", "mpeg4", "-b:v", "4M", "-c:a", "mp3", "-shortest"),
    "flv": _ffmpeg("-c:v", "libx264", "-preset", "ultrafast", "-b:v", "4M", "-c:a", "aac", "-shortest"),
    "mp3": _ffmpeg("-vn", "-c:a", "mp3", "-b:a", "192k", seconds=300),
    "m4a": _ffmpeg("-vn", "-c:a", "aac", "-b:a", "192k", seconds=300),
    "wav": _ffmpeg("-vn", seconds=300),
    "flac": _ffmpeg("-vn", seconds=300),
    "ogg": _ffmpeg("-vn", "-c:a", "libvorbis", seconds=300),
    "opus": _ffmpeg("-vn", "-c:a", "libopus", seconds=300),
    "pdf": _pdf,
    "docx": _package("docx"),
    "pptx": _package("pptx"),
    "xlsx": _package("xlsx"),
}
