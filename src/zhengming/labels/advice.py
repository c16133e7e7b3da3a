"""The advice to a platform that spreads content (内容传播服务): what to show around it, what to write into it.

Labelling Measures Art. 6. A platform writes its own keys only (传播要素); ``Label`` is written only where no
label in the file holds a value of the standard, because whether a platform may change one is not settled.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from zhengming.ground.words import Words
from zhengming.labels.metadata_label import Attribute
from zhengming.labels.verdict import Verdict

#: Wording of the prompt, with both elements of GB 45438-2025; the words in between are ours.
_SHOW: Final = MappingProxyType(
    {
        Verdict.IS: Words("本内容由人工智能生成或合成", "This content is AI-generated or synthesised"),
        Verdict.POSSIBLY: Words(
            "本内容可能由人工智能生成或合成", "This content is possibly AI-generated or synthesised"
        ),
        Verdict.SUSPECTED: Words(
            "本内容疑似由人工智能生成或合成", "This content is suspected to be AI-generated or synthesised"
        ),
    }
)
_ATTRIBUTE: Final = MappingProxyType(
    {Verdict.POSSIBLY: Attribute.POSSIBLY.value, Verdict.SUSPECTED: Attribute.SUSPECTED.value}
)


@dataclass(frozen=True)
class Advice:
    """What to show, None for nothing; and what to write: key to value, where None stands for the platform's own.

    The platform's own values are its provider code (service type 2), its number for the content, and a seal or "".
    """

    show: Words | None
    write: dict[str, str | None] | None

    def json(self) -> dict[str, object]:
        """The advice in the JSON contract of docs/json.md."""
        show = self.show
        return {"show": show.zh if show else None, "show_en": show.en if show else None, "write": self.write}


def advice(finding: Verdict, attributes: set[str]) -> Advice:
    """The advice for a verdict; ``attributes`` are the values of ``Label`` in the file."""
    if finding is Verdict.NOT_SEEN:
        return Advice(None, None)
    own: dict[str, str | None] = {"ContentPropagator": None, "PropagateID": None, "ReservedCode2": None}
    if not attributes & set(Attribute):
        own = {"Label": _ATTRIBUTE[finding], **own}
    return Advice(_SHOW[finding], own)
