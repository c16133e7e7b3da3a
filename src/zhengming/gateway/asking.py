"""From an HTTP request to a job: who asks, for which function, with which wishes.

Authorization: Bearer …     the key
X-Zhengming-Function        the function, where it is not the usual one of the route
X-Zhengming-User            for the key of a front end: its own name of the user, percent-encoded;
                            or ``user`` in the body
X-Zhengming-Consent         receipt numbers of separate consents, with commas (Art. 14)
X-Zhengming-Publish: true   the result is published at once (Art. 9)
X-Zhengming-Label           ``none``: without explicit label (Labelling Measures Art. 9); ``explicit``: with one,
                            where its class does not demand it (Art. 17.2)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import unquote

from zhengming.ground.errors import WrongInput
from zhengming.identity.digests import Digester
from zhengming.records.parts import ApiKey
from zhengming.records.policy import Policy
from zhengming.synthesis.admission import Asking, Usage
from zhengming.synthesis.parts import Part
from zhengming.synthesis.protocol import Protocol, Request, Streamed
from zhengming.synthesis.reasons import NotAdmitted
from zhengming.synthesis.refusal import Malformed
from zhengming.synthesis.work import Edges, Job

#: Characters of a header of ours.
LONGEST_HEADER = 1024


@dataclass(frozen=True)
class Route:
    """What is served at ``path``: the usual function, the medium that comes out, whether it may be streamed."""

    path: str
    function: str
    medium: str
    streams: bool = False


ROUTES = (
    Route("/v1/chat/completions", "chat", "text", True),
    Route("/v1/completions", "chat", "text", True),
    Route("/v1/responses", "chat", "text", True),
    Route("/v1/embeddings", "embedding", "text"),
    Route("/v1/images/generations", "image", "image"),
    Route("/v1/audio/speech", "speech", "audio"),
)


def job_of(
    route: Route, protocol: Protocol, body: Any, headers: Mapping[str, str], edges: Edges, digester: Digester
) -> Job:
    """The job that a request is. Raises Malformed, NotAdmitted for a key nobody knows, Unavailable."""
    now = edges.clock()
    policy = edges.policy()
    key = _key(headers, policy)
    request = protocol.request(body, headers)
    if request.stream and not (route.streams and isinstance(protocol, Streamed)):
        raise Malformed("此接口不支持流式输出", "this endpoint does not stream", "stream")
    asking = _asking(route, request, headers, key, edges.meter.used(key.id, now), digester)
    wants_label = headers.get("x-zhengming-label") == "explicit"
    return Job(protocol, request, asking, now, route.path, route.medium, key, wants_label)


def secret_of(headers: Mapping[str, str]) -> str:
    """The secret in the header Authorization, "" where there is none."""
    kind, _, secret = headers.get("authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""


def _key(headers: Mapping[str, str], policy: Policy) -> ApiKey:
    key = policy.key(secret_of(headers))
    if key is None:
        raise NotAdmitted("key-invalid")
    return key


def _asking(
    route: Route, request: Request, headers: Mapping[str, str], key: ApiKey, usage: Usage, digester: Digester
) -> Asking:
    name = unquote(_header(headers, "x-zhengming-user")) or request.body.get("user")
    named = isinstance(name, str) and name and not key.user
    consents = [each.strip() for each in _header(headers, "x-zhengming-consent").split(",")]
    return Asking(
        secret_of(headers),
        _function(headers, route),
        request.model,
        digester.candidates("account", str(name)) if named else (),
        _header(headers, "x-zhengming-publish").lower() == "true",
        tuple(_digest(part) for part in request.parts if part.kind != "text"),
        tuple(each for each in consents if each),
        headers.get("x-zhengming-label") == "none",
        sum(len(part.value) for part in request.parts if part.form == "text"),
        usage,
    )


def _function(headers: Mapping[str, str], route: Route) -> str:
    """The function asked for. Its name becomes a word of the ledger, so it must be one."""
    code = _header(headers, "x-zhengming-function") or route.function
    if not (code.isascii() and code.replace("-", "").replace("_", "").replace(".", "").isalnum() and len(code) < 65):
        raise NotAdmitted("function-unknown")
    return code


def _digest(part: Part) -> str:
    """The digest of a face or voice that is given, as consents name it."""
    return f"sha256:{sha256(part.data()).hexdigest()}" if part.form in ("inline", "data-url") else ""


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name, "")
    if len(value) > LONGEST_HEADER:
        raise WrongInput(f"请求头 {name} 过长", f"the header {name} is too long")
    return value
