"""Settings: one file, ``zhengming.toml``, and the environment. Read once, when the command line starts.

A section is a command, a key is one of its options::

    [label]
    producer = "001191110102MACQD9K64010000"
    explicit = true

``[storage]`` (where records are kept) and ``[desk]`` (who acts) are shared by the commands that take their options.

``ZHENGMING_LABEL_PRODUCER`` in the environment says the same and weighs more; what is typed weighs most.
The file is looked for in the current folder, or where ``ZHENGMING_CONFIG`` points.
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from zhengming.ground.errors import WrongInput
from zhengming.ground.system_errors import cannot_read

FILE = "zhengming.toml"
PREFIX = "ZHENGMING_"
CONFIG = "ZHENGMING_CONFIG"
#: Read elsewhere: where the settings file is, where the tests find real files, the passphrase of a sealing key.
NOT_OPTIONS = {CONFIG, "ZHENGMING_SAMPLES", "ZHENGMING_KEY_PASSPHRASE"}
#: Sections whose options several commands take (:attr:`zhengming.cli.command.Command.sections`).
SHARED = ("storage", "desk")


class Commands(Protocol):
    """The names of the commands."""

    def __contains__(self, name: object, /) -> bool: ...


def read(folder: Path, environment: Mapping[str, str], command: str, commands: Commands) -> dict[str, list[str]]:
    """By section, for ``command`` and those that are shared, options as they would be typed.

    Raises WrongInput that names the file and the key.
    """
    sections = _file(folder, environment)
    for section in sections:
        if section not in SHARED and section not in commands:
            raise WrongInput(
                f"{FILE} 中的 [{section}] 不是命令；有哪些命令见 zhengming --help",
                f"[{section}] in {FILE} is no command; zhengming --help lists them",
            )
    return {
        section: [*_from_file(sections.get(section, {})), *_from_environment(section, environment)]
        for section in (*SHARED, command)
    }


def _file(folder: Path, environment: Mapping[str, str]) -> dict[str, dict[str, object]]:
    named = environment.get(CONFIG)
    path = Path(named) if named else folder / FILE
    if not named and not path.is_file():
        return {}
    try:
        sections = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise WrongInput(
            f"设置文件 {path} 的 TOML 写法有误：{error}", f"cannot read the settings file {path}: {error}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise cannot_read(path, error) from None
    for name, section in sections.items():
        if not isinstance(section, dict):
            raise WrongInput(f"{path}：{name} 须写在 [命令] 之下", f"{path}: {name} belongs under a [command]")
    return sections


def _from_file(section: Mapping[str, object]) -> Iterator[str]:
    for key, value in section.items():
        yield from _typed(key, value)


def _from_environment(command: str, environment: Mapping[str, str]) -> Iterator[str]:
    start = f"{PREFIX}{command.upper()}_"
    for name, value in sorted(environment.items()):
        if name.startswith(start) and name not in NOT_OPTIONS:
            truth = {"true": True, "false": False}.get(value.lower(), value)
            yield from _typed(name.removeprefix(start).lower(), truth)


def _typed(key: str, value: object) -> Iterator[str]:
    """An option as it would be typed: ``--key=value``; ``--key`` for true and ``--no-key`` for false."""
    option = key.replace("_", "-")
    if isinstance(value, bool):
        yield f"--{option}" if value else f"--no-{option}"
    elif isinstance(value, str | int | float):
        yield f"--{option}={value}"
    else:
        raise WrongInput(f"设置 {key} 须是文字、数字或真假", f"setting {key} is a text, a number or a truth value")
