"""The text of a metadata label, taken apart whatever form it has: from clause-true JSON to what tools really write.

Seen in the wild: JSON with line breaks, a wrapper ``{"AIGC":{…}}`` in any case, a JSON string that holds JSON,
base64, ``AIGC={…}``, ``"AIGC":{…}`` without braces, YAML blocks and flow mappings, Python dicts, XML entities
left in, and text cut off in the middle. Every step is linear in the text and bounded in depth.
"""

import binascii
import html
import json
import re
from base64 import b64decode
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import unquote

from zhengming.labels.label_yaml import yaml_members
from zhengming.labels.metadata_label import KEYS

#: Characters of a label text that are looked at; the longest seal seen in the wild has 1 400.
LONGEST_TEXT = 1024 * 1024
#: Forms within forms: base64 of a JSON string of a wrapper is three.
DEEPEST = 5

#: Other spellings of the standard's keys, compared without case and underscores. [seen]
ALIASES = {
    "reservecode1": "ReservedCode1",
    "reservecode2": "ReservedCode2",
    "propagator": "ContentPropagator",
    "propatorid": "PropagateID",
    "propagatorid": "PropagateID",
    "producer": "ContentProducer",
    "producerid": "ProduceID",
}
#: The keys of Tencent Cloud's own scheme. [seen]
OTHER_SCHEME = {"serviceprovider": "ContentProducer", "contentid": "ProduceID"}
OTHER_SCHEME_EXTRAS = ("serviceuser", "time")

Members = list[tuple[str, object]]


class Number(str):
    """A JSON number, true or false, kept as it is written."""


@dataclass
class Text:
    """A label text taken apart: its ``members`` in order, whether it was ``wrapped``, the ``odd`` things seen.

    ``odd`` holds codes of :mod:`zhengming.labels.findings`; ``beside`` the keys that stand next to the wrapper.
    """

    members: Members = field(default_factory=list)
    wrapped: bool = False
    odd: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)

    def note(self, code: str) -> None:
        if code not in self.odd:
            self.odd.append(code)


def plain(key: str) -> str:
    """A key without case, blanks and joining signs, to compare spellings."""
    return re.sub(r"[\s_-]", "", key).casefold()


_STANDARD = {plain(key): key for key in KEYS}


def standard_key(key: str) -> str | None:
    """The standard's name of ``key`` however it is spelt; None for a key that is no spelling of one."""
    return _STANDARD.get(plain(key)) or ALIASES.get(plain(key)) or OTHER_SCHEME.get(plain(key))


def taken_apart(text: str) -> Text:
    """``text`` taken apart. Never raises; what cannot be understood leaves no members and a code that says so."""
    result = Text()
    text = trimmed(text)
    if len(text) > LONGEST_TEXT:
        result.note("truncated")
        text = text[:LONGEST_TEXT]
    if not text:
        result.note("empty")
        return result
    _unfold(text, result, DEEPEST)
    return result


def trimmed(text: str) -> str:
    """``text`` without blanks, zero bytes, byte-order mark and the charset code of EXIF around it."""
    for prefix in ("ASCII\0\0\0", "UNICODE\0", "JIS\0\0\0\0\0"):
        text = text.removeprefix(prefix)
    return text.strip("\ufeff\0 \t\r\n")


def _unfold(text: str, result: Text, deep: int) -> None:
    """Try each form in turn until one gives members."""
    text = trimmed(text)
    if deep and (value := _json(text)) is not None:
        if re.search(r"[\r\n]", text):
            result.note("line-breaks")
        _take(value, result, deep)
        return
    for form in (_prefixed, _entities, _fragment, _encoded, _yaml):
        if deep and form(text, result, deep - 1):
            return
    _salvage(text, result)


def _json(text: str) -> object | None:
    if not text.startswith(("{", '"')):
        return None
    try:
        value: object = json.loads(
            text, object_pairs_hook=list, parse_int=Number, parse_float=Number, parse_constant=Number, strict=False
        )
        return value
    except (ValueError, RecursionError):
        return None


def _take(value: object, result: Text, deep: int) -> None:
    """Take the members of a parsed value, through strings and wrappers."""
    if isinstance(value, str) and not isinstance(value, Number):
        result.note("double-encoded")
        _unfold(value, result, deep - 1)
    elif _is_members(value):
        members: Members = value  # type: ignore[assignment]
        inner = next((item for item in members if plain(item[0]) == "aigc"), None)
        if inner is None or result.wrapped:
            result.members = members
            return
        result.wrapped = True
        result.beside = [key for key, _ in members if not plain(key).startswith("aigc")]
        if inner[0] != "AIGC":
            result.note("wrapper-case")
        _take(inner[1], result, deep)
    else:
        result.note("not-json")


def _is_members(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, tuple) for item in value)


_PREFIX = re.compile(r"(?:TC260:)?AIGC\s*=?\s*(?=[{\"'])", re.IGNORECASE)


