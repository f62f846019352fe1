"""Numbers that are set aside for writing by hand while the server is away."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from booking.store import models as m

p, t = m.PaperNumber.__table__.c, m.Ticket.__table__.c


class PaperLine(NamedTuple):
    """`taken_at`: when it was given, once it is entered."""

    id: int
    number: int
    staff_id: int
    taken_at: datetime | None

    @property
    def is_free(self) -> bool:
        return self.taken_at is None


_OF_DESK = (
    select(p.id, p.number, p.staff_id, t.taken_at)
    .outerjoin(m.Ticket, t.id == p.ticket_id)
    .where(p.centre_id == bindparam("centre"), p.day == bindparam("day"), p.staff_id == bindparam("staff"),
           p.void_at.is_(None))
    .order_by(p.id)
)  # fmt: skip


def of_desk(session: Session, centre_id: int, day: date, staff_id: int) -> list[PaperLine]:
    """In the order in which they are to be given."""
    wanted = {"centre": centre_id, "day": day, "staff": staff_id}
    return [PaperLine._make(row) for row in session.connection().execute(_OF_DESK, wanted)]


def add(session: Session, centre_id: int, day: date, number: int, staff_id: int, now: datetime) -> None:
    row = {"centre_id": centre_id, "day": day, "number": number, "staff_id": staff_id, "reserved_at": now}
    session.connection().execute(insert(m.PaperNumber), row)


def enter(session: Session, centre_id: int, paper_id: int, ticket_id: int) -> None:
    """It is free: the lock is held since it was read. The ticket's own number is unique beneath."""
    free = update(m.PaperNumber).where(
        p.centre_id == centre_id, p.id == paper_id, p.ticket_id.is_(None), p.void_at.is_(None)
    )  # fmt: skip
    session.connection().execute(free.values(ticket_id=ticket_id))


def void(session: Session, centre_id: int, before: date, now: datetime) -> None:
    """Numbers of past days that nobody was given are given to nobody any more."""
    left = update(m.PaperNumber).where(
        p.centre_id == centre_id, p.day < before, p.ticket_id.is_(None), p.void_at.is_(None)
    )  # fmt: skip
    session.connection().execute(left.values(void_at=now))
