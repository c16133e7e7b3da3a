"""Finding again who was verified: the digests that a number has, whichever way it is written and under each key."""

from collections.abc import Callable
from datetime import date

from zhengming.ground.errors import WrongInput
from zhengming.identity import mobile_number, resident_number
from zhengming.identity.claim import normalised
from zhengming.identity.digests import Digester
from zhengming.identity.methods.uscc import checked_uscc

_FORMS: dict[str, Callable[[str, date], str]] = {
    "mobile": lambda text, _: mobile_number.parse(text),
    "resident_id": lambda text, today: resident_number.parse(text, today).text,
    "uscc": lambda text, _: checked_uscc(text),
    "network_number": lambda text, _: text,
}


def subjects(digester: Digester, field: str, text: str, today: date) -> tuple[str, ...]:
    """What ``Assertion.subject`` may be for the number ``text`` of the field ``field``, the current key's first.

    Raises WrongInput or Refused for a number that could not have been verified.
    """
    if field not in _FORMS:
        raise WrongInput(f"可查的字段：{'、'.join(_FORMS)}", f"what can be looked up: {', '.join(_FORMS)}")
    return digester.candidates(field, _FORMS[field](normalised(text), today))
