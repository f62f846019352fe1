"""One visitor's own row, for the pages on which she looks after it herself."""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from booking.store import models as m

v, message = m.Visitor.__table__.c, m.Message.__table__.c


class OwnRow(NamedTuple):
    surrogate: str
    name: str | None
    phone: str | None
    reminders_agreed: datetime | None
    match_agreed: datetime | None
    erase_on: date


def of_appointment(session: Session, centre_id: int, appointment_id: int) -> OwnRow | None:
    columns = (v[name] for name in OwnRow._fields)
    row = session.execute(select(*columns).where(v.centre_id == centre_id, v.appointment_id == appointment_id)).first()
    return OwnRow._make(row) if row else None


def change(session: Session, centre_id: int, appointment_id: int, **values: Any) -> None:
    rows = update(m.Visitor).where(v.centre_id == centre_id, v.appointment_id == appointment_id)
    session.execute(rows.values(**values))


def forget(session: Session, centre_id: int, appointment_id: int) -> None:
    """Name, number and consents; the appointment keeps its code and its link."""
    session.execute(delete(m.Visitor).where(v.centre_id == centre_id, v.appointment_id == appointment_id))


def message_keys(session: Session, appointment_id: int) -> frozenset[str]:
    """Of every message there is or was of an appointment."""
    return frozenset(session.scalars(select(message.key).where(message.appointment_id == appointment_id)))
