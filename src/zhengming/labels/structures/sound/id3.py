"""ID3v2 tags (versions 2.2, 2.3 and 2.4): TC260-PG-202510A puts the label in a TXXX frame described AIGC."""

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from typing import BinaryIO

from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.format import Entry
from zhengming.labels.reading import is_label
from zhengming.labels.structures.picture import xmp

HEADER_SIZE = 10
UNSYNCHRONISED, EXTENDED, FOOTER = 0x80, 0x40, 0x10
#: Left free behind the frames when a tag has to grow, so that the next change moves nothing.
SPARE = 512
MOST_FRAMES = 50_000
LARGEST_TEXT = 16 * 1024 * 1024
_ENCODINGS = ("latin-1", "utf-16", "utf-16-be", "utf-8")
#: Frames of one text: a description, where there is one, then the text; by their names in 2.2 and later.
_DESCRIBED = {b"TXX", b"TXXX", b"COM", b"COMM", b"ULT", b"USLT"}
_WITH_LANGUAGE = {b"COM", b"COMM", b"ULT", b"USLT"}
_NAME = {2: re.compile(rb"[A-Z0-9]{3}"), 3: re.compile(rb"[A-Z0-9]{3}[A-Z0-9 \0]"), 4: re.compile(rb"[A-Z0-9]{4}")}
_XMP_OWNER = b"XMP\0"


@dataclass(frozen=True)
class Frame:
    """One frame: its name, its flags, its data as it stands, and all its bytes."""

    name: bytes
    flags: int
    data: bytes
    raw: bytes


@dataclass(frozen=True)
class Tag:
    """One tag: where it lies, its version, its flags, and what it holds.

    ``extended`` is the extended header as it stands, ``rest`` what follows the last frame: padding, as a rule.
    """

    start: int
    stop: int
    version: int
    revision: int
    flags: int
    extended: bytes
    frames: tuple[Frame, ...]
    rest: bytes

    def entries(self) -> Iterator[Entry]:
        """The texts of the tag, and the XMP in its PRIV frame."""
        for frame in self.frames:
            yield from _entries(self, frame)

    @property
    def has_footer(self) -> bool:
        """Whether the head is repeated behind it, which 2.4 brought and which leaves no padding."""
        return self.version == 4 and bool(self.flags & FOOTER)

    def unlabelled(self) -> "Tag":
        """This tag without labels; what else is in a PRIV frame's XMP stays."""
        return replace(self, frames=tuple(kept for frame in self.frames for kept in _kept(self, frame)))

    def labelled(self, json_text: str) -> "Tag":
        """This tag with one label, its last frame."""
        bare = self.unlabelled()
        return replace(bare, frames=(*bare.frames, _label_frame(self.version, json_text)))

    def packed(self, size: int | None = None) -> bytes:
        """The whole tag. In ``size`` bytes where its padding allows, else with new padding behind the frames.

        Raises BadFile where it would not read back, as behind bytes that are neither frames nor padding.
        """
        raw = self._raw(size)
        again = read(BytesIO(raw), 0)
        if again is None or again.frames != self.frames or again.stop != len(raw):
            raise BadFile(
                "ID3v2 标签里有无法解释的内容", "the ID3v2 tag holds what cannot be interpreted", self.start
            )
        return raw

    def _raw(self, size: int | None) -> bytes:
        frames = b"".join(frame.raw for frame in self.frames)
        if self.has_footer:
            return self._closed(frames, b"")
        if self.rest.strip(b"\0"):
            return self._closed(frames, self.rest)
        least = len(self._closed(frames, b""))
        if size is not None and least <= size:
            padded = self._closed(frames, bytes(size - least))
            if len(padded) == size:
                return padded
        return self._closed(frames, bytes(SPARE))

    def _closed(self, frames: bytes, padding: bytes) -> bytes:
        body = self._extended_for(frames, padding) + frames + padding
        if self.flags & UNSYNCHRONISED and self.version < 4:
            body = _unsynchronised(body)
        flags = self.flags if self.extended or self.version == 2 else self.flags & ~EXTENDED
        if len(body) >= 1 << 28:
            raise Refused("ID3v2 标签已满（256 MiB）", "the ID3v2 tag is full (256 MiB)")
        tail = bytes((self.version, self.revision, flags)) + _syncsafe(len(body))
        return b"ID3" + tail + body + (b"3DI" + tail if self.has_footer else b"")

    def _extended_for(self, frames: bytes, padding: bytes) -> bytes:
        """The extended header; in 2.3 it states the size of the padding and may guard the frames."""
        if self.version != 3 or len(self.extended) < 10:
            return self.extended
        fresh = self.extended[:6] + struct.pack(">I", len(padding))
        return fresh + (struct.pack(">I", zlib.crc32(frames)) if len(self.extended) == 14 else b"")


