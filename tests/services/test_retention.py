"""Erasing by code, by age and after a restore: nothing of the person is left, the figures stay."""

import logging
from contextlib import nullcontext
from datetime import timedelta

import pytest
from sqlalchemy import inspect, select, text

from booking.domain.actors import By
from booking.domain.errors import Invalid, NotFound, TooBusy, Unfinished
from booking.services import retention
from booking.store import models as m
from booking.store.db import db, reading, transaction
from tests.locks import impatient
from tests.rows import NOW, TODAY, a_centre, a_message, a_visitor, an_appointment

CLI = By("cli")
CODE = "12345678"
CANARY = "Zaunkönig"
TRACES = (CANARY, "4915112345678", CODE, "link-hash-of-hers", "salt-of-hers", "key-of-hers", "fingerprint-of-hers")


def a_known_visitor(session, centre_id: int, code: str = CODE, surrogate: str = "s1", **appointment) -> int:
    """Everything the tables can hold of one person."""
    of = an_appointment(session, centre_id, code=code, link_hash=f"link-hash-of-hers{surrogate}", **appointment)
    a_visitor(session, centre_id, of, surrogate, name=CANARY, phone="+4915112345678", reminders_agreed=NOW)
    session.add(m.Repeat(centre_id=centre_id, key_hash=f"key-of-hers{surrogate}", fingerprint="fingerprint-of-hers",
                         appointment_id=of, salt="salt-of-hers", at=NOW))  # fmt: skip
    session.add(m.Look(centre_id=centre_id, at=NOW, what="show", surrogate=surrogate))
    a_message(session, centre_id, of, f"{of}:due")
    a_message(session, centre_id, of, f"{of}:sent", state="delivered")
    return of


def test_erasing_by_code_leaves_the_anonymous_row(inside):
    with transaction(0) as session:
        centre = a_centre(session)
        of = a_known_visitor(session, centre)
        other = a_known_visitor(session, centre, "87654321", "s2")
    done = retention.erase(CODE, now=NOW, by=CLI)
    assert done == retention.Erased("ludwigsburg", "s1", NOW)
    with reading() as session:
        assert session.scalars(select(m.Visitor.surrogate)).all() == ["s2"]
        rows = session.execute(
            select(m.Appointment.id, m.Appointment.code, m.Appointment.link_hash).order_by(m.Appointment.id)
        ).all()
        assert rows == [(of, None, None), (other, "87654321", "link-hash-of-herss2")]
        assert session.scalars(select(m.Message.state).order_by(m.Message.id)).all() == [
            "dropped", "delivered", "due", "delivered",
        ]  # fmt: skip
        steps = session.execute(select(m.Step.name, m.Step.door, m.Step.at)).all()
        assert steps == [("dropped", "cli", NOW)]
        looks = session.execute(select(m.Look.what, m.Look.surrogate).order_by(m.Look.id)).all()
        assert looks == [("show", "s1"), ("show", "s2"), ("erase", "s1")]


def test_no_trace_is_left_in_any_table_in_the_file_or_in_the_log(inside, caplog):
    caplog.set_level(logging.DEBUG)
    with transaction(0) as session:
        centre = a_centre(session)
        others = [a_known_visitor(session, centre, f"{i:08d}", f"o{i}") for i in range(60)]
        a_known_visitor(session, centre)
        session.execute(text("UPDATE visitor SET name = 'Amsel', phone = '+49301' WHERE surrogate <> 's1'"))
        session.execute(text("UPDATE repeat SET salt = 'x', fingerprint = 'x' WHERE appointment_id <= :last"),
                        {"last": others[-1]})  # fmt: skip
        session.execute(text("UPDATE repeat SET key_hash = surrogate FROM visitor v WHERE surrogate <> 's1'"
                             " AND v.appointment_id = repeat.appointment_id"))  # fmt: skip
        session.execute(text("UPDATE appointment SET link_hash = code WHERE code <> :code"), {"code": CODE})
    assert traces_in_tables() == set(TRACES), "the test looks where there is something to find"
    caplog.clear()
    retention.erase(CODE, now=NOW, by=CLI)
    assert traces_in_tables() == set()
    assert traces_in(caplog.text.encode()) == set()
    assert traces_in(files_of_sqlite()) == set()


def traces_in(content: bytes) -> set[str]:
    return {trace for trace in TRACES if trace.encode() in content}


def traces_in_tables() -> set[str]:
    """What str() of any value in any column of any table holds."""
    found = set()
    with db.engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):  # noqa: S608
                found |= traces_in(repr(tuple(row)).encode())
    return found


