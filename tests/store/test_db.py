"""transaction() and the columns, on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from booking.store import models as m
from booking.store.db import WritingInReading, announce, db, on_commit, reading, transaction

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
