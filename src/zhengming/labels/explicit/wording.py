"""The wording of an explicit label: GB 45438-2025 asks for an AI element and a generation element. [H]

Order and adjacency of the two are free. Upper and lower case of "AI" and full-width letters are not settled
by any source we know, so the writer takes them strictly and the reader generously.
"""

import re
from unicodedata import category

from zhengming.ground.errors import WrongInput
from zhengming.law.placement import WORDING

DEFAULT = WORDING.default

_GENEROUS_AI = re.compile(r"人工智能|(?<![A-Za-z])[AaＡａ][IiＩｉ](?![A-Za-z])")
_GENEROUS_GENERATION = re.compile(r"[生合]成")


def checked_wording(text: str) -> str:
    """``text``, when it is one line and holds both elements. Raises WrongInput that says what is amiss."""
    _check_characters(text)
    for element, zh, en in (
        (WORDING.ai, "人工智能要素", "AI"),
        (WORDING.generation, "生成合成要素", "generation"),
    ):
        if not any(word in text for word in element):
            raise WrongInput(
                f"显式标识文字“{text}”缺少{zh}：须含“{'”或“'.join(element)}”",
                f"the explicit label {text!r} lacks the {en} element: one of {', '.join(element)}",
            )
    return text


#: Unicode categories of what nobody can see: controls, marks of direction, halves of characters, line ends, nothing.
_UNSEEN = {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}


def _check_characters(text: str) -> None:
    """What cannot be seen may hide or reorder the label, and breaks the markup it is put into."""
    unseen = next((mark for mark in text if category(mark) in _UNSEEN), None)
    if unseen is not None:
        raise WrongInput(
            f"显式标识文字里有看不见的字符 U+{ord(unseen):04X}；请写成一行可见的文字",
            f"the explicit label holds U+{ord(unseen):04X}, which cannot be seen; write one line of visible text",
        )


def is_wording(text: str) -> bool:
    """Whether ``text`` reads as an explicit label: both elements, any case and width."""
    return bool(_GENEROUS_AI.search(text) and _GENEROUS_GENERATION.search(text))
