"""The transport: HTTPS or this machine, bounded in time and size, nobody else's proxy or redirect."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from identity.cloud import Arrived, answered, serving
from zhengming.ground.errors import Refused, Unavailable, WrongInput
from zhengming.identity.exchange import Request
from zhengming.identity.https import Https


@contextmanager
def raw(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that says what ``talk`` says, which need not be HTTP."""
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        try:
            connection, _ = listener.accept()
            with connection:
                talk(connection)
        except OSError:
            pass

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/path?secret=1"
    finally:
        listener.close()
        thread.join(5)


def test_what_is_sent_arrives_and_what_is_answered_comes_back() -> None:
    came: list[Arrived] = []

    def judge(arrived: Arrived) -> tuple[int, bytes]:
        came.append(arrived)
        return answered({"a": "中"}, 418)

    with serving(judge) as url:
        got = Https().send(Request("POST", f"{url}/p?q=1", {"X-A": "b"}, b"body"))
    assert (got.status, got.json()) == (418, {"a": "中"})
    assert (came[0].target, came[0].headers["x-a"], came[0].body) == ("/p?q=1", "b", b"body")


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("http://example.com/", Refused),
        ("http://10.0.0.1/", Refused),
        ("http://127.0.0.1.example.com/", Refused),
        ("http://localhost.example.com/", Refused),
        ("file:///etc/passwd", WrongInput),
        ("https://", WrongInput),
        ("https://a@example.com/", WrongInput),
        ("https://example.com:99999/", WrongInput),
        ("https://[::1", WrongInput),
        ("", WrongInput),
    ],
)
def test_other_places_are_refused_before_anything_is_sent(url: str, kind: type) -> None:
    with pytest.raises(kind):
        Https().send(Request("POST", url))


def test_a_redirect_is_not_followed() -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")

    with raw(talk) as url:
        assert Https().send(Request("POST", url, {}, b"x")).status == 302


def test_the_environment_cannot_put_a_proxy_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    with serving(lambda _: answered({})) as url:
        assert Https().send(Request("POST", url)).status == 200


def test_an_answer_that_is_too_long_is_dropped() -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with raw(talk) as url, pytest.raises(Unavailable, match="longer than 1000 bytes"):
        Https(largest=1000).send(Request("POST", url))


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_bytes_that_drip_do_not_stretch_the_time(start: bytes) -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(start)
        for _ in range(100):
            connection.sendall(b"1")
            time.sleep(0.05)

    with raw(talk) as url:
        began = time.monotonic()
        with pytest.raises(Unavailable):
            Https(seconds=0.4).send(Request("POST", url))
        assert time.monotonic() - began < 2


def test_a_server_that_says_nothing_is_given_up() -> None:
    with raw(lambda connection: time.sleep(1)) as url, pytest.raises(Unavailable):
        Https(seconds=0.2).send(Request("POST", url))


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\r\n\r\n",
        b"SSH-2.0-x\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"b" * 100_000 + b"\r\n\r\n",
    ],
)
def test_whatever_a_server_says_the_error_is_ours_and_tells_no_query(said: bytes) -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(said)

    with raw(talk) as url, pytest.raises(Unavailable) as caught:
        Https(seconds=2).send(Request("POST", url, {}, b"x"))
    assert "secret" not in str(caught.value)


def test_a_closed_port_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Unavailable, match="127"):
        Https(seconds=1).send(Request("POST", f"http://127.0.0.1:{port}/"))


def test_a_header_cannot_carry_a_second_one() -> None:
    with serving(lambda _: answered({})) as url:
        for value in ("a\r\nX-B: c", "a\nb", "张三"):
            with pytest.raises(WrongInput):
                Https().send(Request("POST", url, {"X-A": value}))


def test_a_certificate_nobody_vouches_for_is_not_believed(tmp_path_factory: pytest.TempPathFactory) -> None:
    import shutil
    import ssl
    import subprocess

    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    pair = ["-keyout", str(folder / "k.pem"), "-out", str(folder / "c.pem")]
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", *pair]
    subprocess.run(
        [*made, "-days", "2", "-subj", "/CN=x", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "c.pem", folder / "k.pem")

    def talk(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as wrapped:
            wrapped.recv(65536)
            wrapped.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    with raw(talk) as url, pytest.raises(Unavailable, match="SSLCertVerificationError"):
        Https().send(Request("POST", url.replace("http:", "https:")))
    with raw(talk) as url:
        trusting = Https(authorities=str(folder / "c.pem"))
        assert trusting.send(Request("POST", url.replace("http:", "https:"))).status == 200
