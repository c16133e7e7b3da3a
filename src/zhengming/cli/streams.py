"""stdout and stderr of this process: they take any text, and nobody writes there but we.

Libraries that decode damaged files complain on stderr about each of them, in English and without the file's name:
libtiff and others straight to the descriptor, Python ones as warnings and log records. What is wrong with a file is
in its result, so they are not heard; ``PYTHONDEVMODE=1`` lets them through.
"""

import os
import sys
import warnings
from io import TextIOWrapper


def prepare() -> None:
    """Set up both streams. Once, when the process starts."""
    if not sys.flags.dev_mode:
        _silence_libraries()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a locale that lacks a character, a name that is no text


def _silence_libraries() -> None:
    warnings.simplefilter("ignore")
    if sys.stderr is None:
        return
    ours = os.fdopen(os.dup(2), "w", buffering=1, encoding=sys.stderr.encoding)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)  # inherited by the processes of a batch
    os.close(nowhere)
    sys.stderr = ours


def silence_logs() -> None:
    """Let no log record of a library reach stderr. Before work on files; logging takes long to load."""
    import logging

    if not sys.flags.dev_mode and not logging.root.handlers:
        logging.root.addHandler(logging.NullHandler())


def flush() -> None:
    """Have what was printed written, while its errors can still be told."""
    if sys.stdout is not None:
        sys.stdout.flush()


def let_go() -> None:
    """What is still to be written to stdout goes nowhere: its reader has left or its disk is full."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
