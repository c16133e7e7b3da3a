"""Vorbis comments, in FLAC and in Ogg: TC260-PG-202510A puts the label in a comment named AIGC."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO

from zhengming.ground.cursor import Cursor
from zhengming.labels.format import Entry
from zhengming.labels.reading import is_label

PLACE = "Vorbis comment"


@dataclass(frozen=True)
class Comments:
    """A comment header: who encoded, ``NAME=value`` in UTF-8 each, and what follows (framing bit, padding)."""

    vendor: bytes
    comments: tuple[bytes, ...]
    rest: bytes

    def entries(self) -> Iterator[Entry]:
        """Every comment."""
        return map(_entry, self.comments)

    def unlabelled(self) -> "Comments":
        """These comments without labels."""
        return replace(self, comments=tuple(text for text in self.comments if not is_label(_entry(text))))

    def labelled(self, json_text: str) -> "Comments":
        """These comments with one label, the last."""
        kept = self.unlabelled().comments
        return replace(self, comments=(*kept, b"AIGC=" + json_text.encode()))

    def packed(self) -> bytes:
        """The header as it stands in a file."""
        parts = [_sized(self.vendor), struct.pack("<I", len(self.comments)), *map(_sized, self.comments)]
        return b"".join(parts) + self.rest


def read(data: bytes) -> Comments:
    """The comment header that ``data`` is. Raises BadFile where a stated length does not fit."""
    cursor = Cursor(BytesIO(data))
    vendor = cursor.take(cursor.unpack("<I")[0])
    (count,) = cursor.unpack("<I")
    comments = []
    for _ in range(count):
        comments.append(cursor.take(cursor.unpack("<I")[0]))
    return Comments(vendor, tuple(comments), data[cursor.at :])


def _entry(comment: bytes) -> Entry:
    name, _, value = comment.decode("utf-8", "replace").partition("=")
    return Entry(PLACE, name, value)


def _sized(text: bytes) -> bytes:
    return struct.pack("<I", len(text)) + text
