"""Texts out of files and names, made fit to show: none moves the cursor, colours the screen or fakes a line."""

import re

#: Controls of terminals, marks that turn the direction of writing around, ends of lines, and bytes that were no text.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str, keep: str = "") -> str:
    """``text`` with its unfit characters written as escapes, but those in ``keep``."""
    return _UNFIT.sub(lambda mark: mark[0] if mark[0] in keep else _escape(mark[0]), text)


def _escape(mark: str) -> str:
    return mark.encode("unicode_escape").decode("ascii")
