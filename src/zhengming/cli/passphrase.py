"""The passphrase of a private key: from the environment for programs, from the terminal for people.

Never an option of the command line, where every user of the machine could read it.
"""

import os
import sys
from getpass import getpass

from zhengming.ground.errors import WrongInput

VARIABLE = "ZHENGMING_KEY_PASSPHRASE"


def ask() -> bytes:
    """The passphrase of a key that is to be read. Raises WrongInput where nobody can be asked."""
    return (os.environ.get(VARIABLE) or _typed("私钥口令 / passphrase: ")).encode()


def ask_twice() -> bytes:
    """The passphrase of a new key. Raises WrongInput when the two differ or nothing is typed."""
    if found := os.environ.get(VARIABLE):
        return found.encode()
    first = _typed("新私钥口令 / new passphrase: ")
    if first != _typed("再输一次 / once more: "):
        raise WrongInput("两次输入的口令不同", "the two passphrases differ")
    if not first:
        raise WrongInput("口令不能为空", "the passphrase is empty")
    return first.encode()


def _typed(prompt: str) -> str:
    if not sys.stdin.isatty():
        raise WrongInput(
            f"需要私钥口令：请在终端运行，或设置环境变量 {VARIABLE}",
            f"a passphrase is needed: run on a terminal or set {VARIABLE}",
        )
    try:
        return getpass(prompt)
    except EOFError:
        raise WrongInput("没有输入口令", "no passphrase was typed") from None
