"""What counsellors tapped after their talks: rows of a day that name nobody and no number."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from booking.domain.taps import Told
from booking.domain.tickets import DONE
from booking.store import models as m

t, f, a = m.Ticket.__table__.c, m.Figure.__table__.c, m.Appointment.__table__.c


class Finished(NamedTuple):
    """Somebody's last talk. `topic`, `interpreter`, `length`: as booked; None for a walk-in."""

    id: int
    number: int
    language: str | None
    tapped: bool
    topic: str | None
    interpreter: bool | None
    length: str | None


_LAST = (
    select(t.id, t.number, t.language, t.tapped, m.Topic.slug, a.interpreter, a.length)
    .outerjoin(m.Appointment.__table__, a.id == t.appointment_id)
    .outerjoin(m.Topic, m.Topic.id == a.topic_id)
    .where(t.centre_id == bindparam("centre"), t.day == bindparam("day"), t.state == DONE,
           t.counsellor_id == bindparam("counsellor"))
    .order_by(t.ended_at.desc(), t.id.desc())
    .limit(1)
)  # fmt: skip


def last_finished(session: Session, centre_id: int, day: date, counsellor_id: int) -> Finished | None:
    wanted = {"centre": centre_id, "day": day, "counsellor": counsellor_id}
    row = session.connection().execute(_LAST, wanted).first()
    return Finished._make(row) if row else None


def mark(session: Session, centre_id: int, ticket_id: int) -> bool:
    """That the figures of a ticket are given; False if they were."""
    mine = update(m.Ticket).where(t.centre_id == centre_id, t.id == ticket_id, t.tapped.is_(False))
    return session.connection().execute(mine.values(tapped=True)).rowcount == 1


def add(session: Session, centre_id: int, day: date, told: Told) -> None:
    session.connection().execute(insert(m.Figure), {"centre_id": centre_id, "day": day, **told._asdict()})


def told(session: Session, centre_id: int, first: date, last: date) -> list[Told]:
    """Of these days."""
    wanted = select(*(f[name] for name in Told._fields)).where(f.centre_id == centre_id, f.day >= first, f.day <= last)
    return [Told._make(row) for row in session.connection().execute(wanted.order_by(f.id))]
