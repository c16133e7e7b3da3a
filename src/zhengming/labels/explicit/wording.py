"""The wording of an explicit label: GB 45438-2025 asks for an AI element and a generation element. [H]

Order and adjacency of the two are free. Upper and lower case of "AI" and full-width letters are not settled
by any source we know, so the writer takes them strictly and the reader generously.
"""

import re

from zhengming.ground.errors import WrongInput
from zhengming.law.placement import WORDING

DEFAULT = WORDING.default

_GENEROUS_AI = re.compile(r"人工智能|(?<![A-Za-z])[AaＡａ][IiＩｉ](?![A-Za-z])")
_GENEROUS_GENERATION = re.compile(r"[生合]成")


def checked_wording(text: str) -> str:
    """``text``, when it holds both elements. Raises WrongInput that says which one is missing."""
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


def is_wording(text: str) -> bool:
    """Whether ``text`` reads as an explicit label: both elements, any case and width."""
    return bool(_GENEROUS_AI.search(text) and _GENEROUS_GENERATION.search(text))
