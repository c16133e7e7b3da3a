"""Finding records by what people type, with an error that says what is missing."""

import re
from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import Model

from zhengming.ground.errors import WrongInput
from zhengming.identity.digests import Digester
from zhengming.records.models import Service, User

M = TypeVar("M", bound=Model)
CODE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
#: A text that staff write, such as a statement of reasons.
LONGEST_STATEMENT = 4000


def one(kind: type[M], zh: str, /, **by: object) -> M:
    """The one record of ``kind`` for which ``by`` holds; ``zh`` is what it is called. Raises WrongInput."""
    found = kind._default_manager.filter(**by).first()
    if found is None:
        shown = "、".join(map(str, by.values()))
        raise WrongInput(f"没有{zh}“{shown}”", f"there is no {kind.__name__.lower()} {shown!r}")
    return found


def service(code: str) -> Service:
    """The service called ``code``."""
    return one(Service, "服务", code=code)


def user(name_or_id: str, digester: Digester) -> User:
    """The user by id, or by the operator's own name of the account. The error does not repeat a name."""
    found = User.objects.filter(pk=name_or_id).first()
    if found is None:
        found = User.objects.filter(reference__in=digester.candidates("account", name_or_id)).first()
    if found is None:
        raise WrongInput("没有这个使用者", "there is no such user")
    return found


def code(text: str) -> str:
    """A code for a record. Raises WrongInput for what the ledger could not name."""
    if not CODE.fullmatch(text):
        raise WrongInput(f"代号须匹配 {CODE.pattern}，得到 {text!r}", f"a code matches {CODE.pattern}, got {text!r}")
    return text


def statement(text: str) -> str:
    """A statement of reasons (理由). Raises WrongInput where it is empty or too long."""
    if not text.strip() or len(text) > LONGEST_STATEMENT:
        raise WrongInput(
            f"须写明理由，不超过 {LONGEST_STATEMENT} 字",
            f"reasons are stated, in up to {LONGEST_STATEMENT} characters",
        )
    return text.strip()


def end(now: datetime, days: int | None) -> datetime | None:
    """``days`` from ``now``. Raises WrongInput for none or too many."""
    if days is None:
        return None
    if not 0 < days <= 36_500:
        raise WrongInput(f"天数须为 1 至 36500，得到 {days}", f"1 to 36500 days, got {days}")
    return now + timedelta(days=days)
