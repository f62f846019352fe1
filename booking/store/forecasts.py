"""The last forecast of each centre."""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, delete, exists, func, insert, or_, select
from sqlalchemy.orm import Session

from booking.domain.following import Minutes
from booking.store import models as m


class Kept(NamedTuple):
    """`full`: whoever comes now will probably not be helped today. `lines`: by ticket id; NEWCOMER is she."""

    version: int
    at: datetime
    busy: bool
    alone: bool
    full: bool
    lines: dict[int, Minutes]


NEWCOMER = 0
_OF_CENTRE = select(*(getattr(m.Forecast, name) for name in Kept._fields)).where(
    m.Forecast.centre_id == bindparam("centre")
)
_DUE = (
    select(m.Board.centre_id)
    .outerjoin(m.Forecast, m.Forecast.centre_id == m.Board.centre_id)
    .where(
        or_(
            m.Forecast.centre_id.is_(None),
            m.Forecast.version != m.Board.version,
            and_(m.Forecast.busy, m.Forecast.at <= bindparam("before")),
        )
    )
    .order_by(m.Board.centre_id)
)


def of_centre(session: Session, centre_id: int) -> Kept | None:
    row = session.connection().execute(_OF_CENTRE, {"centre": centre_id}).first()
    if row is None:
        return None
    lines = {int(ticket_id): Minutes(*both) for ticket_id, both in row.lines.items()}
    return Kept(row.version, row.at, row.busy, row.alone, row.full, lines)


def due(session: Session, before: datetime) -> list[int]:
    """Centres whose board has changed since their forecast, or which are busy and have one from `before` or earlier."""
    return list(session.scalars(_DUE, {"before": before}))


def keep(session: Session, centre_id: int, kept: Kept) -> None:
    """In place of the one before."""
    lines: dict[str, Any] = {str(ticket_id): list(both) for ticket_id, both in kept.lines.items()}
    session.execute(delete(m.Forecast).where(m.Forecast.centre_id == centre_id))
    session.execute(insert(m.Forecast).values({"centre_id": centre_id, **kept._asdict(), "lines": lines}))


def promise(session: Session, centre_id: int, kept: Kept) -> None:
    """Keep the first forecast of each number, to be compared with what comes."""
    waiting = set(kept.lines) - {NEWCOMER}
    known = set(session.scalars(select(m.Promise.ticket_id).where(m.Promise.ticket_id.in_(waiting))))
    fresh = [
        {"ticket_id": id_, "centre_id": centre_id, "at": kept.at, **kept.lines[id_]._asdict()}
        for id_ in sorted(waiting - known)
    ]
    if fresh:
        session.execute(insert(m.Promise), fresh)


def promises(session: Session, centre_id: int, first: date, last: date) -> list[tuple[Minutes, datetime, datetime]]:
    """(forecast, when, first call) of the numbers of these days that were called, and were never parked meanwhile."""
    t, p, step = m.Ticket, m.Promise, m.Step
    called = select(func.min(step.at)).where(step.ticket_id == t.id, step.name == "call").scalar_subquery()
    parked = exists().where(step.ticket_id == t.id, step.name == "park")
    rows = session.execute(
        select(p.half, p.most, p.at, called)
        .join(t, t.id == p.ticket_id)
        .where(p.centre_id == centre_id, t.day >= first, t.day <= last, called >= p.at, ~parked)
        .order_by(p.ticket_id)
    )
    return [(Minutes(half, most), at, until) for half, most, at, until in rows]
