"""ACS3-HMAC-SHA256: how a request to an Alibaba Cloud OpenAPI is signed.

Source: https://help.aliyun.com/document_detail/2593177.html (V3 版本请求体 & 签名机制); its worked example is a test.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from zhengming.identity.exchange import Occasion, Request
from zhengming.identity.moments import checked
from zhengming.identity.secret import Secret

ALGORITHM = "ACS3-HMAC-SHA256"


@dataclass(frozen=True)
class AccessKey:
    """AccessKey ID and secret of a RAM user that may call the operation and nothing else."""

    id: str
    secret: Secret


def signed(
    key: AccessKey,
    endpoint: str,
    action: str,
    version: str,
    occasion: Occasion,
    query: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
) -> Request:
    """A POST of the RPC style. ``query`` and ``form`` are the operation's parameters where its metadata puts them."""
    body = urlencode(form, quote_via=quote, safe="").encode() if form else b""
    headers = {
        "host": urlsplit(endpoint).netloc,
        "x-acs-action": action,
        "x-acs-version": version,
        "x-acs-date": checked(occasion.now).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": occasion.nonce,
        "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
    }
    if form:
        headers["content-type"] = "application/x-www-form-urlencoded"
    canonical = "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in sorted((query or {}).items()))
    headers["Authorization"] = _authorization(key, canonical, headers)
    return Request("POST", f"{endpoint}/{'?' if canonical else ''}{canonical}", headers, body)


def _authorization(key: AccessKey, query: str, headers: Mapping[str, str]) -> str:
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    canonical = "\n".join(("POST", "/", query, lines, names, headers["x-acs-content-sha256"]))
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.digest(key.secret.reveal().encode(), to_sign.encode(), "sha256").hex()
    return f"{ALGORITHM} Credential={key.id},SignedHeaders={names},Signature={signature}"


def _encoded(text: str) -> str:
    """Percent-encoding of RFC 3986: only letters, digits, - _ . ~ stay."""
    return quote(text, safe="-_.~")
