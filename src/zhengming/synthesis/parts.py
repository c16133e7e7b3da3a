"""The content in a JSON body, as typed parts with paths, so that all of it can be screened and put back.

The walk is closed by default: a string is content unless the protocol knows its member for structure, and even
then it must look like an identifier. So an upstream that adds a member adds content to screen, not a leak.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from zhengming.synthesis.refusal import Malformed

Kind = Literal["text", "image", "audio", "video", "file"]
#: text · bytes (numbers that spell UTF-8) · key (the name of a member) · inline (base64) · data-url · url ·
#: reference (an id or name that only the upstream can open) · upload (a file of a form)
Form = Literal["text", "bytes", "key", "inline", "data-url", "url", "reference", "upload"]
#: answer (what is labelled) · reasoning · refusal · arguments (of a tool call) · logprobs · other
Use = Literal["answer", "reasoning", "refusal", "arguments", "logprobs", "other"]
#: In a stream: delta (more of a channel) · total (all of a channel so far) · whole (complete in itself)
Mode = Literal["delta", "total", "whole"]
Step = str | int
Path = tuple[Step, ...]

#: How deep a body may nest.
DEEPEST = 64
_IDENTIFIER = re.compile(r"[A-Za-z0-9][\w.:/+-]{0,127}", re.ASCII)
_MEMBER = re.compile(r"[A-Za-z_$][\w.$-]{0,63}", re.ASCII)
_DATA_URL = re.compile(r"data:(?:(image|audio|video)/)?[^,]{0,200},", re.I)
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,31}://")


@dataclass(frozen=True)
class Upload:
    """A file field of a form, in the place where JSON would have a string. ``file`` is whatever the caller reads."""

    name: str
    media_type: str
    file: Any


@dataclass(frozen=True)
class Part:
    """One piece of content: where it is, what it is, whose it is.

    ``choice`` tells answers apart that are labelled each for itself; ``channel`` tells apart the texts that a
    client puts together, first the choice, second the group of texts that move in step.
    """

    path: Path
    kind: Kind
    form: Form
    value: Any
    use: Use = "other"
    role: str = ""
    choice: tuple[int, ...] = ()
    channel: tuple[Any, ...] = ()
    mode: Mode = "whole"

    @property
    def at(self) -> str:
        """The path as people write it: ``messages[1].content``."""
        return written(self.path)

    def data(self) -> bytes:
        """The bytes of an inline medium. Raises Malformed when they are not base64."""
        text = self.value if self.form == "inline" else self.value.partition(",")[2]
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise Malformed("不是有效的 base64", "not valid base64", self.at) from None


@dataclass(frozen=True)
class Names:
    """What a protocol knows of its members.

    ``plain``: structure, when the value looks like an identifier. ``opaque``: never content (vectors, sealed
    blobs). ``media``: members that hold, or whose object holds, a medium. ``texts``: text even there. ``uses``
    and ``types``: what a member, or an object of that ``type``, is for; the outermost decides. ``answers``: the
    last members of texts that are labelled. ``runs``: lists whose items read on as one text. ``keyed``: objects
    whose member names are text.
    """

    plain: frozenset[str] = frozenset()
    opaque: frozenset[str] = frozenset()
    media: Mapping[str, Kind] = field(default_factory=dict)
    texts: frozenset[str] = frozenset()
    uses: Mapping[str, Use] = field(default_factory=dict)
    types: Mapping[str, Use] = field(default_factory=dict)
    answers: frozenset[str] = frozenset()
    runs: frozenset[str] = frozenset()
    keyed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Place:
    path: Path = ()
    channel: tuple[Any, ...] = ()
    use: Use | None = None
    role: str = ""
    choice: tuple[int, ...] = ()

    def into(self, step: Step, sign: Any, use: "Use | None" = None, choice: tuple[int, ...] = ()) -> "_Place":
        channel = self.channel if sign is None else (*self.channel, sign)
        return _Place((*self.path, step), channel, self.use or use, self.role, choice or self.choice)


def parts_in(body: Any, names: Names) -> Iterator[Part]:
    """Every piece of content in ``body``, in its order. Raises Malformed for a body that nests too deep."""
    yield from _walk(body, names, _Place())


def written(path: Path) -> str:
    """A path as people write it."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def rewritten(body: Any, changes: Mapping[Path, Any]) -> Any:
    """``body`` with ``changes`` put at their paths; ``body`` itself stays as it was."""
    for path, value in changes.items():
        body = _put(body, path, value)
    return body


