"""Explicit labels on GIF, still and animated (GB 45438-2025 §5.2): the label is on the canvas at every moment.

Only the images under the label are encoded again, and only the label's pixels change; where an image leaves
the label standing from the one before, it stays as it is. Times, loop, disposal and transparency are kept.
"""

from collections.abc import Iterator
from typing import BinaryIO

from zhengming.ground.cursor import Cursor
from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.edit import Progress
from zhengming.labels.explicit.labeller import Labeller, Shown, Wish
from zhengming.labels.explicit.picture.decoding import decoding, opened
from zhengming.labels.explicit.picture.drawing import Plate
from zhengming.labels.explicit.picture.frames import LARGEST_ANIMATION, label_frames
from zhengming.labels.explicit.picture.gif_frames import Frame, covers, decoded, encoded, touches, with_plate
from zhengming.labels.explicit.picture.pixels import seen_in
from zhengming.labels.explicit.picture.placement import CORNER_WORDS, Spot, plate_for, spot_for
from zhengming.labels.formats.gif import GRAPHIC_CONTROL, IMAGE, TRAILER, Block, blocks

#: What happens to an image before the next one (GIF89a, 23): its box goes back to the background, or to before.
TO_BACKGROUND, TO_PREVIOUS = 2, 3


class Gif(Labeller):
    name = "gif"
    title = "GIF 动图"
    formats = ("gif",)

    def put(
        self, source: BinaryIO, sink: BinaryIO, wish: Wish, format_name: str, progress: Progress | None = None
    ) -> Shown:
        wish = wish.checked()
        with decoding(format_name):
            spot, plate = _spot(source, wish)
            start = sink.tell()
            try:
                frames = _Rewriting(source, sink, plate, spot).run(progress)
            except _CannotStand:
                sink.seek(start)
                sink.truncate()
                return label_frames(source, sink, wish, "GIF", progress)
        return Shown(wish.text, CORNER_WORDS[spot.corner], {**spot.facts(plate), "frames": frames})

    def seen(self, file: BinaryIO, format_name: str) -> Iterator[str]:  # noqa: ARG002  the contract
        """Nothing: reading text off pixels needs a model."""
        return iter(())


LABELLER = Gif()


class _CannotStand(Exception):
    """The label would have to be taken off again together with something that must stay."""


def _spot(source: BinaryIO, wish: Wish) -> tuple[Spot, Plate]:
    """The calmest corner of the first image; the ground is opaque, as it stands still while pictures move."""
    first = opened(source, "GIF").convert("RGB")
    plate = plate_for(first.size, wish)
    return spot_for(first.size, plate, lambda box: seen_in(first, box), wish.corner, see_through=True), plate


class _Rewriting:
    """One pass over the blocks. ``stands`` says whether the label is on the canvas before the next image;
    ``painted`` the boxes that may hold something else, as far as it is known."""

    def __init__(self, source: BinaryIO, sink: BinaryIO, plate: Plate, spot: Spot) -> None:
        self.source, self.sink, self.plate, self.box = source, sink, plate, spot.box
        self.stands = False
        self.painted = False
        self.pixels = 0

    def run(self, progress: Progress | None) -> int:
        """Write the labelled GIF; returns the number of images. Raises BadFile when there is none."""
        first = next(iter(blocks(self.source)), None)
        head = self._bytes(0, first.start if first else Cursor(self.source).stop)
        table = head[13:]
        self.sink.write(b"GIF89a" + head[6:])
        waiting: list[Block] = []
        frames, size = 0, Cursor(self.source).stop
        for block in blocks(self.source):
            waiting.append(block)
            if block.kind == IMAGE[0]:
                self._image(waiting, table)
                frames, waiting = frames + 1, []
                if progress:
                    progress(block.stop, size)
            elif not _holds_control(waiting):
                self._copy(waiting)
                waiting = []
        self._copy(waiting)
        if not frames:
            raise BadFile("GIF 里没有图像", "the GIF has no image")
        if block.kind != TRAILER[0]:
            self.sink.write(TRAILER)
        return frames

    def _image(self, waiting: list[Block], table: bytes) -> None:
        """Write the image that ends ``waiting``, with the blocks before it, and follow what it does to the canvas."""
        image, control = waiting[-1], _control(self.source, waiting)
        disposal = control[3] >> 2 & 7
        box = self._box_of(image)
        stood = self.stands
        if stood and not touches(box, self.box):
            self._copy(waiting)
        else:
            self._relabel(waiting, control, table, disposal)
            self.stands = True
        if disposal == TO_BACKGROUND and (touches(box, self.box) or not stood):
            self.stands = False
        elif disposal == TO_PREVIOUS:
            self.stands = stood
        self.painted = self.painted or disposal not in (TO_BACKGROUND, TO_PREVIOUS)

    def _relabel(self, waiting: list[Block], control: bytes, table: bytes, disposal: int) -> None:
        old = self._frame(waiting[-1], control, table)
        if not self.stands and not covers(old.box, self.box) and disposal == TO_BACKGROUND and self.painted:
            raise _CannotStand
        frame = with_plate(old, self.plate, self.box, whole=not self.stands)
        self.pixels += frame.indices.size
        if self.pixels > LARGEST_ANIMATION:
            raise Refused("GIF 解码后过大", "the decoded GIF is too large")
        transparent = frame.transparent
        if transparent is not None:
            control = control[:3] + bytes([control[3] | 1]) + control[4:6] + bytes([transparent, 0])
        self.sink.write(control)
        self._copy([block for block in waiting[:-1] if block.kind != GRAPHIC_CONTROL])
        self.sink.write(encoded(frame))

    def _frame(self, image: Block, control: bytes, table: bytes) -> Frame:
        head = self._bytes(image.start, image.first)
        palette = head[10:-1] or table or bytes(range(256)) * 3
        data = head[-1:] + self._bytes(image.first, image.stop)
        return decoded(head[:10], data, palette, control[6] if control[3] & 1 else None)

    def _box_of(self, image: Block) -> tuple[int, int, int, int]:
        head = self._bytes(image.start, image.start + 9)
        left, top, width, height = (int.from_bytes(head[at : at + 2], "little") for at in (1, 3, 5, 7))
        return left, top, left + width, top + height

    def _copy(self, some: list[Block]) -> None:
        for block in some:
            self.sink.write(self._bytes(block.start, block.stop))

    def _bytes(self, start: int, stop: int) -> bytes:
        return Cursor(self.source, start).take(stop - start)


def _holds_control(waiting: list[Block]) -> bool:
    return any(block.kind == GRAPHIC_CONTROL for block in waiting)


def _control(source: BinaryIO, waiting: list[Block]) -> bytes:
    """The graphic control extension for the image: the last one before it, or one that says nothing."""
    found = [block for block in waiting if block.kind == GRAPHIC_CONTROL]
    if not found:
        return b"\x21\xf9\x04\0\0\0\0\0"
    data = Cursor(source, found[-1].start).take(8)
    if data[2] != 4:
        raise BadFile("GIF 图形控制块长度不对", "a graphic control block has a wrong length", found[-1].start)
    return data
