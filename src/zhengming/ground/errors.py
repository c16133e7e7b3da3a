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

    def __reduce__(self) -> tuple[object, ...]:
        """Errors travel between processes: made again from their two texts, then given their other facts."""
        return _again, (type(self), self.words, self.__dict__)

    def json(self) -> dict[str, object]:
        """The error in JSON for programs (docs/json.md)."""
        return {
            "kind": self.kind,
            "message": self.words.zh,
            "message_en": self.words.en,
            "at": getattr(self, "at", None),
        }


def _again(kind: type[ZhengmingError], words: Words, facts: dict[str, object]) -> ZhengmingError:
    error = kind.__new__(kind)
    ZhengmingError.__init__(error, *words)
    error.__dict__.update(facts)
    return error


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
