"""The font of explicit labels: a shipped subset of Noto Sans SC, and a system CJK font for other characters.

GB 45438-2025 §5.2 asks for a clearly legible typeface and names none.
"""

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from zhengming.ground.errors import Unavailable

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

#: The label vocabulary and ASCII, made by scripts/make_font_subset.py, SIL Open Font License 1.1.
SHIPPED = Path(__file__).parent / "data" / "NotoSansSC-labels.ttf"

FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
#: Names that CJK fonts for simplified Chinese start with, the better ones first.
KNOWN = (
    "notosanssc",
    "notosanscjk-regular",
    "sourcehansanssc",
    "sourcehansans",
    "pingfang",
    "msyh",
    "wqy-",
    "simhei",
)


def font_for(text: str, size: int) -> "FreeTypeFont":
    """A font with every character of ``text``, at ``size`` pixels an em.

    Raises Unavailable, naming the package to install, when no font at hand has them all.
    """
    return _opened(_file_for("".join(sorted(set(text)))), size)


def is_shipped(text: str) -> bool:
    """Whether the shipped font has every character of ``text``."""
    return covers(_opened(SHIPPED, 16), text)


def covers(font: "FreeTypeFont", text: str) -> bool:
    """Whether ``font`` draws something of its own for each character, not its box for what it lacks."""
    missing = _drawn(font, "\U0010fffe")
    return all(character.isspace() or _drawn(font, character) != missing for character in set(text))


@lru_cache(maxsize=64)
def _file_for(characters: str) -> Path:
    for path in (SHIPPED, *_system_fonts()):
        if covers(_opened(path, 16), characters):
            return path
    raise Unavailable(
        f"没有含“{characters}”全部字符的字体；请安装中文字体（Debian/Ubuntu：fonts-noto-cjk）",
        f"no font with all of {characters!r}; install a Chinese font (Debian/Ubuntu: fonts-noto-cjk)",
    )


@lru_cache(maxsize=64)
def _opened(path: Path, size: int) -> "FreeTypeFont":
    from PIL import ImageFont

    # Basic layout draws the same pixels whether libraqm is installed or not.
    return ImageFont.truetype(path, size, index=_face(path), layout_engine=ImageFont.Layout.BASIC)


def _face(path: Path) -> int:
    """The face for simplified Chinese in a collection: Noto's order is JP, KR, SC, TC, HK."""
    return 2 if path.suffix == ".ttc" and path.name.lower().startswith("notosanscjk") else 0


def _drawn(font: "FreeTypeFont", character: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(character)
    return mask.size, bytes(mask)


@lru_cache(maxsize=1)
def _system_fonts() -> tuple[Path, ...]:
    found = [path for folder in FOLDERS for path in _files(Path(folder).expanduser())]
    return tuple(sorted(found, key=lambda path: (_rank(path), path)))


def _files(folder: Path) -> Iterator[Path]:
    for root, _, names in os.walk(folder):
        yield from (path for name in names if _rank(path := Path(root, name)) < len(KNOWN))


def _rank(path: Path) -> int:
    name = path.name.lower()
    if path.suffix.lower() not in (".ttf", ".otf", ".ttc"):
        return len(KNOWN)
    return next((rank for rank, start in enumerate(KNOWN) if name.startswith(start)), len(KNOWN))
