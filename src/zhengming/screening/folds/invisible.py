"""Characters that show nothing or only dress the one before: zero-width, direction marks, combining marks."""

from zhengming.ground.words import Words
from zhengming.screening.fold import Example, Inserted

#: Blanks that Unicode counts as letters or symbols.
BLANKS = "\u115f\u1160\u3164\uffa0\u2800"


class Invisible(Inserted):
    name = "invisible"
    title = Words("不可见字符与组合符号", "invisible and combining characters")
    widest = 16
    examples = (
        Example("蓝莓煎饼", "蓝\u200b莓\u200d煎\ufeff饼"),
        Example("蓝莓煎饼", "蓝\u0336莓\u0336煎\u0336饼\u0336"),
        Example("蓝莓煎饼", "蓝\u00ad莓\ufe0f煎\U000e0061饼"),
        Example("blueberry", "blue\u200bberry"),
    )
    others = (Example("蓝莓", "蓝" + "\u200b" * 17 + "莓"),)

    def holds(self, character: str, category: str) -> bool:
        return category in ("Cf", "Mn", "Me", "Cs", "Co", "Cn") or character in BLANKS


FOLD = Invisible()
