"""Reading a metadata label (元数据隐式标识) from an entry, well-formed or not."""

import json
import re
from dataclasses import dataclass

from zhengming.labels.format import Entry
from zhengming.labels.metadata_label import KEYS


def is_label(entry: Entry) -> bool:
    """Whether ``entry`` is a metadata label or a failed attempt at one."""
    name = re.split(r"[:/.]", entry.key)[-1].strip().casefold()
    if name == "aigc":
        return True
    return _is_label_text(entry.value)


def _is_label_text(text: str) -> bool:
    text = text.strip().removeprefix("AIGC=").removeprefix("AIGC")
    if not text.startswith("{") or "Label" not in text:
        return False
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    inner = next((value[key] for key in value if key.casefold() == "aigc"), value)
    return isinstance(inner, dict | str) and sum(key in inner for key in KEYS) >= 2


@dataclass(frozen=True)
class Reading:
    """A metadata label as read: its fields as they stand, the text they came from, what is wrong with it."""

    entry: Entry
    fields: dict[str, str]


def read_label(entry: Entry) -> Reading:
    """The label in ``entry``, for which :func:`is_label` is true."""
    return Reading(entry, json.loads(entry.value))
