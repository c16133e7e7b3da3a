"""Any other service that speaks JSON over HTTPS, described by a template: URL, headers, body, place of the answer.

A template is data, not a program: ``{field}`` stands for a fact, ``{secret:name}`` for a credential, ``{nonce}``,
``{timestamp}`` (Unix seconds) and ``{time}`` (RFC 3339) for the occasion. Values are put into strings after the
template was parsed, so none of them can change its shape. Facts are not allowed in the URL, which ends up in logs.
A verdict counts only where the value at ``verdict_path`` is in one of the three lists; all else is no answer.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode

from zhengming.ground.errors import Refused, WrongInput
from zhengming.identity.claim import FIELDS
from zhengming.identity.exchange import (
    Answer,
    Facts,
    Occasion,
    Receipt,
    Request,
    Response,
    code_of,
    member,
    no_answer,
    reference,
)
from zhengming.identity.https import checked_url
from zhengming.identity.moments import checked, written
from zhengming.identity.secret import Secret

_PLACE = re.compile(r"\{([a-z_]+(?::[a-z0-9_-]+)?)\}")
_OCCASION = ("nonce", "timestamp", "time")
#: How deep the body of a template may nest.
DEEPEST = 16


@dataclass(frozen=True)
class Template:
    """How a request is made. Checked as a whole when it is made: a mistake shows at start, not at a user."""

    url: str
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    method: Literal["GET", "POST"] = "POST"
    encoding: Literal["json", "form"] = "json"

    def __post_init__(self) -> None:
        if self.method not in ("GET", "POST") or self.encoding not in ("json", "form"):
            raise WrongInput("method 应为 GET、POST，encoding 应为 json、form", "GET or POST, json or form")
        if not isinstance(self.url, str) or not all(isinstance(value, str) for value in dict(self.headers).values()):
            raise WrongInput("url 与 headers 的值须为文字", "url and the values of headers are texts")
        checked_url(_PLACE.sub("x", self.url))
        if set(_places(self.url)) - set(_OCCASION):
            raise Refused("个人信息不得写入网址", "personal data does not go into a URL")
        for name in _places([self.url, self.body, dict(self.headers)]):
            self._known(name)
        if self.method == "GET" and self.body:
            raise WrongInput("GET 请求没有正文，请用 POST", "a GET has no body: use POST")
        if self.encoding == "form" and not isinstance(self.body, Mapping):
            raise WrongInput("表单正文应为键值表", "the body of a form is a table")

    @property
    def needs(self) -> tuple[str, ...]:
        """The facts that the body and the headers ask for."""
        return tuple(sorted({name for name in _places([self.body, dict(self.headers)]) if name in FIELDS}))

    def request(self, facts: Facts, occasion: Occasion) -> Request:
        """The request with every place filled."""
        values = {"nonce": occasion.nonce, "time": written(occasion.now) or ""}
        values["timestamp"] = str(int(checked(occasion.now).timestamp()))
        values |= {f"secret:{name}": secret.reveal() for name, secret in self.secrets.items()}
        values |= {name: facts.text(name) for name in self.needs}
        headers = {name: _filled(value, values) for name, value in self.headers.items()}
        return Request(self.method, _filled(self.url, values), self._typed(headers), self._body(values))

    def _body(self, values: Mapping[str, str]) -> bytes:
        if self.method == "GET":
            return b""
        filled = _filled(self.body, values)
        if self.encoding == "form":
            return urlencode({name: str(value) for name, value in filled.items()}).encode()
        return json.dumps(filled, ensure_ascii=False).encode("utf-8", "replace")

    def _typed(self, headers: dict[str, str]) -> dict[str, str]:
        form = self.encoding == "form"
        kind = "application/x-www-form-urlencoded" if form else "application/json; charset=utf-8"
        return headers if self.method == "GET" else {"Content-Type": kind, **headers}

    def _known(self, name: str) -> None:
        start, _, rest = name.partition(":")
        if (start == "secret" and rest in self.secrets) or name in FIELDS or name in _OCCASION:
            return
        raise WrongInput(f"模板中的 {{{name}}} 未知", f"{{{name}}} in the template is not known")


@dataclass(frozen=True)
class JsonCheck:
    """A check by template. ``service`` is the name that errors give it; paths are dotted (``data.result.0``)."""

    service: str
    template: Template
    verdict_path: str
    match: tuple[str, ...]
    mismatch: tuple[str, ...]
    no_record: tuple[str, ...] = ()
    reference_path: str = ""
    subject_path: str = ""
    name: str = "json-check"

    def __post_init__(self) -> None:
        # A string in place of a list would make each of its parts a verdict.
        for values in (self.match, self.mismatch, self.no_record):
            _check_values(values)
        lists = (*self.match, *self.mismatch, *self.no_record)
        if not self.match or not self.mismatch or len(set(lists)) != len(lists):
            raise WrongInput(
                "须列出一致与不一致的取值，且不得重复",
                "the values of match and mismatch are listed, none of them twice",
            )

    @property
    def needs(self) -> tuple[str, ...]:
        """What the template asks for."""
        return self.template.needs

    def request(self, facts: Facts, occasion: Occasion) -> Request:
        """The template, filled."""
        return self.template.request(facts, occasion)

    def read(self, response: Response) -> Answer:
        """HTTP 200 and a listed value, or no answer."""
        if response.status != 200:
            raise no_answer(self.service, f"HTTP-{response.status}")
        found = response.json()
        value = _scalar(_at(found, self.verdict_path))
        subject = _scalar(_at(found, self.subject_path)) if self.subject_path else ""
        return Answer(
            self._verdict(value),
            reference(_at(found, self.reference_path)),
            Secret(subject) if subject else None,
            response.body,
        )

    def _verdict(self, value: str) -> Literal["match", "mismatch", "no-record"]:
        if value in self.match:
            return "match"
        if value in self.mismatch:
            return "mismatch"
        if value in self.no_record:
            return "no-record"
        raise no_answer(self.service, code_of(value))


@dataclass(frozen=True)
class JsonSending:
    """A message sent by template: taken over where the value at ``success_path`` is in ``success``."""

    service: str
    template: Template
    success_path: str
    success: tuple[str, ...]
    reference_path: str = ""
    name: str = "json-sending"

    def __post_init__(self) -> None:
        _check_values(self.success)
        if not self.success:
            raise WrongInput("须列出发送成功的取值", "the values of success are listed")

    @property
    def needs(self) -> tuple[str, ...]:
        """What the template asks for."""
        return self.template.needs

    def request(self, facts: Facts, occasion: Occasion) -> Request:
        """The template, filled."""
        return self.template.request(facts, occasion)

    def read(self, response: Response) -> Receipt:
        """HTTP 200 and a listed value, or no answer."""
        found = response.json() if response.status == 200 else None
        if _scalar(_at(found, self.success_path)) not in self.success:
            raise no_answer(self.service, f"HTTP-{response.status}")
        return Receipt(reference(_at(found, self.reference_path)))


def _check_values(values: Any) -> None:
    if not isinstance(values, tuple) or not all(isinstance(value, str) and value for value in values):
        raise WrongInput('取值须为文字的列表，如 ["1"]', 'values are a list of texts such as ["1"]')


def _at(value: Any, path: str) -> Any:
    return member(value, *path.split(".")) if path else None


def _scalar(value: Any) -> str:
    """A JSON scalar as the lists write it: true and false in lower case, numbers as they stand."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else ""


def _places(value: Any, depth: int = 0) -> list[str]:
    """Every placeholder inside nested tables, lists and strings."""
    if depth > DEEPEST:
        raise WrongInput(f"模板嵌套超过 {DEEPEST} 层", f"the template nests deeper than {DEEPEST}")
    if isinstance(value, str):
        return _PLACE.findall(value)
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return [name for each in inner for name in _places(each, depth + 1)]


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    """``value`` with every place filled, once: what was put in is not looked at again."""
    if isinstance(value, str):
        return _PLACE.sub(lambda found: values[found[1]], value)
    if isinstance(value, Mapping):
        return {name: _filled(each, values) for name, each in value.items()}
    return [_filled(each, values) for each in value] if isinstance(value, list | tuple) else value
