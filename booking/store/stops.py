"""Days on which the queue is closed before its time."""

from datetime import date, datetime

from sqlalchemy import bindparam, exists, insert, select, update
from sqlalchemy.orm import Session

from booking.store import models as m

s = m.QueueStop.__table__.c
_STOPPED = select(
    exists().where(s.centre_id == bindparam("centre"), s.day == bindparam("day"), s.reopened_at.is_(None))
)


def stopped(session: Session, centre_id: int, day: date) -> bool:
    return bool(session.connection().execute(_STOPPED, {"centre": centre_id, "day": day}).scalar())


def add(session: Session, centre_id: int, day: date, by: int, now: datetime) -> None:
    row = {"centre_id": centre_id, "day": day, "stopped_at": now, "stopped_by": by}
    session.connection().execute(insert(m.QueueStop), row)


def reopen(session: Session, centre_id: int, day: date, by: int, now: datetime) -> bool:
    """False if it was open."""
    still = update(m.QueueStop).where(s.centre_id == centre_id, s.day == day, s.reopened_at.is_(None))
    return session.connection().execute(still.values(reopened_at=now, reopened_by=by)).rowcount == 1
