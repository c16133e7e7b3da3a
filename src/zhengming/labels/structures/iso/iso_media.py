"""Films and sounds in ISO base media files (ISO/IEC 14496-12) and QuickTime: MP4, MOV, M4A share this.

The label is the key ``AIGC`` of the item list ``moov/udta/meta`` with handler ``mdta`` (TC260-PG-20257A).

How media data stays where it is, the first way that works:

1. ``moov`` is behind the media data: only the tail of the file changes.
2. ``free`` space between the label and the media data gives or takes the difference.
3. Up to :data:`FAST_START_LIMIT` bytes of media data move on and every offset follows. The ``moov`` stays in
   front, so the file still plays while it loads.
4. Beyond that the labelled ``moov`` is put at the end and the old one becomes ``free``. Nothing is copied and
   every player reads it, but playing over a network starts with a look at the end. Fragmented files keep way 3,
   because a ``moov`` behind its fragments is no longer found in time; so do films whose tables are too large to
   be written in place (:mod:`zhengming.labels.journal`).
"""

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, ClassVar, TypeGuard

from zhengming.ground.errors import BadFile, Refused, ZhengmingError
from zhengming.labels.edit import Edit, Kept, tidy
from zhengming.labels.format import Entry, Format, Sample
from zhengming.labels.journal import MOST_MOVED
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.structures.iso import box_offsets
from zhengming.labels.structures.iso.box_changes import Change, Layout
from zhengming.labels.structures.iso.box_metadata import Holder, KeyedList, holders, label_meta
from zhengming.labels.structures.iso.boxes import Box, Boxes, handler, make, meta_skip
from zhengming.labels.structures.iso.heif_holders import item_holders, item_tables
from zhengming.labels.structures.iso.heif_items import check_spans

#: Media data beyond this many bytes is not moved to keep a film's ``moov`` in front of it.
FAST_START_LIMIT = 64 * 1024 * 1024
MEDIA = (b"mdat", b"moof")
FREE = (b"free", b"skip")
#: User data larger than this stays where it is, though ffmpeg then overlooks the label.
LARGEST_MOVED = 1 << 20
ROUNDS = 8


@dataclass(frozen=True)
class Opened:
    """A file of boxes with its outermost boxes listed."""

    boxes: Boxes
    top: list[Box]

    @classmethod
    def of(cls, file: BinaryIO) -> "Opened":
        boxes = Boxes(file)
        return cls(boxes, list(boxes.top()))

    def holders(self) -> Iterator[Holder]:
        """Every place that holds metadata, items of still images included."""
        yield from holders(self.boxes, self.top)
        yield from item_holders(self.boxes, self.top)


def entries(file: BinaryIO) -> Iterator[Entry]:
    """What every place holds. A broken place does not hide the others: its error comes last."""
    broken: list[ZhengmingError] = []
    for holder in Opened.of(file).holders():
        try:
            yield from holder.entries()
        except ZhengmingError as error:
            broken.append(error)
    if broken:
        raise broken[0]


def settled(opened: Opened, changes: list[Change], tables: "Tables | None" = None) -> Layout:
    """The layout of ``changes`` with every stored offset following it. Raises Refused if one cannot."""
    tables = tables or Tables(opened)
    layout = Layout(opened.boxes.size, changes)
    for _ in range(ROUNDS):  # a table that needs wider numbers grows, which moves things again
        following = [*box_offsets.follow(opened.boxes, opened.top, layout), *tables.following(layout)]
        fresh = Layout(opened.boxes.size, [*changes, *following])
        if fresh.moves_like(layout):
            return fresh
        layout = fresh
    raise Refused("偏移无法收敛，文件无法安全改动", "the offsets do not settle: the file cannot be changed safely")


