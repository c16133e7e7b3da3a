"""An entry of the ledger (日志): what happened, when, to which records, and the digests of what it was about.

It holds no personal data. That cannot be enforced by a type, but it can be made hard to forget: contents enter as
:class:`Digest` only; ids and facts are short words of a narrow alphabet without blanks, at-signs and Chinese
characters; and a word that looks like a mobile or resident identity number is refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from zhengming.ground.canonical import LARGEST_NUMBER, parsed
from zhengming.ground.errors import BadFile, WrongInput
from zhengming.ledger.digest import Digest

#: The most subjects, digests or facts of one entry. Our choice; an entry stays below 6 KiB.
MOST_MEMBERS = 16
NAME = re.compile(r"[a-z][a-z0-9_.-]{0,31}")
WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+-]{0,63}")
#: 居民身份号码 and 手机号码, standing alone or set off by punctuation.
PERSONAL = re.compile(r"(?<![A-Za-z0-9])(?:[1-9]\d{16}[0-9Xx]|(?:\+?86)?1[3-9]\d{9})(?![A-Za-z0-9])")

Fact = str | int


@dataclass(frozen=True)
class Entry:
    """What happened (``kind``, such as ``work.released``) and when (``at``: microseconds since 1970 in UTC).

    ``subjects``: ids of the records it is about, by their role. ``digests``: of contents and documents. ``facts``:
    small words and whole numbers, such as a verdict. Raises WrongInput for what does not belong into a ledger.
    """

    kind: str
    at: int
    subjects: Mapping[str, str] = field(default_factory=dict)
    digests: Mapping[str, Digest] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_name(self.kind)
        if type(self.at) is not int or not 0 <= self.at <= LARGEST_NUMBER:
            raise WrongInput("时刻须为 1970 年以来的微秒数", "a moment is a number of microseconds since 1970")
        for part, check in (("subjects", _check_word), ("digests", _check_digest), ("facts", _check_fact)):
            object.__setattr__(self, part, _checked(getattr(self, part), check))

    @cached_property
    def encoded(self) -> bytes:
        """The canonical JSON of the entry: what is hashed, kept, exported.

        Written out here, several times as fast as :func:`~zhengming.ground.canonical.canonical` does it: names and
        words need no escaping.
        """
        digests, facts, subjects = _members(self.digests), _members(self.facts), _members(self.subjects)
        return (
            f'{{"at":{self.at},"digests":{digests},"facts":{facts},"kind":"{self.kind}","subjects":{subjects}}}'
        ).encode("ascii")


def decoded(data: bytes) -> Entry:
    """The entry whose canonical JSON is ``data``. Raises BadFile for anything else."""
    value = parsed(data)
    try:
        digests = {name: Digest.parsed(text) for name, text in value.pop("digests").items()}
        return Entry(digests=digests, **value)
    except (AttributeError, KeyError, TypeError, WrongInput) as error:
        raise BadFile(f"不是台账条目：{error}", f"not an entry of a ledger: {error}") from None


def _members(members: Mapping[str, Any]) -> str:
    """An object whose names are in order already."""
    pairs = (
        f'"{name}":{value}' if type(value) is int else f'"{name}":"{value!s}"' for name, value in members.items()
    )
    return f"{{{','.join(pairs)}}}"


def _checked(members: Mapping[str, Any], check: Any) -> Mapping[str, Any]:
    """A copy that nobody can change, every name and value of it in order."""
    if len(members) > MOST_MEMBERS:
        raise WrongInput(f"超过 {MOST_MEMBERS} 项", f"more than {MOST_MEMBERS} members")
    for name, value in members.items():
        _check_name(name)
        check(value)
    return MappingProxyType(dict(sorted(members.items())))


def _check_name(name: Any) -> None:
    if type(name) is not str or not NAME.fullmatch(name):
        raise WrongInput(f"名称须匹配 {NAME.pattern}", f"a name matches {NAME.pattern}")


def _check_word(word: Any) -> None:
    """The message never repeats the word: it may be what must not be kept."""
    if not isinstance(word, str) or not WORD.fullmatch(word):
        raise WrongInput(
            f"台账只收编号和短词（{WORD.pattern}）；内容请用摘要 Digest",
            f"the ledger takes ids and short words ({WORD.pattern}); of a content it takes a Digest",
        )
    if PERSONAL.search(word):
        raise WrongInput(
            "看来是手机号码或身份号码；台账不存个人信息，请用 Digest.keyed",
            "this looks like a mobile or identity number; the ledger keeps none, use Digest.keyed",
        )


def _check_digest(value: Any) -> None:
    if not isinstance(value, Digest):
        raise WrongInput("摘要须为 Digest，不是文本", "a digest is a Digest, not a text")


def _check_fact(value: Any) -> None:
    if type(value) is not int:
        _check_word(value)
    elif not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
        raise WrongInput("整数超出 ±(2^53−1)", "a whole number is beyond ±(2^53 - 1)")
