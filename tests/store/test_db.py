"""transaction() and the columns, on both databases."""

import sqlite3
import threading
from contextlib import closing, contextmanager, nullcontext
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from booking.domain.errors import TooBusy
from booking.store import db as module
from booking.store import models as m
from booking.store.db import WritingInReading, announce, db, on_commit, reading, transaction
from tests.locks import another_process_writes, impatient

NOW = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)


def lease(name: str = "worker", until: datetime = NOW) -> m.Lease:
    return m.Lease(name=name, holder="a", until=until, last_run=None)


def test_an_instant_comes_back_aware_and_equal(app):
    with app.app_context():
        with transaction(0) as session:
            session.add(lease())
        with reading() as session:
            assert session.scalar(select(m.Lease.until)) == NOW


def test_a_naive_instant_is_refused(app):
    with app.app_context(), pytest.raises(Exception, match="naive"), transaction(0) as session:
        session.add(lease(until=NOW.replace(tzinfo=None)))


def test_a_refusal_rolls_everything_back_and_announces_nothing(app):
    heard = []
    with app.app_context():
        before = app.extensions.get("announcements")
        on_commit(heard.append)
        with pytest.raises(KeyError), transaction(0) as session:  # noqa: PT012 - the raise is the point
            session.add(lease())
            session.flush()
            announce(session, 1, "board")
            raise KeyError
        with reading() as session:
            assert session.scalar(select(m.Lease.name)) is None
        app.extensions["announcements"] = before
    assert heard == []


def test_what_is_announced_is_published_after_the_commit(app):
    heard = []

    def listen(announced):
        with app.app_context(), reading() as session:
            heard.append((announced, session.scalar(select(m.Lease.name))))

    with app.app_context():
        before = app.extensions.get("announcements")
        on_commit(listen)
        with transaction(0) as session:
            session.add(lease())
            announce(session, 7, "board")
            announce(session, 7, "desk")
        app.extensions["announcements"] = before
    assert heard == [({7: {"board", "desk"}}, "worker")]


def test_transactions_do_not_nest(app):
    with app.app_context(), pytest.raises(RuntimeError, match="nest"), transaction(0), transaction(0):
        pass


def test_a_read_inside_a_transaction_is_refused(app):
    with app.app_context(), pytest.raises(RuntimeError, match="pass the session"), transaction(0), reading():
        pass


def test_a_read_cannot_write(app):
    with app.app_context():
        with pytest.raises(WritingInReading), reading() as session:
            session.add(lease())
        db.session.close()


# ── when somebody else keeps the lock ─────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def hurry(app):
    with impatient(app), app.app_context():
        yield


@contextmanager
def another_thread_writes(app):
    ready, done = threading.Event(), threading.Event()

    def write():
        with app.app_context(), transaction(7) as session:
            session.add(lease("theirs"))
            session.flush()
            ready.set()
            assert done.wait(20)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert ready.wait(20)
        yield
    finally:
        done.set()
        thread.join(20)


@pytest.mark.parametrize("elsewhere", [another_process_writes, another_thread_writes])
def test_who_waits_too_long_for_the_lock_is_refused_and_may_try_again(app, hurry, elsewhere):
    with elsewhere(app), pytest.raises(TooBusy), transaction(7):
        pytest.fail("the lock was not ours")
    with transaction(7) as session:
        session.add(lease("ours"))
    with reading() as session:
        assert "ours" in session.scalars(select(m.Lease.name)).all()


@pytest.mark.parametrize("step", ["close", "rollback"])
def test_a_connection_that_fails_on_the_way_in_keeps_no_lock(app, hurry, monkeypatch, step):
    """SQLite's write lock is also one of the process: kept, nobody would write any more until a restart."""

    def fail(_session):
        raise OSError("the connection is gone")

    with monkeypatch.context() as patch:
        patch.setattr(Session, "close", fail)
        if step == "rollback":
            patch.setattr(Session, "rollback", fail)
        with pytest.raises(OSError, match="gone"), transaction(7):
            pytest.fail("nothing had begun")
    with transaction(7) as session:
        session.add(lease("ours"))


def test_a_row_that_another_keeps_is_the_same_refusal(app, hurry):
    """PostgreSQL's limit holds for every lock of the transaction; SQLite has but the one."""
    with transaction(7) as session:
        session.add(lease())
    with another_process_keeps_the_row(app), pytest.raises(TooBusy), transaction(8) as session:
        session.execute(m.Lease.__table__.update().values(holder="b"))


@contextmanager
def another_process_keeps_the_row(app):
    if db.engine.dialect.name == "sqlite":
        with another_process_writes(app):
            yield
        return
    with db.engine.connect() as connection:
        connection.execute(m.Lease.__table__.select().with_for_update())
        yield


@pytest.mark.parametrize("tries", [2, 10**6])
def test_who_opens_a_new_file_while_another_process_makes_it_waits_for_its_mode(tmp_path, monkeypatch, tries):
    """SQLite answers "locked" at once there, whatever its time limit."""
    left = iter(range(tries))

    class Cursor(sqlite3.Cursor):
        def execute(self, statement: str) -> sqlite3.Cursor:
            if "journal_mode" in statement and next(left, None) is not None:
                error = sqlite3.OperationalError("database is locked")
                error.sqlite_errorcode = sqlite3.SQLITE_BUSY
                raise error
            return super().execute(statement)

    class Connection(sqlite3.Connection):
        def cursor(self) -> sqlite3.Cursor:
            return super().cursor(Cursor)

    monkeypatch.setattr(module, "BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(tmp_path / "new.db", factory=Connection)) as connection:
        with nullcontext() if tries == 2 else pytest.raises(sqlite3.OperationalError):
            module._sqlite_connect(connection, None)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal" if tries == 2 else "delete",)


def test_any_other_failure_of_the_database_stays_what_it_is(inside):
    broken = {
        "sqlite": "SELECT abs(-9223372036854775808)",
        "postgresql": "SELECT pg_terminate_backend(pg_backend_pid())",
    }
    with pytest.raises(OperationalError), transaction(7) as session:
        session.execute(text(broken[db.engine.dialect.name]))
