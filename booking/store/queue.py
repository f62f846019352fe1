"""Who waits today, and who rests, as the desk shows them."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from booking.domain.queue import Waiting
from booking.domain.tickets import MISSED, PARKED, WAITING
from booking.store import models as m

t, staff, programme = m.Ticket.__table__.c, m.Staff.__table__.c, m.Programme.__table__.c


class WaitingLine(NamedTuple):
    """A waiting ticket as the desk shows it, and as the queue's order needs it."""

    id: int
    number: int
    kind: str
    language: str | None
    programme_id: int | None
    programme: dict[str, str] | None
    carrier_id: int | None
    carrier: str | None
    bound_to: int | None
    bound_name: str | None
    due_at: datetime | None
    taken_at: datetime
    since: datetime
    raised: bool
    needs: list[str]
    deadline_today: bool

    @property
    def waiting(self) -> Waiting:
        return Waiting(self.id, self.number, self.programme_id, self.bound_to, self.due_at, self.since, self.kind,
                       self.raised, self.language, self.carrier_id)  # fmt: skip


class AsideLine(NamedTuple):
    """Who is not waiting now and may come back: parked (`at`: since when), or missed and not yet returned."""

    id: int
    number: int
    state: str
    language: str | None
    at: datetime


_WAITING = (
    select(t.id, t.number, t.kind, t.language, t.programme_id, programme.name.label("programme"), t.carrier_id,
           m.Carrier.name.label("carrier"), t.bound_to, staff.name.label("bound_name"), t.due_at, t.taken_at, t.since,
           t.raised, t.needs, t.deadline_today)
    .outerjoin(m.Carrier, m.Carrier.id == t.carrier_id)
    .outerjoin(m.Programme.__table__, programme.id == t.programme_id)
    .outerjoin(m.Staff.__table__, staff.id == t.bound_to)
    .where(t.centre_id == bindparam("centre"), t.day == bindparam("day"), t.state == WAITING)
    .order_by(t.id)
)  # fmt: skip
_ASIDE = (
    select(t.id, t.number, t.state, t.language, func.coalesce(t.parked_at, t.ended_at).label("at"))
    .where(t.centre_id == bindparam("centre"), t.day == bindparam("day"),
           or_(t.state == PARKED, and_(t.state == MISSED, t.ended_at >= bindparam("missed_since"),
                                       t.appointment_id.is_(None), t.returned.is_(False))))
    .order_by(t.id)
)  # fmt: skip


def waiting(session: Session, centre_id: int, day: date) -> list[WaitingLine]:
    return [WaitingLine._make(row) for row in session.connection().execute(_WAITING, {"centre": centre_id, "day": day})]


def aside(session: Session, centre_id: int, day: date, missed_since: datetime) -> list[AsideLine]:
    """Who is parked, and who missed her call since then and may still come back."""
    wanted = {"centre": centre_id, "day": day, "missed_since": missed_since}
    return [AsideLine._make(row) for row in session.connection().execute(_ASIDE, wanted)]
