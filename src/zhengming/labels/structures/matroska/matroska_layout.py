"""Where a new Tags element goes in a Segment, and what has to be told that it is there.

Positions in a SeekHead and in Cues count from where the data of the Segment starts (RFC 9559 §16, §22).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import BinaryIO

from zhengming.ground.cursor import LARGEST_STRUCTURE, Cursor
from zhengming.labels.edit import Edit, Kept, Piece, new_size, tidy
from zhengming.labels.structures.matroska import ebml
from zhengming.labels.structures.matroska.ebml import CRC_32, VOID, Element

SEGMENT = 0x18538067
SEEK_HEAD, INFO, TRACKS, CLUSTER = 0x114D9B74, 0x1549A966, 0x1654AE6B, 0x1F43B675
CUES, ATTACHMENTS, CHAPTERS, TAGS = 0x1C53BB6B, 0x1941A469, 0x1043A770, 0x1254C367
SEEK, SEEK_ID, SEEK_POSITION = 0x4DBB, 0x53AB, 0x53AC
CUE_POINT, CUE_TRACK_POSITIONS, CUE_CLUSTER_POSITION, CUE_CODEC_STATE = 0xBB, 0xB7, 0xF1, 0xEA
CLUSTER_POSITION = 0xA7
#: A Void larger than this stays as it is: it is not worth the memory.
LARGEST_ROOM = 1024 * 1024

#: From an old position to the new one.
Moved = Callable[[int], int]


@dataclass(frozen=True)
class Segment:
    """The Segment, the elements directly in it, and the size of the whole file."""

    element: Element
    elements: tuple[Element, ...]
    file_size: int

    def of(self, id_: int) -> list[Element]:
        """The elements of one kind."""
        return [element for element in self.elements if element.id == id_]


@dataclass(frozen=True)
class Part:
    """One element of the new Segment: what it is, its bytes, where it was (-1: nowhere), whether it was Tags."""

    id: int
    pieces: tuple[Piece, ...]
    old: int = -1
    was_tags: bool = False

    @property
    def size(self) -> int:
        return new_size(self.pieces)


@dataclass(frozen=True)
class Layout:
    """One labelling of one file: the data of the new Tags, and elements replaced by others of their size."""

    file: BinaryIO
    segment: Segment
    tags: bytes
    replaced: dict[int, bytes]

    def edit(self) -> Edit:
        """The edit that moves least: in a room that is free, at the end of the file, else before the media."""
        parts = self._in_room() or self._at_the_end() or self._moved()
        return tidy([*self._head(parts), *(piece for part in parts for piece in part.pieces), *self._rest()])

    def _head(self, parts: list[Part]) -> list[Piece]:
        segment = self.segment.element
        if not segment.sized:
            return [Kept(0, segment.data)]
        size = ebml.size_field(sum(part.size for part in parts), segment.data - segment.start - 4)
        return [Kept(0, segment.start + 4), size]

    def _rest(self) -> list[Piece]:
        return [Kept(self.segment.element.stop, self.segment.file_size)]

    def _parts(self) -> Iterator[Part]:
        """The old elements: Tags and the Segment's own checksum emptied, neighbouring Voids made one."""
        for is_room, elements in groupby(self.segment.elements, _is_room):
            if is_room:
                yield self._room(list(elements))
            else:
                yield from map(self._part, elements)

    def _room(self, elements: list[Element]) -> Part:
        void = ebml.void(elements[-1].stop - elements[0].start)
        return Part(VOID, (void,), self._position(elements[0]), any(element.id == TAGS for element in elements))

    def _part(self, element: Element) -> Part:
        fresh = self.replaced.get(element.start)
        piece = fresh if fresh is not None else Kept(element.start, element.stop)
        return Part(0 if element.id == VOID else element.id, (piece,), self._position(element))

    def _position(self, element: Element) -> int:
        return element.start - self.segment.element.data

    def _in_room(self) -> list[Part] | None:
        """Nothing moves: over old Tags with the Voids around them, or in a Void before the first Cluster."""
        parts = list(self._parts())
        front = _first_cluster(parts)
        rooms = [at for at, part in enumerate(parts) if part.id == VOID and (part.was_tags or at < front)]
        for at in sorted(rooms, key=lambda at: not parts[at].was_tags):
            filled = _at_end_of_room(self.tags, parts[at])
            told = filled and self._told([*parts[:at], *filled, *parts[at + 1 :]], needed=at > front)
            if told:
                return told
        return None

    def _at_the_end(self) -> list[Part] | None:
        """Nothing moves but the end of the file, where the SeekHead can say so."""
        if self.segment.element.stop != self.segment.file_size:
            return None
        parts = list(self._parts())
        if parts and parts[-1].was_tags:
            parts.pop()
        return self._told([*parts, Part(TAGS, (ebml.element(TAGS, self.tags),))], needed=True)

    def _told(self, parts: list[Part], needed: bool) -> list[Part] | None:
        """``parts`` with SeekHeads that say where Tags is, in the room they have; None where a need is not met."""
        position = next(start for start, part in _placed(parts) if part.id == TAGS)
        heads = [at for at, part in enumerate(parts) if part.id == SEEK_HEAD]
        if not heads:
            return None if needed else parts
        result = list(parts)
        for at in reversed(heads):
            said = position if at == heads[0] else None
            fitted = self._fitted(result, at, said) or (not needed and self._fitted(result, at, None))
            if not fitted:
                return None
            result[at : at + 2] = fitted
        return result

    def _fitted(self, parts: list[Part], at: int, position: int | None) -> list[Part] | None:
        """The SeekHead at ``at`` and what follows it, as before but for its entry for Tags."""
        head, after = parts[at], parts[at + 1 : at + 2]
        room = head.size + (after[0].size if after and after[0].id == VOID else 0)
        data = self._seek_head(head, lambda old: old, None, position)
        filled = ebml.filling(SEEK_HEAD, data, room)
        if filled is None:
            return None
        return [Part(SEEK_HEAD, (filled,), head.old), *(after if room == head.size else [])]

    def _moved(self) -> list[Part]:
        """Tags before the first Cluster; whatever states a position is written anew, in fields of eight bytes."""
        parts = [part for part in self._parts() if not part.was_tags]
        at = _first_cluster(parts)
        parts.insert(at, Part(TAGS, (ebml.element(TAGS, self.tags),)))
        first = next((part.old for part in parts if part.id == SEEK_HEAD), None)
        sized = [self._repositioned(part, lambda old: old, 0 if part.old == first else None) for part in parts]
        new = {part.old: start for start, part in _placed(sized) if part.old >= 0}
        tags = next(start for start, part in _placed(sized) if part.id == TAGS)
        return [
            self._repositioned(part, lambda old: new.get(old, old), tags if part.old == first else None)
            for part in parts
        ]

    def _repositioned(self, part: Part, moved: Moved, tags: int | None) -> Part:
        if part.id == SEEK_HEAD:
            return self._with(part, self._seek_head(part, moved, 8, tags))
        if part.id == CUES:
            return self._with(part, _cues(self._data(part), moved))
        if part.id == CLUSTER:
            return Part(part.id, tuple(self._cluster(part, moved)), part.old)
        return part

    def _with(self, part: Part, data: bytes) -> Part:
        return Part(part.id, (ebml.element(part.id, data, 8),), part.old)

    def _data(self, part: Part) -> bytes:
        cursor = Cursor(self.file, part.old + self.segment.element.data)
        element = ebml.head(cursor)
        return cursor.take(element.stop - element.data, LARGEST_STRUCTURE)

    def _seek_head(self, part: Part, moved: Moved, width: int | None, tags: int | None) -> bytes:
        """The data of a SeekHead with positions moved, and the one entry for Tags at ``tags``, if any."""
        data, guarded = ebml.without_crc(self._data(part))
        seeks = [_seek(node, moved, width) for node in ebml.nodes(data)]
        if tags is not None:
            seeks.append(_seek_entry(TAGS, tags, width))
        return ebml.with_crc(b"".join(seeks)) if guarded else b"".join(seeks)

    def _cluster(self, part: Part, moved: Moved) -> Iterator[Piece]:
        """A Cluster whose own Position, an aid to repair that few write, is told anew or emptied."""
        start = part.old + self.segment.element.data
        stop = next(piece.stop for piece in part.pieces if isinstance(piece, Kept))
        cursor = Cursor(self.file, start, stop)
        element = ebml.head(cursor)
        guard: Element | None = None
        while cursor.left:
            child = ebml.head(cursor)
            cursor.at = child.stop
            if child.id == CRC_32:
                guard = child
            elif child.id == CLUSTER_POSITION:
                yield from _with_position(element, guard, child, moved(part.old))
                yield Kept(child.stop, stop)
                return
            elif child.id not in (0xE7, VOID):  # behind the timestamp come blocks
                break
        yield Kept(start, stop)


