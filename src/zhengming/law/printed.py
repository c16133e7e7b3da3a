"""docs/law.md, printed from the tables: what each article asks and where this software does it."""

from collections.abc import Iterator

from zhengming.ground.words import Words
from zhengming.law.authorities import AUTHORITIES
from zhengming.law.classification import SERVICE_CLASSES, TECHNOLOGIES
from zhengming.law.placement import PLACEMENTS
from zhengming.law.provisions import ARTICLES, BEARERS, TITLE, Duty
from zhengming.law.risks import RISKS
from zhengming.law.terms import TERMS

HEAD = f"""# {TITLE.zh}：逐条义务与落实之处

{TITLE.en}: every duty, who bears it, and where this software carries it out. Printed from
`src/zhengming/law/*.toml` by `zhengming law --markdown`; mend the tables, not this page. In our own words: the
text of the law is what binds.
"""


def markdown() -> str:
    """The whole page."""
    sections = (_duties(), _technologies(), _classes(), _placements(), _risks(), _authorities(), _terms())
    return HEAD + "\n" + "\n".join("\n".join(section) + "\n" for section in sections)


def _duties() -> Iterator[str]:
    yield "## 二十五条\n"
    yield from _head("条", "义务", "谁", "落实之处")
    for article in ARTICLES:
        for duty in article.duties:
            bearers = "、".join(BEARERS[bearer].zh for bearer in duty.bearers) or "—"
            yield f"| {duty.id} | **{article.subject.zh}**：{_both(duty.asks)} | {bearers} | {carried_out(duty)} |"


def carried_out(duty: Duty) -> str:
    """Where a duty is carried out, in a few words."""
    if duty.because:
        return f"无须：{duty.because.zh}"
    return f"`{duty.place}`" if duty.place else f"计划中（`zhengming.{duty.planned}`）"


def _technologies() -> Iterator[str]:
    yield "## 六类技术（第二十三条）\n"
    yield from _head("代码", "技术", "通常归入第十七条的类别（本软件的判断，可改）")
    for each in TECHNOLOGIES.values():
        yield f"| `{each.code}` | {_both(each.words)} | {each.usual_class.code} |"


def _classes() -> Iterator[str]:
    yield "## 服务类别（第十七条）\n"
    yield from _head("代码", "类别", "显著标识")
    for each in SERVICE_CLASSES.values():
        yield f"| `{each.code}` | {_both(each.words)} | {'必须' if each.must_be_marked else '提供功能并提示'} |"


def _placements() -> Iterator[str]:
    yield "## 显式标识的位置（GB 45438-2025 第 5 章）\n"
    yield "把握：H 多个来源一致，M 一个可靠来源，L 弱，? 没有来源、因而只是设置。\n"
    yield from _head("媒介", "条款", "规则", "把握")
    for each in PLACEMENTS.values():
        for rule in each.rules:
            yield f"| {each.words.zh} | {each.clause} | {_both(rule.words)} | {rule.confidence} |"


def _risks() -> Iterator[str]:
    yield "## 三十一类风险（GB/T 45654-2025 附录 A）\n"
    yield from _head("代码", "风险")
    for each in RISKS.values():
        yield f"| {each.code} | {_both(each.words)} |"


def _authorities() -> Iterator[str]:
    yield "## 主管部门（第三条）\n"
    yield from _head("部门", "职责", "层级")
    for each in AUTHORITIES.values():
        levels = "、".join(level.zh for level in each.levels.values())
        yield f"| {_both(each.words)} | {_both(each.role)} | {levels} |"


def _terms() -> Iterator[str]:
    yield "## 用语\n"
    yield from _head("用语", "English", "代码", "条款")
    for term in TERMS:
        yield f"| {term.words.zh} | {term.words.en} | `{term.code}` | {term.article} |"


def _head(*titles: str) -> Iterator[str]:
    yield f"| {' | '.join(titles)} |"
    yield f"|{'---|' * len(titles)}"


def _both(words: Words) -> str:
    return f"{words.zh}<br>*{words.en}*"
