"""FLAC (RFC 9639): the label as the comment AIGC of the VORBIS_COMMENT block (TC260-PG-202510A)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.edit import Edit, Kept, Piece, tidy
from zhengming.labels.format import Entry, Format, Medium, Place, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.structures.sound import id3, vorbis_comment
from zhengming.labels.structures.sound.vorbis_comment import Comments

SIGNATURE = b"fLaC"
STREAMINFO, PADDING, VORBIS_COMMENT = 0, 1, 4
LARGEST_BLOCK = (1 << 24) - 1
MOST_BLOCKS = 10_000


@dataclass(frozen=True)
class Block:
    """One metadata block: its type, and where it starts and stops with its head of four bytes."""

    type: int
    start: int
    stop: int

    @property
    def size(self) -> int:
        return self.stop - self.start - 4


@dataclass(frozen=True)
class Part:
    """A block of the new file: its type, and its data."""

    type: int
    data: bytes | Kept

    def pieces(self, last: bool) -> list[Piece]:
        return [bytes([self.type | last << 7]) + len(self.data).to_bytes(3, "big"), self.data]


class Flac(Format):
    name = "flac"
    title = "FLAC 音频"
    medium = Medium.AUDIO
    suffixes = (".flac",)
    media_type = "audio/flac"
    place = Place("VORBIS_COMMENT 块，注释 AIGC", "TC260-PG-202510A", "H")

    def score(self, sample: Sample) -> int:
        if not sample.start.startswith((SIGNATURE, b"ID3")):
            return 0
        tag = id3.read(sample.file, 0)
        return 100 if Cursor(sample.file, tag.stop if tag else 0).peek(4) == SIGNATURE else 0

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        tag = id3.read(file, 0)
        if tag:
            yield from tag.entries()
        for block in _blocks(file, tag.stop if tag else 0):
            if block.type == VORBIS_COMMENT:
                yield from _comments(file, block).entries()

    def write(self, file: BinaryIO, label: MetadataLabel) -> Edit:
        tag = id3.read(file, 0)
        blocks = list(_blocks(file, tag.stop if tag else 0))
        parts = _fitted(list(_parts(file, blocks, label.json())), blocks)
        pieces: list[Piece] = [_without_labels(tag) if tag else b"", SIGNATURE]
        for number, part in enumerate(parts, 1):
            pieces += part.pieces(last=number == len(parts))
        return tidy([*pieces, Kept(blocks[-1].stop, file.seek(0, 2))])

    def body(self, file: BinaryIO) -> Iterator[Kept]:
        tag = id3.read(file, 0)
        blocks = list(_blocks(file, tag.stop if tag else 0))
        yield Kept(blocks[0].start + 4, blocks[0].stop)
        yield Kept(blocks[-1].stop, file.seek(0, 2))

    def example(self) -> bytes:
        return SIGNATURE + b"\x80\0\0\x22" + _STREAMINFO + _FRAME


#: 16 samples of silence: ffmpeg -f lavfi -i anullsrc=r=8000:cl=mono -af atrim=end_sample=16 x.flac
_STREAMINFO = bytes.fromhex("0240024000000c00000c01f400f00000001070bc8f4b72a86921468bf8e8441dce51")
_FRAME = bytes.fromhex("fff86408000fce0000000e85")

FORMAT = Flac()


def _blocks(file: BinaryIO, start: int) -> Iterator[Block]:
    cursor = Cursor(file, start)
    if cursor.take(4) != SIGNATURE:
        raise BadFile("不是 FLAC：签名不符", "not FLAC: wrong signature", start)
    for number in range(MOST_BLOCKS):
        at = cursor.at
        head = cursor.take(4)
        cursor.skip(int.from_bytes(head[1:], "big"))
        if number == 0 and head[0] & 0x7F != STREAMINFO:
            raise BadFile("FLAC 的第一块不是 STREAMINFO", "the first block of the FLAC file is not STREAMINFO", at)
        yield Block(head[0] & 0x7F, at, cursor.at)
        if head[0] & 0x80:
            return
    raise BadFile("FLAC 元数据块过多", f"over {MOST_BLOCKS} metadata blocks", start)


def _comments(file: BinaryIO, block: Block) -> Comments:
    return vorbis_comment.read(Cursor(file, block.start + 4).take(block.size))


def _parts(file: BinaryIO, blocks: list[Block], json_text: str) -> Iterator[Part]:
    """The blocks with the label in the first comment block, or in one of its own behind STREAMINFO."""
    has_comments = any(block.type == VORBIS_COMMENT for block in blocks)
    labelled = False
    for block in blocks:
        if block.type == VORBIS_COMMENT:
            comments = _comments(file, block)
            comments = comments.unlabelled() if labelled else comments.labelled(json_text)
            labelled = True
            yield _comment_part(comments)
        else:
            yield Part(block.type, Kept(block.start + 4, block.stop))
        if block is blocks[0] and not has_comments:
            yield _comment_part(Comments(b"", (), b"").labelled(json_text))


def _comment_part(comments: Comments) -> Part:
    data = comments.packed()
    if len(data) > LARGEST_BLOCK:
        raise Refused("FLAC 注释块已满（16 MiB）", "the comment block of the FLAC file is full (16 MiB)")
    return Part(VORBIS_COMMENT, data)


def _fitted(parts: list[Part], blocks: list[Block]) -> list[Part]:
    """The parts with one padding block made smaller or larger, if any, so that the audio does not move."""
    growth = sum(len(part.data) + 4 for part in parts) - sum(block.size + 4 for block in blocks)
    for at, part in enumerate(parts):
        if part.type == PADDING and 0 <= len(part.data) - growth <= LARGEST_BLOCK:
            return [*parts[:at], Part(PADDING, bytes(len(part.data) - growth)), *parts[at + 1 :]]
    return parts


def _without_labels(tag: id3.Tag) -> Piece:
    bare = tag.unlabelled()
    if bare.frames == tag.frames:
        return Kept(tag.start, tag.stop)
    return bare.packed(tag.stop - tag.start)
