"""What a command is: the contract of the shelf :mod:`zhengming.cli.commands`.

Exit statuses, the same for every command:

    0    done
    1    some files (or checks) failed; the others are done, and what failed is listed with its reason
    2    wrong use: options, settings or paths; nothing was done
    130  interrupted from the keyboard
"""

from abc import ABC, abstractmethod
from argparse import ArgumentParser, Namespace
from typing import ClassVar

from zhengming.cli.screen import Screen
from zhengming.ground.shelf import Shelf
from zhengming.ground.words import Words

DONE, SOME_FAILED, WRONG_USE, INTERRUPTED = 0, 1, 2, 130


class Command(ABC):
    """One command of the command line.

    ``summary`` is its one line in the overview; ``examples`` are shown by ``--help`` and run as they stand.
    ``sections``: sections of the settings, beside its own, whose options it takes.
    Heavy modules are imported inside :meth:`run`, so that the other commands start at once.
    """

    name: ClassVar[str]
    summary: ClassVar[Words]
    examples: ClassVar[tuple[str, ...]]
    sections: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def arguments(self, parser: ArgumentParser) -> None:
        """Declare options and arguments. ``--json`` and ``--lang`` are there already."""

    @abstractmethod
    def run(self, options: Namespace, screen: Screen) -> int:
        """Do it and return the exit status. Errors of ours may be raised: they are shown, status 2."""


COMMANDS: Shelf[Command] = Shelf("zhengming.cli.commands", "COMMAND")