class Tables:
    """The tables of items (``iloc``) of a file, following a layout."""

    def __init__(self, opened: Opened) -> None:
        self.all = list(item_tables(opened.boxes, opened.top))
        for items in self.all:
            check_spans(items)

    def following(self, layout: Layout) -> Iterator[Change]:
        for items in self.all:
            followed = items.locations.following(layout)
            if followed != items.locations:
                iloc = items.tables[b"iloc"]
                yield Change(items.around, iloc.start, iloc.stop, followed.box())


def labelled(file: BinaryIO, label: MetadataLabel) -> Edit:
    """The edit that leaves ``label`` as the one label of a film or a sound."""
    opened = Opened.of(file)
    moov = next((box for box in opened.top if box.kind == b"moov"), None)
    if moov is None:
        raise BadFile(
            "没有 moov：可能是单独的分段，请标识完整文件", "no moov: perhaps a lone segment, label the whole file"
        )
    if opened.boxes.first(moov, b"cmov"):
        raise Refused("压缩的 moov（cmov）不能改动", "a compressed moov (cmov) cannot be changed")
    changes = list(_label_changes(opened, moov, label.json()))
    return _placed(opened, moov, changes)


def _label_changes(opened: Opened, moov: Box, json_text: str) -> Iterator[Change]:
    udta = opened.boxes.first(moov, b"udta")
    target: KeyedList | None = None
    own: KeyedList | None = None
    removed: list[Change] = []
    for holder in opened.holders():
        list(holder.entries())  # a place too broken to read is too broken to vouch for
        if target is None and _is_guide_place(holder, udta):
            target = holder
            continue
        removed += holder.without_labels()
        if own is None and isinstance(holder, KeyedList) and holder.around[:-1] == (moov,):
            own = holder
    yield from removed
    yield from target.labelled(json_text) if target else _new_meta(opened.boxes, moov, udta, own, removed, json_text)


def _is_guide_place(holder: Holder, udta: Box | None) -> TypeGuard[KeyedList]:
    if not isinstance(holder, KeyedList) or holder.around[-2] != udta:
        return False
    meta = holder.around[-1]
    return handler(holder.boxes, meta, meta_skip(holder.boxes, meta)) == b"mdta"


def _new_meta(
    boxes: Boxes, moov: Box, udta: Box | None, own: KeyedList | None, removed: list[Change], json_text: str
) -> Iterator[Change]:
    """A ``meta`` as the last in ``udta``, behind the one of iTunes, which players take for the first.

    Where the film has a keyed list in ``moov`` itself (``own``), ``udta`` has to stand before it: see
    :func:`label_meta`.
    """
    meta = label_meta(json_text, own.names_left() if own else None)
    before = own.around[-1].start if own else boxes.end(moov)
    if udta is None:
        yield Change((moov,), before, before, make(b"udta", meta))
    elif udta.start < before or len(udta) > LARGEST_MOVED or any(udta in change.around for change in removed):
        yield Change((moov, udta), boxes.end(udta), boxes.end(udta), meta)
    else:
        data, end = boxes.bytes_of(udta), boxes.end(udta) - udta.data
        yield Change((moov,), before, before, make(b"udta", data[:end], meta, data[end:]))
        yield Change((moov,), udta.start, udta.stop, b"")


def _placed(opened: Opened, moov: Box, changes: list[Change]) -> Edit:
    layout = Layout(opened.boxes.size, changes)
    media = [box for box in opened.top if box.kind in MEDIA]
    moving = next((box for box in media if layout.shift(box.start)), None)
    if moving is None:
        return settled(opened, changes).edit()
    for absorbed in _absorbed(opened, moov, layout, media, moving):
        result = Layout(opened.boxes.size, [*changes, absorbed])
        if not any(result.shift(box.start) for box in media):
            return settled(opened, [*changes, absorbed]).edit()
    return _relocated(opened, moov, changes, layout) or settled(opened, changes).edit()


