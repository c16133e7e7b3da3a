"""FLV (Adobe Flash Video 10.1): the label as the string AIGC in the script data onMetaData (TC260-PG-20257A).

Where onMetaData says at which bytes the key frames are, those numbers move with them.
"""

import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import BinaryIO

from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.edit import Edit, Kept, Piece, tidy
from zhengming.labels.format import Entry, Format, Medium, Place, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.reading import is_label
from zhengming.labels.structures import amf
from zhengming.labels.structures.picture import xmp

AUDIO, VIDEO, SCRIPT = 8, 9, 18
METADATA = "onMetaData"
HEAD, PREVIOUS_SIZE = 11, 4
LARGEST_TAG = (1 << 24) - 1
#: Script data is told about the whole film; more of it than this is not believed.
MOST_SCRIPTS = 10_000


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag: its type, where it starts, where its data starts and stops, and it with its size repeated."""

    type: int
    start: int
    first: int
    last: int
    stop: int


@dataclass(frozen=True)
class Script:
    """Script data: the data, its name, the object in it by type and members, and where that object ends."""

    data: bytes
    name: str
    kind: int
    start: int
    members: tuple[amf.Member, ...]
    end: int

    def entries(self) -> Iterator[Entry]:
        """The strings of the object; an XMP packet by its properties."""
        for member in self.members:
            yield from self.entries_of(member)

    def entries_of(self, member: amf.Member) -> Iterator[Entry]:
        """The entries of one member."""
        text = amf.text(self.data, member.value)
        if text is not None and member.name == "liveXML":
            yield from xmp.entries(text.encode())
        elif text is not None:
            yield Entry(f"FLV {self.name}", member.name, text)

    def changed(self, json_text: str | None) -> bytes:
        """The data without labels, or with ``json_text`` as the one label."""
        kept: list[bytes] = []
        count = 0
        for member in self.members:
            fresh = self._member(member)
            kept.append(fresh)
            count += bool(fresh)
        if json_text is not None:
            kept.append(amf.member("AIGC", json_text))
            count += 1
        return self._head(count - len(self.members)) + b"".join(kept) + self.data[self.end :]

    def _member(self, member: amf.Member) -> bytes:
        raw = self.data[member.start : member.value.stop]
        if not any(map(is_label, self.entries_of(member))):
            return raw
        if member.name != "liveXML":
            return b""
        packet = xmp.unlabelled((amf.text(self.data, member.value) or "").encode())
        return amf.member(member.name, packet.decode("utf-8", "replace"))

    def _head(self, more: int) -> bytes:
        """What stands before the first member; an ECMA array states how many there are."""
        if self.kind != amf.ECMA_ARRAY:
            return self.data[: self.start + 1]
        (count,) = struct.unpack_from(">I", self.data, self.start + 1)
        return self.data[: self.start + 1] + struct.pack(">I", max(0, count + more))


class Flv(Format):
    name = "flv"
    title = "FLV 视频"
    medium = Medium.VIDEO
    suffixes = (".flv",)
    media_type = "video/x-flv"
    place = Place("脚本标签 onMetaData，AMF0 字符串 AIGC", "TC260-PG-20257A", "H")

    def score(self, sample: Sample) -> int:
        return 100 if sample.start.startswith(b"FLV\1") else 0

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        for tag in _tags(file):
            if tag.type == SCRIPT and (script := _script(file, tag)):
                yield from script.entries()

    def write(self, file: BinaryIO, label: MetadataLabel) -> Edit:
        size = file.seek(0, 2)
        changes = list(_changes(file, label.json()))
        moved = _moves([change for change in changes if change.growth])
        return tidy(_edit([change.repositioned(moved, size) for change in changes], size))

    def body(self, file: BinaryIO) -> Iterator[Kept]:
        for tag in _tags(file):
            if tag.type in (AUDIO, VIDEO):
                yield Kept(tag.first, tag.last)

    def example(self) -> bytes:
        tag = bytes((VIDEO,)) + len(_FRAME).to_bytes(3, "big") + bytes(7) + _FRAME
        return b"FLV\1\1\0\0\0\x09\0\0\0\0" + tag + struct.pack(">I", len(tag))


#: One grey frame of 16 by 16, Sorenson H.263: ffmpeg -f lavfi -i color=gray:s=16x16 -frames:v 1 -c:v flv x.flv
_FRAME = bytes.fromhex("120000840008081126fcfcfcfdfffe")

FORMAT = Flv()


@dataclass(frozen=True)
class Change:
    """Script data before and after; in a new tag there is no before."""

    tag: Tag
    old: bytes | None
    new: bytes

    @property
    def growth(self) -> int:
        return len(self.new) - len(self.old) if self.old is not None else len(self.new) + HEAD + PREVIOUS_SIZE

    def repositioned(self, moved: Callable[[int], int], size: int) -> "Change":
        """This change with the byte positions that the data states moved."""
        fresh = bytearray(self.new)
        for at in _positions(self.new):
            (number,) = struct.unpack_from(">d", fresh, at)
            if 0 < number <= size and number.is_integer():
                struct.pack_into(">d", fresh, at, float(moved(int(number))))
        return Change(self.tag, self.old, bytes(fresh))

    def pieces(self) -> list[Piece]:
        """The whole tag anew, with its size repeated behind it."""
        if len(self.new) > LARGEST_TAG:
            raise Refused("FLV 脚本标签已满（16 MiB）", "the script tag of the FLV file is full (16 MiB)")
        size = len(self.new).to_bytes(3, "big")
        rest: Piece = Kept(self.tag.start + 4, self.tag.first) if self.old is not None else bytes(7)
        return [bytes((SCRIPT,)) + size, rest, self.new, struct.pack(">I", len(self.new) + HEAD)]


def _tags(file: BinaryIO) -> Iterator[Tag]:
    """The tags up to one that is cut off or of no known type, as live recordings end."""
    cursor = Cursor(file, _first_tag(file))
    while cursor.left >= HEAD:
        head = cursor.peek(HEAD)
        first = cursor.at + HEAD
        last = first + int.from_bytes(head[1:4], "big")
        if last > cursor.stop or head[0] & 0x1F not in (AUDIO, VIDEO, SCRIPT, 15):
            return
        tag = Tag(head[0], cursor.at, first, last, min(last + PREVIOUS_SIZE, cursor.stop))
        cursor.at = tag.stop
        yield tag


def _first_tag(file: BinaryIO) -> int:
    cursor = Cursor(file)
    if cursor.take(4) != b"FLV\1":
        raise BadFile("不是 FLV：签名不符", "not FLV: wrong signature", 0)
    cursor.skip(1)
    (offset,) = cursor.unpack(">I")
    if offset < 9 or offset + PREVIOUS_SIZE > cursor.stop:
        raise BadFile("FLV 头的长度不合规", "the size of the FLV header is wrong", 5)
    return offset + PREVIOUS_SIZE


def _script(file: BinaryIO, tag: Tag) -> Script | None:
    """The script data of a tag: one or two names, then an object; None where it is something else."""
    data = Cursor(file, tag.first, tag.last).take(tag.last - tag.first)
    cursor = amf.ScriptCursor(data)
    name = ""
    while cursor.left:
        start = cursor.at
        kind = cursor.peek(1)[0]
        if kind in (amf.OBJECT, amf.ECMA_ARRAY):
            cursor.skip(1)
            members = tuple(amf.members(cursor, kind))
            return Script(data, name, kind, start, members, cursor.at - len(amf.END_OF_OBJECT))
        name = amf.text(data, amf.value(cursor)) or name
    return None


def _positions(data: bytes) -> Iterator[int]:
    """Where in script data the numbers stand that are byte positions in the file."""
    cursor = amf.ScriptCursor(data)
    while cursor.left:
        kind = cursor.peek(1)[0]
        if kind not in (amf.OBJECT, amf.ECMA_ARRAY):
            amf.value(cursor)
            continue
        cursor.skip(1)
        for member in amf.members(cursor, kind):
            if member.name in ("filesize", "lastkeyframelocation"):
                yield from _numbers(data, member.value)
            elif member.name == "keyframes" and member.value.type in (amf.OBJECT, amf.ECMA_ARRAY):
                inside = amf.ScriptCursor(data, member.value.start + 1, member.value.stop)
                for inner in amf.members(inside, member.value.type):
                    yield from _numbers(data, inner.value) if inner.name == "filepositions" else ()
        return


def _numbers(data: bytes, value: amf.Value) -> Iterator[int]:
    if value.type == amf.NUMBER:
        yield value.start + 1
    elif value.type == amf.STRICT_ARRAY:
        for at in range(value.start + 5, value.stop - 8, 9):
            if data[at] != amf.NUMBER:
                return
            yield at + 1


def _changes(file: BinaryIO, json_text: str) -> Iterator["Change"]:
    """Every onMetaData, since it may state positions, and whatever else holds a label; in the order of the file."""
    scripts = [(tag, script) for tag in _tags(file) if tag.type == SCRIPT and (script := _relevant(file, tag))]
    if len(scripts) > MOST_SCRIPTS:
        raise BadFile("FLV 脚本标签过多", f"over {MOST_SCRIPTS} script tags with metadata in the FLV file")
    target = next((tag.start for tag, script in scripts if script.name == METADATA), None)
    if target is None:
        yield _new_tag(file, json_text)
    for tag, script in scripts:
        yield Change(tag, script.data, script.changed(json_text if tag.start == target else None))


def _relevant(file: BinaryIO, tag: Tag) -> Script | None:
    script = _script(file, tag)
    if script and (script.name == METADATA or any(map(is_label, script.entries()))):
        return script
    return None


def _new_tag(file: BinaryIO, json_text: str) -> Change:
    at = _first_tag(file)
    data = amf.string(METADATA) + bytes((amf.ECMA_ARRAY, 0, 0, 0, 1)) + amf.member("AIGC", json_text)
    return Change(Tag(SCRIPT, at, at, at, at), None, data + amf.END_OF_OBJECT)


def _moves(changes: list[Change]) -> Callable[[int], int]:
    """From an old byte position to the new one."""
    stops = [change.tag.stop for change in changes]
    sums = [0, *accumulate(change.growth for change in changes)]
    return lambda position: position + sums[bisect_right(stops, position)]


def _edit(changes: list[Change], size: int) -> Iterator[Piece]:
    at = 0
    for change in changes:
        yield Kept(at, change.tag.start)
        if change.new == change.old:
            yield Kept(change.tag.start, change.tag.stop)
        else:
            yield from change.pieces()
        at = change.tag.stop
    yield Kept(at, size)
