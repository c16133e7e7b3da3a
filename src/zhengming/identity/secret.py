"""A text that must not be seen: it never shows itself in repr, str, formats, JSON, pickles or errors."""

import hmac
from typing import NoReturn

from zhengming.ground.errors import Refused

MASK = "‹secret›"


class Unwritten:
    """What is never written out as a whole: no pickle of it is made, neither for a queue nor for a cache."""

    __slots__ = ()

    def __reduce_ex__(self, _: object) -> NoReturn:
        raise Refused("敏感内容不得序列化", "what holds secrets is not written out")


class Secret(Unwritten):
    """Personal data or a credential. :meth:`reveal` is the only way to the text, so that each use can be found."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, _: str) -> str:
        return MASK

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(_bytes(self._text), _bytes(other._text))

    def __hash__(self) -> int:
        return hash(self._text)

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, _: object) -> "Secret":
        return self


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
