"""Reading a metadata label (元数据隐式标识) from an entry, well-formed or not. Written strictly, read generously."""

import re
from dataclasses import dataclass

from zhengming.labels.findings import Finding, finding
from zhengming.labels.format import Entry
from zhengming.labels.label_fields import field_findings, fields_of
from zhengming.labels.label_text import Text, decoded_base64, plain, standard_key, taken_apart, trimmed

#: The most labels that one file makes us read.
MOST_LABELS = 64


@dataclass(frozen=True)
class Reading:
    """A metadata label as read.

    ``fields``: what was read, under the standard's key names, every value a string; ``extra``: members that
    the standard does not know, as written; ``raw``: the text as it stands in the file; ``findings``: what is
    wrong with text and values (what is wrong with the place is for :mod:`zhengming.labels.label_place`).
    """

    entry: Entry
    fields: dict[str, str]
    extra: dict[str, str]
    findings: tuple[Finding, ...]
    wrapped: bool = False

    @property
    def raw(self) -> str:
        return self.entry.value


def is_label(entry: Entry) -> bool:
    """Whether ``entry`` is a metadata label or a failed attempt at one, and nothing else beside it.

    Formats ask this before they replace an entry, so it never claims metadata that merely mentions a label.
    """
    if named_label(entry):
        return True
    if not _begins_as_label(entry.value):
        return False
    text = taken_apart(entry.value)
    return not text.beside and _is_label_text(text)


def read_label(entry: Entry) -> Reading:
    """The label in ``entry``, for which :func:`is_label` or :func:`mentions_label` is true. Never raises."""
    text = taken_apart(entry.value)
    fields = fields_of(text.members)
    findings = (*map(finding, text.odd), *fields.findings, *(field_findings(fields.fields) if text.members else ()))
    return Reading(entry, fields.fields, fields.extra, _each_once(findings), text.wrapped)


def mentions_label(entry: Entry) -> bool:
    """Whether ``entry`` is other metadata that carries a label within, such as an object with one more member."""
    if not re.search(r"""["']aigc["']\s*:""", entry.value[:65536], re.IGNORECASE):
        return False
    text = taken_apart(entry.value)
    return text.wrapped and bool(text.beside) and _is_label_text(text)


def named_label(entry: Entry) -> bool:
    """Whether the name of the entry says that it is a label."""
    name = re.split(r"[:/.]", entry.key)[-1].strip(" \0")
    return plain(name) == "aigc"


_START = re.compile(
    r"""[\s\ufeff\\{"'-]*(?:TC260:)?(?:AIGC[\s\\"'=:]*[\s\\{"']*)?(?:&quot;|&\#34;)?(?P<key>[A-Za-z_]\w{2,24})""",
    re.IGNORECASE,
)
_BASE64_START = re.compile(r"[A-Za-z0-9+/_-]{16,64}")
_DISTINCTIVE = {"ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator", "PropagateID", "ReservedCode2"}


def _begins_as_label(value: str) -> bool:
    """A cheap look at the first characters, so that long foreign metadata is never parsed."""
    start = trimmed(value[:200])
    if (match := _BASE64_START.match(start)) and "{" not in start:
        letters = match[0][: len(match[0]) // 4 * 4]
        start = decoded_base64(letters) or ""
    match = _START.match(start)
    if not match or plain(match["key"]) == "aigc":
        return bool(match)
    return match.start("key") > 0 and standard_key(match["key"]) is not None


def _is_label_text(text: Text) -> bool:
    names = {standard_key(key) for key, _ in text.members if isinstance(key, str)} - {None}
    return len(names) + text.wrapped >= 2 and (text.wrapped or bool(names & _DISTINCTIVE))


def _each_once(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(dict.fromkeys(findings))
