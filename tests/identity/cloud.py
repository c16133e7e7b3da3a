"""Local stand-ins for cloud services. They recompute signatures from what arrived, as the documents describe it,
with code of their own: nothing of zhengming.identity is used to judge its requests."""

import hashlib
import hmac
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

NOW = datetime(2026, 11, 23, 4, 5, 6, tzinfo=UTC)


@dataclass
class Arrived:
    """A request as it came over the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


Judge = Callable[[Arrived], tuple[int, bytes]]


@contextmanager
def serving(judge: Judge) -> Iterator[str]:
    """A server on this machine; gives its base URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, body = judge(Arrived(self.command, self.path, headers, self.rfile.read(size)))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815 - the name http.server looks for

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answered(content: Any, status: int = 200) -> tuple[int, bytes]:
    return status, json.dumps(content, ensure_ascii=False).encode()


@dataclass
class Alibaba:
    """Judges ACS3-HMAC-SHA256: signature, digest of the body, fifteen minutes, nonces that are used once."""

    answer: Callable[[str, dict[str, str]], Any]
    id: str = "LTAI-test"
    secret: str = "alibaba-secret"
    now: datetime = NOW
    nonces: set[str] = field(default_factory=set)

    def __call__(self, came: Arrived) -> tuple[int, bytes]:
        fault = self.fault(came)
        if fault:
            return answered({"Code": fault, "Message": f"refused: {came.body!r}", "RequestId": "R-0"}, 400)
        query = dict(parse_qsl(urlsplit(came.target).query, strict_parsing=True)) if "?" in came.target else {}
        form = dict(parse_qsl(came.body.decode(), strict_parsing=True)) if came.body else {}
        return answered(self.answer(came.headers["x-acs-action"], {**query, **form}))

    def fault(self, came: Arrived) -> str:
        found = re.fullmatch(
            r"ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})",
            came.headers.get("authorization", ""),
        )
        if not found or found[1] != self.id:
            return "InvalidAccessKeyId.NotFound"
        signed = found[2].split(";")
        must = {"host", *(name for name in came.headers if name.startswith("x-acs-") or name == "content-type")}
        if signed != sorted(signed) or not must <= set(signed):
            return "IncompleteSignature"
        if hashlib.sha256(came.body).hexdigest() != came.headers["x-acs-content-sha256"]:
            return "SignatureDoesNotMatch"
        parts = urlsplit(came.target)
        pairs = sorted(parse_qsl(parts.query, keep_blank_values=True))
        query = "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in pairs)
        request = came.method + "\n" + (parts.path or "/") + "\n" + query + "\n"
        for name in signed:
            request += name + ":" + came.headers[name].strip() + "\n"
        request += "\n" + found[2] + "\n" + came.headers["x-acs-content-sha256"]
        text = "ACS3-HMAC-SHA256\n" + hashlib.sha256(request.encode()).hexdigest()
        if hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).hexdigest() != found[3]:
            return "SignatureDoesNotMatch"
        made = datetime.strptime(came.headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        if abs(self.now - made) > timedelta(minutes=15):
            return "InvalidTimeStamp.Expired"
        if came.headers["x-acs-signature-nonce"] in self.nonces:
            return "SignatureNonceUsed"
        self.nonces.add(came.headers["x-acs-signature-nonce"])
        return ""


@dataclass
class Tencent:
    """Judges TC3-HMAC-SHA256: signature, scope of the day, five minutes. The protocol knows no nonce."""

    service: str
    answer: Callable[[str, dict[str, Any]], Any]
    id: str = "AKIDtest"
    secret: str = "tencent-secret"
    now: datetime = NOW

    def __call__(self, came: Arrived) -> tuple[int, bytes]:
        fault = self.fault(came)
        if fault:
            return answered({"Response": {"Error": {"Code": fault, "Message": "refused"}, "RequestId": "R-0"}})
        content = self.answer(came.headers["x-tc-action"], json.loads(came.body))
        return answered({"Response": {**content, "RequestId": "3c140219-cfe9-470e-b241-907877d6fb03"}})

    def fault(self, came: Arrived) -> str:
        found = re.fullmatch(
            r"TC3-HMAC-SHA256 Credential=([^/]+)/([0-9-]+)/([a-z]+)/tc3_request, "
            r"SignedHeaders=([^,]+), Signature=([0-9a-f]{64})",
            came.headers.get("authorization", ""),
        )
        if not found or found[1] != self.id or found[3] != self.service:
            return "AuthFailure.SecretIdNotFound"
        stamp = int(came.headers["x-tc-timestamp"])
        if abs(self.now.timestamp() - stamp) > 300:
            return "AuthFailure.SignatureExpire"
        if datetime.fromtimestamp(stamp, UTC).strftime("%Y-%m-%d") != found[2]:
            return "AuthFailure.InvalidAuthorization"
        signed = found[4].split(";")
        if not {"content-type", "host"} <= set(signed):
            return "AuthFailure.InvalidAuthorization"
        headers = dict(came.headers)
        headers["x-tc-action"] = headers["x-tc-action"].lower()
        request = "POST\n/\n\n" + "".join(f"{name}:{headers[name]}\n" for name in signed) + "\n" + found[4] + "\n"
        request += hashlib.sha256(came.body).hexdigest()
        scope = f"{found[2]}/{found[3]}/tc3_request"
        text = f"TC3-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"

        def step(key: bytes, message: str) -> bytes:
            return hmac.new(key, message.encode(), hashlib.sha256).digest()

        key = step(step(step(("TC3" + self.secret).encode(), found[2]), found[3]), "tc3_request")
        right = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        return "" if hmac.compare_digest(right, found[5]) else "AuthFailure.SignatureFailure"
