"""One application a database, emptied before each test; every story runs on SQLite and on PostgreSQL."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, has_request_context, request
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url

from booking import create_app
from booking.config import Config
from booking.store.db import db
from tests import machine

# Two cores, shared by many: how long an example takes says nothing. Fixtures are not renewed between examples: a test
# that writes calls empty() first.
# Where nothing may be left out, every run plays the same examples, so that a verdict stands; else each explores anew.
settings.register_profile(
    "shared", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=bool(machine.REQUIRED),
)  # fmt: skip
settings.load_profile("shared")

SECRET = "0123456789abcdefghijklmnopqrstuvwxyz-for-tests"


def pytest_configure(config: pytest.Config) -> None:
    os.environ["LANGUAGE"] = "en"  # the command line speaks the language of the terminal
    missing = {name: words for name, words in machine.lacks().items() if name in machine.REQUIRED}
    if missing:
        raise pytest.UsageError("REQUIRE asks for what this machine lacks: " + "; ".join(missing.values()))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the machine lacks, as the summary says, and a second database where only words are tested."""
    lacks = machine.lacks()
    gone = [
        item
        for item in items
        if any(item.get_closest_marker(name) for name in lacks)
        or ("postgres" in lacks and _is_on_postgres(item))
        or (item.get_closest_marker("one_database") and _is_on_postgres(item))
    ]
    if gone:
        config.hook.pytest_deselected(items=gone)
        items[:] = [item for item in items if item not in gone]


def _is_on_postgres(item: pytest.Item) -> bool:
    return "postgres" in getattr(getattr(item, "callspec", None), "params", {}).values()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Coverage is measured where the rules have their own tests: a branch that only a page reaches has none there.

    Elsewhere measuring would only take time, half as much again.
    """
    plugin = item.config.pluginmanager.getplugin("_cov")
    controller = getattr(plugin, "cov_controller", None)
    if controller is None or _measured(item):
        yield
        return
    controller.pause()
    yield
    controller.resume()


def _measured(item: pytest.Item) -> bool:
    """The rules of both floors on SQLite; backups are another matter on each database."""
    if item.path.parent.name not in {"domain", "services"}:
        return False
    return not _is_on_postgres(item) or item.path.name == "test_backups.py"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for words in machine.lacks().values():
        terminalreporter.write_line(f"LEFT OUT: {words}", yellow=True)


def worker_name() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def postgres_url(name: str) -> str:
    return make_url(machine.POSTGRES_URL).set(drivername="postgresql+psycopg", database=name).render_as_string(False)


def fresh_postgres(name: str) -> str:
    """An empty database of that name."""
    engine = create_engine(postgres_url("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
        # Nothing here must survive a power cut, and no test pulls the plug of the server.
        connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit TO off'))
    engine.dispose()
    return postgres_url(name)


@pytest.fixture(scope="session", params=["postgres", "sqlite"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if request.param == "postgres":
        return fresh_postgres(f"anlaufstelle_test_{worker_name()}")
    return f"sqlite:///{tmp_path_factory.mktemp('db') / 'test.db'}"


@pytest.fixture(scope="session")
def shared_app(database: str) -> Iterator[Flask]:
    from flask_migrate import upgrade

    app = create_app(Config(secret_key=SECRET, database_url=database, testing=True, limits=False))
    with app.app_context():
        upgrade()
        _refuse_writing_gets(app)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(shared_app: Flask) -> Iterator[Flask]:
    publish = shared_app.extensions["announcements"]
    yield shared_app
    shared_app.extensions["announcements"] = publish
    with shared_app.app_context():
        empty()


@pytest.fixture
def inside(app: Flask) -> Iterator[Flask]:
    """The application's context, for tests of services and of the store. None of them may use a client."""
    with app.app_context():
        yield app


@pytest.fixture
def client(app: Flask):
    return app.test_client()


def empty() -> None:
    """Delete every row and begin all ids at 1 again. (A truncate takes PostgreSQL twenty times as long.)"""
    db.session.close()
    words = [str(table.delete()) for table in reversed(db.metadata.sorted_tables)]
    with db.engine.begin() as connection:
        if db.engine.dialect.name == "postgresql":
            again = "SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'"
            connection.execute(text("; ".join([*words, again])))
        else:
            for word in words:
                connection.execute(text(word))


def _refuse_writing_gets(app: Flask) -> None:
    """Rule 10 of the house, watched in every test: a GET writes through `observe()` or not at all."""

    def watch(connection, cursor, statement: str, parameters, context, executemany) -> None:
        writes = statement.lstrip()[:6].upper() in {"INSERT", "UPDATE", "DELETE"}
        if writes and has_request_context() and request.method in {"GET", "HEAD"}:
            assert db.session().info.get("observing"), f"{request.method} {request.path} wrote: {statement}"

    event.listen(db.engine, "before_cursor_execute", watch)


@pytest.fixture(scope="session")
def root() -> Path:
    return Path(__file__).resolve().parent.parent
