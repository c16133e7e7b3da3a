"""``zhengming law``: who must do what under the Provisions, and where this software does it."""

from argparse import ArgumentParser, Namespace

from zhengming.cli.command import DONE, Command
from zhengming.cli.screen import Screen
from zhengming.ground.errors import WrongInput
from zhengming.ground.words import Words
from zhengming.law.printed import markdown
from zhengming.law.provisions import ARTICLES, BEARERS, Duty, article, duties


class Law(Command):
    name = "law"
    summary = Words("查看谁须做什么、由软件何处落实", "who must do what, and where the software does it")
    examples = ("zhengming law", "zhengming law --article 17", "zhengming law --for supporter --json")

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--article", type=int, metavar="条", help="只看第几条")
        parties = ", ".join(BEARERS)
        parser.add_argument(
            "--for", dest="bearer", metavar="谁", choices=list(BEARERS), help=f"只看某一方的义务：{parties}"
        )
        parser.add_argument("--planned", action="store_true", help="只看尚未落实的")
        parser.add_argument("--markdown", action="store_true", help="打印 docs/law.md 全文")

    def run(self, options: Namespace, screen: Screen) -> int:
        if options.markdown:
            print(markdown(), end="")
            return DONE
        chosen = _chosen(options)
        if screen.as_json:
            screen.json([_json(duty) for duty in chosen])
            return DONE
        titles = (("条", "Art."), ("谁", "who"), ("义务", "duty"), ("落实之处", "where"))
        screen.table([screen.text(*title) for title in titles], [_cells(duty, screen) for duty in chosen])
        return DONE


COMMAND = Law()


def _chosen(options: Namespace) -> list[Duty]:
    number = options.article
    if number is not None and not 1 <= number <= len(ARTICLES):
        raise WrongInput(f"没有第 {number} 条，规定共 25 条", f"there is no article {number}; there are 25")
    within = set(article(number).duties) if number else set(duties())
    return [duty for duty in duties(options.bearer) if duty in within and (duty.planned or not options.planned)]


def _cells(duty: Duty, screen: Screen) -> list[str]:
    between = screen.text("、", ", ")
    bearers = between.join(BEARERS[bearer].in_(screen.language) for bearer in duty.bearers) or "—"
    return [duty.id, bearers, duty.asks.in_(screen.language), _where(duty).in_(screen.language)]


def _where(duty: Duty) -> Words:
    if duty.because:
        return Words(f"无须：{duty.because.zh}", f"not for software: {duty.because.en}")
    if duty.place:
        return Words(duty.place, duty.place)
    return Words(f"计划中（zhengming.{duty.planned}）", f"planned (zhengming.{duty.planned})")


def _json(duty: Duty) -> dict[str, object]:
    return {
        "id": duty.id,
        "article": duty.article,
        "bearers": list(duty.bearers),
        "asks": duty.asks.zh,
        "asks_en": duty.asks.en,
        "place": duty.place or None,
        "planned": duty.planned or None,
        "because": duty.because.zh if duty.because else None,
    }
