"""What people say of themselves today: here, on a break, away."""

from datetime import date

from sqlalchemy import bindparam, delete, func, insert, select
from sqlalchemy.orm import Session

from booking.domain.whereabouts import Said
from booking.store import models as m

w = m.Whereabouts.__table__.c
_NEWEST_IDS = (
    select(func.max(w.id)).where(w.centre_id == bindparam("centre"), w.day == bindparam("day")).group_by(w.staff_id)
)
_NEWEST = select(w.staff_id, w.state, w.at, w.until).where(w.id.in_(_NEWEST_IDS))


def newest(session: Session, centre_id: int, day: date) -> dict[int, Said]:
    """The last of each on that day, by staff id."""
    rows = session.connection().execute(_NEWEST, {"centre": centre_id, "day": day})
    return {row.staff_id: Said._make(row) for row in rows}


def add(session: Session, centre_id: int, day: date, said: Said) -> None:
    row = {"centre_id": centre_id, "day": day, **said._asdict()}
    session.connection().execute(insert(m.Whereabouts), row)


def forget(session: Session, centre_id: int, before: date) -> None:
    """What somebody did on a past day is nobody's business any more."""
    session.connection().execute(delete(m.Whereabouts).where(w.centre_id == centre_id, w.day < before))