def _prefixed(text: str, result: Text, deep: int) -> bool:
    """``AIGC={…}``, ``AIGC{…}``, ``TC260:AIGC="…"``."""
    match = _PREFIX.match(text)
    if not match:
        return False
    result.note("prefix")
    rest = text[match.end() :]
    if rest[0] in "\"'" and rest[-1] == rest[0] and _json(rest) is None:
        rest = rest[1:-1]
    _unfold(rest, result, deep)
    return True


def _entities(text: str, result: Text, deep: int) -> bool:
    """XML entities that were escaped twice, or in a text that is no XML."""
    if not re.match(r"\{?\s*(?:&quot;|&#34;|&#x22;)", text):
        return False
    result.note("double-encoded")
    _unfold(html.unescape(text), result, deep)
    return True


_FRAGMENT = re.compile(r'"(\w{2,20})"\s*:')


def _fragment(text: str, result: Text, deep: int) -> bool:
    """``"AIGC":{…}`` or ``"Label":"1",…``: members without the braces around them."""
    match = _FRAGMENT.match(text)
    if not match or not (plain(match[1]) == "aigc" or standard_key(match[1])):
        return False
    value = _json("{" + text.rstrip(", \t\r\n") + "}")
    if value is None:
        return False
    result.note("fragment")
    _take(value, result, deep)
    return True


_BASE64 = re.compile(r"[A-Za-z0-9+/_\-\s]{16,}+(?:={0,2}|(?:%3[Dd]){0,2})\s*+")


def _encoded(text: str, result: Text, deep: int) -> bool:
    """Base64, plain or URL-safe, with or without padding."""
    if not _BASE64.fullmatch(text):
        return False
    inner = decoded_base64(text)
    if inner is None or not re.match(r"[\s{\"]|AIGC|TC260", inner):
        return False
    result.note("base64")
    _unfold(inner, result, deep)
    return True


def decoded_base64(text: str) -> str | None:
    """The UTF-8 text that ``text`` is the base64 of, or None."""
    letters = re.sub(r"\s", "", unquote(text)).rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return b64decode(letters + "=" * (-len(letters) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None


def _yaml(text: str, result: Text, deep: int) -> bool:
    """A YAML mapping, block or flow."""
    value = yaml_members(text)
    if value is None:
        return False
    if text.startswith("{"):
        result.note("python-literal" if text[1:].lstrip().startswith("'") else "not-json")
    _take(value, result, deep)
    return bool(result.members)


_MOST_MEMBERS = 64
_NAMES = "|".join([*KEYS, "ReserveCode1", "ReserveCode2", "Propagator", "PropatorID"])
_QUOTED = re.compile(
    rf"""["'](?P<key>{_NAMES})["']\s*:\s*(?:"(?P<value>(?:[^"\\]|\\.)*+)"|'(?P<single>(?:[^'\\]|\\.)*+)'"""
    r"""|(?P<bare>-?[\w.]+)(?=\s*[,}]))"""
)
_LINE = re.compile(rf"^[ \t]*(?P<key>{_NAMES})[ \t]*:[ \t]+(?P<value>[^\n]*)$", re.MULTILINE)


def _salvage(text: str, result: Text) -> None:
    """Take the members that are whole out of a text that is not."""
    if re.match(r'"?\{\\"', text):  # cut off inside a JSON string that holds JSON
        result.note("double-encoded")
        text = text.lstrip('"').replace('\\"', '"')
    result.members = _whole_members(_QUOTED, text) or _whole_members(_LINE, text)
    if re.match(r"""\{?\s*["']?AIGC""", text, re.IGNORECASE):
        result.wrapped = True
    if re.match(r"""[{\s]*["']aigc["']""", text):
        result.note("wrapper-case")
    result.note("truncated" if _is_cut_off(text) else "not-json")


def _whole_members(pattern: re.Pattern[str], text: str) -> Members:
    found: Members = []
    for match in islice(pattern.finditer(text), _MOST_MEMBERS):
        groups = match.groupdict()
        value = groups["value"] if groups["value"] is not None else groups.get("single")
        found.append((groups["key"], Number(groups["bare"]) if value is None else _unescaped(value.strip())))
    return found


def _unescaped(value: str) -> str:
    try:
        return str(json.loads(f'"{value}"', strict=False))
    except ValueError:  # quoted another way: as it stands
        return value


def _is_cut_off(text: str) -> bool:
    """Whether a text began as JSON, or as its members, and stopped before its end."""
    if not text.startswith(("{", '"')):
        return False
    for candidate in (text, "{" + text):
        try:
            json.loads(candidate, strict=False)
        except json.JSONDecodeError as error:
            if error.pos >= len(candidate) or error.msg.startswith("Unterminated"):
                return True
        except RecursionError:
            return True
        except ValueError:  # a number of thousands of digits
            return False
    return False
