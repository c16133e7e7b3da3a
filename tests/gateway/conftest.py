"""One server with the built-in demo, and one on records that tests enter."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGKILL

import pytest

pytest.importorskip("django", reason="pip install 'zhengming[server]'")
pytest.importorskip("starlette", reason="pip install 'zhengming[server]'")
pytest.importorskip("uvicorn", reason="pip install 'zhengming[server]'")
pytest.importorskip("aiohttp", reason="pip install 'zhengming[server]'")
pytest.importorskip("openai", reason="the SDK comes with the group dev")

from gateway.models import HIT, MODELS, Upstream
from gateway.servers import House, Server
from zhengming.records.database import Storage, opened
from zhengming.records.keys import keys
from zhengming.screening.compiling import compiled
from zhengming.screening.feature import Feature
from zhengming.screening.library import put


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """What one command serves."""
    server = Server.start(tmp_path_factory.mktemp("demo") / "data", "--demo")
    yield server
    assert server.stop() == 0


@pytest.fixture(scope="package")
def upstream() -> Iterator[Upstream]:
    found = Upstream()
    yield found
    found.stop()


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory, upstream: Upstream) -> Iterator[House]:
    """A server without --demo on records with one service, ``demo``, and the upstream of the tests."""
    with _house(tmp_path_factory.mktemp("house") / "data", upstream) as house:
        yield house


@pytest.fixture
def own_house(tmp_path: Path, upstream: Upstream) -> Iterator[House]:
    """The same for one test, which changes what everybody is bound by."""
    with _house(tmp_path / "data", upstream) as house:
        yield house


@contextmanager
def _house(data: Path, upstream: Upstream) -> Iterator[House]:
    storage = Storage(data)
    opened(storage)
    from zhengming.gateway.demo import records
    from zhengming.records.desk import Desk
    from zhengming.records.outbox import Outbox

    made = keys(storage.key_folder)
    desk = records.seed(Desk(Outbox(), made.vault, made.digester), upstream.url, MODELS)
    put(compiled([Feature("f1", "term", HIT, "A.1.8")]), data / "library.zm")
    key = records.key(desk)
    server = Server.start(data, "--unscreened-media", "--silence", "1")
    yield House(server, desk, key)
    assert server.stop() in (0, -SIGKILL)  # a test may have killed it
    from django.db import connections

    connections.close_all()


@pytest.fixture(autouse=True)
def _same_records(request: pytest.FixtureRequest) -> None:
    """Tests of other packages may have opened other records since."""
    if "house" in request.fixturenames and "own_house" not in request.fixturenames:
        opened(Storage(request.getfixturevalue("house").server.data))