def new_tag(json_text: str) -> bytes:
    """A tag of version 2.3, the one that every reader knows, which holds nothing but the label."""
    return Tag(0, 0, 3, 0, 0, b"", (_label_frame(3, json_text),), b"").packed()


def read(file: BinaryIO, start: int) -> Tag | None:
    """The tag that starts at ``start``, or None. Raises BadFile for one that is cut off or broken."""
    cursor = Cursor(file, start)
    header = cursor.peek(HEADER_SIZE)
    if len(header) < HEADER_SIZE or header[:3] != b"ID3" or header[3] not in (2, 3, 4):
        return None
    version, revision, flags = header[3:6]
    if max(header[6:10]) > 0x7F:
        raise BadFile("ID3v2 标签的长度不合规", "the size of an ID3v2 tag is not synchsafe", start)
    cursor.skip(HEADER_SIZE)
    body = cursor.take(_number(header[6:10]))
    cursor.skip(HEADER_SIZE if version == 4 and flags & FOOTER else 0)
    if version == 2 and flags & 0x40:
        raise BadFile("ID3v2.2 标签整体压缩，无法读取", "an ID3v2.2 tag that is compressed as a whole", start)
    if flags & UNSYNCHRONISED and version < 4:
        body = body.replace(b"\xff\0", b"\xff")
    extended = _extended(version, flags, body)
    frames, rest = _frames(version, body[len(extended) :])
    kept = b"" if version == 4 and _has_crc(extended) else extended
    return Tag(start, cursor.at, version, revision, flags, kept, tuple(frames), rest)


def read_from_end(file: BinaryIO, stop: int) -> Tag | None:
    """The tag whose footer ends at ``stop``, or None (ID3v2.4 §3.4)."""
    footer = Cursor(file, max(0, stop - HEADER_SIZE), stop).peek(HEADER_SIZE)
    if len(footer) < HEADER_SIZE or footer[:4] != b"3DI\4" or max(footer[6:10]) > 0x7F:
        return None
    start = stop - 2 * HEADER_SIZE - _number(footer[6:10])
    return read(file, start) if start >= 0 else None


def _extended(version: int, flags: int, body: bytes) -> bytes:
    if version == 2 or not flags & EXTENDED:
        return b""
    size = _number(body[:4]) if version == 4 else int.from_bytes(body[:4], "big") + 4
    if not 6 <= size <= len(body) or (version == 3 and size not in (10, 14)):
        raise BadFile("ID3v2 扩展头不合规", "the extended header of an ID3v2 tag is broken")
    return body[:size]


def _has_crc(extended: bytes) -> bool:
    return len(extended) > 5 and bool(extended[5] & 0x20)


def _frames(version: int, body: bytes) -> tuple[list[Frame], bytes]:
    """The frames and what follows them. Some writers of 2.4 state sizes as 2.3 does: whichever fits is right."""
    if version != 4:
        return _walk(version, body, _plain)
    try:
        frames, rest = _walk(4, body, _number)
        if not rest.strip(b"\0"):
            return frames, rest
    except BadFile:
        frames, rest = _walk(4, body, _plain)
        return [replace(frame, raw=_resized(frame)) for frame in frames], rest
    try:
        others, padding = _walk(4, body, _plain)
    except BadFile:
        return frames, rest
    if padding.strip(b"\0"):
        return frames, rest
    return [replace(frame, raw=_resized(frame)) for frame in others], padding


def _resized(frame: Frame) -> bytes:
    return frame.raw[:4] + _syncsafe(len(frame.data)) + frame.raw[8:]


def _walk(version: int, body: bytes, size_of: Callable[[bytes], int]) -> tuple[list[Frame], bytes]:
    width = 3 if version == 2 else 4
    head = 6 if version == 2 else 10
    frames: list[Frame] = []
    at = 0
    while _NAME[version].match(body, at) and at + head <= len(body):
        stop = at + head + size_of(body[at + width : at + 2 * width])
        if stop > len(body) or len(frames) > MOST_FRAMES:
            raise BadFile(f"ID3v2 帧 {len(frames) + 1} 超出标签", f"ID3v2 frame {len(frames) + 1} runs past its tag")
        flags = 0 if version == 2 else int.from_bytes(body[at + 8 : at + 10], "big")
        frames.append(Frame(body[at : at + width], flags, body[at + head : stop], body[at:stop]))
        at = stop
    return frames, body[at:]


def _plain(size: bytes) -> int:
    return int.from_bytes(size, "big")


