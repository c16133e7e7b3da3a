"""The streams of a labelled film: encoders set like the ones that made the old streams, and all others taken over."""

import struct
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.explicit.film.libav import encoder, libav
from zhengming.labels.explicit.film.video_planes import Geometry, labelled_as
from zhengming.labels.structures.iso.boxes import Boxes

if TYPE_CHECKING:
    from collections.abc import Callable

#: libav's names for the containers.
MUXERS = {"mp4": "mp4", "mov": "mov", "mkv": "matroska", "webm": "webm", "avi": "avi", "flv": "flv"}
#: Codecs whose clock is the frame rate: no finer times can be written.
_COARSE = ("mpeg4", "mpeg1video", "mpeg2video", "msmpeg4v2", "msmpeg4v3", "h263", "wmv1", "wmv2")
#: Speed and behaviour of encoders, by codec.
_OPTIONS = {
    "h264": {"forced-idr": "1"},
    "hevc": {"forced-idr": "1", "preset": "fast"},
    "vp8": {"deadline": "good", "cpu-used": "4", "auto-alt-ref": "0"},
    "vp9": {"deadline": "good", "cpu-used": "4", "row-mt": "1"},
    "av1": {"preset": "8"},
}
#: Bits a pixel from which a bitrate is generous.
_GENEROUS = 0.05
#: Quality where the bitrate is scarce or not known: hard to tell from the original.
_QUALITY = {"h264": "22", "hevc": "24", "vp8": "10", "vp9": "24", "av1": "26"}
#: How many outermost boxes tell the layout of an MP4.
MOST_BOXES = 16
#: Tags that players ask for and that the muxer would not choose by itself.
_TAGS = ("hvc1", "hev1")


@dataclass(frozen=True)
class Picture:
    """One picture stream: where frames come from and go to, how they are displayed, and the format of each step."""

    source: Any
    decoder: Any
    sink: Any
    geometry: Geometry
    labelled_as: str
    encoded_as: str


def pictures(container: Any) -> list[Any]:
    """The streams of moving pictures, without covers. Raises BadFile where there is none."""
    found = [stream for stream in container.streams.video if not is_cover(stream)]
    if not found:
        raise BadFile("文件里没有视频画面", "there are no moving pictures in the file")
    return found


def is_cover(stream: Any) -> bool:
    attached = libav().stream.Disposition.attached_pic
    return bool(stream.disposition & attached)


def decoder(stream: Any) -> Any:
    """The decoder of a picture stream; for VP8 and VP9 with transparency the one that decodes that."""
    av = libav()
    context = stream.codec_context
    alpha = {key.lower(): value for key, value in stream.metadata.items()}.get("alpha_mode") == "1"
    if alpha and context.codec.canonical_name in ("vp8", "vp9"):
        context = av.CodecContext.create("libvpx" + "-vp9" * (context.codec.canonical_name == "vp9"), "r")
        context.extradata = stream.codec_context.extradata
        return context
    context.thread_type = "AUTO"
    return context


def first_frame(file: BinaryIO, index: int) -> Any:
    """The first decoded frame of a stream; what it says of itself counts more than the container."""
    file.seek(0)
    with libav().open(file, "r", metadata_errors="replace") as container:
        stream = container.streams[index]
        context = decoder(stream)
        for packet in container.demux(stream):
            for frame in context.decode(packet):
                return frame
    raise BadFile("视频里没有可解码的画面", "no picture of the video can be decoded")


def add_picture(out: Any, stream: Any, first: Any) -> Picture:
    """An encoder in ``out`` that is set like what made ``stream``, whose first frame is given."""
    context = stream.codec_context
    name = context.codec.canonical_name
    codec = encoder(name)
    encoded_as = _encodable(first.format.name, codec)
    rate = stream.average_rate or stream.guessed_rate or Fraction(25)
    sink = out.add_stream(codec.name, rate=rate, options=_options(stream, name, first))
    target = sink.codec_context
    target.width, target.height, target.pix_fmt = first.width, first.height, encoded_as
    target.time_base = 1 / rate if name in _COARSE else stream.time_base
    if stream.sample_aspect_ratio:
        target.sample_aspect_ratio = stream.sample_aspect_ratio
    target.color_range, target.colorspace = first.color_range, first.colorspace
    target.color_primaries, target.color_trc = first.color_primaries, first.color_trc
    if out.format.name == "avi" or (not context.has_b_frames and name != "av1"):  # AVI has no times but its order
        target.max_b_frames = 0
    _rate_control(target, stream, name)
    _dress(sink, stream)
    geometry = Geometry.of(first, stream.sample_aspect_ratio)
    if geometry.matrix:
        sink.set_display_matrix(geometry.matrix)
    return Picture(stream, decoder(stream), sink, geometry, labelled_as(first.format.name), encoded_as)


def add_copy(out: Any, stream: Any) -> Any | None:
    """A stream in ``out`` that takes over the packets of ``stream``; None where its container cannot hold it."""
    if stream.type in ("data", "unknown"):  # time codes and chapter texts, which the muxer makes anew
        return None
    if _tag(stream) == _AAC_IN_AVI:
        raise Refused("AVI 里的 AAC 声音无法原样转存", "AAC sound in AVI cannot be taken over as it is")
    try:
        copy = out.add_stream_from_template(stream, opaque=True)
    except ValueError:
        return None
    _dress(copy, stream)
    return copy


