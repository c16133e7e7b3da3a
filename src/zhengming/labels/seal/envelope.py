"""The text in ReservedCode1 and ReservedCode2 (TC260-PG-202511A): ``{"SecurityData":{…}}``, written and read.

    {"SecurityData":{"Type":"TC260PG","Version":1,
      "PubSD":[{"Type":"DS","AlgID":…,"TBSData":{"Type":…},"Signature":hex}, …,
               {"Type":"PubKey","AlgID":…,"KeyValue":hex}],
      "Bindings":[{"BType":0,"CntSel":…,"Value":hex}]}}

Names of members as real labels have them; ``TBSData.Type`` is written ``Md`` (label) and ``Bnd`` (binding), the
guide's own words by the one source that quotes them [M], and read in every spelling seen.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

LABEL_TYPE, BINDING_TYPE = "Md", "Bnd"
#: A longer text is nobody's seal; this bounds the work a hostile one can cause.
LONGEST = 64 * 1024
MOST_ENTRIES = 8

_READ_TYPES = {
    "md": "label",
    "labelmatadata": "label",
    "labelmetadata": "label",
    "bnd": "binding",
    "binding": "binding",
    "content": "content",
}


class Form(StrEnum):
    """What a reserved code is when it is no SecurityData."""

    EMPTY = "empty"
    SIGNATURE = "der-signature"
    UUID = "uuid"
    HEX = "hex"
    BASE64 = "base64"
    JSON = "other-json"
    TOO_LONG = "too-long"
    OTHER = "other"


@dataclass(frozen=True)
class SignatureEntry:
    """One DS entry. ``over`` is label, binding, content or the type as it stands; ``selection`` is ours."""

    algorithm: str
    over: str
    value: str
    key_id: str = ""
    selection: str = ""


@dataclass(frozen=True)
class KeyEntry:
    """One PubKey (or certificate) entry."""

    algorithm: str
    value: str
    key_id: str = ""


@dataclass(frozen=True)
class Binding:
    """One entry of Bindings: how the content was selected, the value, and the bytes that its signature covers."""

    selection: str
    value: str
    message: bytes
    kind: str = "0"


@dataclass(frozen=True)
class SecurityData:
    """A reserved code in the form of the guide. ``spellings`` are the departures from it that were met."""

    signatures: tuple[SignatureEntry, ...]
    keys: tuple[KeyEntry, ...]
    bindings: tuple[Binding, ...] = ()
    spellings: tuple[str, ...] = ()


def binding(selection: str, value: str) -> Binding:
    """A binding to be written. Its signature covers the compact JSON of the entry, as MiniMax's does. [M]"""
    return Binding(selection, value, _compact(_binding_object(selection, value)).encode())


def write(data: SecurityData) -> str:
    """The text for a reserved code: compact JSON, ASCII, without blanks (GB 45438 annex E clause j)."""
    public: list[dict[str, Any]] = [_signature_object(entry) for entry in data.signatures]
    public += [{"Type": "PubKey", "AlgID": key.algorithm, "KeyValue": key.value} for key in data.keys]
    security: dict[str, Any] = {"Type": "TC260PG", "Version": 1, "PubSD": public}
    if data.bindings:
        security["Bindings"] = [_binding_object(entry.selection, entry.value) for entry in data.bindings]
    return _compact({"SecurityData": security})


def read(text: str) -> SecurityData | Form:
    """What a reserved code holds. Never raises, whatever the text."""
    if len(text) > LONGEST:
        return Form.TOO_LONG
    text = text.strip()
    if not text.startswith(("{", '"')):
        return _form(text)
    try:
        value = json.loads(text)
        value = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return Form.OTHER
    security = _member(value, "SecurityData")
    return _security_data(security) if isinstance(security, Mapping) else Form.JSON


def _security_data(security: Mapping[str, Any]) -> SecurityData:
    public = _objects(_member(security, "PubSD"))
    signatures = tuple(_signature(entry) for entry in public if _text(entry.get("Type")) == "DS")
    keys = tuple(_key(entry) for entry in public if _text(entry.get("Type")) != "DS")
    bindings = tuple(_binding(entry) for entry in _objects(_member(security, "Bindings")))
    spellings = [key for key in security if key.casefold() == "pubsd" and key != "PubSD"]
    spellings += [kind for entry in public if (kind := _type_of(entry)).casefold() in _READ_TYPES
                  and kind not in (LABEL_TYPE, BINDING_TYPE, "Content")]  # fmt: skip
    return SecurityData(signatures, keys, bindings, tuple(dict.fromkeys(spellings)))


def _signature(entry: Mapping[str, Any]) -> SignatureEntry:
    kind = _type_of(entry)
    selection = _text(_member(entry.get("TBSData"), "MdSel"))
    over = _READ_TYPES.get(kind.casefold(), kind)
    return SignatureEntry(
        _text(entry.get("AlgID")), over, _text(entry.get("Signature")), _text(entry.get("KeyID")), selection
    )


def _key(entry: Mapping[str, Any]) -> KeyEntry:
    names = ("KeyValue", "CertValue", "Value", "Cert")
    value = next((_text(entry[name]) for name in names if name in entry), "")
    return KeyEntry(_text(entry.get("AlgID")), value, _text(entry.get("KeyID")))


def _binding(entry: Mapping[str, Any]) -> Binding:
    return Binding(
        _text(entry.get("CntSel")),
        _text(entry.get("Value")),
        _compact(entry).encode("utf-8", "surrogatepass"),
        _text(entry.get("BType")),
    )


def _type_of(entry: Mapping[str, Any]) -> str:
    return _text(_member(entry.get("TBSData"), "Type"))


def _signature_object(entry: SignatureEntry) -> dict[str, Any]:
    signed: dict[str, Any] = {"Type": BINDING_TYPE, "BType": 0} if entry.over == "binding" else {"Type": LABEL_TYPE}
    if entry.selection:
        signed["MdSel"] = entry.selection
    return {"Type": "DS", "AlgID": entry.algorithm, "TBSData": signed, "Signature": entry.value}


def _binding_object(selection: str, value: str) -> dict[str, Any]:
    return {"BType": 0, "CntSel": selection, "Value": value}


def _form(text: str) -> Form:
    if not text:
        return Form.EMPTY
    if re.fullmatch(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", text):
        return Form.UUID
    if re.fullmatch(r"([0-9A-Fa-f]{2})+", text):
        return Form.SIGNATURE if _is_signature(bytes.fromhex(text)) else Form.HEX
    if re.fullmatch(r"[A-Za-z0-9+/_-]{8,}={0,2}", text) and len(text.rstrip("=")) % 4 != 1:
        return Form.BASE64
    return Form.OTHER


def _is_signature(data: bytes) -> bool:
    from zhengming.ground.errors import WrongInput
    from zhengming.labels.seal.sm2 import decoded

    try:
        decoded(data)
    except WrongInput:
        return False
    return True


def _member(value: object, name: str) -> Any:
    """The member called ``name`` in any case of letters, or None."""
    if not isinstance(value, Mapping):
        return None
    return next((value[key] for key in (name, *value) if key in value and key.casefold() == name.casefold()), None)


def _objects(value: object) -> Sequence[Mapping[str, Any]]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, Mapping)][:MOST_ENTRIES]


def _text(value: object) -> str:
    return "" if value is None else value if isinstance(value, str) else str(value)


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
