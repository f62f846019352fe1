"""Alarms: one at a time in a centre."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Update, bindparam, insert, select, update
from sqlalchemy.orm import Session, aliased

from booking.store import models as m

a, by = m.Alarm.__table__.c, aliased(m.Staff)
who = aliased(m.Staff)
kept, here = aliased(m.Room), aliased(m.Room)


class AlarmRow(NamedTuple):
    """`room`: the quiet room that is kept free; `place`: where help is needed, None: at the desk. Both by name."""

    id: int
    room_id: int | None
    raised_at: datetime
    raised_by: str
    room: str | None
    place: str | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None


_OPEN = (
    select(a.id, a.room_id, a.raised_at, by.name, kept.name, here.name, a.acknowledged_at, who.name)
    .join(by, by.id == a.raised_by)
    .outerjoin(who, who.id == a.acknowledged_by)
    .outerjoin(kept, kept.id == a.room_id)
    .outerjoin(here, here.id == a.from_room_id)
    .where(a.centre_id == bindparam("centre"), a.released_at.is_(None))
)
_RESERVED = select(a.room_id).where(a.centre_id == bindparam("centre"), a.released_at.is_(None), a.room_id.is_not(None))


def current(session: Session, centre_id: int) -> AlarmRow | None:
    row = session.connection().execute(_OPEN, {"centre": centre_id}).first()
    return AlarmRow._make(row) if row else None


def reserved(session: Session, centre_id: int) -> int | None:
    """The room that an alarm keeps free."""
    return session.connection().execute(_RESERVED, {"centre": centre_id}).scalar()


def add(
    session: Session, centre_id: int, *, room_id: int | None, from_room_id: int | None, by: int, now: datetime
) -> None:
    row = {"centre_id": centre_id, "room_id": room_id, "from_room_id": from_room_id, "raised_at": now, "raised_by": by}
    session.connection().execute(insert(m.Alarm), row)


def acknowledge(session: Session, centre_id: int, alarm_id: int, by: int, now: datetime) -> bool:
    """False if somebody was first, or it is over."""
    unheard = _open_one(centre_id, alarm_id).where(a.acknowledged_at.is_(None))
    done = session.connection().execute(unheard.values(acknowledged_at=now, acknowledged_by=by))
    return done.rowcount == 1


def release(session: Session, centre_id: int, alarm_id: int, by: int, now: datetime) -> bool:
    """False if it is over already."""
    done = session.connection().execute(_open_one(centre_id, alarm_id).values(released_at=now, released_by=by))
    return done.rowcount == 1


def _open_one(centre_id: int, alarm_id: int) -> Update:
    return update(m.Alarm).where(a.centre_id == centre_id, a.id == alarm_id, a.released_at.is_(None))
