"""Whether the tables are those the programme expects, and how they become so."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from booking.store.db import db

SCRIPTS = Path(__file__).parent / "migrations"
SECONDS_FOR_THE_FIRST = 60


class UnknownSchema(Exception):
    """The database was written by a newer version of the programme; going on could damage it."""


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(SCRIPTS))


def head() -> str:
    """The revision this version of the programme works with."""
    return str(_scripts().get_current_head())


def current(connection: Connection) -> str | None:
    """The revision the database is at; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade() -> None:
    """Bring the database to the head revision, making it if there is none. Several processes may do so at once."""
    make_room()
    with db.engine.connect() as connection:
        now_at = current(connection)
    if now_at is not None and now_at not in {script.revision for script in _scripts().walk_revisions()}:
        raise UnknownSchema
    if now_at != head():
        command.upgrade(current_app.extensions["migrate"].migrate.get_config(), "head")


def exists() -> bool:
    """Whether there is anything in the database. Looking makes no file."""
    file = file_of_database()
    return (file is None or file.exists()) and bool(inspect(db.engine).get_table_names())


def file_of_database() -> Path | None:
    """SQLite's file; None for PostgreSQL."""
    name = db.engine.url.database
    return Path(name) if name and db.engine.dialect.name == "sqlite" else None


def make_room() -> None:
    """The folder for SQLite's file, closed to others: it holds names."""
    file = file_of_database()
    if file is not None:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)


def disconnect() -> None:
    """Close every connection: before a process forks, or a file moves. The next use opens new ones."""
    db.session.remove()
    db.engine.dispose()


def take_turn(connection: Connection) -> None:
    """For a migrator: the second waits for the first, and then finds nothing left to do.

    SQLite rebuilds a table to change it; with foreign keys on, dropping the old one would delete what refers to it.
    The connection is not given back to the pool, so no one else gets it without them.
    """
    connection.detach()
    if connection.dialect.name != "sqlite":
        connection.execute(text("SELECT pg_advisory_xact_lock(727, -1)"))
        return
    cursor = connection.connection.cursor()  # past SQLAlchemy, which would begin: foreign_keys is fixed from then on
    cursor.execute(f"PRAGMA busy_timeout={SECONDS_FOR_THE_FIRST * 1000}")
    cursor.execute("PRAGMA foreign_keys=OFF")
    cursor.close()
    connection.execution_options(immediate=True)


def nothing_broken(connection: Connection) -> None:
    """For a migrator, before its commit: no row may refer to one that is gone."""
    if connection.dialect.name == "sqlite" and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
        raise RuntimeError(f"the migration would leave rows that refer to nothing: {broken[:5]}")