def files_of_sqlite() -> bytes:
    if db.engine.dialect.name != "sqlite":
        return b""
    name = db.engine.url.database
    with open(name, "rb") as data, open(f"{name}-wal", "rb") as log:
        return data.read() + log.read()


def test_the_file_of_sqlite_held_the_person_before(inside):
    """The control: reading the file does find somebody who is not erased."""
    with transaction(0) as session:
        a_known_visitor(session, a_centre(session))
    assert traces_in(files_of_sqlite()) == (set(TRACES) if db.engine.dialect.name == "sqlite" else set())


def test_a_code_that_nobody_has_is_not_found(inside):
    with transaction(0) as session:
        a_known_visitor(session, a_centre(session))
    with pytest.raises(NotFound):
        retention.erase("00000000", now=NOW, by=CLI)
    with pytest.raises(NotFound):
        retention.erase(CODE, centre_slug="balingen", now=NOW, by=CLI)


def test_two_centres_with_the_same_code_must_be_told_apart(inside):
    with transaction(0) as session:
        a_known_visitor(session, a_centre(session))
        a_known_visitor(session, a_centre(session, "balingen"), surrogate="s2")
    with pytest.raises(Invalid) as refusal:
        retention.erase(CODE, now=NOW, by=CLI)
    assert refusal.value.field == "centre"
    assert retention.erase(CODE, centre_slug="balingen", now=NOW, by=CLI).surrogate == "s2"
    with reading() as session:
        assert session.scalars(select(m.Visitor.surrogate)).all() == ["s1"]


def test_those_a_restore_brought_back_are_erased_again(inside):
    with transaction(0) as session:
        centre = a_centre(session)
        a_known_visitor(session, centre)
        a_known_visitor(session, centre, "87654321", "s2")
    assert retention.erase_again({"s1", "long gone"}, now=NOW, by=CLI) == 1
    with reading() as session:
        assert session.scalars(select(m.Visitor.surrogate)).all() == ["s2"]


def test_every_night_what_is_due_goes_and_the_rest_stays(inside, caplog):
    caplog.set_level(logging.INFO)
    with transaction(0) as session:
        old_and_new_rows(session, a_centre(session))
    done = retention.nightly(now=NOW)
    assert done == {"visitors": 2, "messages": 1, "claims": 1, "repeats": 1, "links": 2, "sessions": 1, "looks": 1,
                    "covers": 0, "reasons": 1, "pairings": 1, "waiting": 0}  # fmt: skip
    assert (
        "retention: claims 1, covers 0, links 2, looks 1, messages 1, pairings 1, reasons 1, repeats 1, "
        "sessions 1, visitors 2, waiting 0" in (caplog.text)
    )
    with reading() as session:
        assert session.scalars(select(m.Visitor.surrogate)).all() == ["stays"]
        assert session.scalars(select(m.Appointment.code).where(m.Appointment.code.is_not(None))).all() == ["00000002"]
        assert session.scalars(select(m.Absence.kind).order_by(m.Absence.id)).all() == ["away", "leave"]
        assert session.scalars(select(m.Claim.resource)).all() == ["c2"]
        assert session.scalars(select(m.Repeat.key_hash)).all() == ["new"]
        assert session.scalars(select(m.SignInLink.token_hash)).all() == ["open"]
        assert session.scalars(select(m.StaffSession.id_hash)).all() == ["new"]
        assert session.scalars(select(m.Look.what).where(m.Look.what != "erase")).all() == ["new"]
        assert session.scalars(select(m.Pairing.code)).all() == ["222222"]
        assert session.scalars(select(m.Message.provider_id).order_by(m.Message.id)).all() == [None, "SM2"]
    assert sum(retention.nightly(now=NOW).values()) == 0


def test_a_centre_where_it_fails_does_not_keep_it_from_the_others(inside, caplog, monkeypatch):
    long_ago = NOW - timedelta(days=40)
    with transaction(0) as session:
        for slug in ("ludwigsburg", "balingen", "calw"):
            an_appointment(session, a_centre(session, slug), long_ago, code=CODE)
    forget = retention.store.forget

    def broken(session, person):
        forget(session, person)
        if person.centre_id == balingen:
            raise ValueError(CANARY)

    with reading() as session:
        balingen = session.scalar(select(m.Centre.id).where(m.Centre.slug == "balingen"))
    with monkeypatch.context() as patch:
        patch.setattr(retention.store, "forget", broken)
        with pytest.raises(Unfinished) as left:
            retention.nightly(now=NOW)
    assert left.value.parts == ["balingen"]
    assert "retention in balingen failed: ValueError" in caplog.text
    assert "in broken" in caplog.text
    assert CANARY not in caplog.text
    with reading() as session:
        codes = session.execute(select(m.Appointment.centre_id, m.Appointment.code).order_by(m.Appointment.id)).all()
    assert [code for _, code in codes] == [None, CODE, None]
    assert retention.nightly(now=NOW)["visitors"] == 1


