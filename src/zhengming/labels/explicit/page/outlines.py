"""The shipped label font as outlines and widths, for labels that are vectors (TrueType, ISO/IEC 14496-22).

Only our own font is read, which the script that makes it keeps simple: cmap format 4, simple glyphs, long loca.
"""

import struct
from functools import cached_property, lru_cache

from zhengming.labels.explicit.fonts import SHIPPED

Point = tuple[float, float, bool]  # x, y in font units, whether it lies on the curve

ON_CURVE, X_SHORT, Y_SHORT, REPEAT, X_SAME, Y_SAME = 1, 2, 4, 8, 16, 32


class Outlines:
    """Glyph numbers, advances and SVG paths of a TrueType font, all in font units, y upwards."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        count = struct.unpack_from(">H", data, 4)[0]
        records = (struct.unpack_from(">4sIII", data, 12 + 16 * number) for number in range(count))
        self.tables = {tag: data[offset : offset + size] for tag, _, offset, size in records}
        self.units: int = struct.unpack_from(">H", self.tables[b"head"], 18)[0]

    @cached_property
    def glyphs(self) -> dict[str, int]:
        """The glyph number of each character."""
        cmap = self.tables[b"cmap"]
        offset = struct.unpack_from(">I", cmap, 8)[0]
        segments = struct.unpack_from(">H", cmap, offset + 6)[0] // 2
        ends, starts, deltas, ranges = (
            struct.unpack_from(f">{segments}H", cmap, offset + 14 + skip + 2 * segments * column)
            for column, skip in ((0, 0), (1, 2), (2, 2), (3, 2))
        )
        found: dict[str, int] = {}
        for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
            for code in range(start, min(end, 0xFFFE) + 1):
                found[chr(code)] = code + deltas[number] & 0xFFFF
                if ranges[number]:
                    at = offset + 16 + 2 * (3 * segments + number) + ranges[number] + 2 * (code - start)
                    found[chr(code)] = struct.unpack_from(">H", cmap, at)[0]
        return found

    def advance(self, character: str) -> int:
        """How far the next character stands from this one."""
        metrics = struct.unpack_from(">H", self.tables[b"hhea"], 34)[0]
        return int(struct.unpack_from(">H", self.tables[b"hmtx"], 4 * min(self.glyphs[character], metrics - 1))[0])

    def width(self, text: str) -> int:
        """The advances of ``text`` together."""
        return sum(map(self.advance, text))

    def contours(self, character: str) -> list[list[Point]]:
        """The closed contours of a character; empty for a blank."""
        long_offsets = struct.unpack_from(">h", self.tables[b"head"], 50)[0]
        layout, size, scale = (">II", 4, 1) if long_offsets else (">HH", 2, 2)
        start, stop = struct.unpack_from(layout, self.tables[b"loca"], size * self.glyphs[character])
        glyph = self.tables[b"glyf"][start * scale : stop * scale]
        return _contours(glyph) if glyph else []

    def ink_height(self, character: str) -> float:
        """From the lowest to the highest point of a character, 0 for a blank."""
        heights = [y for contour in self.contours(character) for _, y, _ in contour]
        return max(heights) - min(heights) if heights else 0.0

    def path(self, text: str) -> str:
        """The SVG path data of a line of ``text`` from the origin, in font units with y downwards."""
        parts, at = [], 0
        for character in text:
            parts += [_path(contour, at) for contour in self.contours(character)]
            at += self.advance(character)
        return "".join(parts)


@lru_cache(maxsize=1)
def shipped() -> Outlines:
    """The outlines of the shipped font."""
    return Outlines(SHIPPED.read_bytes())


def _contours(glyph: bytes) -> list[list[Point]]:
    """The contours of a simple glyph: flags run-length coded, then steps of x, then steps of y."""
    count = struct.unpack_from(">h", glyph)[0]
    ends = struct.unpack_from(f">{count}H", glyph, 10)
    at = 10 + 2 * count
    at += 2 + int(struct.unpack_from(">H", glyph, at)[0])
    flags: list[int] = []
    while len(flags) <= ends[-1]:
        flag, at = glyph[at], at + 1
        times = 1
        if flag & REPEAT:
            times, at = 1 + glyph[at], at + 1
        flags += [flag] * times
    across, at = _coordinates(glyph, at, flags, X_SHORT, X_SAME)
    upwards, _ = _coordinates(glyph, at, flags, Y_SHORT, Y_SAME)
    points = [(float(x), float(y), bool(flag & ON_CURVE)) for x, y, flag in zip(across, upwards, flags, strict=True)]
    return [points[first : end + 1] for first, end in zip((0, *(end + 1 for end in ends[:-1])), ends, strict=True)]


def _coordinates(glyph: bytes, at: int, flags: list[int], short: int, same: int) -> tuple[list[int], int]:
    value, values = 0, []
    for flag in flags:
        if flag & short:
            value += glyph[at] if flag & same else -glyph[at]
            at += 1
        elif not flag & same:
            value += struct.unpack_from(">h", glyph, at)[0]
            at += 2
        values.append(value)
    return values, at


def _path(contour: list[Point], shift: int) -> str:
    """One contour as path data: between two points off the curve lies, by definition, one on it."""
    full: list[Point] = []
    for (x, y, on), (next_x, next_y, next_on) in zip(contour, contour[1:] + contour[:1], strict=True):
        full.append((x, y, on))
        if not on and not next_on:
            full.append(((x + next_x) / 2, (y + next_y) / 2, True))
    first = next(number for number, point in enumerate(full) if point[2])
    full = full[first:] + full[: first + 1]
    text, control = f"M{full[0][0] + shift:g} {-full[0][1]:g}", ""
    for x, y, on in full[1:]:
        place = f"{x + shift:g} {-y:g}"
        if on:
            text += f"Q{control} {place}" if control else f"L{place}"
        control = "" if on else place
    return text + "Z"
