"""What kind of installation this is, whether it may serve, and how it is."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text

from booking import create_app
from booking.config import Config
from booking.services import installation
from booking.services.installation import Missing
from booking.store import models as m
from booking.store.db import db, reading, transaction
from tests.conftest import SECRET
from tests.rows import NOW, a_centre, a_member


def test_the_kind_of_an_installation_is_set_once(inside):
    first = installation.prepare(practice=True)
    assert (first.practice, first.clock_ahead_seconds, len(first.epoch)) == (True, 0, 32)
    assert installation.prepare(practice=False) == first
    with reading() as session:
        assert session.scalars(select(m.Installation.epoch)).all() == [first.epoch]


def test_of_two_that_begin_at_once_the_second_takes_what_the_first_wrote(inside, monkeypatch):
    """Between looking and writing somebody else may have begun: looked at again under the lock."""
    first = installation.Facts("first", False, 0)
    look, seen = installation.store.facts, []

    def late(session):
        seen.append(look(session))
        if len(seen) == 1:
            session.rollback()
            with db.engine.begin() as other:
                other.execute(m.Installation.__table__.insert(), {"id": 1, **first._asdict()})
        return seen[-1]

    monkeypatch.setattr(installation.store, "facts", late)
    assert installation.prepare(practice=True) == first
    assert seen == [None, first]


def test_an_installation_without_centre_or_lead_may_not_serve(inside):
    assert installation.missing(now=NOW) == Missing("centre")
    with transaction(0) as session:
        centre = a_centre(session)
        lead = session.scalar(select(m.Staff.id))
    assert installation.centres() == ["ludwigsburg"]
    assert installation.missing(now=NOW) == Missing("lead"), "she has neither a password nor a link"
    give_link(centre, lead, NOW)
    assert installation.missing(now=NOW) == Missing("lead"), "the link is over"
    give_link(centre, lead, NOW + timedelta(hours=1))
    assert installation.missing(now=NOW) is None
    change(lead, password_hash="argon2")
    assert installation.missing(now=NOW + timedelta(days=1)) is None


@pytest.mark.parametrize("values", [{"secret_since": None}, {"last_day": date(2027, 3, 28)}, {"role": "administrator"}])
def test_a_lead_who_could_not_enter_is_none(inside, values):
    with transaction(0) as session:
        centre = a_centre(session)
        a_member(session, centre, "second", **{"password_hash": "argon2", **values})
    assert installation.missing(now=NOW) == Missing("lead")


def test_the_lead_who_comes_first_is_named_with_her_day(inside):
    with transaction(0) as session:
        centre = a_centre(session)
        a_member(session, centre, "later", secret_since=date(2027, 5, 1))
        a_member(session, centre, "gone", secret_since=date(2027, 4, 1), last_day=date(2027, 3, 31))
        a_member(session, centre, "soon", first_day=date(2027, 4, 6), password_hash="argon2")
    assert installation.missing(now=NOW) == Missing("lead", "soon", "ludwigsburg", date(2027, 4, 6))
    assert installation.missing(now=datetime(2027, 4, 5, 22, 0, tzinfo=UTC)) is None, "midnight in Berlin"


def give_link(centre: int, staff: int, expires) -> None:
    with transaction(0) as session:
        session.add(m.SignInLink(token_hash=str(expires), centre_id=centre, staff_id=staff, expires_at=expires,
                                 many_times=False))  # fmt: skip


def change(staff: int, **values) -> None:
    with transaction(0) as session:
        session.execute(m.Staff.__table__.update().where(m.Staff.id == staff).values(**values))


def test_readiness_is_schema_and_a_worker_that_was_here_lately(inside):
    assert installation.readiness(now=NOW) == (True, True, None)
    assert not installation.readiness(now=NOW).ready
    with transaction(0) as session:
        session.add(m.Lease(name="messages", holder="a", until=NOW, last_run=NOW))
    assert installation.readiness(now=NOW + timedelta(minutes=3)) == (True, True, 180)
    assert installation.readiness(now=NOW + timedelta(minutes=3)).ready
    assert not installation.readiness(now=NOW + timedelta(minutes=3, seconds=1)).ready


def test_an_older_schema_is_not_ready(inside):
    try:
        set_revision("0000")
        assert installation.readiness(now=NOW) == (True, False, None)
    finally:
        set_revision(installation.schema.head())


def set_revision(revision: str) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all.db", "postgresql+psycopg://127.0.0.1:1/none"])
def test_without_a_database_there_is_still_an_answer(url):
    app = create_app(Config(secret_key=SECRET, database_url=url, testing=True))
    with app.app_context():
        assert installation.readiness(now=NOW) == (False, False, None)
