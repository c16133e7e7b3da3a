"""``zhengming doctor``: what an installation lacks, and how to mend it."""

from argparse import ArgumentParser, Namespace

from zhengming.cli.command import DONE, SOME_FAILED, Command
from zhengming.cli.desk import at_office, storage_arguments
from zhengming.cli.screen import Screen
from zhengming.ground.words import Words

SIGNS = {"good": "✓", "warning": "!", "bad": "✗"}


class Doctor(Command):
    name = "doctor"
    summary = Words("检查还缺什么、怎样补上", "what is missing, and how to mend it")
    examples = ("zhengming doctor", "zhengming doctor --json")
    sections = ("storage",)

    def arguments(self, parser: ArgumentParser) -> None:
        storage_arguments(parser)

    def run(self, options: Namespace, screen: Screen) -> int:
        with at_office(options, screen) as office:
            from zhengming.records.health import Grade, findings

            found = list(findings(office))
        if screen.as_json:
            screen.json([
                {"code": each.code, "grade": each.grade.value, "message": each.words.zh,
                 "message_en": each.words.en, "mend": each.mend}
                for each in found
            ])  # fmt: skip
        for each in found:
            mend = f"\n    → {each.mend}" if each.mend else ""
            screen.say(*(f"{SIGNS[each.grade]} {text}{mend}" for text in each.words))
        return SOME_FAILED if any(each.grade is Grade.BAD for each in found) else DONE


COMMAND = Doctor()