def joined(parts: Iterable[Part]) -> dict[tuple[Any, ...], str]:
    """The texts as they read when put together, by channel: what a hit may be spread over."""
    texts: dict[tuple[Any, ...], list[str]] = {}
    numbers: dict[tuple[Any, ...], list[int]] = {}
    for part in parts:
        if part.form == "bytes":
            numbers.setdefault(part.channel, []).extend(part.value)
        elif part.kind == "text":
            texts.setdefault(part.channel, []).append(part.value)
    spelt = {channel: bytes(values).decode("utf-8", "replace") for channel, values in numbers.items()}
    return {channel: "".join(pieces) for channel, pieces in texts.items()} | spelt


def _put(node: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    copy: Any = dict(node) if isinstance(node, dict) else list(node)
    copy[path[0]] = _put(copy[path[0]], path[1:], value)
    return copy


def _walk(node: Any, names: Names, place: _Place) -> Iterator[Part]:
    if len(place.path) > DEEPEST:
        raise Malformed(f"嵌套超过 {DEEPEST} 层", f"nested deeper than {DEEPEST}", written(place.path[:8]))
    if isinstance(node, dict):
        yield from _object(node, names, place)
    elif isinstance(node, list):
        yield from _list(node, names, place)
    elif isinstance(node, str):
        yield from _string(node, names, place)
    elif isinstance(node, Upload):
        yield Part(place.path, _kind(place, names) or "file", "upload", node, role=place.role, channel=place.channel)


def _object(node: dict[str, Any], names: Names, place: _Place) -> Iterator[Part]:
    role, type_ = node.get("role"), node.get("type")
    use = place.use or (names.types.get(type_) if isinstance(type_, str) else None)
    place = _Place(place.path, place.channel, use, role if isinstance(role, str) else place.role, place.choice)
    keyed = bool(place.path) and _last_name(place) in names.keyed
    for name, value in node.items():
        if keyed or not _MEMBER.fullmatch(name):
            yield _part("text", "key", name, names, place.into(name, "(key)"))
        if name not in names.opaque:
            yield from _walk(value, names, place.into(name, name, names.uses.get(name)))


def _list(node: list[Any], names: Names, place: _Place) -> Iterator[Part]:
    name = _last_name(place)
    if name == "bytes" and node and all(type(item) is int and 0 <= item < 256 for item in node):
        yield _part("text", "bytes", node, names, place)
        return
    for at, item in enumerate(node):
        index = item.get("index", at) if isinstance(item, dict) else at
        index = index if isinstance(index, int) else at
        choice = (index,) if name == "choices" and not place.choice else ()
        yield from _walk(item, names, place.into(at, None if name in names.runs else index, None, choice))


def _string(text: str, names: Names, place: _Place) -> Iterator[Part]:
    name = _last_name(place)
    if not text or (name in names.plain and _IDENTIFIER.fullmatch(text)):
        return
    kind = None if name in names.texts else _kind(place, names)
    if kind is None:
        yield _part("text", "text", text, names, place)
        return
    match = _DATA_URL.match(text)
    if match:
        yield _part(_kinds.get(match[1] or "", kind), "data-url", text, names, place)
    elif _URL.match(text):
        yield _part(kind, "url", text, names, place)
    else:
        yield _part(kind, "reference" if name.endswith("_id") else "inline", text, names, place)


_kinds: dict[str, Kind] = {"image": "image", "audio": "audio", "video": "video"}


def _part(kind: Kind, form: Form, value: Any, names: Names, place: _Place) -> Part:
    use = place.use or "other"
    if use == "answer" and (form != "text" or _last_name(place) not in names.answers):
        use = "other"
    return Part(place.path, kind, form, value, use, place.role, place.choice, place.channel)


def _last_name(place: _Place) -> str:
    return next((step for step in reversed(place.path) if isinstance(step, str)), "")


def _kind(place: _Place, names: Names) -> Kind | None:
    """The kind of medium by the last two names of the path."""
    steps = [step for step in place.path if isinstance(step, str)][-2:]
    return next((names.media[step] for step in reversed(steps) if step in names.media), None)
