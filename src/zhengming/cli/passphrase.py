"""The passphrase of a private key: from a file or the environment for programs, from the terminal for people.

Never an option of the command line, where every user of the machine could read it.
"""

import os
import sys
from collections.abc import Callable
from getpass import getpass
from pathlib import Path

from zhengming.ground.errors import WrongInput
from zhengming.ground.system_errors import cannot_read

VARIABLE = "ZHENGMING_KEY_PASSPHRASE"


def asked_for(key: Path, file: Path | None) -> Callable[[], bytes]:
    """A function that gives the passphrase of ``key``, called only when the key turns out to be encrypted."""
    return lambda: _given(file) or _typed(f"{key} 的口令 passphrase: ")


def chosen(key: Path, file: Path | None) -> bytes:
    """A passphrase for the new key ``key``, typed twice where nothing gives it. Raises WrongInput when empty."""
    passphrase = _given(file)
    if not passphrase:
        passphrase = _typed(f"为 {key} 设口令 new passphrase: ")
        if passphrase != _typed("再输一次 again: "):
            raise WrongInput("两次输入的口令不同", "the two passphrases differ")
    if not passphrase:
        raise WrongInput("口令不能为空", "the passphrase is empty")
    return passphrase


def _given(file: Path | None) -> bytes:
    """What the file or the environment gives; nothing when neither does."""
    if file is None:
        return os.environ.get(VARIABLE, "").encode()
    try:
        return file.read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise cannot_read(file, error) from None


def _typed(prompt: str) -> bytes:
    if not sys.stdin.isatty():
        raise WrongInput(
            f"需要私钥口令：请在终端运行，给 --passphrase-file，或设置环境变量 {VARIABLE}",
            f"a passphrase is needed: run on a terminal, give --passphrase-file, or set {VARIABLE}",
        )
    try:
        return getpass(prompt).encode()
    except EOFError:
        raise WrongInput("没有输入口令", "no passphrase was typed") from None
