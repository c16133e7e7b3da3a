"""Reading a C2PA manifest: embedded, or beside the file as ``.c2pa``; validated by the C2PA project's own library.

A file is handed to that native library only when the four letters ``c2pa`` are in it at all.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal

from zhengming.ground.errors import ZhengmingError
from zhengming.labels.edit import Kept
from zhengming.labels.findings import Finding, finding
from zhengming.labels.format import Entry, Format
from zhengming.labels.trace import C2PA

State = Literal["trusted", "valid", "invalid"]

#: The label of our assertion; its data are the seven keys of the metadata label. Our choice, not of the standard.
ASSERTION = "org.zhengming.gb45438"
#: Formats that the library reads piece by piece; it holds the others whole, so their size is bounded.
STREAMED = ("video/mp4", "video/quicktime", "audio/mp4", "video/x-msvideo", "audio/wav")
LARGEST_WHOLE = 256 * 1024 * 1024
LARGEST_SIDECAR = 32 * 1024 * 1024
MOST_LISTED = 64
_MARKER = b"c2pa"
_STEP = 4 * 1024 * 1024
_TIME = "time"


@dataclass(frozen=True)
class Manifest:
    """What the manifests of a file say.

    ``state``: ``trusted`` (intact, signer among the anchors), ``valid`` (intact, signer unknown), ``invalid``.
    ``actions``: of the active manifest. ``digital_source_types``, ``software_agents``: of every manifest in the
    store, since what an ingredient is made of, the whole is made of. ``label``: our assertion, where present.
    """

    state: State
    embedded: bool
    claim_generator: str = ""
    actions: tuple[str, ...] = ()
    digital_source_types: tuple[str, ...] = ()
    software_agents: tuple[str, ...] = ()
    issuer: str = ""
    signed_at: str = ""
    label: dict[str, str] | None = None
    failures: tuple[str, ...] = ()

    def entries(self) -> Iterator[Entry]:
        """The manifest as metadata entries, for the shelf of traces."""
        for key, values in (
            ("claim_generator", (self.claim_generator,)),
            ("issuer", (self.issuer,)),
            ("softwareAgent", self.software_agents),
            ("digitalSourceType", self.digital_source_types),
        ):
            yield from (Entry(C2PA, key, value) for value in values if value)

    def json(self) -> dict[str, object]:
        """The manifest in the JSON contract of docs/json.md."""
        return {
            "state": self.state, "embedded": self.embedded, "claim_generator": self.claim_generator,
            "actions": list(self.actions), "digital_source_types": list(self.digital_source_types),
            "software_agents": list(self.software_agents), "issuer": self.issuer, "signed_at": self.signed_at,
            "label": self.label, "failures": list(self.failures),
        }  # fmt: skip


def read_manifest(
    file: BinaryIO, format_: Format, sidecar: BinaryIO | None = None, anchors: str = ""
) -> tuple[Manifest | None, tuple[Finding, ...]]:
    """The manifest of ``file``, or None, and what there is to say about it. Never raises on any bytes.

    ``sidecar``: the open ``.c2pa`` beside the file. ``anchors``: PEM certificates of signers that are trusted.
    """
    media_type = format_.media_type
    if sidecar is None and not has_marker(file, format_):
        return None, ()
    if media_type not in STREAMED and file.seek(0, 2) > LARGEST_WHOLE:
        return None, (finding("not-looked-at", "C2PA"),)
    beside = sidecar.read(LARGEST_SIDECAR) if sidecar else None
    store, state, embedded, found = _store(file, media_type, beside, anchors)
    if store is None:
        return None, found
    manifest = _manifest(store, state, embedded)
    return manifest, (*found, *_findings(manifest))


def has_marker(file: BinaryIO, format_: Format) -> bool:
    """Whether the letters ``c2pa`` stand anywhere in the file: every way to embed a manifest writes them.

    The media data of formats that may be very large is passed over: no manifest lies in it.
    """
    at = 0
    for span in sorted(_media(file, format_), key=lambda span: span.start):
        if _marker_between(file, at, span.start):
            return True
        at = max(at, span.stop)
    return _marker_between(file, at, file.seek(0, 2))


def _media(file: BinaryIO, format_: Format) -> list[Kept]:
    try:
        return list(format_.body(file)) if format_.media_type in STREAMED else []
    except ZhengmingError:  # a broken file is looked through from end to end
        return []


def _marker_between(file: BinaryIO, start: int, stop: int) -> bool:
    last = b""
    for at in range(start, stop, _STEP):
        file.seek(at)
        piece = file.read(min(_STEP, stop - at))
        if _MARKER in last + piece[:3] or _MARKER in piece:
            return True
        last = piece[-3:]
    return False


def settings(anchors: str = "") -> dict[str, object]:
    """The library's settings: nothing from the network, and only ``anchors`` are trusted."""
    trust = {"trust_anchors": anchors} if anchors else {}
    verify = {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_trust": True}
    return {"verify": verify, "trust": trust, "builder": {"thumbnail": {"enabled": False}}}


Answer = tuple[dict[str, Any] | None, State, bool, tuple[Finding, ...]]


def _store(file: BinaryIO, media_type: str, beside: bytes | None, anchors: str) -> Answer:
    """The manifest store as the library reports it, its state, whether it is embedded, and what went wrong."""
    import c2pa

    supported = media_type in c2pa.Reader.get_supported_mime_types()
    if not supported and beside is None:
        return None, "invalid", False, ()
    file.seek(0)
    try:
        context = c2pa.Context.from_dict(settings(anchors))
        reader = c2pa.Reader.try_create(media_type if supported else None, file, beside, context)
        if reader is None:
            return None, "invalid", False, ()
        with reader:
            state = str(reader.get_validation_state()).casefold()
            store, embedded = json.loads(reader.json()), bool(reader.is_embedded())
    except (c2pa.C2paError, ValueError, RecursionError) as error:
        return None, "invalid", False, (_failure(str(error)),)
    known: State = "trusted" if state == "trusted" else "valid" if state == "valid" else "invalid"
    return store, known, embedded, ()


def _failure(text: str) -> Finding:
    return finding("c2pa-remote" if "remote" in text.casefold() else "c2pa-unreadable", text)


def _manifest(store: dict[str, Any], state: State, embedded: bool) -> Manifest:
    manifests = _dict(store.get("manifests"))
    active = _dict(manifests.get(str(store.get("active_manifest"))))
    everything = [action for one in manifests.values() for action in _actions(_dict(one))]
    signature = _dict(active.get("signature_info"))
    return Manifest(
        state,
        embedded,
        _generator(active),
        _texts(action.get("action") for action in _actions(active)),
        _texts(action.get("digitalSourceType") for action in everything),
        _texts(_agent(action.get("softwareAgent")) for action in everything),
        str(signature.get("issuer") or ""),
        str(signature.get(_TIME) or ""),
        _our_label(active),
        _failures(store),
    )


def _findings(manifest: Manifest) -> Iterator[Finding]:
    if manifest.state == "invalid":
        yield finding("c2pa-invalid", ", ".join(manifest.failures))
    elif manifest.state == "valid":
        yield finding("c2pa-untrusted", manifest.issuer)


def _actions(manifest: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for assertion in _list(manifest.get("assertions")):
        if str(_dict(assertion).get("label")).startswith("c2pa.actions"):
            yield from map(_dict, _list(_dict(assertion["data"]).get("actions")))


def _our_label(manifest: dict[str, Any]) -> dict[str, str] | None:
    for assertion in map(_dict, _list(manifest.get("assertions"))):
        if assertion.get("label") == ASSERTION:
            return {str(key): str(value) for key, value in _dict(assertion.get("data")).items()}
    return None


def _failures(store: dict[str, Any]) -> tuple[str, ...]:
    results = _dict(_dict(store.get("validation_results")).get("activeManifest"))
    untrusted = "signingCredential.untrusted"
    return tuple(
        code for code in _texts(_dict(one).get("code") for one in _list(results.get("failure"))) if code != untrusted
    )


def _generator(manifest: dict[str, Any]) -> str:
    if text := manifest.get("claim_generator"):
        return str(text)
    infos = [_dict(one) for one in _list(manifest.get("claim_generator_info"))]
    return " ".join(
        f"{one.get('name', '')}/{one['version']}" if one.get("version") else str(one.get("name", "")) for one in infos
    )


def _agent(agent: object) -> object:
    return agent.get("name") if isinstance(agent, dict) else agent


def _texts(values: Iterator[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(value) for value in values if value))[:MOST_LISTED]


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
