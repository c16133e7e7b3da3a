"""The metadata label (元数据隐式标识) of GB 45438-2025 §6.1 and annex E: seven string keys.

Written here strictly; read elsewhere (:mod:`zhengming.labels.reading`) generously.
"""

import json
import re
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from zhengming.ground.errors import WrongInput


class Attribute(StrEnum):
    """生成合成标签, the value of the key ``Label``."""

    IS = "1"  # 属于: the content is generated or synthesised
    POSSIBLY = "2"  # 可能: its user declares so
    SUSPECTED = "3"  # 疑似: a platform detected so


#: The keys of annex E, in its order; and in code, the attribute of each.
KEYS = {
    "Label": "attribute",
    "ContentProducer": "producer",
    "ProduceID": "produce_id",
    "ReservedCode1": "reserved1",
    "ContentPropagator": "propagator",
    "PropagateID": "propagate_id",
    "ReservedCode2": "reserved2",
}

#: Annex E clause j): printable single bytes of GB 18030 without space, quotation mark and backslash;
#: a quotation mark may stand where JSON escapes it. [M-H: one source calls the set strict]
ALLOWED = re.compile(r"[\x21-\x5b\x5d-\x7e]*")
#: No source bounds the length of a value. Our choice: a seal with its chain of certificates stays far below.
LONGEST_VALUE = 16 * 1024


@dataclass(frozen=True)
class MetadataLabel:
    """One metadata label. Everything is a string; what is not used is empty, never absent.

    ``producer`` and ``propagator`` hold a provider code (27 characters, TC260-PG-20252A) or a name;
    ``produce_id`` and ``propagate_id`` the content numbers; the reserved codes a seal or nothing.
    """

    producer: str
    produce_id: str
    attribute: str = Attribute.IS
    reserved1: str = ""
    propagator: str = ""
    propagate_id: str = ""
    reserved2: str = ""

    def fields(self) -> dict[str, str]:
        """The seven keys of annex E with their values, in its order."""
        values = asdict(self)
        return {key: str(values[attribute]) for key, attribute in KEYS.items()}

    def json(self) -> str:
        """The inner JSON object, as the carriers hold it: no wrapper, no blanks, ASCII only."""
        return json.dumps(self.fields(), separators=(",", ":"))

    def wrapped_json(self) -> str:
        """``{"AIGC":{…}}``, for the carriers whose place has no name of its own."""
        return json.dumps({"AIGC": self.fields()}, separators=(",", ":"))

    def checked(self) -> "MetadataLabel":
        """This label, when it may be written. Raises WrongInput that names the key at fault."""
        if self.attribute not in set(Attribute):
            raise WrongInput(
                f"Label 只能是 1、2、3，得到“{self.attribute}”", f"Label is 1, 2 or 3, got {self.attribute!r}"
            )
        for key, value in self.fields().items():
            _check_characters(key, value)
        if not (self.producer or self.propagator):
            raise WrongInput(
                "缺少服务提供者：ContentProducer 和 ContentPropagator 不能都为空",
                "no provider: ContentProducer and ContentPropagator cannot both be empty",
            )
        return self

    def propagated(self, propagator: str, propagate_id: str, reserved2: str = "") -> "MetadataLabel":
        """The label after a propagator's update, which touches only the propagator's own three keys."""
        return replace(self, propagator=propagator, propagate_id=propagate_id, reserved2=reserved2)


def _check_characters(key: str, value: str) -> None:
    if len(value) > LONGEST_VALUE:
        raise WrongInput(
            f"{key} 有 {len(value)} 个字符，上限 {LONGEST_VALUE}",
            f"{key} has {len(value)} characters, the limit is {LONGEST_VALUE}",
        )
    match = ALLOWED.match(value)
    end = match.end() if match else 0
    if end != len(value):
        raise WrongInput(
            f"{key} 的第 {end + 1} 个字符“{value[end]}”不在 GB 45438 附录 E j) 允许的字符内"
            "（可打印 ASCII，不含空格和反斜杠；中文名称请改用 27 位服务提供者编码）",
            f"{key}: character {end + 1}, {value[end]!r}, is outside the set of GB 45438 annex E clause j) "
            "(printable ASCII without space and backslash; use the 27-character provider code for a name)",
        )
