"""The database: one engine for SQLite and PostgreSQL, aware UTC columns, and the only place that commits.

A use case that writes begins with the write lock, so check-then-write is safe. SQLite: a lock of the process, then
BEGIN IMMEDIATE (the process's lock alone brought p99 of 50 writers from 333 to 102 ms). PostgreSQL: READ COMMITTED and
one advisory lock per centre. Reads never wait for writers.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Engine, Integer, event, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.types import TypeDecorator

from booking.domain.errors import TooBusy

BUSY_SECONDS: float = 5
TRY_AGAIN_SECONDS = 0.01
POSTGRES_LOCK_NOT_AVAILABLE = "55P03"
# With the guard off two writers may both find a place free. Only the control of a race test does that.
WRITE_LOCK = {"on": True}
_process_lock = threading.Lock()
log = logging.getLogger(__name__)


@lru_cache(maxsize=2**14)
def _instant(text: str | None) -> datetime | None:
    """What SQLite keeps as text. Many rows share their instants: reading each anew took a third of a slot search."""
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


def _in_utc(value: datetime | None) -> datetime | None:
    return value if value is None or value.tzinfo is UTC else value.astimezone(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant. Naive values are refused on the way in; what comes out is aware UTC on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        return _instant if dialect.name == "sqlite" else _in_utc


Id = BigInteger().with_variant(Integer, "sqlite")


_COLUMNS = {datetime: UtcDateTime, dict[str, Any]: JSON, dict[str, str]: JSON, list[str]: JSON, list[int]: JSON}


class Base(DeclarativeBase):
    registry = registry(type_annotation_map=_COLUMNS)


db = SQLAlchemy(
    model_class=Base,
    engine_options={"pool_size": 20, "max_overflow": 30, "hide_parameters": True},  # S29: no numbers in logs
    session_options={"expire_on_commit": False, "autoflush": False},
)


class WritingInReading(RuntimeError):
    """A read tried to write; a mistake of the program, never of a visitor."""


def prepare_engine(engine: Engine) -> None:
    """Attach what the two databases need; called once an engine."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
    else:
        event.listen(engine, "do_connect", _postgres_connect)


def _sqlite_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's own BEGIN, see _sqlite_begin
    cursor = connection.cursor()
    _write_ahead(cursor)
    # FULL: NORMAL may drop acknowledged commits when the power fails. secure_delete: what is erased leaves the file.
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON",
                   f"busy_timeout={BUSY_SECONDS * 1000:.0f}"):  # fmt: skip
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Of processes that begin at once with a new file one changes its mode. SQLite lets none of the others wait."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if not _sqlite_busy(error) or time.monotonic() > until:
                raise
            time.sleep(TRY_AGAIN_SECONDS)


def _postgres_connect(_dialect: Dialect, _record: object, _words: object, options: dict[str, Any]) -> None:
    """In a session that is in UTC the driver's instants are ours already."""
    options["options"] = f"{options.get('options', '')} -c timezone=UTC".strip()


def _sqlite_begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def transaction(centre_id: int) -> Iterator[Session]:
    """The one unit of work that writes: everything in it happens, or nothing. Not nestable.

    `centre_id` 0 is the installation itself (loading centres, leases). Refusal: TooBusy, when another writer keeps
    its lock for too long; nothing was changed.
    """
    session = db.session()
    if session.info.get("writing"):
        raise RuntimeError("transactions do not nest: share code through services/steps instead")
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("the session holds changes made outside a transaction")
    guarded = WRITE_LOCK["on"] and session.get_bind().dialect.name == "sqlite"
    if guarded and not _process_lock.acquire(timeout=BUSY_SECONDS):
        raise _too_busy(centre_id)
    try:  # from here on: whatever raises, the process's lock is given back
        session.close()
        session.info.update(writing=True, announced={})
        session.connection(execution_options={"immediate": WRITE_LOCK["on"]})
        if WRITE_LOCK["on"]:
            _lock_centre(session, centre_id)
        yield session
        session.commit()
    except BaseException as error:
        session.rollback()
        session.info["announced"] = {}
        if isinstance(error, OperationalError) and _waited_too_long(error):
            raise _too_busy(centre_id) from error
        raise
    finally:
        session.info["writing"] = False
        if guarded:
            _process_lock.release()
    _publish(session.info.pop("announced"))


@contextmanager
def reading() -> Iterator[Session]:
    """A consistent look at the database that never waits for writers and cannot write."""
    session = db.session()
    if session.info.get("writing"):
        raise RuntimeError("a read inside a transaction would end it: pass the session on instead")
    session.close()
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
    try:
        yield session
        if session.new or session.dirty or session.deleted:
            raise WritingInReading
    finally:
        session.rollback()


@contextmanager
def observe(centre_id: int) -> Iterator[Session]:
    """The one way a GET may write: who looked, a session's last use, a device's last contact, counters."""
    with transaction(centre_id) as session:
        session.info["observing"] = True
        try:
            yield session
            session.flush()  # here, not at the commit, when nobody observes any more
        finally:
            session.info["observing"] = False


def _lock_centre(session: Session, centre_id: int) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s'"))
        session.execute(text("SELECT pg_advisory_xact_lock(:space, :centre)"), {"space": 727, "centre": centre_id})


def _too_busy(centre_id: int) -> TooBusy:
    log.warning("another writer kept its lock for more than %s s (centre %s)", BUSY_SECONDS, centre_id)
    return TooBusy()


def _waited_too_long(error: OperationalError) -> bool:
    """Whether somebody else's lock was in the way: not a database that is gone, full or broken."""
    return _sqlite_busy(error.orig) or getattr(error.orig, "sqlstate", None) == POSTGRES_LOCK_NOT_AVAILABLE


def _sqlite_busy(error: object) -> bool:
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF == sqlite3.SQLITE_BUSY  # what is above it says which kind of busy


def announce(session: Session, centre_id: int, audience: str) -> None:
    """Say after the commit, and only then, what changed: "board" (screens), "desk" (staff pages), "doors" (who may)."""
    session.info["announced"].setdefault(centre_id, set()).add(audience)


def on_commit(callback: Callable[[dict[int, set[str]]], None]) -> None:
    """Name who is told what was announced; set once, in create_app."""
    current_app.extensions["announcements"] = callback


def _publish(announced: dict[int, set[str]]) -> None:
    callback = current_app.extensions.get("announcements")
    if announced and callback is not None:
        callback(announced)
