"""PyAV, the extra ``zhengming[video]``: asked for when it is needed, and only our errors let out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from zhengming.ground.errors import BadFile, Unavailable, ZhengmingError


def libav() -> Any:
    """The module ``av``. Raises Unavailable, naming the extra, where it is not installed."""
    try:
        import av
    except ImportError:
        raise Unavailable(
            "给视频和压缩音频添加显式标识需要 PyAV：pip install 'zhengming[video]'",
            "explicit labels in video and compressed audio need PyAV: pip install 'zhengming[video]'",
        ) from None
    return av


@contextmanager
def coding(what: str) -> Iterator[None]:
    """Turns whatever libav lets out about a broken file into BadFile."""
    libav().logging.set_level(None)
    try:
        yield
    except ZhengmingError:
        raise
    except Exception as error:  # libav raises many kinds for broken files: its own, ValueError, OSError
        if isinstance(error, MemoryError) and not isinstance(error, libav().FFmpegError):
            raise  # there is no memory left; libav's own error of that name says that the file asks for too much
        raise BadFile(f"{what} 解码或编码失败：{error}", f"{what} does not decode or encode: {error}") from error


def encoder(name: str) -> Any:
    """The encoder for a codec by libav's canonical name. Raises Unavailable where there is none."""
    av = libav()
    try:
        return av.Codec(_ENCODERS.get(name, name), "w")
    except (ValueError, av.FFmpegError):
        raise Unavailable(f"没有能编码 {name} 的编码器", f"no encoder for {name} is at hand") from None


#: Encoders that do not bear the name of their codec.
_ENCODERS = {
    "h264": "libx264",
    "hevc": "libx265",
    "vp8": "libvpx",
    "vp9": "libvpx-vp9",
    "av1": "libsvtav1",
    "flv1": "flv",
    "prores": "prores_ks",
    "mp3": "libmp3lame",
    "opus": "libopus",
}
