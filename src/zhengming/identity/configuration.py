"""The operator's settings for identity as a table (TOML), read once into what verifications work with.

Every section and key is known or it is an error; credentials come from files that not everybody may read.
See docs/identity.md for the table.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from zhengming.ground.errors import WrongInput
from zhengming.identity.adapters import alibaba, template, tencent
from zhengming.identity.adapters.acs3 import AccessKey
from zhengming.identity.adapters.tc3 import SecretKey
from zhengming.identity.digests import Digester
from zhengming.identity.exchange import Check, Sending
from zhengming.identity.keys import KeyRing, private_bytes
from zhengming.identity.method import VALIDITY, Role
from zhengming.identity.secret import Secret
from zhengming.identity.vault import Vault

#: The facts that a method hands to the check of each role: a check may ask for no others.
GIVEN: dict[Role, set[str]] = {
    "resident": {"name", "resident_id"},
    "mobile": {"mobile", "name", "resident_id"},
    "organisation": {"organisation", "uscc"},
    "network": {"network_credential", "network_number"},
}
_SENDINGS: dict[str, type[Any]] = {
    "alibaba": alibaba.SendSms,
    "tencent": tencent.SendSms,
    "json": template.JsonSending,
}
_CHECKS: dict[tuple[str, str], type[Any]] = {
    ("alibaba", "resident"): alibaba.Id2MetaVerify,
    ("alibaba", "mobile"): alibaba.Mobile3MetaSimpleVerify,
    ("tencent", "resident"): tencent.IdCardVerification,
    ("tencent", "mobile"): tencent.PhoneVerification,
    **{("json", role): template.JsonCheck for role in GIVEN},
}
#: The longest credential that a file may hold, in bytes.
LONGEST_SECRET = 4096


@dataclass(frozen=True)
class Setup:
    """What the operator has set up. Without ``checks`` and ``sending`` the manual method still works."""

    digester: Digester
    vault: Vault
    validity: timedelta = VALIDITY
    sending: Sending | None = None
    checks: Mapping[Role, Check] = field(default_factory=dict)


def read(settings: Mapping[str, Any]) -> Setup:
    """The set-up that ``settings`` describes. Raises WrongInput that names the key, or what reading files raises."""
    settings = _known(
        settings, "identity", {"lookup_keys", "sealing_keys", "digest", "validity_days", "sms", "checks"}
    )
    lookup = KeyRing.read(_paths(settings, "lookup_keys"))
    sealing = KeyRing.read(_paths(settings, "sealing_keys"))
    if set(lookup.keys.values()) & set(sealing.keys.values()):
        raise WrongInput("查找与加密不得共用密钥", "look-up and sealing do not share a key")
    days = settings.get("validity_days", VALIDITY.days)
    if type(days) is not int or not 1 <= days <= 36500:
        raise WrongInput("identity.validity_days 应为天数", "identity.validity_days is a number of days")
    sms = settings.get("sms")
    return Setup(
        Digester(lookup, settings.get("digest", "hmac-sha256")),
        Vault(sealing),
        timedelta(days=days),
        _sending(_table(sms, "identity.sms")) if sms is not None else None,
        {_role(name): _check(_role(name), row) for name, row in _table(settings.get("checks", {}), "checks").items()},
    )


def _sending(row: Mapping[str, Any]) -> Sending:
    service = str(row.get("service"))
    if service not in _SENDINGS:
        raise _unknown("identity.sms.service", _SENDINGS)
    made = cast(Sending, _made(_SENDINGS[service], service, row, "identity.sms"))
    _asks_for_no_more(made, {"mobile", "code"}, "identity.sms")
    return made


def _check(role: Role, given: Any) -> Check:
    place = f"identity.checks.{role}"
    row = _table(given, place)
    service = str(row.get("service"))
    if (service, role) not in _CHECKS:
        raise _unknown(f"{place}.service", [name for name, of in _CHECKS if of == role])
    made = cast(Check, _made(_CHECKS[service, role], service, row, place))
    _asks_for_no_more(made, GIVEN[role], place)
    return made


def _made(kind: type[Any], service: str, row: Mapping[str, Any], place: str) -> object:
    """An adapter from its row: the row's keys are the adapter's own fields and what its credential needs."""
    own = {each.name: each.type is str for each in fields(kind)}
    for name in ("key", "needs", "name", "service", *(["template"] if service == "json" else [])):
        own.pop(name, None)
    given = _by_template(own, row, place) if service == "json" else _by_cloud(service, own, row, place)
    given |= {name: _value(row[name], own[name], f"{place}.{name}") for name in set(own) & set(row)}
    try:
        return kind(**given)
    except TypeError:  # a field without default was not given
        listed = sorted(own)
        raise WrongInput(f"{place} 不完整，须有：{'、'.join(listed)}", f"{place} lacks some of {listed}") from None


def _by_template(own: Iterable[str], row: Mapping[str, Any], place: str) -> dict[str, Any]:
    body = {"url", "body", "headers", "method", "encoding"}
    _known(row, place, {*own, *body, "service", "title", "secret_files"})
    _table(row.get("headers", {}), f"{place}.headers")
    files = _table(row.get("secret_files", {}), f"{place}.secret_files")
    secrets = {name: secret(Path(_text(files, name, f"{place}.secret_files"))) for name in files}
    parts = {"body": {}, "url": "", **{name: row[name] for name in body & set(row)}}
    return {"template": template.Template(**parts, secrets=secrets), "service": str(row.get("title", place))}


def _by_cloud(service: str, own: Iterable[str], row: Mapping[str, Any], place: str) -> dict[str, Any]:
    _known(row, place, {*own, "service", "key_id", "secret_file"})
    if "endpoint" in row and urlsplit(_text(row, "endpoint", place)).path:
        raise WrongInput(f"设置 {place}.endpoint 不含路径", f"the setting {place}.endpoint has no path")
    kind = AccessKey if service == "alibaba" else SecretKey
    return {"key": kind(_text(row, "key_id", place), secret(Path(_text(row, "secret_file", place))))}


def _value(value: Any, plain: bool, place: str) -> str | tuple[str, ...]:
    """A text where the field is one, else a list of texts."""
    if plain and isinstance(value, str):
        return value
    if not plain and isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    what = ("文字", "a text") if plain else ("文字列表", "a list of texts")
    raise WrongInput(f"设置 {place} 须为{what[0]}", f"the setting {place} is {what[1]}")


def secret(path: Path) -> Secret:
    """A credential in a file of one line, which not everybody may read."""
    try:
        text = private_bytes(path, LONGEST_SECRET).decode().strip()
    except UnicodeDecodeError:
        text = ""
    if not text or "\n" in text:
        raise WrongInput(f"凭据文件应只有一行：{path}", f"a credential is one line: {path}")
    return Secret(text)


def _asks_for_no_more(made: Check | Sending, allowed: set[str], place: str) -> None:
    if extra := set(made.needs) - allowed:
        raise WrongInput(f"{place} 不得索取：{'、'.join(extra)}", f"{place} may not ask for {', '.join(extra)}")


def _known(row: Mapping[str, Any], place: str, allowed: set[str]) -> Mapping[str, Any]:
    for name in row:
        if name not in allowed:
            raise _unknown(f"{place}.{name}", allowed)
    return row


def _unknown(place: str, known: Any) -> WrongInput:
    listed = ", ".join(sorted(known))
    return WrongInput(
        f"设置 {place} 未知；可用的有：{listed}", f"the setting {place} is not known; there are: {listed}"
    )


def _role(name: str) -> Role:
    if name not in GIVEN:
        raise _unknown(f"identity.checks.{name}", GIVEN)
    return name


def _table(value: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise WrongInput(f"设置 {place} 应为一节", f"the setting {place} is a table")
    return value


def _text(row: Mapping[str, Any], name: str, place: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value:
        raise WrongInput(f"缺少设置 {place}.{name}", f"the setting {place}.{name} is missing")
    return value


def _paths(settings: Mapping[str, Any], name: str) -> list[Path]:
    value = settings.get(name)
    if not isinstance(value, list) or not value or not all(isinstance(each, str) for each in value):
        raise WrongInput(
            f"缺少设置 identity.{name}：密钥文件列表", f"the setting identity.{name} is a list of key files"
        )
    return [Path(each) for each in value]
