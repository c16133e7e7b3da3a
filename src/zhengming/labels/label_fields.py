"""The fields of a metadata label: its members under the standard's names, and what is wrong with each value."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from zhengming.labels.findings import Finding, finding
from zhengming.labels.label_text import (
    OTHER_SCHEME,
    OTHER_SCHEME_EXTRAS,
    Members,
    Number,
    plain,
    standard_key,
)
from zhengming.labels.metadata_label import ALLOWED, KEYS, Attribute
from zhengming.labels.provider_code import Service
from zhengming.labels.provider_code import read as read_code


@dataclass
class Fields:
    """``fields`` under standard names, ``extra`` as written, and the ``findings`` about names and types."""

    fields: dict[str, str] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def note(self, code: str, detail: str) -> None:
        self.findings.append(finding(code, detail))


def fields_of(members: Members) -> Fields:
    """The members of a label, sorted into standard fields and others. The first of a repeated key counts."""
    result = Fields()
    for key, value in members:
        _add(result, str(key), value)
    result.fields = {key: result.fields[key] for key in KEYS if key in result.fields}
    return result


def _add(result: Fields, key: str, value: object) -> None:
    name = standard_key(key)
    target = result.extra if name is None else result.fields
    if (name or key) in target:
        result.note("key-repeated", key)
        return
    target[name or key] = _as_text(value)
    if plain(key) in OTHER_SCHEME or plain(key) in OTHER_SCHEME_EXTRAS:
        result.note("other-scheme", key)
    elif name is None:
        result.note("key-unknown", key)
        return
    elif key != name:
        result.note("key-misspelt", key)
    if value is None:
        result.note("value-null", key)
    elif isinstance(value, Number) or not isinstance(value, str):
        result.note("value-not-a-string", key)


def _as_text(value: object) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, str) else json.dumps(_as_object(value), ensure_ascii=False)


def _as_object(value: object) -> object:
    """Member lists back as objects, for showing; nesting was bounded by the parser."""
    if isinstance(value, list) and value and all(isinstance(item, tuple) for item in value):
        return {str(key): _as_object(item) for key, item in value}
    return [_as_object(item) for item in value] if isinstance(value, list) else value


def field_findings(fields: dict[str, str]) -> Iterator[Finding]:
    """What is wrong with the values of a label (GB 45438-2025 annex E), key by key."""
    for key in KEYS:
        if key not in fields and key not in _OWN_FINDING:
            yield finding("key-missing", key)
    yield from _label_findings(fields.get("Label"))
    if not fields.get("ContentProducer"):
        yield finding("producer-missing")
    yield from _number_findings(fields, "ProduceID", "ContentProducer")
    yield from _number_findings(fields, "PropagateID", "ContentPropagator")
    if bool(fields.get("ContentPropagator")) != bool(fields.get("PropagateID")):
        yield finding("propagator-incomplete")
    yield from _code_findings(fields)
    for key, value in fields.items():
        if not ALLOWED.fullmatch(value.replace('\\"', '"')):
            yield finding("value-characters", key)
        if _PLACEHOLDER.search(value):
            yield finding("value-placeholder", key)


def _code_findings(fields: dict[str, str]) -> Iterator[Finding]:
    """Providers, each as the code it ought to be. A producer that also stands as first propagator is usual."""
    producer, propagator = fields.get("ContentProducer", ""), fields.get("ContentPropagator", "")
    both = (("ContentProducer", producer, Service.GENERATION), ("ContentPropagator", propagator, Service.PROPAGATION))
    for key, value, service in both:
        if value:
            for found in read_code(value, None if propagator == producer else service)[1]:
                yield replace(found, detail=f"{key}: {found.detail}")


_OWN_FINDING = ("Label", "ContentProducer", "ProduceID")


def _label_findings(value: str | None) -> Iterator[Finding]:
    if value is None or not value:
        yield finding("label-missing")
    elif value not in set(Attribute):
        yield finding("label-enum-name" if re.fullmatch(r"\w+\.\w+", value) else "label-value", value)


#: What templates leave behind: ``<uuid>``, ``${id}``, ``{{id}}``, ``AXXXX``, ``value1``.
_PLACEHOLDER = re.compile(r"<[^<>]{1,40}>|\$\{[^}]{1,40}\}|\{\{[^}]{1,40}\}\}|XXX|^value\d?$|此处传入")
_OBJECT = re.compile(r"\[object \w+\]|<.{1,80} at 0x|^\w+[(\[]\w*.{0,200}[)\]]$|^[\w.$]+@[0-9a-f]{5,8}$")
_FORMAT_ERROR = re.compile(r"%!\w?\(|%[sdv]\b|\{\d?\}|^(?:null|none|nil|undefined|nan)$", re.IGNORECASE)
_CONSTANT = re.compile(r"[A-Za-z_-]{1,16}|\d{1,2}|(.)\1*")


def _number_findings(fields: dict[str, str], key: str, provider: str) -> Iterator[Finding]:
    """What is wrong with a content number, which ought to be unique to one piece of content."""
    value = fields.get(key, "")
    if not value:
        if key == "ProduceID":
            yield finding("id-missing", key)
    elif re.fullmatch(r"[0-]{2,}", value):
        yield finding("id-all-zero", key)
    elif _FORMAT_ERROR.search(value):
        yield finding("id-format-error", key)
    elif _OBJECT.search(value):
        yield finding("id-object-text", key)
    elif value == fields.get(provider) or _CONSTANT.fullmatch(value):
        yield finding("id-constant", key)
    elif _is_regular(value):
        yield finding("id-regular", key)


_LONGEST_CHANCE = 7


def _is_regular(value: str) -> bool:
    """Whether a run of seven characters, or of every second one, counts upwards: one chance in a million."""
    return any(_counts_up(value[:200], step) for step in (1, 2))


def _counts_up(value: str, step: int) -> bool:
    run = [1] * len(value)
    for at in range(step, len(value)):
        if "0123456789abcdef".find(value[at - step] + value[at]) >= 0:
            run[at] = run[at - step] + 1
    return max(run, default=0) >= _LONGEST_CHANCE
