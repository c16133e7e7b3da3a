"""The journey of a film through its explicit label: place → decode → blend → encode, frame by frame.

Frames are streamed: memory holds a few of them, whatever the length of the film.
"""

from dataclasses import dataclass, field
from typing import Any, BinaryIO

from zhengming.ground.errors import BadFile
from zhengming.labels.edit import Progress
from zhengming.labels.explicit.film.again import Again
from zhengming.labels.explicit.film.libav import coding, libav
from zhengming.labels.explicit.film.video_place import place
from zhengming.labels.explicit.film.video_planes import Burn
from zhengming.labels.explicit.film.video_streams import (
    MUXERS,
    Picture,
    add_copy,
    add_picture,
    first_frame,
    layout_of,
    muxer_options,
    pictures,
)
from zhengming.labels.explicit.labeller import Shown, Wish
from zhengming.labels.explicit.picture.drawing import Plate
from zhengming.labels.explicit.picture.placement import CORNER_WORDS, Spot


def label_video(
    source: BinaryIO, sink: BinaryIO, wish: Wish, format_name: str, progress: Progress | None = None
) -> Shown:
    """Write the film ``source`` with the label of ``wish`` on its pictures to ``sink``.

    Raises BadFile, Refused for pictures too small, Unavailable where PyAV or an encoder is missing.
    """
    with coding(format_name):
        source.seek(0)
        with libav().open(source, "r", metadata_errors="replace") as container:
            numbers = [stream.index for stream in pictures(container)]
        films = {number: _Label(first_frame(source, number), *place(source, number, wish)) for number in numbers}
        layout = layout_of(source, format_name)
        order = _Order(films, wish.seconds, format_name, layout, source.seek(0, 2), progress)
        source.seek(0)  # from here on libav alone moves in the file
        with libav().open(source, "r", metadata_errors="replace") as container:
            left_out = _write(container, sink, order)
    main = films[numbers[0]]
    return _shown(main, wish, left_out)


#: What the muxer says of the file by itself.
_OWN = ("encoder", "major_brand", "minor_version", "compatible_brands")


@dataclass
class _Label:
    """The label on one picture stream: what the frames are like, where it goes, and how much was done so far."""

    first: Any
    spot: Spot
    plate: Plate
    burns: dict[tuple[object, ...], Burn] = field(default_factory=dict)
    start: float | None = None
    until: float = 0.0
    count: int = 0
    last: int | None = None

    def timed(self, frame: Any) -> None:
        """Give a frame a time behind the last one's, where the container (AVI) knows none or the same."""
        if self.last is not None and (frame.pts is None or frame.pts <= self.last):
            frame.pts = self.last + 1
        self.last = frame.pts

    def put_on(self, frame: Any, picture: Picture, seconds: float | None) -> Any:
        """The frame to encode: with the label on it, unless its time is over."""
        time = frame.time or 0.0
        self.start = time if self.start is None else self.start
        if seconds is None or time - self.start < seconds:
            frame = frame if frame.format.name == picture.labelled_as else frame.reformat(format=picture.labelled_as)
            self._burn(frame, picture).on(frame)
            self.until, self.count = time, self.count + 1
        return frame if frame.format.name == picture.encoded_as else frame.reformat(format=picture.encoded_as)

    def _burn(self, frame: Any, picture: Picture) -> Burn:
        """Made once, or once more where the frames change in the middle of the stream."""
        key = (frame.width, frame.height, frame.format.name, frame.color_range)
        if (frame.width, frame.height) != picture.geometry.size:
            raise BadFile("视频中途改变了画面大小", "the pictures change their size in the middle of the film")
        if key not in self.burns:
            self.burns[key] = Burn.of(frame, picture.geometry, self.plate, self.spot)
        return self.burns[key]


@dataclass(frozen=True)
class _Order:
    """What is to be written: the labels by stream, for how long, in which format and layout; the size of the old
    file in bytes, and whom to tell how much of it was read."""

    labels: dict[int, _Label]
    seconds: float | None
    format_name: str
    layout: str
    size: int
    progress: Progress | None


def _write(container: Any, sink: BinaryIO, order: _Order) -> list[str]:
    """Write the labelled film; returns the streams that the container could not take over."""
    options = muxer_options(order.layout, container.metadata)
    muxer = MUXERS[order.format_name]
    with libav().open(sink, "w", format=muxer, options=options, io_open=Again(sink).opened) as out:
        out.metadata.update({key: value for key, value in container.metadata.items() if key.lower() not in _OWN})
        out.set_chapters(container.chapters())
        sinks = {stream.index: _sink(out, stream, order) for stream in container.streams}
        for packet in container.demux([stream for stream in container.streams if sinks[stream.index]]):
            _pass_on(packet, sinks[packet.stream.index], out, order)
            if order.progress and packet.pos is not None:
                order.progress(min(packet.pos, order.size), order.size)
        for to in sinks.values():
            if isinstance(to, Picture):
                out.mux(to.sink.encode(None))
        left_out = [f"{stream.type} {stream.index}" for stream in container.streams if not sinks[stream.index]]
    if order.progress:
        order.progress(order.size, order.size)
    return left_out


def _sink(out: Any, stream: Any, order: _Order) -> Any:
    if stream.index in order.labels:
        return add_picture(out, stream, order.labels[stream.index].first)
    return add_copy(out, stream)


def _pass_on(packet: Any, to: Any, out: Any, order: _Order) -> None:
    if not isinstance(to, Picture):
        if packet.dts is not None:
            packet.stream = to
            out.mux(packet)
        return
    label = order.labels[packet.stream.index]
    for frame in to.decoder.decode(packet if packet.size else None):
        if frame.time_base is None:
            frame.time_base = packet.time_base
        label.timed(frame)
        key = frame.key_frame
        labelled = label.put_on(frame, to, order.seconds)
        labelled.pict_type = _KEY if key else _ANY  # key frames stay where they were
        out.mux(to.sink.encode(labelled))


#: What libav calls a frame that has to be a key frame, and one that may be of any kind.
_KEY, _ANY = 1, 0


def _shown(label: _Label, wish: Wish, left_out: list[str]) -> Shown:
    start = label.start or 0.0
    where = "全程" if wish.seconds is None else f"前 {wish.seconds:g} 秒"
    facts = {**label.spot.facts(label.plate), "frames": label.count, "seconds": wish.seconds or "throughout"}
    facts |= {"from": round(start, 3), "left_out": left_out} if left_out else {}
    return Shown(wish.text, f"{where}，{CORNER_WORDS[label.spot.corner]}", facts)
