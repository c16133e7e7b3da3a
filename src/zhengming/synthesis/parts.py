"""The content in a JSON body, as typed parts with paths, so that all of it can be screened and put back.

The walk is closed by default: a string is content unless the protocol knows its member for structure, and even
then it must look like an identifier. So an upstream that adds a member adds content to screen, not a leak.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, NamedTuple

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
_MEMBER = re.compile(r"[A-Za-z_$][\w.$-]*", re.ASCII)
_DATA_URL = re.compile(r"data:(?:(image|audio|video)/)?[^,]{0,200},", re.I)
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,31}://")


@dataclass(frozen=True)
class Upload:
    """A file field of a form, in the place where JSON would have a string. ``file`` is whatever the caller reads."""

    name: str
    media_type: str
    file: Any


class Part(NamedTuple):
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


def parts_in(body: Any, names: Names) -> list[Part]:
    """Every piece of content in ``body``, in its order. Raises Malformed for a body that nests too deep."""
    walk = _Walk(names)
    walk.into(body, "", _Place())
    return walk.parts


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


class _Place(NamedTuple):
    """Where the walk is, and what it knows from the way there."""

    path: Path = ()
    channel: tuple[Any, ...] = ()
    use: Use | None = None
    role: str = ""
    choice: tuple[int, ...] = ()


class _Walk:
    """One walk through a body. It is on the way of every event of a stream: plain members cost next to nothing."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.parts: list[Part] = []

    def into(self, node: Any, name: str, place: _Place) -> None:
        """Look at a value. ``name`` is the nearest name of a member on the way to it."""
        if isinstance(node, str):
            self._string(node, name, place)
        elif isinstance(node, dict):
            self._object(node, name, place)
        elif isinstance(node, list):
            self._list(node, name, place)
        elif isinstance(node, Upload):
            self._add(self._medium(place.path) or "file", "upload", node, name, place)

    def _object(self, node: dict[str, Any], name: str, place: _Place) -> None:
        if len(place.path) > DEEPEST:
            raise Malformed(f"嵌套超过 {DEEPEST} 层", f"nested deeper than {DEEPEST}", written(place.path[:8]))
        names, (path, channel, use, role, choice) = self.names, place
        use, role = use or names.types.get(_text(node, "type")), _text(node, "role") or role
        keyed = name in names.keyed
        for member, value in node.items():
            if keyed or not _is_member(member):
                self._add(
                    "text", "key", member, member, _Place((*path, member), (*channel, "(key)"), use, role, choice)
                )
            if isinstance(value, str):
                if not value or (member in names.plain and _IDENTIFIER.fullmatch(value)):
                    continue
            elif not isinstance(value, dict | list | Upload):
                continue
            if member not in names.opaque:
                here = _Place((*path, member), (*channel, member), use or names.uses.get(member), role, choice)
                self.into(value, member, here)

    def _list(self, node: list[Any], name: str, place: _Place) -> None:
        if len(place.path) > DEEPEST:
            raise Malformed(f"嵌套超过 {DEEPEST} 层", f"nested deeper than {DEEPEST}", written(place.path[:8]))
        if name == "bytes" and node and all(type(item) is int and 0 <= item < 256 for item in node):
            self._add("text", "bytes", node, name, place)
            return
        path, channel, use, role, choice = place
        runs, chooses = name in self.names.runs, name == "choices" and not choice
        for at, item in enumerate(node):
            index = item.get("index", at) if isinstance(item, dict) else at
            index = index if type(index) is int else at
            key = channel if runs else (*channel, index)
            self.into(item, name, _Place((*path, at), key, use, role, (index,) if chooses else choice))

    def _string(self, text: str, name: str, place: _Place) -> None:
        names = self.names
        if not text or (name in names.plain and _IDENTIFIER.fullmatch(text)):
            return
        kind = None if name in names.texts else self._medium(place.path)
        match = _DATA_URL.match(text) if name not in names.texts and text[:5].lower() == "data:" else None
        inline = _KINDS.get((match[1] or "").lower()) if match else None
        if kind is None and inline is None:
            self._add("text", "text", text, name, place)
        elif match:
            self._add(inline or kind or "file", "data-url", text, name, place)
        elif _URL.match(text):
            self._add(kind or "file", "url", text, name, place)
        else:
            self._add(kind or "file", "reference" if name.endswith("_id") else "inline", text, name, place)

    def _add(self, kind: Kind, form: Form, value: Any, name: str, place: _Place) -> None:
        use = place.use or "other"
        if use == "answer" and (form != "text" or name not in self.names.answers):
            use = "other"
        self.parts.append(Part(place.path, kind, form, value, use, place.role, place.choice, place.channel))

    def _medium(self, path: Path) -> Kind | None:
        """The kind of medium by the last two names of a path."""
        media = self.names.media
        steps = [step for step in path if isinstance(step, str)]
        return next((media[step] for step in steps[:-3:-1] if step in media), None)


_KINDS: dict[str, Kind] = {"image": "image", "audio": "audio", "video": "video"}


@lru_cache(4096)
def _is_member(name: str) -> bool:
    """Whether a name looks like one that a program gives."""
    return len(name) <= 64 and bool(_MEMBER.fullmatch(name))


def _text(node: dict[str, Any], name: str) -> str:
    value = node.get(name)
    return value if isinstance(value, str) else ""