def test_pairings_that_cannot_be_tidied_are_one_more_part_that_is_left(inside, monkeypatch):
    def busy(*_):
        raise TooBusy

    def broken(session, person):
        raise ValueError

    with transaction(0) as session:
        an_appointment(session, a_centre(session), NOW - timedelta(days=40), code=CODE)
    asked = []
    monkeypatch.setattr(retention.store, "drop_pairings", busy)
    monkeypatch.setattr(retention.store, "forget", broken)
    monkeypatch.setattr(retention.store, "leave_no_trace", lambda: asked.append("traces"))
    with pytest.raises(Unfinished) as left:
        retention.nightly(now=NOW)
    assert (left.value.parts, asked) == (["ludwigsburg", "pairings", "traces"], ["traces"])


def test_while_somebody_reads_what_was_erased_it_is_said_that_traces_are_left(inside):
    """A long look (a backup of a large database) keeps SQLite from emptying its log."""
    with transaction(0) as session:
        a_known_visitor(session, a_centre(session))
        a_known_visitor(session, a_centre(session, "balingen"), surrogate="s2")
    sqlite = db.engine.dialect.name == "sqlite"
    with impatient(inside):
        with db.engine.connect() as another:
            another.execute(select(m.Visitor.id)).all()
            assert retention.erase(CODE, centre_slug="balingen", now=NOW, by=CLI).traces == sqlite
            with pytest.raises(Unfinished) if sqlite else nullcontext() as left:
                retention.nightly(now=NOW)
            assert not sqlite or left.value.parts == ["traces"]
            assert (traces_in(files_of_sqlite()) != set()) == sqlite
        assert not retention.erase(CODE, now=NOW, by=CLI).traces
        retention.nightly(now=NOW)
        assert traces_in(files_of_sqlite()) == set()


def old_and_new_rows(session, centre: int) -> None:
    long_ago = an_appointment(session, centre, NOW - timedelta(days=40), code="00000001", link_hash="l1")
    a_message(session, centre, long_ago, "m1", state="accepted", provider_id="SM1")
    soon = an_appointment(session, centre, code="00000002", link_hash="l2")
    a_visitor(session, centre, soon, "stays", erase_on=TODAY + timedelta(days=1))
    a_message(session, centre, soon, "m2", state="accepted", provider_id="SM2")
    due = an_appointment(session, centre, NOW - timedelta(days=30), code="00000003")
    a_visitor(session, centre, due, "goes", erase_on=TODAY)
    step = int(NOW.timestamp()) // 300
    staff = session.scalar(select(m.Staff.id))
    for kind, days in (("sick", 40), ("leave", 3)):
        ends = NOW - timedelta(days=days)
        session.add(m.Absence(centre_id=centre, staff_id=staff, kind=kind, starts_at=ends - timedelta(1), ends_at=ends))
    for resource, at in (("c1", step - 1), ("c2", step)):
        session.add(m.Claim(resource=resource, step=at, centre_id=centre, appointment_id=soon))
    for name, age in (("old", timedelta(hours=25)), ("new", timedelta(hours=11))):
        session.add(m.Repeat(centre_id=centre, key_hash=name, fingerprint="f", salt="s", at=NOW - age))
        session.add(m.StaffSession(id_hash=name, centre_id=centre, staff_id=staff, began_at=NOW - age, seen_at=NOW))
    for name, age in (("old", timedelta(days=366)), ("new", timedelta(days=364))):
        session.add(m.Look(centre_id=centre, at=NOW - age, what=name))
    for name, expires, used in (
        ("expired", NOW, None),
        ("used", NOW + timedelta(1), NOW),
        ("open", NOW + timedelta(1), None),
    ):
        session.add(m.SignInLink(token_hash=name, centre_id=centre, staff_id=staff, expires_at=expires, used_at=used,
                                 many_times=False))  # fmt: skip
    for code, expires in (("111111", NOW), ("222222", NOW + timedelta(minutes=1))):
        session.add(m.Pairing(code=code, secret_hash=code, expires_at=expires))