def layout_of(file: BinaryIO, format_name: str) -> str:
    """How an MP4 or QuickTime file is laid out, in flags of the muxer: fragments, or the index in front."""
    if format_name not in ("mp4", "mov"):
        return ""
    boxes = _boxes(file)
    if b"moof" in boxes:
        return "+frag_keyframe+empty_moov+default_base_moof"
    return "+faststart" if boxes.index(b"moov") < boxes.index(b"mdat") else ""


def muxer_options(layout: str, metadata: dict[str, str]) -> dict[str, str]:
    """What the muxer is told, so that layout and keys of the file's own (com.apple.quicktime…) stay as they were."""
    flags = layout + "+use_metadata_tags" * any("." in key for key in metadata)
    return {"movflags": flags} if flags else {}


def _boxes(file: BinaryIO) -> list[bytes]:
    """The kinds of the outermost boxes, with a moov and an mdat behind them in case there is none."""
    return [*(box.kind for box in islice(Boxes(file).top(), MOST_BOXES)), b"moov", b"mdat"]


#: What an encoder and a muxer say of their own work.
_OF_ENCODER = ("ENCODER", "encoder", "DURATION")


def _dress(sink: Any, stream: Any) -> None:
    if (tag := _tag(stream)) in _TAGS:
        sink.codec_context.codec_tag = tag
    if stream.type != "attachment":
        sink.metadata.update({key: value for key, value in stream.metadata.items() if key not in _OF_ENCODER})
        sink.disposition = stream.disposition


_AAC_IN_AVI = "\xff"


def _tag(stream: Any) -> str:
    try:
        return str(stream.codec_context.codec_tag) if stream.codec_context else ""
    except UnicodeDecodeError:  # 0xff, the older tag for AAC in AVI, which libav cannot write
        return _AAC_IN_AVI


def _rate_control(target: Any, stream: Any, name: str) -> None:
    """The old bitrate where that is generous or the encoder knows nothing better; else a quality that keeps even the
    first frames sharp, which a scarce bitrate does not."""
    bit_rate = stream.bit_rate or _bit_rate_of_container(stream)
    pixels = target.width * target.height * float(stream.average_rate or 25)
    if bit_rate and (name not in _QUALITY or bit_rate > _GENEROUS * pixels):
        target.bit_rate = bit_rate
    elif name in _QUALITY:
        target.options = {**target.options, "crf": _QUALITY[name]}


def _bit_rate_of_container(stream: Any) -> int:
    """What is left of the bitrate of the file when streams that state theirs are taken off; 0 when unknown."""
    container = stream.container
    if len([other for other in container.streams.video if not is_cover(other)]) > 1 or not container.bit_rate:
        return 0
    others = sum(getattr(other.codec_context, "bit_rate", None) or 0 for other in container.streams.audio)
    left = container.bit_rate - others
    return int(left) if left > container.bit_rate // 4 else 0


def _options(stream: Any, name: str, first: Any) -> dict[str, str]:
    options = dict(_OPTIONS.get(name, {}))
    if first.interlaced_frame:
        options["flags"] = "+ilme+ildct"
    if name == "hevc":
        options["x265-params"] = ":".join(["log-level=none", *_hdr(first)])
    if name == "prores" and stream.profile:
        options["profile"] = str(max(0, _PRORES.index(stream.profile))) if stream.profile in _PRORES else "3"
    return options


_PRORES = ("Proxy", "LT", "Standard", "HQ", "4444", "XQ")


def _hdr(first: Any) -> list[str]:
    """Mastering display and light level (SMPTE ST 2086, CTA-861.3) of the first frame, as x265 takes them."""
    parts = []
    for side in first.side_data:
        data = bytes(side)
        if side.type.name == "MASTERING_DISPLAY_METADATA" and len(data) >= 88:
            numbers = struct.unpack_from("<20i", data)
            values = [top / (bottom or 1) for top, bottom in zip(numbers[::2], numbers[1::2], strict=True)]
            rx, ry, gx, gy, bx, by, wx, wy = (round(value * 50_000) for value in values[:8])
            low, high = (round(value * 10_000) for value in values[8:])
            parts.append(f"master-display=G({gx},{gy})B({bx},{by})R({rx},{ry})WP({wx},{wy})L({high},{low})")
        elif side.type.name == "CONTENT_LIGHT_LEVEL" and len(data) >= 8:
            parts.append("max-cll={},{}".format(*struct.unpack_from("<2I", data)))
    return parts


def _encodable(pixel_format: str, codec: Any) -> str:
    """The frames' own format, or the nearest one that the encoder takes."""
    offered = [one.name for one in codec.video_formats or []]
    if not offered or pixel_format in offered:
        return pixel_format
    plain = pixel_format.replace("yuvj", "yuv")
    if plain in offered:
        return plain
    nearest: Callable[..., tuple[Any, Any]] = libav().codec.find_best_pix_fmt_of_list
    return str(nearest(offered, pixel_format)[0].name)
