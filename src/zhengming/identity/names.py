"""Names of people and organisations as they are compared and sent."""

import re
import unicodedata

from zhengming.ground.errors import WrongInput

#: Our own bounds; the registries publish none that we could read.
LONGEST_PERSON, LONGEST_ORGANISATION = 64, 128

#: The dots that people type inside names of minorities and foreigners, all written as U+00B7 (间隔号) here.
_DOTS = re.compile("[\u2022\u2027\u2219\u22c5\u30fb\uff65\uff0e\u00b7.]")


def person(text: str) -> str:
    """A person's name: letters (Han or other), inner dots and spaces. Raises WrongInput, never repeating it."""
    name = _DOTS.sub("·", re.sub(r"\s+", " ", text)).strip(" ·")
    if not 2 <= len(name) <= LONGEST_PERSON:
        raise WrongInput(f"姓名应为 2 至 {LONGEST_PERSON} 个字", f"a name has 2 to {LONGEST_PERSON} characters")
    if not all(mark in "· -'" or _is_letter(mark) for mark in name):
        raise WrongInput("姓名只应有文字、间隔号", "a name holds letters and inner dots only")
    return name if not name.isascii() else name.upper()


def _is_letter(mark: str) -> bool:
    """Also rare Han that this Python's Unicode does not know yet: planes 2 and 3 hold nothing else."""
    return unicodedata.category(mark)[0] in "LM" or 0x20000 <= ord(mark) < 0x40000


def organisation(text: str) -> str:
    """An organisation's name: full-width brackets as the registry prints them. Raises WrongInput."""
    name = re.sub(r"\s+", " ", text).strip().replace("(", "（").replace(")", "）")
    if not 2 <= len(name) <= LONGEST_ORGANISATION:
        raise WrongInput(
            f"单位名称应为 2 至 {LONGEST_ORGANISATION} 个字",
            f"the name of an organisation has 2 to {LONGEST_ORGANISATION} characters",
        )
    return name
