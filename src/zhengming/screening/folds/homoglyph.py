"""Letters of other scripts that look like Latin ones or like Chinese characters: Cyrillic а, Greek ο, katakana ロ."""

from collections.abc import Mapping

from zhengming.ground.words import Words
from zhengming.screening.fold import Alike, Example
from zhengming.screening.tables import classes


class Homoglyph(Alike):
    name = "homoglyph"
    title = Words("形似的外文字母", "homoglyphs of other scripts")
    order = 40
    certainty = 0.95
    examples = (
        Example("blueberry", "bluеbеrrу"),  # Cyrillic е, у
        Example("lantern", "lαntεrn".replace("ε", "е")),  # Greek α, Cyrillic е
        Example("口袋工厂", "ロ袋エ厂"),  # katakana
    )
    others = (Example("blueberry", "блубери"),)

    def meanings(self) -> Mapping[str, str]:
        return classes("homoglyphs")


FOLD = Homoglyph()
