"""The texts of a LIST INFO (RIFF 1991 §3), in AVI and WAV files: read, and kept free of labels."""

from collections.abc import Iterator
from typing import BinaryIO

from zhengming.labels.edit import Piece
from zhengming.labels.format import Entry
from zhengming.labels.reading import is_label
from zhengming.labels.structures.riff import riff
from zhengming.labels.structures.riff.riff import Chunk

PLACE = "RIFF INFO"


def is_info(chunk: Chunk) -> bool:
    """Whether ``chunk`` is a LIST INFO."""
    return chunk.kind == b"LIST" and chunk.form == b"INFO"


def entries(file: BinaryIO, info: Chunk) -> Iterator[Entry]:
    """Every text of the list."""
    for chunk in riff.children(file, info):
        yield text_entry(file, chunk, PLACE)


def text_entry(file: BinaryIO, chunk: Chunk, place: str) -> Entry:
    """The text that a chunk holds, up to its zero bytes."""
    return Entry(place, chunk.kind.decode("latin-1"), _text(riff.read(file, chunk).rstrip(b"\0")))


def unlabelled(file: BinaryIO, info: Chunk) -> list[Piece]:
    """The chunks in the list that are no label, each Kept whole."""
    kept: list[Piece] = []
    for chunk in riff.children(file, info):
        if not is_label(text_entry(file, chunk, PLACE)):
            kept += chunk.pieces()
    return kept


def without_labels(file: BinaryIO, info: Chunk) -> list[Piece]:
    """The whole list without labels: as it is where it has none, nothing where nothing else is in it."""
    if not any(map(is_label, entries(file, info))):
        return info.pieces()
    kept = unlabelled(file, info)
    return riff.list_chunk(b"INFO", kept) if kept else []


def _text(raw: bytes) -> str:
    """UTF-8 where the bytes are that; else Latin-1, which loses nothing."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
