"""WAV, and its 64-bit forms RF64 and BW64: the label in a chunk of its own named AIGC (TC260-PG-202510A)."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from zhengming.ground.errors import BadFile
from zhengming.labels.edit import Edit, Kept, Piece, tidy
from zhengming.labels.format import Entry, Format, Medium, Place, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.reading import is_label
from zhengming.labels.structures.picture import xmp
from zhengming.labels.structures.riff import riff, riff_info
from zhengming.labels.structures.riff.riff import Chunk, Riff
from zhengming.labels.structures.sound import id3

LABEL, DATA, XMP = b"AIGC", b"data", b"_PMX"
ID3 = (b"id3 ", b"ID3 ")


class Wav(Format):
    name = "wav"
    title = "WAV 音频"
    medium = Medium.AUDIO
    suffixes = (".wav", ".wave", ".bwf", ".rf64")
    media_type = "audio/wav"
    place = Place("RIFF 顶层块 AIGC", "TC260-PG-202510A", "M")

    def score(self, sample: Sample) -> int:
        return 100 if sample.start[:4] in riff.FORMS and sample.start[8:12] == b"WAVE" else 0

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        for chunk in _riff(file).chunks(file):
            yield from _entries(file, chunk)

    def write(self, file: BinaryIO, label: MetadataLabel) -> Edit:
        whole = _riff(file)
        chunks = list(whole.chunks(file))
        if not any(chunk.kind == DATA for chunk in chunks):
            raise BadFile("WAV 里没有音频数据（data）", "the WAV file has no samples (data)")
        pieces = [piece for chunk in chunks for piece in _unlabelled(file, chunk)]
        pieces.append(riff.chunk(LABEL, label.json().encode()))
        return tidy([*whole.rebuilt(file, pieces), Kept(whole.whole.stop, file.seek(0, 2))])

    def body(self, file: BinaryIO) -> Iterator[Kept]:
        for chunk in _riff(file).chunks(file):
            if chunk.kind in (b"fmt ", DATA):
                yield chunk.data

    def example(self) -> bytes:
        shape = struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8)  # PCM, mono, 8 kHz, 8 bit
        chunks = b"WAVE" + riff.chunk(b"fmt ", shape) + riff.chunk(DATA, b"\x80\x80")
        return riff.chunk(b"RIFF", chunks)


FORMAT = Wav()


def _riff(file: BinaryIO) -> Riff:
    first = next(riff.riffs(file), None)
    if first is None or first.form != b"WAVE":
        raise BadFile("不是 WAV", "not a WAV file", 0)
    return first


def _entries(file: BinaryIO, chunk: Chunk) -> Iterator[Entry]:
    if chunk.kind == LABEL:
        yield riff_info.text_entry(file, chunk, "WAV")
    elif riff_info.is_info(chunk):
        yield from riff_info.entries(file, chunk)
    elif chunk.kind == XMP:
        yield from xmp.entries(riff.read(file, chunk))
    elif chunk.kind in ID3 and (tag := _tag(file, chunk)):
        yield from tag.entries()


def _unlabelled(file: BinaryIO, chunk: Chunk) -> list[Piece]:
    """The chunk without the labels in it; nothing when it was one."""
    if not any(map(is_label, _entries(file, chunk))):
        return chunk.pieces()
    if riff_info.is_info(chunk):
        return riff_info.without_labels(file, chunk)
    if chunk.kind == XMP:
        return [riff.chunk(XMP, xmp.unlabelled(riff.read(file, chunk)))]
    if chunk.kind in ID3 and (tag := _tag(file, chunk)):
        rest = riff.read(file, chunk)[tag.stop - chunk.first :]
        return [riff.chunk(chunk.kind, tag.unlabelled().packed(tag.stop - tag.start) + rest)]
    return []


def _tag(file: BinaryIO, chunk: Chunk) -> id3.Tag | None:
    tag = id3.read(file, chunk.first)
    if tag and tag.stop > chunk.last:
        raise BadFile("ID3v2 标签超出所在块", "an ID3v2 tag runs past its chunk", chunk.start)
    return tag
