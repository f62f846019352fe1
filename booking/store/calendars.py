"""Whose calendar a secret address opens, and what stands in it. No visitor: only when, where, in which language."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.domain.appointments import ARRIVED, BOOKED, DONE
from booking.domain.times import Span
from booking.store import models as m

a, room, programme = m.Appointment.__table__.c, m.Room.__table__.c, m.Programme.__table__.c
SHOWN = (BOOKED, ARRIVED, DONE)


class Owner(NamedTuple):
    id: int
    centre_id: int


class Talk(NamedTuple):
    """An appointment of hers. `programme`: None where its very name is confidential."""

    id: int
    sequence: int
    starts_at: datetime
    ends_at: datetime
    booked_at: datetime
    room: str
    language: str
    interpreter: bool
    programme: dict[str, str] | None


def owner(session: Session, calendar_hash: str) -> Owner | None:
    row = session.execute(select(m.Staff.id, m.Staff.centre_id).where(m.Staff.calendar_hash == calendar_hash)).first()
    return Owner._make(row) if row else None


def calendar_hash(session: Session, centre_id: int, staff_id: int) -> str | None:
    return session.scalar(select(m.Staff.calendar_hash).where(m.Staff.centre_id == centre_id, m.Staff.id == staff_id))


def talks(session: Session, centre_id: int, staff_id: int, span: Span) -> list[Talk]:
    """Her appointments that begin in the span and were not cancelled or missed, by their beginning."""
    found = session.execute(
        select(a.id, a.sequence, a.starts_at, a.ends_at, a.booked_at, room.name, a.language, a.interpreter,
               programme.name, programme.confidential)
        .join_from(m.Appointment.__table__, m.Room.__table__, room.id == a.room_id)
        .join(m.Programme.__table__, programme.id == a.programme_id)
        .where(
            a.centre_id == centre_id, a.counsellor_id == staff_id, a.starts_at >= span.starts,
            a.starts_at < span.ends, a.state.in_(SHOWN),
        )
        .order_by(a.starts_at, a.id)
    )  # fmt: skip
    return [Talk._make((*row[:-2], None if row[-1] else row[-2])) for row in found]
