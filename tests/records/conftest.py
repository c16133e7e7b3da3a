"""A fresh set of records for each test, an honest ledger beside it, and the people who work there."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

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


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Empty records with their tables, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    opened(Storage(folder))
    from django.db import connection

    connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return folder / "records.sqlite3"


@pytest.fixture(scope="session")
def key_set(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return keys(tmp_path_factory.mktemp("keys") / "keys")


@pytest.fixture
def quick_passwords(monkeypatch: pytest.MonkeyPatch, template: Path) -> None:
    """Hashing that takes no time: the point of the real one is that it takes some."""
    from django.conf import settings
    from django.contrib.auth import hashers

    monkeypatch.setattr(settings, "PASSWORD_HASHERS", ["django.contrib.auth.hashers.MD5PasswordHasher"])
    hashers.get_hashers.cache_clear()
    hashers.get_hashers_by_algorithm.cache_clear()


@pytest.fixture
def storage(template: Path, tmp_path: Path) -> Iterator[Storage]:
    """Records in a folder of this test."""
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(template, data / "records.sqlite3")
    storage = Storage(data)
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
