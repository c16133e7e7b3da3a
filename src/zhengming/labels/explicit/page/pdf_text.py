"""The texts that a PDF page shows, as far as its fonts say what their codes mean (ISO 32000-1, 9.10).

Enough to find a label: fonts with a ToUnicode map of codes of one length, and simple fonts in Latin. No layout.
"""

import re
from collections.abc import Iterator
from typing import Any

#: Content streams above this many bytes are not read: the label is in a small form, at the start, or in neither.
LARGEST_CONTENT = 4 * 1024 * 1024
DEEPEST_FORM = 3
LARGEST_MAP = 1024 * 1024

_SECTION = re.compile(rb"begin(bfchar|bfrange)(.*?)endbf", re.S)
_HEX = re.compile(rb"<([0-9A-Fa-f\s]*)>|(\[)|(\])")


def lines_of(page: Any) -> Iterator[str]:
    """The text of each text object (BT … ET) of a page and of the forms it draws."""
    yield from _lines(page.obj, page.resources, 0)


def _lines(stream: Any, resources: Any, depth: int) -> Iterator[str]:
    import pikepdf

    fonts: dict[str, _Font] = {}
    font, parts = _Font(None), []
    if _size(stream) > LARGEST_CONTENT:
        return
    for step in pikepdf.parse_content_stream(stream, "BT ET Tf Tj TJ ' \" Do"):
        operands: Any = step.operands
        match str(step.operator):
            case "Tf":
                font = fonts.setdefault(str(operands[0]), _Font(_resource(resources, "/Font", operands[0])))
            case "Tj" | "'" | '"':
                parts.append(font.text(bytes(operands[-1])))
            case "TJ":
                parts += [font.text(bytes(one)) for one in operands[0] if isinstance(one, pikepdf.String)]
            case "ET":
                yield "".join(parts)
                parts = []
            case "Do" if depth < DEEPEST_FORM:
                form = _resource(resources, "/XObject", operands[0])
                if form is not None and form.get("/Subtype") == "/Form":
                    yield from _lines(form, form.get("/Resources", resources), depth + 1)


def _size(stream: Any) -> int:
    """The stored size of a page's or form's content; the data itself is unfolded by the parser only."""
    contents = stream.get("/Contents", stream) if "/Type" in stream and stream["/Type"] == "/Page" else stream
    parts = list(contents) if type(contents).__name__ == "Object" and contents._type_name == "array" else [contents]
    return sum(int(part.get("/Length", 0)) for part in parts)


def _resource(resources: Any, kind: str, name: Any) -> Any:
    folder = resources.get(kind) if resources is not None else None
    return None if folder is None else folder.get(str(name))


class _Font:
    """What the codes of a font mean."""

    def __init__(self, font: Any) -> None:
        self.codes: dict[bytes, str] = {}
        if font is not None and "/ToUnicode" in font:
            self.codes = _codes(font["/ToUnicode"].read_bytes()[:LARGEST_MAP])
        self.width = max((len(code) for code in self.codes), default=1)

    def text(self, string: bytes) -> str:
        if not self.codes:
            return string.decode("latin-1")
        pieces = (string[at : at + self.width] for at in range(0, len(string), self.width))
        return "".join(self.codes.get(piece, "") for piece in pieces)


def _codes(cmap: bytes) -> dict[bytes, str]:
    codes: dict[bytes, str] = {}
    for kind, body in _SECTION.findall(cmap):
        values = [bytes.fromhex(re.sub(rb"\s", b"", match[0]).decode()) for match in _pairs(body)]
        if kind == b"bfchar":
            codes |= {code: _unicode(text) for code, text in zip(values[::2], values[1::2], strict=False)}
        elif b"[" not in body:
            for first, last, text in zip(values[::3], values[1::3], values[2::3], strict=False):
                codes |= _range(first, last, text)
    return codes


def _pairs(body: bytes) -> list[tuple[bytes, ...]]:
    found = [match for match in _HEX.findall(body) if match[0]]
    return [match for match in found if len(re.sub(rb"\s", b"", match[0])) % 2 == 0]


def _range(first: bytes, last: bytes, text: bytes) -> dict[bytes, str]:
    start, count = int.from_bytes(first, "big"), int.from_bytes(last, "big") - int.from_bytes(first, "big")
    base = _unicode(text)
    if len(base) != 1 or not 0 <= count <= 0xFFFF or ord(base) + count > 0x10FFFF:
        return {}
    return {(start + step).to_bytes(len(first), "big"): chr(ord(base) + step) for step in range(count + 1)}


def _unicode(text: bytes) -> str:
    return text.decode("utf-16-be", "replace")
