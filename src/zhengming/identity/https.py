"""The transport that ships: HTTPS by the standard library, bounded in time and size.

Plain HTTP is refused except to this machine. Redirects are not followed and no proxy is taken from the
environment: personal data goes where the operator said, or nowhere.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from ipaddress import ip_address
from socket import SHUT_RDWR, socket
from threading import Event, Timer
from urllib.parse import SplitResult, urlsplit

from zhengming.ground.errors import Refused, Unavailable, WrongInput
from zhengming.identity.exchange import Request, Response


@dataclass(frozen=True)
class Https:
    """A :class:`~zhengming.identity.exchange.Transport` with a connection for each request.

    ``seconds`` bounds connecting, and then the whole exchange however slowly the bytes come; ``largest`` bounds
    the answer in bytes.
    ``authorities`` names a PEM file of roots for a service inside the house; None takes the system's.
    """

    seconds: float = 10
    largest: int = 256 * 1024
    authorities: str | None = None

    def send(self, request: Request) -> Response:
        """See :class:`~zhengming.identity.exchange.Transport`."""
        parts = checked_url(request.url)
        connection = self._connection(parts)
        try:
            connection.connect()
            with _guarded(connection.sock, self.seconds) as over:
                return self._exchanged(connection, request, parts, over)
        except (OSError, HTTPException) as error:
            raise _unreachable(parts, type(error).__name__) from None
        except ValueError:  # http.client's word for control characters in a header or target
            raise WrongInput(
                "请求中有不允许的字符", "the request holds characters that HTTP does not allow"
            ) from None
        finally:
            connection.close()

    def close(self) -> None:
        """Nothing is held open between requests."""

    def _connection(self, parts: SplitResult) -> HTTPConnection:
        host = parts.hostname or ""
        if parts.scheme == "http":
            return HTTPConnection(host, parts.port, timeout=self.seconds)
        try:
            context = ssl.create_default_context(cafile=self.authorities)
        except OSError as error:
            raise Unavailable(f"无法读取根证书：{error}", f"cannot read the root certificates: {error}") from None
        return HTTPSConnection(host, parts.port, timeout=self.seconds, context=context)

    def _exchanged(self, connection: HTTPConnection, request: Request, parts: SplitResult, over: Event) -> Response:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(request.method, target, request.body or None, dict(request.headers))
        response = connection.getresponse()
        body = self._body(response)
        if response.length or over.is_set():
            raise TimeoutError  # cut short, by the other side or by the guard
        return Response(response.status, body)

    def _body(self, response: HTTPResponse) -> bytes:
        pieces, size = [], 0
        while piece := response.read1(65536):
            size += len(piece)
            if size > self.largest:
                raise Unavailable(f"应答超过 {self.largest} 字节", f"the answer is longer than {self.largest} bytes")
            pieces.append(piece)
        return b"".join(pieces)


def checked_url(url: str) -> SplitResult:
    """The parts of ``url``. Refused unless it is HTTPS, or HTTP to this machine; user info is refused too."""
    try:
        parts = urlsplit(url)
        local = _is_loopback(parts.hostname or "")
        _ = parts.port
    except ValueError:
        raise WrongInput("网址无效", "the URL is not valid") from None
    if not parts.hostname or parts.username is not None or parts.password is not None or parts.fragment:
        raise WrongInput("网址须有主机名，不得有用户信息", "the URL has a host and no user info")
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise Refused("个人信息只经 HTTPS 发送", "personal data is sent over HTTPS only")
    return parts


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextmanager
def _guarded(connected: socket, seconds: float) -> Iterator[Event]:
    """Shuts the socket down when the time is over: a time-out of the socket alone begins anew with each byte."""
    over = Event()
    guard = Timer(seconds, _cut, (connected, over))
    guard.daemon = True
    guard.start()
    try:
        yield over
    finally:
        guard.cancel()


def _cut(connected: socket, over: Event) -> None:
    over.set()
    with suppress(OSError):  # it is closed already
        connected.shutdown(SHUT_RDWR)


def _unreachable(parts: SplitResult, what: str) -> Unavailable:
    return Unavailable(
        f"核验服务 {parts.hostname} 无应答（{what}）", f"the service {parts.hostname} does not answer ({what})"
    )
