"""The samples of a WAV file: what its ``fmt `` chunk says of them, and a prompt put before or behind them.

Content samples are neither decoded nor moved through memory: the new file is an edit of the old one.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.edit import Edit, Kept, Piece, tidy
from zhengming.labels.structures.riff import riff
from zhengming.labels.structures.riff.riff import Chunk, Riff

if TYPE_CHECKING:
    from zhengming.labels.explicit.sound.sound import Samples

PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
#: NumPy types by kind and bytes a sample; three bytes have none and are read as four.
_TYPES = {(PCM, 1): "u1", (PCM, 2): "<i2", (PCM, 3): "<i4", (PCM, 4): "<i4", (FLOAT, 4): "<f4", (FLOAT, 8): "<f8"}
MOST_CHANNELS = 64
RATES = range(1_000, 768_001)


@dataclass(frozen=True)
class Shape:
    """How samples are stored: ``kind`` PCM or FLOAT, ``width`` bytes each of which ``bits`` count, and so on."""

    kind: int
    channels: int
    rate: int
    width: int
    bits: int

    @property
    def frame(self) -> int:
        """Bytes of one sample of all channels."""
        return self.width * self.channels

    def decoded(self, data: bytes) -> "Samples":
        """Samples between -1 and 1 of shape (samples, channels)."""
        import numpy as np

        if self.width == 3:
            triples = np.frombuffer(data, np.uint8).reshape(-1, 3)
            data = np.pad(triples, ((0, 0), (1, 0))).tobytes()
        raw = np.frombuffer(data, _TYPES[self.kind, self.width]).reshape(-1, self.channels)
        if self.kind == FLOAT:
            samples: Samples = raw.astype(np.float32)
            samples[~np.isfinite(samples)] = 0
            return samples
        if self.width == 1:
            return np.divide(raw.astype(np.float32) - 128, 128, dtype=np.float32)
        return (raw / np.float64(-np.iinfo(raw.dtype).min)).astype(np.float32)

    def encoded(self, samples: "Samples") -> bytes:
        """The samples as they are stored."""
        import numpy as np

        if self.kind == FLOAT:
            return samples.astype(_TYPES[FLOAT, self.width]).tobytes()
        top = (1 << self.bits - 1) - 1
        # In a wider container the bits that count come first, the others are zero.
        whole = np.rint(samples.astype(np.float64) * top).astype(np.int64) << 8 * self.width - self.bits
        if self.width == 1:
            return (whole + 128).astype(np.uint8).tobytes()
        return _narrowed(whole, self.width)


def _narrowed(whole: "Any", width: int) -> bytes:
    import numpy as np

    wide = np.ascontiguousarray(whole, "<i8").view(np.uint8).reshape(-1, 8)
    return wide[:, :width].tobytes()


@dataclass(frozen=True)
class Wav:
    """A WAV file taken apart: its chunks, and where its samples lie (whole ones only)."""

    riff: Riff
    chunks: tuple[Chunk, ...]
    shape: Shape
    samples: Kept

    @classmethod
    def read(cls, file: BinaryIO) -> "Wav":
        """Raises BadFile, or Refused for samples that are compressed."""
        whole = next(riff.riffs(file), None)
        if whole is None or whole.form != b"WAVE":
            raise BadFile("不是 WAV", "not a WAV file", 0)
        chunks = tuple(whole.chunks(file))
        fmt = next((chunk for chunk in chunks if chunk.kind == b"fmt "), None)
        data = [chunk for chunk in chunks if chunk.kind == b"data"]
        if fmt is None or len(data) != 1:
            raise BadFile("WAV 须有 fmt 块和一个 data 块", "a WAV file has a fmt chunk and one data chunk")
        shape = _shape(file, fmt)
        kept = data[0].data
        return cls(whole, chunks, shape, Kept(kept.start, kept.stop - len(kept) % shape.frame))

    def stretch(self, file: BinaryIO, seconds: float, *, end: bool) -> "Samples":
        """That much of one end of the sound, as (samples, channels)."""
        size = min(round(seconds * self.shape.rate) * self.shape.frame, len(self.samples))
        file.seek(self.samples.stop - size if end else self.samples.start)
        data = file.read(size)
        return self.shape.decoded(data[: len(data) // self.shape.frame * self.shape.frame])

    def with_prompts(self, file: BinaryIO, before: bytes, after: bytes) -> Edit:
        """The file with encoded samples before and behind its own; what counts samples is made right."""
        size = len(before) + len(self.samples) + len(after)
        added = (len(before) // self.shape.frame, (len(before) + len(after)) // self.shape.frame)
        pieces: list[Piece] = []
        for chunk in self.chunks:
            if chunk.kind == b"data":
                stated = riff.UNKNOWN if self.riff.is_64_bit or size > riff.LARGEST_RIFF else size
                head = struct.pack("<4sI", b"data", stated)
                pieces += [head, before, self.samples, after, b"\0" * (size % 2)]
            else:
                pieces += _counted_anew(file, chunk, *added)
        rebuilt = self.riff.rebuilt(file, pieces)
        if self.riff.is_64_bit:
            rebuilt = list(self._sizes_anew(rebuilt, size))
        return tidy([*rebuilt, Kept(self.riff.whole.stop, file.seek(0, 2))])

    def _sizes_anew(self, pieces: list[Piece], size: int) -> Iterator[Piece]:
        """The pieces with the sizes of data in the ds64 chunk (EBU Tech 3306 §2), 16 bytes behind its start."""
        at = self.chunks[0].start + 16
        for piece in pieces:
            if isinstance(piece, Kept) and piece.start == at:
                yield struct.pack("<QQ", size, size // self.shape.frame)
                yield Kept(at + 16, piece.stop)
            else:
                yield piece


def _shape(file: BinaryIO, chunk: Chunk) -> Shape:
    cursor = Cursor(file, chunk.first, chunk.last)
    kind, channels, rate, _bytes, frame, bits = cursor.unpack("<HHIIHH")
    if kind == EXTENSIBLE and len(chunk.data) >= 40:
        _size, valid, _mask, kind = cursor.unpack("<HHIH")
        bits = valid or bits
    width = frame // channels if channels else 0
    if (kind, width) not in _TYPES:
        raise Refused(
            f"WAV 里的编码（格式号 {kind:#x}，每样本 {width} 字节）不是 PCM，加入提示需重新编码，请先转为 PCM",
            f"the samples of this WAV (format {kind:#x}, {width} bytes) are not PCM; convert it to PCM first",
        )
    if width * channels != frame or channels > MOST_CHANNELS or rate not in RATES:
        raise BadFile(
            f"WAV 声明 {channels} 声道、{rate} Hz，不可信", f"a WAV of {channels} channels at {rate} Hz", chunk.start
        )
    return Shape(kind, channels, rate, width, bits if 0 < bits <= 8 * width else 8 * width)


def _counted_anew(file: BinaryIO, chunk: Chunk, before: int, added: int) -> list[Piece]:
    """A chunk whose sample numbers follow the samples: ``fact``, cue points, loops of a sampler."""
    if chunk.kind == b"fact" and len(chunk.data) >= 4:
        (count,) = Cursor(file, chunk.first).unpack("<I")
        return [Kept(chunk.start, chunk.first), _moved(count, added), Kept(chunk.first + 4, chunk.stop)]
    if chunk.kind in _MARKS and before:
        head, step, fields = _MARKS[chunk.kind]
        data = bytearray(riff.read(file, chunk))
        for at in range(head, len(data) - step + 1, step):
            for field in fields:
                (number,) = struct.unpack_from("<I", data, at + field)
                data[at + field : at + field + 4] = _moved(number, before)
        return [riff.chunk(chunk.kind, bytes(data))]
    return chunk.pieces()


#: Where marks start in a chunk, the bytes of one, and which of its fields are numbers of samples.
_MARKS = {b"cue ": (4, 24, (4, 20)), b"smpl": (36, 24, (8, 12))}


def _moved(number: int, by: int) -> bytes:
    """A sample number, moved; the largest stands for a number that 32 bits do not hold."""
    return struct.pack("<I", min(number + by, 0xFFFFFFFF) if number != 0xFFFFFFFF else number)
