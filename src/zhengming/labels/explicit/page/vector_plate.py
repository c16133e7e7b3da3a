"""The plate of a label as measures for media that are drawn with vectors: SVG and PDF."""

from dataclasses import dataclass

from zhengming.labels.explicit.fonts import is_shipped
from zhengming.labels.explicit.page.outlines import shipped
from zhengming.labels.explicit.picture.drawing import FLAT, LEADING, PADDING, RADIUS, broken, is_full_height


@dataclass(frozen=True)
class VectorPlate:
    """Where lines of text stand on a ground of ``width`` × ``height``, in the unit of the height asked for.

    ``em`` is the size of the font, ``baselines`` how far each line's baseline lies below the top, ``left``
    where lines begin, ``radius`` that of the corners, ``text_height`` the ink height of the text.
    """

    text: str
    lines: tuple[str, ...]
    em: float
    width: float
    height: float
    left: float
    baselines: tuple[float, ...]
    radius: float
    text_height: float


def vector_plate(text: str, height: float, widest: float) -> VectorPlate | None:
    """The plate for ``text`` with ink ``height`` high, no wider than ``widest``; None when the shipped font
    lacks a character, so that the plate can only be a picture. Raises Refused when it does not fit."""
    if not is_shipped(text):
        return None
    em = height / _least_ink(text)
    padding = PADDING * height
    lines = tuple(broken(text, widest - 2 * padding, lambda line: _width(line) * em))
    step = em * 0.92 + LEADING * height / 2
    body = max(map(_width, lines)) * em
    return VectorPlate(
        text, lines, em, body + 2 * padding, em * 0.92 + step * (len(lines) - 1) + 2 * padding, padding,
        tuple(padding + em * 0.83 + step * number for number in range(len(lines))), RADIUS * height, height,
    )  # fmt: skip


def _width(line: str) -> float:
    """The width of a line in ems."""
    return shipped().width(line) / shipped().units


def _least_ink(text: str) -> float:
    """The ink height of the lowest full-height character, in ems; the same rule as for pixels."""
    font = shipped()
    heights = [font.ink_height(character) / font.units for character in text if is_full_height(character)]
    return min([height for height in heights if height >= FLAT] or [font.ink_height("H") / font.units])
