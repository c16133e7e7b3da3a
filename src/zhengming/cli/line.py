"""The command line as a whole: the parser made of the shelf of commands, and one run of it."""

from argparse import Namespace, _SubParsersAction
from collections.abc import Mapping, Sequence

from zhengming import __version__
from zhengming.cli import streams
from zhengming.cli.command import COMMANDS, INTERRUPTED, SOME_FAILED, WRONG_USE, Command
from zhengming.cli.parser import Parser
from zhengming.cli.screen import Screen
from zhengming.ground.errors import WrongInput, ZhengmingError

OVERVIEW = """\
正名：给合成内容以正确的名称，并能证明。
依据《互联网信息服务深度合成管理规定》与 GB 45438-2025，为文件添加、读取、核验标识。
（--lang en 显示英文结果；English output with --lang en）"""


def parser(name: str = "") -> Parser:
    """The parser of the whole command line; of one command only, where ``name`` is one: that starts sooner."""
    line = Parser(prog="zhengming", description=OVERVIEW)
    line.add_argument("--version", action="version", version=f"zhengming {__version__}", help="显示版本")
    commands = line.add_subparsers(dest="command", metavar="命令", required=True, title="命令")
    alone = COMMANDS.alone(name)
    for command in [alone] if alone else COMMANDS:
        _add(commands, command)
    return line


def _add(commands: "_SubParsersAction[Parser]", command: Command) -> None:
    examples = "示例：\n" + "\n".join(f"  {example}" for example in command.examples)
    own = commands.add_parser(
        command.name, help=command.summary.zh, description="\n".join(command.summary), epilog=examples
    )
    command.arguments(own)
    own.add_argument("--json", action="store_true", help="输出 JSON（格式稳定，见 docs/json.md）")
    own.add_argument("--lang", choices=("zh", "en"), default="zh", help="显示语言，默认 zh")
    own.set_defaults(chosen=command, refuse=own.error)


def run(arguments: Sequence[str], settings: Mapping[str, Sequence[str]]) -> int:
    """Run one command line; the exit status comes back.

    ``settings`` holds, by command or shared section, options as if typed before the others, so what is typed has
    the last word.
    """
    screen = Screen()
    try:
        options = _parsed(arguments, settings)
        screen = Screen(options.lang, options.json)
        status = int(options.chosen.run(options, screen))
        streams.flush()
        return status
    except ZhengmingError as error:
        screen.error(error)
        return WRONG_USE
    except KeyboardInterrupt:
        screen.note("已中断；已完成的文件不受影响", "interrupted; files already done stay done")
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has left, as head(1) does
        streams.let_go()
        return INTERRUPTED
    except OSError as error:  # those of files are errors of ours by now: this is stdout
        streams.let_go()
        screen.note(f"结果输出不了：{error.strerror}", f"cannot write the results: {error.strerror}")
        return SOME_FAILED


def _parsed(arguments: Sequence[str], settings: Mapping[str, Sequence[str]]) -> Namespace:
    """The options of one command. Raises WrongInput where the settings name one that the command does not have."""
    command, rest = next(iter(arguments), ""), arguments[1:]
    alone = COMMANDS.alone(command)
    sections = (*(alone.sections if alone else ()), command)
    given = [typed for section in sections for typed in settings.get(section, ())]
    options, unknown = parser(command).parse_known_args([*arguments[:1], *given, *rest] or ["--help"])
    if strange := " ".join(one for one in unknown if one in given):
        raise WrongInput(
            f"设置（zhengming.toml 或 ZHENGMING_{command.upper()}_… 环境变量）里有 {command} 没有的选项：{strange}",
            f"the settings (zhengming.toml, ZHENGMING_{command.upper()}_…) name no option of {command}: {strange}",
        )
    if unknown:
        options.refuse("unrecognized arguments: " + " ".join(unknown))
    return options
