"""The one tree of errors.

    ZhengmingError
    ├── WrongInput      what was given cannot be worked with: mend it and come again
    │   └── BadFile     the bytes do not follow their format
    ├── Refused         law or rule forbids it
    └── Unavailable     something needed is not there now: a library, a key, a service

Every error says in both languages what was found, what was expected, and where.
"""

from zhengming.ground.words import Words


class ZhengmingError(Exception):
    """Any error of ours. ``words`` is for people; ``str(error)`` gives both languages."""

    kind = "error"

    def __init__(self, zh: str, en: str) -> None:
        self.words = Words(zh, en)
        super().__init__(f"{zh} / {en}")


class WrongInput(ZhengmingError):
    """What was given cannot be worked with."""

    kind = "wrong-input"


class BadFile(WrongInput):
    """The bytes do not follow the format they claim. ``at`` is a byte offset, when known."""

    kind = "bad-file"

    def __init__(self, zh: str, en: str, at: int | None = None) -> None:
        self.at = at
        if at is not None:
            zh, en = f"{zh}（第 {at} 字节）", f"{en} (at byte {at})"
        super().__init__(zh, en)


class Refused(ZhengmingError):
    """Law or rule forbids it, or doing it would damage the file."""

    kind = "refused"


class Unavailable(ZhengmingError):
    """Something needed is not there now."""

    kind = "unavailable"