def _is_room(element: Element) -> bool:
    if element.id == VOID:
        return element.stop - element.start <= LARGEST_ROOM
    return element.id in (TAGS, CRC_32)


def _placed(parts: list[Part]) -> Iterator[tuple[int, Part]]:
    """Each part with where it starts."""
    return zip(accumulate((part.size for part in parts), initial=0), parts, strict=False)


def _first_cluster(parts: list[Part]) -> int:
    return next((at for at, part in enumerate(parts) if part.id == CLUSTER), len(parts))


def _at_end_of_room(tags: bytes, room: Part) -> list[Part] | None:
    """A Void and the Tags in ``room``: the Void first, so that a SeekHead before it can grow."""
    raw = ebml.element(TAGS, tags)
    left = room.size - len(raw)
    if left < 0:
        return None
    if left == 1:
        raw, left = ebml.element(TAGS, tags, len(ebml.size_field(len(tags))) + 1), 0
    return [*([Part(VOID, (ebml.void(left),))] if left else []), Part(TAGS, (raw,))]


def _seek(node: ebml.Node, moved: Moved, width: int | None) -> bytes:
    """One entry of a SeekHead anew; nothing for Tags, which are entered by themselves."""
    if node.id != SEEK:
        return b"" if node.id == VOID else node.raw
    parts = {part.id: part.data for part in ebml.nodes(node.data)}
    id_ = ebml.number(parts.get(SEEK_ID, b""))
    position = moved(ebml.number(parts.get(SEEK_POSITION, b"")))
    return b"" if id_ in (TAGS, 0) else _seek_entry(id_, position, width)


