"""The JSON of a glTF 2.0 scene (ISO/IEC 12113), alone in a .gltf or as the first chunk of a .glb.

The guides name no place for scenes. Our choice: ``asset.extras.AIGC``, an object with the seven keys, since
extras are where glTF lets an application put data about the whole file. XMP packets (KHR_xmp_json_ld) are read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.format import Entry, Place
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.reading import is_label
from zhengming.labels.structures.text.json_members import (
    Member,
    Object,
    added,
    items_at,
    object_at,
    replaced,
    string_at,
    without,
)
from zhengming.labels.structures.text.text_encoding import Change, Span, taken_out

KEY = "AIGC"
PLACE = Place("asset.extras.AIGC", "glTF 2.0 §3.2（场景的位置由本软件选定）", "own")
XMP = "KHR_xmp_json_ld"


@dataclass(frozen=True)
class Spot:
    """An entry and the member that holds it."""

    entry: Entry
    owner: Object
    member: Member


def spots(text: str) -> Iterator[Spot]:
    """The metadata of a scene: who made it, extras of the asset, of the file and of its scenes, XMP packets."""
    root = _root(text)
    asset = _inner(text, root, "asset")
    if asset:
        yield from _strings(text, asset, "glTF asset")
        yield from _strings(text, _inner(text, asset, "extras"), "glTF asset.extras")
    yield from _strings(text, _inner(text, root, "extras"), "glTF extras")
    for scene in _objects(text, root, "scenes"):
        yield from _strings(text, _inner(text, scene, "extras"), "glTF scene extras")
    yield from _packets(text, root)


def labelled(text: str, label: MetadataLabel) -> list[Change]:
    """The changes after which the text holds ``label`` in its place and no other."""
    asset = _inner(text, _root(text), "asset")
    if not asset:
        raise BadFile("glTF 里没有必需的 asset 对象", "the glTF has no asset object, which it must have")
    held = asset.member("extras")
    if not held:
        return [*taken_out(_label_spans(text)), added(text, asset, "extras", {KEY: label.fields()})]
    extras = object_at(text, held.value)
    if not extras:
        raise Refused(
            "asset.extras 不是对象，放不下标识", "asset.extras is no object: there is no member to hold a label"
        )
    old = extras.member(KEY)
    new = replaced(text, extras, old, label.fields()) if old else added(text, extras, KEY, label.fields())
    return [*taken_out(_label_spans(text, old)), new]


def not_content(text: str) -> list[Span]:
    """What of the text no content is: the labels, and the extras of the asset where they hold nothing else."""
    asset = _inner(text, _root(text), "asset")
    extras = _inner(text, asset, "extras") if asset else None
    spans = _label_spans(text)
    if asset and extras and all(each.key == KEY for each in extras.members):
        spans += without(asset, [each for each in asset.members if each.key == "extras"][-1:])
    return spans


def _label_spans(text: str, but: Member | None = None) -> list[Span]:
    labels = [spot for spot in spots(text) if is_label(spot.entry) and spot.member != but]
    return [span for _, group in groupby(labels, key=lambda spot: spot.owner.start) for span in _without(list(group))]


def _without(group: list[Spot]) -> list[Span]:
    return without(group[0].owner, [spot.member for spot in group])


def _root(text: str) -> Object:
    root = object_at(text, 0)
    if not root:
        raise BadFile("glTF 的 JSON 顶层不是对象", "the JSON of a glTF is an object at its top; this is not")
    return root


def _inner(text: str, owner: Object, key: str) -> Object | None:
    member = owner.member(key)
    return object_at(text, member.value) if member else None


def _objects(text: str, owner: Object | None, key: str) -> Iterator[Object]:
    """The objects in an array that is a member."""
    member = owner.member(key) if owner else None
    for start, _ in items_at(text, member.value) if member else ():
        if found := object_at(text, start):
            yield found


def _strings(text: str, owner: Object | None, place: str, detail: str = "") -> Iterator[Spot]:
    """The members of an object that are text, and the label whatever it is."""
    for member in owner.members if owner else ():
        if text[member.value] == '"' or member.key.casefold().endswith("aigc"):
            yield Spot(Entry(place, member.key, string_at(text, member), detail), owner, member)  # type: ignore[arg-type]


def _packets(text: str, root: Object) -> Iterator[Spot]:
    extensions = _inner(text, root, "extensions")
    extension = _inner(text, extensions, XMP) if extensions else None
    for packet in _objects(text, extension, "packets"):
        names = _inner(text, packet, "@context")
        uris = {each.key: string_at(text, each) for each in names.members} if names else {}
        for spot in _strings(text, packet, f"XMP（{XMP}）"):
            uri = uris.get(spot.entry.key.partition(":")[0], "")
            yield Spot(Entry(spot.entry.place, spot.entry.key, spot.entry.value, uri), packet, spot.member)
