"""One server: records, keys, ledger and policy opened, the gateway served, everything closed in its order."""

import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

import uvicorn

from zhengming.gateway.application import Gateway, Setup
from zhengming.gateway.upstreams import Patience
from zhengming.ground.errors import Unavailable, WrongInput, ZhengmingError
from zhengming.ledger.file_store import FileStore
from zhengming.ledger.ledger import Ledger
from zhengming.ledger.note import Signer
from zhengming.records.database import Storage, opened
from zhengming.records.keys import Keys, keys

#: Seconds between two looks into the outbox, for which requests under way are waited, for the demo to come up.
CARRYING, DRAIN, START = 0.2, 30, 10.0
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Serving:
    """What is served and how. ``library``: path of the snapshot of features; ``origin``: the name of the ledger."""

    storage: Storage
    library: Path
    host: str = "127.0.0.1"
    port: int = 8600
    origin: str = "zhengming.local/ledger"
    demo: bool = False
    unscreened_media: bool = False
    patience: Patience = field(default_factory=Patience)


@dataclass(frozen=True)
class Up:
    """The server is about to answer: its ``url``, the demo's ``key`` ("" without), key files that were just made."""

    url: str
    key: str
    made: tuple[Path, ...]


def serve(serving: Serving, told: Callable[[Up], None]) -> None:
    """Serve until a signal ends it. ``told`` hears when the port is open. Raises Unavailable and WrongInput."""
    with ExitStack() as stack:
        listening = stack.enter_context(_listening(serving.host, serving.port))
        opened(serving.storage)
        made = keys(serving.storage.key_folder)
        key = stack.enter_context(_demo(serving, made)) if serving.demo else ""
        ledger = stack.enter_context(_ledger(serving, made))
        stack.enter_context(_carrying(ledger))
        ledger.sign_checkpoint()  # so that readers see it as it is
        from zhengming.records.keeper import PolicyKeeper

        keeper = stack.enter_context(PolicyKeeper())
        setup = Setup(
            lambda: keeper.current,
            ledger,
            made.digester,
            serving.library,
            serving.storage.ledger_folder,
            serving.unscreened_media,
            serving.patience,
        )
        told(Up(f"http://{serving.host}:{listening.getsockname()[1]}", key, made.made))
        with _ending_quietly():
            uvicorn.Server(_config(Gateway(setup).app)).run(sockets=[listening])


def _config(app: object) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]  # uvicorn has a type of its own for ASGI applications
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=DRAIN,
    )


@contextmanager
def _ending_quietly() -> Iterator[None]:
    """uvicorn drains on a signal and raises it again afterwards, which would end us before the ledger is closed."""
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ledger(serving: Serving, made: Keys) -> Ledger:
    return Ledger(FileStore(serving.storage.ledger_folder), Signer.from_seed(serving.origin, made.ledger_seed))


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as found:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((host, port))
            found.listen(2048)
        except OSError as error:
            raise Unavailable(
                f"无法监听 {host}:{port}：{error.strerror}", f"cannot listen on {host}:{port}: {error.strerror}"
            ) from None
        yield found


@contextmanager
def _carrying(ledger: Ledger) -> Iterator[None]:
    """Carry entries of acts that are done elsewhere over to the ledger, from a thread."""
    from zhengming.records.outbox import carried_over

    end = Event()

    def run() -> None:
        while not end.wait(CARRYING):
            try:
                carried_over(ledger)
            except ZhengmingError as error:  # they go on waiting, and are tried again
                log.error("entries of acts wait: %s", error)

    carried_over(ledger)
    thread = Thread(target=run, name="zhengming-outbox", daemon=True)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()


@contextmanager
def _demo(serving: Serving, made: Keys) -> Iterator[str]:
    """The demo upstream on its own loopback port, and the records to serve it by; a fresh key for its user."""
    from zhengming.gateway.demo import records, upstream
    from zhengming.records.desk import Desk
    from zhengming.records.outbox import Outbox

    known = records.upstream_url()
    with _listening("127.0.0.1", urlsplit(known).port or 0 if known else 0) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        desk = records.seed(Desk(Outbox(), made.vault, made.digester), url, upstream.MODELS)
        records.starter_library(serving.library)
        server = uvicorn.Server(_config(upstream.application()))
        thread = Thread(target=server.run, args=([listening],), name="zhengming-demo-upstream", daemon=True)
        thread.start()
        try:
            yield records.key(desk)
        finally:
            server.should_exit = True
            thread.join(START)


def checked_port(port: int) -> int:
    """``port``, where it is one; 0 lets the system choose. Raises WrongInput."""
    if not 0 <= port <= 65535:
        raise WrongInput(f"端口须为 0–65535，得到 {port}", f"a port is 0 to 65535, got {port}")
    return port
