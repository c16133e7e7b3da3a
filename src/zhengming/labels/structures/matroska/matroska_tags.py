"""The Tags element of Matroska (RFC 9559 §5.1.8): TC260-PG-20257A puts the label in a SimpleTag named AIGC."""

from collections.abc import Iterator

from zhengming.ground.errors import BadFile
from zhengming.labels.format import Entry
from zhengming.labels.reading import is_label
from zhengming.labels.structures.matroska import ebml

PLACE = "Matroska Tags"
TAG, TARGETS, SIMPLE_TAG = 0x7373, 0x63C0, 0x67C8
NAME, LANGUAGE, STRING, BINARY = 0x45A3, 0x447A, 0x4487, 0x4485
DEEPEST = 16


def entries(data: bytes) -> Iterator[Entry]:
    """Every SimpleTag in the data of a Tags element, or in that of one Tag."""
    for node in ebml.nodes(data):
        if node.id == TAG:
            yield from entries(node.data)
        elif node.id == SIMPLE_TAG:
            yield from _simple_entries(node.data, 0)


def _simple_entries(data: bytes, depth: int) -> Iterator[Entry]:
    if depth > DEEPEST:
        raise BadFile("SimpleTag 嵌套过深", "SimpleTag elements are nested too deeply")
    yield _entry(data)
    for node in ebml.nodes(data):
        if node.id == SIMPLE_TAG:
            yield from _simple_entries(node.data, depth + 1)


def _entry(data: bytes) -> Entry:
    """What the SimpleTag itself says, whatever is nested in it."""
    parts = {node.id: node.data for node in ebml.nodes(data)}
    value = parts.get(STRING, parts.get(BINARY, b""))
    return Entry(PLACE, ebml.text(parts.get(NAME, b"")), ebml.text(value))


def labelled(data: bytes, json_text: str) -> bytes:
    """The data of a Tags element with the label for the whole file as its last Tag, and no other label."""
    simple = ebml.element(NAME, b"AIGC") + ebml.element(LANGUAGE, b"und") + ebml.element(STRING, json_text.encode())
    tag = ebml.element(TARGETS, b"") + ebml.element(SIMPLE_TAG, simple)
    return unlabelled(data) + ebml.element(TAG, tag)


def unlabelled(data: bytes) -> bytes:
    """The data of a Tags element without labels, and without the Tags that held nothing else."""
    return b"".join(_without_labels(node) if node.id == TAG else node.raw for node in ebml.nodes(data))


def _without_labels(tag: ebml.Node) -> bytes:
    kept, dropped = _kept_parts(tag.data, 0)
    if not dropped:
        return tag.raw
    if not any(node.id == SIMPLE_TAG for node in ebml.nodes(kept)):
        return b""
    return ebml.element(tag.id, kept)


def _kept_parts(data: bytes, depth: int) -> tuple[bytes, bool]:
    """The parts of a Tag or SimpleTag without the labels in it, and whether there was one."""
    if depth > DEEPEST:
        raise BadFile("SimpleTag 嵌套过深", "SimpleTag elements are nested too deeply")
    kept, dropped = [], False
    for node in ebml.nodes(data):
        if node.id != SIMPLE_TAG:
            kept.append(node.raw)
        elif is_label(_entry(node.data)):
            dropped = True
        else:
            inner, inner_dropped = _kept_parts(node.data, depth + 1)
            kept.append(ebml.element(node.id, inner) if inner_dropped else node.raw)
            dropped = dropped or inner_dropped
    return b"".join(kept), dropped
