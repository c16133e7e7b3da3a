"""The entry point: settings are read once, the command line is wired once."""

import os
import sys
from pathlib import Path

from zhengming import settings
from zhengming.cli import line, streams
from zhengming.cli.command import COMMANDS, WRONG_USE
from zhengming.ground.errors import ZhengmingError


def main() -> int:
    """Run the command line on the arguments of this process; the exit status is returned."""
    streams.prepare()
    try:
        typed = settings.read(Path.cwd(), os.environ, next(iter(sys.argv[1:]), ""), COMMANDS)
    except ZhengmingError as error:
        print(f"错误：{error.words.zh}\nerror: {error.words.en}", file=sys.stderr)
        return WRONG_USE
    return line.run(sys.argv[1:], typed)
