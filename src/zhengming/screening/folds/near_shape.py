"""Chinese characters that are taken for each other at a glance (形近字): 未 末."""

from collections.abc import Mapping

from zhengming.ground.words import Words
from zhengming.screening.fold import Alike, Example
from zhengming.screening.tables import classes


class NearShape(Alike):
    name = "near-shape"
    title = Words("形近字", "near-shapes")
    order = 70
    certainty = 0.85
    examples = (Example("天空未来", "天空末来"), Example("冷冻水饺", "泠冻水饺"))
    others = (Example("未末", "末未"), Example("天空未来", "地空末来"))

    def meanings(self) -> Mapping[str, str]:
        return classes("near_shapes")


FOLD = NearShape()