def _seek_entry(id_: int, position: int, width: int | None) -> bytes:
    least = max(1, (position.bit_length() + 7) // 8)
    where = ebml.element(SEEK_POSITION, position.to_bytes(width or least, "big"))
    return ebml.element(SEEK, ebml.element(SEEK_ID, id_.to_bytes((id_.bit_length() + 7) // 8, "big")) + where)


def _cues(data: bytes, moved: Moved) -> bytes:
    inner, guarded = ebml.without_crc(data)
    fresh = b"".join(_cue(node, moved) for node in ebml.nodes(inner))
    return ebml.with_crc(fresh) if guarded else fresh


def _cue(node: ebml.Node, moved: Moved) -> bytes:
    if node.id in (CUE_POINT, CUE_TRACK_POSITIONS):
        return ebml.element(node.id, b"".join(_cue(child, moved) for child in ebml.nodes(node.data)), 8)
    if node.id == CUE_CLUSTER_POSITION or (node.id == CUE_CODEC_STATE and any(node.data)):
        return ebml.element(node.id, moved(ebml.number(node.data)).to_bytes(8, "big"))
    return node.raw


def _with_position(cluster: Element, guard: Element | None, old: Element, position: int) -> Iterator[Piece]:
    """The start of a Cluster up to its Position, in the same size; its checksum, now wrong, becomes a Void."""
    width = old.stop - old.data
    if guard:
        yield from (Kept(cluster.start, guard.start), ebml.void(guard.stop - guard.start))
    yield Kept(guard.stop if guard else cluster.start, old.start)
    if position.bit_length() <= 8 * width:
        yield from (Kept(old.start, old.data), position.to_bytes(width, "big"))
    else:
        yield ebml.void(old.stop - old.start)
