"""A fresh set of records for each test, an honest ledger beside it, and the people who work there."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

pytest.importorskip("django", reason="pip install 'zhengming[server]'")

from zhengming.ledger.entry import Entry, decoded
from zhengming.ledger.file_store import FileStore
from zhengming.ledger.ledger import Ledger
from zhengming.ledger.note import Signer
from zhengming.records.database import Storage, opened
from zhengming.records.keys import Keys, keys


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 4, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


#: The URL of a server on which the tests may make databases; without it they run on SQLite.
SERVER = os.environ.get("ZHENGMING_TEST_POSTGRESQL", "")
Fresh = Callable[[Path], Storage]


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    """Makes a copy of empty records, for the data folder of a test."""
    return on_postgresql(tmp_path_factory) if SERVER else on_sqlite(tmp_path_factory.mktemp("template"))


def on_sqlite(template: Path) -> Fresh:
    opened(Storage(template))
    from django.db import connection

    connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()

    def copied(data: Path) -> Storage:
        shutil.copy(template / "records.sqlite3", data / "records.sqlite3")
        return Storage(data)

    return copied


def on_postgresql(folders: pytest.TempPathFactory) -> Fresh:
    import psycopg

    def run(statement: str) -> None:
        with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as server:
            server.execute(statement)

    template = f"template_{uuid4().hex}"
    run(f"CREATE DATABASE {template}")
    opened(Storage(folders.mktemp("template"), f"{SERVER}/{template}"))
    from django.db import connection

    connection.close()

    def copied(data: Path) -> Storage:
        name = f"test_{uuid4().hex}"
        run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return Storage(data, f"{SERVER}/{name}")

    return copied


@pytest.fixture(scope="session")
def key_set(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return keys(tmp_path_factory.mktemp("keys") / "keys")


@pytest.fixture
def quick_passwords(monkeypatch: pytest.MonkeyPatch, fresh: Fresh) -> None:
    """Hashing that takes no time: the point of the real one is that it takes some."""
    from django.conf import settings
    from django.contrib.auth import hashers

    monkeypatch.setattr(settings, "PASSWORD_HASHERS", ["django.contrib.auth.hashers.MD5PasswordHasher"])
    hashers.get_hashers.cache_clear()
    hashers.get_hashers_by_algorithm.cache_clear()


@pytest.fixture
def storage(fresh: Fresh, tmp_path: Path) -> Iterator[Storage]:
    """Records in a folder of this test."""
    data = tmp_path / "data"
    data.mkdir()
    storage = fresh(data)
    opened(storage)
    yield storage
    from django.db import connections

    connections.close_all()


@pytest.fixture
def ledger(storage: Storage, key_set: Keys) -> Iterator[Ledger]:
    with Ledger(
        FileStore(storage.ledger_folder), Signer.from_seed("test.example/log", key_set.ledger_seed)
    ) as ledger:
        yield ledger


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(ledger: Ledger, key_set: Keys, clock: Clock, quick_passwords: None):
    """The desk of 王主任, the first of the staff, who may do everything but decide alone."""
    from zhengming.records.acts.staff import create_staff
    from zhengming.records.desk import Desk

    desk = Desk(ledger, key_set.vault, key_set.digester, "wang", clock)
    create_staff(desk, "wang", ["registrar", "safety", "reviewer"])
    return desk


@pytest.fixture
def colleague(desk):
    """The desk of 李复核, who reviews what others propose, and proposes as well."""
    from zhengming.records.acts.staff import create_staff

    create_staff(desk, "li", ["reviewer", "safety"])
    return replace(desk, staff="li")


@pytest.fixture
def entries(ledger: Ledger) -> Callable[[], list[Entry]]:
    """What the ledger says."""
    return lambda: [decoded(data) for data in ledger.store.read(0, ledger.store.size)]


@pytest.fixture
def django_queries(storage: Storage):
    """Counts the queries of a block."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    return lambda: CaptureQueriesContext(connection)
