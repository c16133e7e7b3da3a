"""A refusal (拒绝) as a client is told it: status, code and words, whatever the protocol's own error looks like."""

from dataclasses import dataclass

from zhengming.ground.errors import Refused, Unavailable, WrongInput, ZhengmingError
from zhengming.ground.words import Words

CONTENT_FILTER = "content_filter"


@dataclass(frozen=True)
class Refusal:
    """Why nothing, or nothing more, is given: HTTP ``status``, a ``code`` for programs, ``words`` for people.

    ``param`` is the member of the request that is at fault, such as ``messages[1].content``; None when none is.
    """

    status: int
    code: str
    words: Words
    param: str | None = None

    @property
    def text(self) -> str:
        """Both languages, Chinese first."""
        return f"{self.words.zh} / {self.words.en}"


class Malformed(WrongInput):
    """JSON that does not follow its protocol. ``at`` is the path of the member."""

    kind = "malformed"

    def __init__(self, zh: str, en: str, at: str = "") -> None:
        self.at = at
        where = at or "(body)"
        super().__init__(f"{where}：{zh}", f"{where}: {en}")


CONTENT_REFUSED = Refusal(
    400,
    CONTENT_FILTER,
    Words("内容未通过审核，已停止输出", "the content did not pass screening and is not given out"),
)


def refusal_of(error: ZhengmingError) -> Refusal:
    """The refusal that an error of ours amounts to: 400 wrong input, 403 refused, 503 unavailable, 500 else."""
    at = getattr(error, "at", None)
    param = at if isinstance(at, str) and at else None
    for kind, status in ((WrongInput, 400), (Refused, 403), (Unavailable, 503)):
        if isinstance(error, kind):
            return Refusal(status, error.kind.replace("-", "_"), error.words, param)
    return Refusal(500, "error", error.words, param)
