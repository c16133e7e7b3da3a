"""Opening the records: Django set up from a few values, without a project folder.

SQLite in WAL mode with IMMEDIATE transactions, synchronous=FULL and foreign keys; or PostgreSQL by URL.
"""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from zhengming.ground.errors import Unavailable, WrongInput
from zhengming.ground.system_errors import cannot_write

#: What the records need of Django; the console and the portal add theirs.
APPS = ("django.contrib.contenttypes", "django.contrib.auth", "zhengming.records.apps.Records")
#: What a ledger is called where the operator gives it no name.
ORIGIN = "zhengming.local/ledger"
PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=10000;"


@dataclass(frozen=True)
class Storage:
    """Where things are kept. ``data``: the folder; ``database``: a URL, "" for SQLite in the folder; ``keys``: the
    folder of key files, by default in the data folder; ``origin``: the name of a ledger that is yet to be begun."""

    data: Path
    database: str = ""
    keys: Path | None = None
    origin: str = ORIGIN

    @property
    def key_folder(self) -> Path:
        """The folder of key files."""
        return self.keys or self.data / "keys"

    @property
    def ledger_folder(self) -> Path:
        """The folder of the ledger."""
        return self.data / "ledger"

    @property
    def evidence_folder(self) -> Path:
        """The folder of evidence."""
        return self.data / "evidence"


def opened(storage: Storage, secret: str = "") -> None:
    """Set Django up for ``storage`` and bring its tables up to date. ``secret``: for signing, the web side's only.

    May be called again with another storage, as tests and tools do. Raises Unavailable and WrongInput.
    """
    prepared(storage)
    default = database(storage)
    if default["ENGINE"].endswith("sqlite3"):
        Path(default["NAME"]).touch(mode=0o600)  # what SQLite puts beside it takes after it
    _set_up(default, secret)
    _migrate()


def prepared(storage: Storage) -> None:
    """Make the data folder, for its owner alone, where it is not there. Raises Unavailable."""
    try:
        storage.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise cannot_write(storage.data, error) from None


def database(storage: Storage) -> dict[str, Any]:
    """The settings of Django's default database. Raises WrongInput for a URL that is not understood."""
    url = urlsplit(storage.database or f"sqlite:///{storage.data / 'records.sqlite3'}")
    if url.scheme == "sqlite" and not url.netloc:
        options = {"init_command": PRAGMAS, "transaction_mode": "IMMEDIATE", "timeout": 10}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": unquote(url.path[1:]), "OPTIONS": options}
    if url.scheme in ("postgresql", "postgres"):
        return _postgresql(url)
    raise WrongInput(
        f"数据库地址须以 sqlite:/// 或 postgresql:// 开头，得到 {url.scheme}:",
        f"a database URL begins with sqlite:/// or postgresql://, got {url.scheme}:",
    )


def _postgresql(url: SplitResult) -> dict[str, Any]:
    if url.password:
        raise WrongInput(
            "数据库地址里不得写口令；请放在 PGPASSFILE 所指的文件（~/.pgpass）里",
            "no password in the URL of a database: it belongs into the file of PGPASSFILE (~/.pgpass)",
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path[1:]),
        "USER": unquote(url.username or ""),
        "HOST": unquote(url.hostname or ""),
        "PORT": str(url.port or ""),
        "OPTIONS": dict(part.partition("=")[::2] for part in url.query.split("&") if part),
        "CONN_HEALTH_CHECKS": True,
    }


def _set_up(default: dict[str, Any], secret: str) -> None:
    try:
        import django
        from django.conf import settings
    except ImportError:
        raise Unavailable(
            "缺少服务端组件，请安装：pip install 'zhengming[server]'",
            "the server's parts are missing: pip install 'zhengming[server]'",
        ) from None
    if settings.configured:
        _point_to(default)
        return
    settings.configure(
        DATABASES={"default": default},
        INSTALLED_APPS=APPS,
        AUTH_USER_MODEL="records.Staff",
        SECRET_KEY=secret,
        USE_TZ=True,
        TIME_ZONE="Asia/Shanghai",
        LANGUAGE_CODE="zh-hans",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        PASSWORD_HASHERS=["django.contrib.auth.hashers.ScryptPasswordHasher"],
        LOGGING_CONFIG=None,
    )
    django.setup()


def _point_to(default: dict[str, Any]) -> None:
    """Another database for what is set up already. Connections of other threads are theirs to close."""
    from django.db import connections

    connections["default"].close()
    with suppress(AttributeError):
        del connections["default"]
    connections.settings = connections.configure_settings({"default": default})


def _migrate() -> None:
    from django.core.management import call_command
    from django.db import DatabaseError

    try:
        if not _is_up_to_date():
            call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        raise Unavailable(f"数据库不可用：{error}", f"the database is not available: {error}") from None
    from zhengming.records.installation import ensured

    ensured()


def _is_up_to_date() -> bool:
    """Whether every migration there is was applied; tells so at once, where Django would build all its states."""
    from importlib import import_module
    from pkgutil import iter_modules

    from django.apps import apps
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    applied = set(MigrationRecorder(connection).applied_migrations())
    for app in apps.get_app_configs():
        with suppress(ModuleNotFoundError):
            folder = import_module(f"{app.name}.migrations").__path__
            if {(app.label, module.name) for module in iter_modules(folder)} - applied:
                return False
    return True
