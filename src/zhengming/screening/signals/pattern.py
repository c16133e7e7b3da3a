"""Regular expressions in the syntax of RE2, which takes time linear in the text whatever the expression."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from zhengming.ground.errors import Unavailable, WrongInput
from zhengming.ground.words import Words
from zhengming.screening.feature import Feature
from zhengming.screening.personal import plain_width
from zhengming.screening.signal import Evidence, Signal
from zhengming.screening.snapshot import Snapshot


class Pattern(Signal):
    name = "pattern"
    title = Words("正则表达式", "regular expressions")
    widest = 256
    content = r"第[0-9]{1,4}号(?:苹果|梨)"
    examples = ("买了第12号苹果", "第７号梨")
    others = ("第12号香蕉", "第号梨")

    def check(self, feature: Feature) -> None:
        _compiled(feature.content)
        if self.span(feature) > self.widest:
            raise WrongInput(
                f"特征“{feature.id}”的表达式可匹配超过 {self.widest} 字：用 {{m,n}} 代替 * 和 +",
                f"the expression of {feature.id!r} may match over {self.widest} characters: bound it with {{m,n}}",
            )

    def span(self, feature: Feature) -> int:
        from re import _parser  # type: ignore[attr-defined] # RE2 does not tell the width of an expression

        try:
            return int(_parser.parse(feature.content).getwidth()[1])
        except (ValueError, RecursionError, OverflowError) as error:
            raise _wrong(feature.content, error) from None

    def look(self, text: str, since: int, snapshot: Snapshot) -> Iterator[Evidence]:
        plain = plain_width(text)
        for feature, expression in _expressions(snapshot):
            for match in expression.finditer(plain, since):
                if match.end() > match.start():
                    yield Evidence(match.start(), match.end(), feature, 1.0, (), self.name)


@lru_cache(8)
def _expressions(snapshot: Snapshot) -> list[tuple[Feature, Any]]:
    return [(feature, _compiled(feature.content)) for feature in snapshot.of_kind(Pattern.name)]


def _compiled(content: str) -> Any:
    try:
        import re2  # type: ignore[import-untyped]
    except ImportError:
        raise Unavailable(
            "正则表达式需要 google-re2：pip install 'zhengming[screening]'",
            "regular expressions need google-re2: pip install 'zhengming[screening]'",
        ) from None
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(content, options)
    except re2.error as error:
        raise _wrong(content, error) from None


def _wrong(content: str, error: Exception) -> WrongInput:
    return WrongInput(f"正则表达式“{content}”不能用：{error}", f"the expression {content!r} cannot be used: {error}")


SIGNAL = Pattern()
