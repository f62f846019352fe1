"""How the desk finds one appointment: by its code, the end of a phone number, or a name."""

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from booking.domain.appointments import CANCELLED
from booking.store import models as m
from booking.store.appointments import LINE, Line

a, v = m.Appointment.__table__.c, m.Visitor.__table__.c


def of_code(session: Session, centre_id: int, code: str) -> list[Line]:
    """Whatever its day and state; one at most."""
    return _lines(session, a.centre_id == centre_id, a.code == code)


def named_from(session: Session, centre_id: int, starts: datetime) -> list[Line]:
    """All but the cancelled appointments from then on whose visitors have given a name."""
    return _lines(session, *_kept_from(centre_id, starts), v.name.is_not(None))


def of_phone_from(session: Session, centre_id: int, last4: str, starts: datetime) -> list[Line]:
    """All but the cancelled appointments from then on whose visitors' phone numbers end so."""
    return _lines(session, *_kept_from(centre_id, starts), v.phone.like(f"%{last4}"))


def _kept_from(centre_id: int, starts: datetime) -> tuple[ColumnElement[bool], ...]:
    return a.centre_id == centre_id, a.starts_at >= starts, a.state != CANCELLED


def _lines(session: Session, *wanted: ColumnElement[bool]) -> list[Line]:
    return [Line._make(row) for row in session.connection().execute(LINE.where(*wanted))]