def _number(size: bytes) -> int:
    """A synchsafe integer: seven bits of each byte. Raises BadFile where an eighth is set."""
    if any(byte & 0x80 for byte in size):
        raise BadFile("ID3v2 长度不是 synchsafe 整数", "a size in an ID3v2 tag is not synchsafe")
    value = 0
    for byte in size:
        value = value << 7 | byte
    return value


def _syncsafe(value: int) -> bytes:
    return bytes(value >> shift & 0x7F for shift in (21, 14, 7, 0))


def _unsynchronised(body: bytes) -> bytes:
    return re.sub(rb"\xff(?=[\xe0-\xff\0]|\Z)", b"\xff\0", body)


def _content(tag: Tag, frame: Frame) -> bytes | None:
    """What the frame holds, without what its flags put around it; None where it is encrypted."""
    if tag.version == 4:
        return _content_of_2_4(tag, frame)
    compressed, encrypted, grouped = (frame.flags & bit for bit in (0x80, 0x40, 0x20))
    data = frame.data[4 if compressed else 0 :][1 if grouped else 0 :]
    if encrypted:
        return None
    return _inflated(data) if compressed else data


def _content_of_2_4(tag: Tag, frame: Frame) -> bytes | None:
    grouped, compressed, encrypted, shifted, measured = (frame.flags & bit for bit in (0x40, 8, 4, 2, 1))
    data = frame.data[1 if grouped else 0 :][4 if measured else 0 :]
    if encrypted:
        return None
    if shifted or tag.flags & UNSYNCHRONISED:
        data = data.replace(b"\xff\0", b"\xff")
    return _inflated(data) if compressed else data


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, LARGEST_TEXT)
    except zlib.error as error:
        raise BadFile(f"ID3v2 帧解压失败：{error}", f"an ID3v2 frame does not inflate: {error}") from None


def _entries(tag: Tag, frame: Frame) -> Iterator[Entry]:
    data = _content(tag, frame)
    if not data:
        return
    place = f"ID3 {frame.name.decode('latin-1').rstrip()}"
    if frame.name == b"PRIV" and data.startswith(_XMP_OWNER):
        yield from xmp.entries(data[len(_XMP_OWNER) :])
    elif frame.name in _DESCRIBED:
        description, value = _described(data, 3 if frame.name in _WITH_LANGUAGE else 0)
        yield Entry(place, description or frame.name.decode(), value)
    elif frame.name[:1] == b"T":
        yield Entry(place, frame.name.decode("latin-1"), _text(data[0], data[1:]))


def _described(data: bytes, language: int) -> tuple[str, str]:
    encoding, rest = data[0], data[1 + language :]
    wide = encoding in (1, 2)
    end = _end_of_text(rest, wide)
    return _text(encoding, rest[:end]), _text(encoding, rest[end + (2 if wide else 1) :])


def _end_of_text(data: bytes, wide: bool) -> int:
    end = data.find(b"\0\0" if wide else b"\0")
    while wide and end % 2 and end != -1:
        end = data.find(b"\0\0", end + 1)
    return len(data) if end == -1 else end


def _text(encoding: int, data: bytes) -> str:
    """The text; bytes called Latin-1 that are UTF-8 are that, as many tools write it."""
    if encoding == 0:
        try:
            return data.decode("utf-8").rstrip("\0")
        except UnicodeDecodeError:
            return data.decode("latin-1").rstrip("\0")
    name = _ENCODINGS[encoding] if encoding < len(_ENCODINGS) else "latin-1"
    return data.decode(name, "replace").rstrip("\0")


def _kept(tag: Tag, frame: Frame) -> Iterator[Frame]:
    """The frame, the frame with its XMP cleaned, or nothing where it was a label."""
    if not any(is_label(entry) for entry in _entries(tag, frame)):
        yield frame
    elif frame.name == b"PRIV":
        packet = (_content(tag, frame) or b"")[len(_XMP_OWNER) :]
        yield _frame(tag.version, b"PRIV", _XMP_OWNER + xmp.unlabelled(packet))


def _label_frame(version: int, json_text: str) -> Frame:
    """TXXX in Latin-1, which for the characters of annex E clause j) is ASCII."""
    return _frame(version, b"TXX" if version == 2 else b"TXXX", b"\0AIGC\0" + json_text.encode("ascii"))


def _frame(version: int, name: bytes, data: bytes) -> Frame:
    if version == 2:
        head = name + len(data).to_bytes(3, "big")
    else:
        head = name + (_syncsafe(len(data)) if version == 4 else struct.pack(">I", len(data))) + b"\0\0"
    return Frame(name, 0, data, head + data)
