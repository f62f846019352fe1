"""The visitor's row beside her appointment: who she is, and how she can be reached."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from booking.domain.appointments import BOOKED, CHANGES_ON
from booking.store import models as m

a, v = m.Appointment.__table__.c, m.Visitor.__table__.c
_ADD_VISITOR = insert(m.Visitor)


def open_of_same_number(session: Session, centre_id: int, appointment_id: int, now: datetime) -> list[datetime]:
    """When the other open appointments begin whose visitors gave the same number, and let it be matched as she did."""
    own = select(v.phone_key).where(v.centre_id == centre_id, v.appointment_id == appointment_id).scalar_subquery()
    rows = session.connection().execute(
        select(a.starts_at)
        .join(m.Visitor.__table__, v.appointment_id == a.id)
        .where(
            a.centre_id == centre_id, v.phone_key == own, a.id != appointment_id, a.state == BOOKED, a.starts_at > now
        )
        .order_by(a.starts_at)
    )
    return list(rows.scalars())


def add_visitor(session: Session, **values: Any) -> None:
    session.connection().execute(_ADD_VISITOR, values)


class Person(NamedTuple):
    surrogate: str
    name: str | None
    phone: str | None
    reminders_agreed: datetime | None
    erase_on: date


def visitor(session: Session, centre_id: int, appointment_id: int) -> Person | None:
    row = session.execute(
        select(v.surrogate, v.name, v.phone, v.reminders_agreed, v.erase_on)
        .where(v.centre_id == centre_id, v.appointment_id == appointment_id)
    ).first()  # fmt: skip
    return Person._make(row) if row else None


def surrogates(session: Session, centre_id: int, appointment_ids: Iterable[int]) -> list[str]:
    """Those of the persons who are still known."""
    wanted = v.centre_id == centre_id, v.appointment_id.in_(tuple(appointment_ids))
    return list(session.scalars(select(v.surrogate).where(*wanted).order_by(v.id)))


def postpone_erasure(session: Session, centre_id: int, appointment_id: int, day: date) -> None:
    row = update(m.Visitor).where(v.centre_id == centre_id, v.appointment_id == appointment_id)
    session.execute(row.values(erase_on=day))


def forget_age(session: Session, appointment_id: int) -> None:
    """What is kept of her age goes with the rest of her."""
    needs = session.scalar(select(a.needs).where(a.id == appointment_id))
    if needs and CHANGES_ON in needs:
        kept = {name: value for name, value in needs.items() if name != CHANGES_ON}
        session.execute(update(m.Appointment).where(a.id == appointment_id).values(needs=kept))
