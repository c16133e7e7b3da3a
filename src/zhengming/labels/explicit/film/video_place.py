"""Where the label stands on a film: in the corner that is calmest over the length of it."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, BinaryIO

from zhengming.labels.explicit.film.libav import libav
from zhengming.labels.explicit.film.video_planes import Geometry, is_see_through, luma, planar
from zhengming.labels.explicit.film.video_streams import decoder, first_frame
from zhengming.labels.explicit.labeller import Wish
from zhengming.labels.explicit.picture.drawing import Plate
from zhengming.labels.explicit.picture.pixels import upright
from zhengming.labels.explicit.picture.placement import Box, Spot, contrast, needed_opacity, plate_for, spot_for

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: At how many places, evenly over the film, the corners are compared.
LOOKS = 5
#: How many packets are decoded to get one frame.
MOST_PACKETS = 64


def place(source: BinaryIO, number: int, wish: Wish) -> tuple[Spot, Plate]:
    """The spot in displayed pixels, and the plate, for picture stream ``number``.

    Later frames may be lighter than those looked at, so the ground is made for the lightest there can be.
    """
    frames, aspect = _looks(source, number)
    geometry = Geometry.of(frames[0], aspect)
    plate = plate_for(geometry.displayed, wish)

    def look(box: Box) -> "NDArray[np.float32]":
        import numpy as np

        seen = (upright(luma(frame, geometry.stored(box)), geometry.orientation) for frame in frames)
        return np.concatenate(list(seen))

    spot = spot_for(geometry.displayed, plate, look, wish.corner)
    opacity = 1.0 if is_see_through(frames[0]) else needed_opacity(0.0, 1.0)
    return replace(spot, opacity=opacity, contrast=contrast(1.0, 1 - opacity)), plate


def _looks(source: BinaryIO, number: int) -> tuple[list[Any], Any]:
    """The first frame and key frames further on, all of one size; and the shape of their pixels."""
    frames = [first_frame(source, number)]
    source.seek(0)
    with libav().open(source, "r", metadata_errors="replace") as container:
        stream = container.streams[number]
        context = decoder(stream)
        for at in range(1, LOOKS):
            frames += _frame_at(container, stream, context, at / LOOKS)
        aspect = stream.sample_aspect_ratio
    first = (frames[0].width, frames[0].height, frames[0].format.name)
    alike = [frame for frame in frames if (frame.width, frame.height, frame.format.name) == first]
    return [planar(frame) for frame in alike], aspect


def _frame_at(container: Any, stream: Any, context: Any, share: float) -> list[Any]:
    """The first frame from there on; none where the file cannot be looked into ahead."""
    if not container.duration or container.duration < 0:
        return []
    try:
        container.seek(int(container.duration * share) + (container.start_time or 0))
        context.flush_buffers()
        for count, packet in enumerate(container.demux(stream)):
            frames = context.decode(packet)
            if frames or count > MOST_PACKETS:
                return list(frames[:1])
    except libav().FFmpegError:  # no index, or a broken stretch: the other looks must do
        return []
    return []
