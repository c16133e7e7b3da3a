"""GLB (glTF 2.0 §4.4): a header, a JSON chunk, binary chunks, each padded to four bytes."""

import struct
from dataclasses import dataclass
from typing import BinaryIO

from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.edit import Edit, Kept, tidy
from zhengming.labels.structures.text.json_members import proved
from zhengming.labels.structures.text.text_encoding import TextFile

MAGIC, JSON, BIN = b"glTF", b"JSON", b"BIN\0"
LARGEST = 2**32 - 1


@dataclass(frozen=True)
class Glb:
    """A GLB file: its JSON as text with byte positions, and where what follows it lies.

    ``binary`` is the data of the binary chunk, ``rest`` all chunks after the JSON, ``stop`` the end of the file.
    """

    document: TextFile
    binary: Kept | None
    rest: Kept
    stop: int

    def with_json(self, json: bytes) -> Edit:
        """The edit that gives it other JSON."""
        return self._edit(json, [self.rest], len(self.rest))

    def with_more(self, json: bytes, more: bytes) -> Edit:
        """The edit that gives it other JSON and puts ``more`` at the end of its binary chunk, or into a new one."""
        more += b"\0" * (-len(more) % 4)
        old = self.binary or Kept(self.rest.start, self.rest.start)
        header = struct.pack("<I", len(old) + len(more)) + BIN
        after = Kept(old.stop, self.rest.stop)
        return self._edit(json, [header, old, more, after], 8 + len(old) + len(more) + len(after))

    def _edit(self, json: bytes, chunks: list[bytes | Kept], size: int) -> Edit:
        json += b" " * (-len(json) % 4)
        size += 20 + len(json)
        if size > LARGEST:
            raise Refused("GLB 不能超过 4 GiB", "a GLB cannot be longer than 4 GiB")
        header = MAGIC + struct.pack("<III", 2, size, len(json)) + JSON
        return tidy([header, json, *chunks, Kept(self.rest.stop, self.stop)])


def read_glb(file: BinaryIO) -> Glb:
    """The parts of a GLB. Raises BadFile, or Refused for version 1, which no longer is in use."""
    cursor = Cursor(file)
    if cursor.take(4) != MAGIC:
        raise BadFile("不是 GLB：签名不符", "not a GLB: wrong signature", 0)
    version, size = cursor.unpack("<II")
    if version != 2:
        raise Refused(f"GLB 版本 {version}，只支持 2", f"GLB version {version}; only 2 is supported")
    if not 20 <= size <= cursor.stop:
        raise BadFile(f"GLB 声明长 {size} 字节", f"the GLB states a length of {size} bytes", 8)
    end, cursor.stop = cursor.stop, size
    (length,) = cursor.unpack("<I")
    if cursor.take(4) != JSON:
        raise BadFile("GLB 的第一块不是 JSON", "the first chunk of the GLB is not JSON", 16)
    document = _document(cursor.take(length))
    rest = Kept(cursor.at, size)
    return Glb(document, _binary(cursor), rest, end)


def _binary(cursor: Cursor) -> Kept | None:
    """The data of the binary chunk, which is the second chunk or not there."""
    if cursor.left < 8:
        return None
    (length,) = cursor.unpack("<I")
    if cursor.take(4) != BIN:
        return None
    cursor.skip(length)
    return Kept(cursor.at - length, cursor.at)


def _document(data: bytes) -> TextFile:
    try:
        text = data.rstrip(b" \t\r\n\0").decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadFile("GLB 的 JSON 不是 UTF-8", "the JSON of the GLB is not UTF-8", 20 + error.start) from None
    proved(text)
    return TextFile(text, "utf-8", 20)
