"""What is deleted once its time has come: the one place where recorded things may go."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, delete, literal, or_, select, update
from sqlalchemy.orm import Session

from booking.domain.rostering import AWAY
from booking.domain.times import GRAIN
from booking.domain.waitlist import LAPSED, OPEN, OVER, WAITING
from booking.store import models as m
from booking.store.db import db
from booking.store.visitors import forget_age

a, v, c = m.Appointment.__table__.c, m.Visitor.__table__.c, m.Centre.__table__.c
message, repeat, look, w = (t.__table__.c for t in (m.Message, m.Repeat, m.Look, m.WaitEntry))
offer = m.WaitOffer.__table__.c
ERASED = "erase"


class CentreRow(NamedTuple):
    id: int
    slug: str
    zone: ZoneInfo
    erase_after_days: int


class Person(NamedTuple):
    """Whom an appointment is of, or (without one) an entry of the wait list. `surrogate` None: no visitor's row, only a
    code and a link."""

    centre_id: int
    appointment_id: int | None
    surrogate: str | None
    wait_entry_id: int | None = None


_PERSONS = select(a.centre_id, a.id, v.surrogate).outerjoin(m.Visitor.__table__, v.appointment_id == a.id)
_WAITING = select(w.centre_id, literal(None), v.surrogate, w.id).outerjoin(
    m.Visitor.__table__, v.wait_entry_id == w.id
)  # fmt: skip


def centres(session: Session) -> list[CentreRow]:
    rows = session.execute(select(c.id, c.slug, c.zone, c.erase_after_days).order_by(c.id))
    return [CentreRow(row.id, row.slug, ZoneInfo(row.zone), row.erase_after_days) for row in rows]


def with_code(session: Session, code: str) -> list[Person]:
    """One a centre at most."""
    return _persons(session, a.code == code) + _waiting(session, w.code == code)


def with_surrogates(session: Session, surrogates: Iterable[str]) -> list[Person]:
    hers = v.surrogate.in_(tuple(surrogates))
    return _persons(session, hers) + _waiting(session, hers)


def overdue(session: Session, centre_id: int, day: date, ended_before: datetime) -> list[Person]:
    """Visitors whose erasure date is `day` or earlier, and old appointments that still have a code or a link."""
    reachable = or_(a.code.is_not(None), a.link_hash.is_not(None))
    old = and_(v.id.is_(None), a.ends_at < ended_before, reachable)
    return _persons(session, a.centre_id == centre_id, or_(v.erase_on <= day, old))


def stopped_waiting(session: Session, centre_id: int, today: date, ended_before: date) -> list[Person]:
    """Who waits though her last day is over, and entries of long ago that still have a link."""
    over = and_(w.state == WAITING, w.last_day < today)
    old = and_(w.state != WAITING, w.last_day < ended_before, w.link_hash.is_not(None))
    return _waiting(session, w.centre_id == centre_id, or_(over, old))


def end_waiting(session: Session, wait_entry_id: int, now: datetime) -> list[int]:
    """Nobody is asked any more; answers what was held for her."""
    session.execute(update(m.WaitEntry).where(w.id == wait_entry_id, w.state == WAITING).values(state=OVER))
    own = offer.entry_id == wait_entry_id, offer.state == OPEN
    held = [id_ for id_ in session.scalars(select(offer.hold_id).where(*own)) if id_]
    session.execute(update(m.WaitOffer).where(*own).values(state=LAPSED, answered_at=now, hold_id=None))
    return held


def drop_waiting(session: Session, centre_id: int, ended_before: date) -> int:
    """Entries of long ago, with what they were offered and the messages about it, once the provider has forgotten."""
    kept = select(offer.entry_id).join(m.Message.__table__, message.wait_offer_id == offer.id)
    kept = kept.where(message.provider_id.is_not(None))
    old = m.WaitEntry.centre_id == centre_id, w.state != WAITING, w.last_day < ended_before, w.id.not_in(kept)
    return _drop(session, m.WaitEntry, *old)


def forget(session: Session, person: Person) -> None:
    """Remove what names the person or leads to her; the appointment's row stays, or that of the wait list.

    A message keeps the provider's id until the worker has had the provider's copy removed, else nobody could.
    """
    if person.wait_entry_id is not None:
        session.execute(delete(m.Repeat).where(repeat.wait_entry_id == person.wait_entry_id))
        session.execute(update(m.WaitEntry).where(w.id == person.wait_entry_id).values(code=None, link_hash=None))
        session.execute(delete(m.Visitor).where(v.wait_entry_id == person.wait_entry_id))
        return
    of_person = person.appointment_id
    session.execute(delete(m.Repeat).where(repeat.appointment_id == of_person))
    session.execute(update(m.Appointment).where(a.id == of_person).values(code=None, link_hash=None))
    session.execute(delete(m.Visitor).where(v.appointment_id == of_person))
    if of_person is not None:
        forget_age(session, of_person)


def erased(session: Session) -> list[str]:
    """The surrogates of those erased within the last twelve months: for erasing them again after a restore."""
    rows = session.scalars(select(look.surrogate).where(look.what == ERASED, look.surrogate.is_not(None)).distinct())
    return sorted(surrogate for surrogate in rows if surrogate)


def drop_claims(session: Session, centre_id: int, now: datetime) -> int:
    """Claims of five minutes that are past."""
    step = int(now.timestamp()) // int(GRAIN.total_seconds())
    return _drop(session, m.Claim, m.Claim.centre_id == centre_id, m.Claim.step < step)


def drop_repeats(session: Session, centre_id: int, before: datetime) -> int:
    return _drop(session, m.Repeat, repeat.centre_id == centre_id, repeat.at < before)


def drop_links(session: Session, centre_id: int, now: datetime) -> int:
    """Sign-in links that are used or expired."""
    over = or_(m.SignInLink.expires_at <= now, m.SignInLink.used_at.is_not(None))
    return _drop(session, m.SignInLink, m.SignInLink.centre_id == centre_id, over)


def drop_sessions(session: Session, centre_id: int, began_before: datetime) -> int:
    return _drop(
        session, m.StaffSession, m.StaffSession.centre_id == centre_id, m.StaffSession.began_at <= began_before
    )


def drop_looks(session: Session, centre_id: int, before: datetime) -> int:
    return _drop(session, m.Look, look.centre_id == centre_id, look.at < before)


def drop_cover(session: Session, centre_id: int, before: datetime) -> int:
    """Plans of cover of long ago with their lines, what was held for them, and the grants; answers how many plans."""
    _drop(session, m.Hold, m.Hold.centre_id == centre_id, m.Hold.expires_at < before)
    _drop(session, m.CoverGrant, m.CoverGrant.centre_id == centre_id, m.CoverGrant.at < before)
    return _drop(session, m.CoverPlan, m.CoverPlan.centre_id == centre_id, m.CoverPlan.applied_at < before)


def forget_reasons(session: Session, centre_id: int, ended_before: datetime) -> int:
    """A sickness is data about health: absences of long ago only say that somebody was away."""
    old = m.Absence.centre_id == centre_id, m.Absence.ends_at < ended_before, m.Absence.kind != AWAY
    return _count(session.execute(update(m.Absence).where(*old).values(kind=AWAY)))


def drop_pairings(session: Session, now: datetime) -> int:
    """Of every centre: a screen that waits to be paired has none yet."""
    return _drop(session, m.Pairing, m.Pairing.expires_at <= now)


def cut_provider_ids(session: Session, centre_id: int, ended_before: datetime) -> int:
    """The provider's name for a message of long ago leads to a phone number there."""
    old = select(a.id).where(a.centre_id == centre_id, a.ends_at < ended_before)
    cut = update(m.Message).where(message.appointment_id.in_(old), message.provider_id.is_not(None))
    return _count(session.execute(cut.values(provider_id=None)))


def leave_no_trace() -> bool:
    """Move what was deleted out of SQLite's log as well. PostgreSQL's vacuum does so by itself.

    False while somebody reads what was there before, for longer than writers wait: it has to be done again.
    """
    if db.engine.dialect.name != "sqlite":
        return True
    connection = db.engine.raw_connection()  # a checkpoint works outside of transactions only
    try:
        busy, _pages, _moved = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.close()
    return not busy


def _waiting(session: Session, *wanted: ColumnElement[bool]) -> list[Person]:
    return [Person(*row) for row in session.execute(_WAITING.where(*wanted).order_by(w.id))]


def _persons(session: Session, *wanted: ColumnElement[bool]) -> list[Person]:
    return [Person(*row) for row in session.execute(_PERSONS.where(*wanted).order_by(a.id))]


def _drop(session: Session, table: type[Any], *wanted: ColumnElement[bool]) -> int:
    return _count(session.execute(delete(table).where(*wanted)))


def _count(result: Any) -> int:
    return int(result.rowcount)
