"""Asking another service: a request, a response, and the transport between them, which is given from outside.

Adapters are pure: they build a :class:`Request` from facts and read a :class:`Response`. Whatever goes over the
network goes through a :class:`Transport`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Generic, Literal, Protocol, TypeVar
from urllib.parse import urlsplit

from zhengming.ground.errors import Unavailable, WrongInput
from zhengming.identity.secret import Secret, Unwritten


@dataclass(frozen=True, repr=False)
class Request(Unwritten):
    """One HTTP request. Query, headers and body may hold personal data: ``repr`` shows none of them."""

    method: Literal["GET", "POST"]
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def __repr__(self) -> str:
        return f"Request({self.method} {place(self.url)})"


@dataclass(frozen=True, repr=False)
class Response(Unwritten):
    """What came back, at most as long as the transport allows."""

    status: int
    body: bytes

    def __repr__(self) -> str:
        return f"Response({self.status}, {len(self.body)} bytes)"

    def json(self) -> Any:
        """The body as JSON. Raises Unavailable: a service that does not speak its protocol gave no answer."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise Unavailable(
                f"核验服务的应答不是 JSON（HTTP {self.status}）", f"the answer is no JSON (HTTP {self.status})"
            ) from None


class Transport(Protocol):
    """Carries requests. Two methods, so that an operator's own network rules can stand behind it."""

    def send(self, request: Request) -> Response:
        """The response, whatever its status. Raises Unavailable in bounded time and memory."""

    def close(self) -> None:
        """Let go of what is held open."""


@dataclass(frozen=True)
class Occasion:
    """What a request is made fresh by: the moment, and a number that is used once."""

    now: datetime
    nonce: str


@dataclass(frozen=True)
class Facts:
    """Normalised fields by the names of :data:`zhengming.identity.claim.FIELDS`, and digests of documents."""

    fields: Mapping[str, Secret]
    documents: tuple[str, ...] = ()

    def text(self, name: str) -> str:
        """The field ``name`` in the open. Raises WrongInput where it is missing."""
        try:
            return self.fields[name].reveal()
        except KeyError:
            raise WrongInput(f"核验所需的“{name}”缺失", f"the check needs {name!r}") from None


@dataclass(frozen=True)
class Answer(Unwritten):
    """A definite answer: the facts belong together, do not, or the source has no record.

    Anything else is Unavailable, raised by the reader: trouble of a service is never taken for an answer.
    ``subject`` is a pseudonym that the source gives (网号), where it does.
    """

    verdict: Literal["match", "mismatch", "no-record"]
    reference: str = ""
    subject: Secret | None = None
    evidence: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Receipt:
    """That a service took a message over. That it arrived is not known."""

    reference: str = ""


T_co = TypeVar("T_co", bound=Answer | Receipt, covariant=True)


class Operation(Protocol, Generic[T_co]):
    """One operation of a service. ``needs`` names the fields that are sent to it."""

    @property
    def name(self) -> str: ...
    @property
    def needs(self) -> tuple[str, ...]: ...
    def request(self, facts: Facts, occasion: Occasion) -> Request: ...
    def read(self, response: Response) -> T_co: ...


Check = Operation[Answer]
Sending = Operation[Receipt]


def ask(operation: Operation[T_co], facts: Facts, occasion: Occasion, transport: Transport) -> T_co:
    """Send one operation's request and read what comes back. Only what it ``needs`` is handed to it.

    A service that puts a fact into its reference or its error code does not get it into ours.
    """
    needed = Facts({name: Secret(facts.text(name)) for name in operation.needs})
    response = transport.send(operation.request(needed, occasion))
    try:
        said = operation.read(response)
    except Unavailable as error:
        if _tells(str(error), needed):
            raise Unavailable("核验服务没有给出核验结果", "the service gave no verdict") from None
        raise
    return replace(said, reference="") if _tells(said.reference, needed) else said


def _tells(text: str, facts: Facts) -> bool:
    return any(secret.reveal() in text for secret in facts.fields.values() if secret)


def place(url: str) -> str:
    """Host and path of a URL, without what may be secret in it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"


def reference(value: object) -> str:
    """A service's own number of a query, kept only where it looks like one: it may not carry anything else."""
    text = value if isinstance(value, str) else ""
    allowed = "-._^:"
    fine = 0 < len(text) <= 128 and text.isascii() and all(mark.isalnum() or mark in allowed for mark in text)
    return text if fine else ""


def member(value: Any, *path: str) -> Any:
    """The member of nested JSON objects and lists at ``path``, None where there is none."""
    for name in path:
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isascii() and name.isdigit() and int(name[:9]) < len(value):
            value = value[int(name[:9])]
        else:
            return None
    return value


def code_of(value: object) -> str:
    """A service's error code as it may be shown: short, of harmless characters."""
    return reference(value)[:64] or "?"


def no_answer(service: str, code: object) -> Unavailable:
    """The error for a service that answered, but not with a verdict. Its own message is not repeated."""
    shown = code_of(code)
    return Unavailable(f"{service}没有给出核验结果（{shown}）", f"{service} gave no verdict ({shown})")
