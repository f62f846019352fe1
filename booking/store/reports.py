"""What the figures are made of: numbers and appointments of a period, without any person."""

from datetime import date, datetime, timedelta

from sqlalchemy import FromClause, func, select
from sqlalchemy.orm import Session

from booking.domain.reports import Visit
from booking.domain.tickets import APPOINTMENT, WALK_IN
from booking.domain.times import Span
from booking.store import models as m

t, a, step = m.Ticket.__table__.c, m.Appointment.__table__.c, m.Step.__table__.c
_MINUTE = timedelta(minutes=1)


def visits(session: Session, centre_id: int, first: date, last: date) -> list[Visit]:
    """The numbers given on these days. The first call counts, not a recall."""
    called = (
        select(step.ticket_id, func.min(step.at).label("at"))
        .join(m.Ticket.__table__, t.id == step.ticket_id)
        .where(t.centre_id == centre_id, t.day >= first, t.day <= last, step.name == "call", step.undone.is_(False))
        .group_by(step.ticket_id)
        .subquery()
    )
    rows = session.connection().execute(
        select(t.kind, t.state, m.Programme.slug, t.language, t.taken_at, t.due_at, called.c.at, t.referred_to)
        .outerjoin(m.Programme, m.Programme.id == t.programme_id)
        .outerjoin(called, called.c.ticket_id == t.id)
        .where(t.centre_id == centre_id, t.day >= first, t.day <= last)
        .order_by(t.id)
    )
    return [
        Visit(_kind(r.kind), r.state, r.slug, r.language, _waited(r.taken_at, r.due_at, r.at), r.referred_to)
        for r in rows
    ]


def outcomes(session: Session, centre_id: int, span: Span) -> list[str]:
    """The states of the appointments that begin in the span."""
    wanted = select(a.state).where(a.centre_id == centre_id, a.starts_at >= span.starts, a.starts_at < span.ends)
    return list(session.connection().execute(wanted.order_by(a.id)).scalars())


def programmes(session: Session, centre_id: int) -> dict[str, dict[str, str]]:
    """Names by slug, those that have ended included."""
    return _names(session, m.Programme.__table__, centre_id)


def topics(session: Session, centre_id: int) -> dict[str, dict[str, str]]:
    """As `programmes`."""
    return _names(session, m.Topic.__table__, centre_id)


def areas(session: Session, centre_id: int) -> dict[str, dict[str, str]]:
    """As `programmes`."""
    return _names(session, m.Area.__table__, centre_id)


def partners(session: Session, centre_id: int) -> dict[str, dict[str, str]]:
    """As `programmes`."""
    return _names(session, m.Partner.__table__, centre_id)


def _names(session: Session, of: FromClause, centre_id: int) -> dict[str, dict[str, str]]:
    rows = select(of.c.slug, of.c.name).where(of.c.centre_id == centre_id).order_by(of.c.id)
    return {row.slug: row.name for row in session.connection().execute(rows)}


def _kind(kind: str) -> str:
    """With or without an appointment: what else somebody came for is nobody's business afterwards."""
    return kind if kind == APPOINTMENT else WALK_IN


def _waited(taken_at: datetime, due_at: datetime | None, called_at: datetime | None) -> int | None:
    if called_at is None:
        return None
    since = max(taken_at, due_at) if due_at else taken_at
    return max((called_at - since) // _MINUTE, 0)
