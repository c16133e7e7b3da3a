"""TC3-HMAC-SHA256: how a request to a Tencent Cloud API 3.0 is signed.

Source: 签名方法 v3, https://intl.cloud.tencent.com/zh/document/api/1021/34193; its worked example is a test.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from zhengming.identity.exchange import Occasion, Request
from zhengming.identity.moments import checked
from zhengming.identity.secret import Secret

ALGORITHM = "TC3-HMAC-SHA256"
CONTENT = "application/json; charset=utf-8"


@dataclass(frozen=True)
class SecretKey:
    """SecretId and SecretKey of a sub-user (CAM) that may call the operation and nothing else."""

    id: str
    secret: Secret


def signed(
    key: SecretKey,
    endpoint: str,
    service: str,
    action: str,
    version: str,
    parameters: Mapping[str, object],
    occasion: Occasion,
    region: str = "",
) -> Request:
    """A POST of JSON. The protocol has no nonce: the service bounds replays by the timestamp (five minutes)."""
    body = json.dumps(parameters, ensure_ascii=False).encode()
    now = checked(occasion.now)
    signing = {"content-type": CONTENT, "host": urlsplit(endpoint).netloc, "x-tc-action": action.lower()}
    headers = {
        "Content-Type": CONTENT,
        "Host": signing["host"],
        "X-TC-Action": action,
        "X-TC-Version": version,
        "X-TC-Timestamp": str(int(now.timestamp())),
        "Authorization": authorization(key, service, signing, body, int(now.timestamp()), now.strftime("%Y-%m-%d")),
    }
    if region:
        headers["X-TC-Region"] = region
    return Request("POST", f"{endpoint}/", headers, body)


def authorization(
    key: SecretKey, service: str, signing: Mapping[str, str], body: bytes, timestamp: int, day: str
) -> str:
    """The header ``Authorization`` for a POST of ``body``; ``signing``: the signed headers, names in lower case."""
    names = ";".join(sorted(signing))
    lines = "".join(f"{name}:{signing[name]}\n" for name in sorted(signing))
    canonical = "\n".join(("POST", "/", "", lines, names, hashlib.sha256(body).hexdigest()))
    scope = f"{day}/{service}/tc3_request"
    to_sign = "\n".join((ALGORITHM, str(timestamp), scope, hashlib.sha256(canonical.encode()).hexdigest()))
    step = f"TC3{key.secret.reveal()}".encode()
    for part in (day, service, "tc3_request"):
        step = hmac.digest(step, part.encode(), "sha256")
    signature = hmac.digest(step, to_sign.encode(), "sha256").hex()
    return f"{ALGORITHM} Credential={key.id}/{scope}, SignedHeaders={names}, Signature={signature}"