def _absorbed(opened: Opened, moov: Box, layout: Layout, media: list[Box], moving: Box) -> Iterator[Change]:
    """The ways in which free space before ``moving`` makes up for its shift."""
    shift = layout.shift(moving.start)
    before = max((box.stop for box in media if box.stop <= moving.start), default=0)
    touched = [(change.start, change.stop) for change in layout.changes]
    for around, box in _free_space(opened, moov):
        if not before <= box.start < moving.start or any(
            start < box.stop and box.start < stop for start, stop in touched
        ):
            continue
        left = len(box) - shift
        if left == 0:
            yield Change(around, box.start, box.stop, b"")
        elif left >= 8 and box.head == 8:
            keep = min(left, len(box)) - 8
            yield Change(around, box.start, box.stop - keep, make(box.kind, bytes(left - 8))[: left - keep])
    if shift <= -8 and (end := _end_of_change(opened, layout, before, moving)) is not None:
        yield Change((), end, end, make(b"free", bytes(-shift - 8)))


def _free_space(opened: Opened, moov: Box) -> Iterator[tuple[tuple[Box, ...], Box]]:
    yield from (((), box) for box in opened.top if box.kind in FREE and not box.open_end)
    yield from (((moov,), box) for box in opened.boxes.within(moov) if box.kind in FREE)


def _end_of_change(opened: Opened, layout: Layout, before: int, moving: Box) -> int | None:
    """The end of an outermost box before ``moving`` where new free space may stand."""
    ends = [box.stop for box in opened.top if before <= box.start and box.stop <= moving.start]
    return ends[-1] if ends and layout.changes else None


def _relocated(opened: Opened, moov: Box, changes: list[Change], layout: Layout) -> Edit | None:
    """Way 4 of the module's docstring; None where way 3 is right."""
    inside = [change for change in changes if change.around[:1] == (moov,)]
    outside = [change for change in changes if change.around[:1] != (moov,)]
    fragmented = any(box.kind == b"moof" for box in opened.top)
    if fragmented or layout.bytes_moved <= FAST_START_LIMIT or any(change.growth for change in outside):
        return None
    if len(moov) > MOST_MOVED:  # too much to write in place: the file will be copied, so its moov may stay in front
        return None
    if not (closing := closed(opened.top[-1])) and opened.top[-1].open_end:
        return None
    old = [Change((), change.start, change.stop, bytes(change.stop - change.start)) for change in inside]
    freed = Change((), moov.start + 4, moov.start + 8, b"free")
    front = Layout(opened.boxes.size, [*outside, *closing, freed, *(change for change in old if change.new)])
    tail = Layout(opened.boxes.size, inside).pieces(moov.start, moov.stop)
    end = opened.top[-1].stop
    return tidy([*front.pieces(0, end), *tail, Kept(end, opened.boxes.size)])


def closed(box: Box, growth: int = 0) -> list[Change]:
    """The change that states the size of a box which reached to the end of the file; none where it does not fit."""
    size = len(box) + growth
    if not box.open_end or size >= 1 << 32:
        return []
    return [Change((), box.start, box.start + 4, size.to_bytes(4, "big"))]


class IsoMedia(Format):
    """A format whose files are films or sounds of boxes. ``brands`` are those of ``ftyp`` that say so."""

    brands: ClassVar[tuple[bytes, ...]]

    @abstractmethod
    def score(self, sample: Sample) -> int: ...

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        return entries(file)

    def write(self, file: BinaryIO, label: MetadataLabel) -> Edit:
        return labelled(file, label)

    def body(self, file: BinaryIO) -> Iterator[Kept]:
        yield from (Kept(box.data, box.stop) for box in Boxes(file).top() if box.kind == b"mdat")


def brands(start: bytes) -> list[bytes]:
    """The brands of the ``ftyp`` or ``styp`` at the start of a file, the major one first; none without."""
    if start[4:8] not in (b"ftyp", b"styp"):
        return []
    stop = min(int.from_bytes(start[:4], "big"), len(start))
    listed: Iterable[int] = range(16, stop - 3, 4)
    return [start[8:12], *(start[at : at + 4] for at in listed)]
