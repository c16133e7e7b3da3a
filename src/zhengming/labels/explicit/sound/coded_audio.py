"""Prompts in compressed sound: decode → join → encode with the same codec, near the same bitrate.

FLAC and ALAC keep every sample of the content; the lossy codecs lose one generation. Tags and covers are kept as far
as libav carries them over.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, BinaryIO

from zhengming.ground.errors import BadFile, Unavailable
from zhengming.labels.edit import Progress
from zhengming.labels.explicit.film.again import Again
from zhengming.labels.explicit.film.libav import coding, encoder, libav
from zhengming.labels.explicit.film.video_streams import add_copy, is_cover, layout_of
from zhengming.labels.explicit.labeller import Shown, Wish
from zhengming.labels.explicit.sound.prompt import NEIGHBOUR, Prompt
from zhengming.labels.explicit.sound.sound import loudness

if TYPE_CHECKING:
    from zhengming.labels.explicit.sound.sound import Samples

MUXERS = {"mp3": "mp3", "m4a": "ipod", "aac": "adts", "flac": "flac", "ogg": "ogg", "opus": "opus"}
LOSSLESS = ("flac", "alac")


def label_coded(
    source: BinaryIO, sink: BinaryIO, wish: Wish, format_name: str, progress: Progress | None = None
) -> Shown:
    """Write the sound ``source`` with the prompt of ``wish`` to ``sink``.

    Raises BadFile, or Unavailable where PyAV or an encoder is missing.
    """
    prompt = Prompt.of(wish)
    with coding(format_name):
        programme = _loudness(source)
        layout = layout_of(source, "mp4") if format_name == "m4a" else ""
        size = source.seek(0, 2)
        source.seek(0)
        with libav().open(source, "r", metadata_errors="replace") as container:
            options = _options(format_name, layout, container)
            muxer = MUXERS[format_name]
            with libav().open(sink, "w", format=muxer, options=options, io_open=Again(sink).opened) as out:
                join = _Join.of(out, container, prompt, wish, programme)
                join.write(progress, size)
    if progress:
        progress(size, size)
    content = "unchanged samples" if join.codec in LOSSLESS else "encoded again"
    return prompt.shown(wish, content=content, codec=join.codec)


def _loudness(source: BinaryIO) -> float | None:
    """The loudness of the first minute, in LUFS."""
    import numpy as np

    source.seek(0)
    parts: list[Samples] = []
    length = 0
    with libav().open(source, "r", metadata_errors="replace") as container:
        stream = _sound(container)
        planar = libav().AudioResampler(format="fltp")
        for frame in container.decode(stream):
            parts += [piece.to_ndarray().T for piece in planar.resample(frame)]
            length += frame.samples
            if length >= NEIGHBOUR * frame.sample_rate:
                break
        rate = stream.codec_context.sample_rate
    if not parts:
        raise BadFile("没有可解码的音频", "no sound that can be decoded")
    return loudness(np.concatenate(parts), rate)


def _sound(container: Any) -> Any:
    if not container.streams.audio:
        raise BadFile("文件里没有音频流", "there is no sound in the file")
    return container.streams.audio[0]


def _options(format_name: str, layout: str, container: Any) -> dict[str, str]:
    if format_name == "aac":
        return {"write_id3v2": "1"} if container.metadata else {}
    return {"movflags": layout} if layout else {}


@dataclass
class _Join:
    """A sound on its way into a new file: its streams, the prompt, and how many samples are written."""

    out: Any
    container: Any
    stream: Any
    sink: Any
    covers: dict[int, Any]
    prompt: Prompt
    wish: Wish
    programme: float | None
    at: int = 0

    @classmethod
    def of(cls, out: Any, container: Any, prompt: Prompt, wish: Wish, programme: float | None) -> "_Join":
        stream = _sound(container)
        covers = {cover.index: add_copy(out, cover) for cover in container.streams.video if is_cover(cover)}
        covers = {number: sink for number, sink in covers.items() if sink is not None}
        sink = _encoder_like(out, stream, container)
        out.metadata.update({key: value for key, value in container.metadata.items() if key.lower() != "encoder"})
        out.set_chapters([])  # their times would have to move with the content
        return cls(out, container, stream, sink, covers, prompt, wish, programme)

    @property
    def codec(self) -> str:
        return str(self.stream.codec_context.codec.canonical_name)

    def write(self, progress: Progress | None, size: int) -> None:
        """Write prompt, content and prompt as the wish says."""
        rate, channels = self.sink.codec_context.sample_rate, self.sink.codec_context.channels
        if self.wish.position != "end":
            self._encode(self._frames(self.prompt.before(rate, channels, self.programme), rate))
        self._content(progress, size)
        if self.wish.position != "start":
            self._encode(self._frames(self.prompt.after(rate, channels, self.programme), rate))
        self.out.mux(self.sink.encode(None))

    def _content(self, progress: Progress | None, size: int) -> None:
        fitting = self._fitting()
        for packet in self.container.demux([self.stream, *map(self.container.streams.__getitem__, self.covers)]):
            if packet.stream.index in self.covers:
                if packet.size:
                    packet.stream = self.covers[packet.stream.index]
                    self.out.mux(packet)
                continue
            for frame in packet.decode():
                self._encode(fitting.resample(frame))
            if progress and packet.pos is not None:
                progress(min(packet.pos, size), size)

    def _fitting(self) -> Any:
        """What brings frames to the sample format of the encoder; rate and layout are the same already."""
        target = self.sink.codec_context
        return libav().AudioResampler(target.format.name, target.layout.name, target.sample_rate)

    def _frames(self, samples: "Samples", rate: int) -> Iterator[Any]:
        import numpy as np

        frame = libav().AudioFrame.from_ndarray(
            np.ascontiguousarray(samples.T), "fltp", self.sink.codec_context.layout.name
        )
        frame.sample_rate = rate
        yield from self._fitting().resample(frame)

    def _encode(self, frames: Any) -> None:
        for frame in frames:
            frame.pts, self.at = self.at, self.at + frame.samples
            frame.time_base = Fraction(1, self.sink.codec_context.sample_rate)
            self.out.mux(self.sink.encode(frame))


def _encoder_like(out: Any, stream: Any, container: Any) -> Any:
    """An encoder of the same codec, rate, channels and, where that says anything, bitrate."""
    context = stream.codec_context
    name = context.codec.canonical_name
    if name == "vorbis":
        raise Unavailable("PyAV 没有合用的 Vorbis 编码器", "PyAV has no Vorbis encoder that would do")
    codec = encoder(name)
    sink = out.add_stream(codec.name, rate=context.sample_rate)
    target = sink.codec_context
    offered = [one.name for one in codec.audio_formats or []]
    own = context.format.name
    alike = (own, own + "p", own.removesuffix("p"))
    target.format = next((one for one in alike if one in offered), offered[0] if offered else own)
    target.layout = context.layout.name
    bit_rate = stream.bit_rate or container.bit_rate
    if bit_rate and name not in LOSSLESS:
        target.bit_rate = bit_rate
    sink.metadata.update(stream.metadata)
    return sink
