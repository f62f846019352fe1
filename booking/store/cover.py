"""Cover: what is booked and may have to move, plans with their lines, and the places held for taking back or a yes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from booking.domain.appointments import BOOKED
from booking.domain.cover_values import APPLIED, PUT_OFF, RETURNED
from booking.domain.reminders import DUE
from booking.domain.times import Span
from booking.store import models as m

a, topic, v, c, h, plan, line = (
    t.__table__.c for t in (m.Appointment, m.Topic, m.Visitor, m.Claim, m.Hold, m.CoverPlan, m.CoverLine)
)


class BookedRow(NamedTuple):
    """A booked appointment; the last are its topic's name and times."""

    id: int
    carrier_id: int
    programme_id: int
    topic_id: int
    counsellor_id: int
    room_id: int
    interpreter_id: int | None
    starts_at: datetime
    ends_at: datetime
    busy_until: datetime
    language: str
    interpreter: bool
    mode: str
    length: str
    needs: dict[str, Any]
    because: dict[str, Any]
    sequence: int
    state: str
    code: str | None
    topic: dict[str, str]
    minutes: int
    follow_up_minutes: int | None
    short_minutes: int | None


class PlanRow(NamedTuple):
    id: int
    cause: str
    staff_id: int | None
    applied_at: datetime
    tell_at: datetime


class LineRow(NamedTuple):
    id: int
    plan_id: int
    appointment_id: int
    chain: int
    action: str
    state: str
    because: dict[str, Any]
    before: dict[str, Any]
    after: dict[str, Any]
    hold_id: int | None
    called_at: datetime | None


class Sent(NamedTuple):
    """A message in the outbox, as far as cover looks at it."""

    id: int
    kind: str
    state: str


_BOOKED = (
    select(*(a[name] for name in BookedRow._fields[:-4]), topic.name, topic.minutes, topic.follow_up_minutes,
           topic.short_minutes)
    .join(m.Topic.__table__, topic.id == a.topic_id)
    .order_by(a.starts_at, a.id)
)  # fmt: skip
_LINES = select(*(line[name] for name in LineRow._fields)).order_by(line.id)


def booked(session: Session, centre_id: int, span: Span) -> list[BookedRow]:
    """Booked appointments that begin in the span."""
    mine = a.centre_id == centre_id, a.state == BOOKED, a.starts_at >= span.starts, a.starts_at < span.ends
    return [BookedRow._make(row) for row in session.execute(_BOOKED.where(*mine))]


def of_ids(session: Session, centre_id: int, ids: Iterable[int]) -> dict[int, BookedRow]:
    """By id, whatever their state."""
    rows = session.execute(_BOOKED.where(a.centre_id == centre_id, a.id.in_(tuple(ids))))
    return {row.id: BookedRow._make(row) for row in rows}


def set_back(session: Session, centre_id: int, appointment_id: int, **values: Any) -> None:
    """Write these values, whatever the appointment was; the caller has looked."""
    session.execute(update(m.Appointment).where(a.centre_id == centre_id, a.id == appointment_id).values(**values))


def room_names(session: Session, centre_id: int) -> dict[int, str]:
    room = m.Room.__table__.c
    return {row.id: row.name for row in session.execute(select(room.id, room.name).where(room.centre_id == centre_id))}


def carrier_of(session: Session, staff_id: int) -> int | None:
    return session.scalar(select(m.Staff.carrier_id).where(m.Staff.id == staff_id))


def quiet_until(session: Session, centre_id: int, appointment_id: int) -> datetime | None:
    """When the visitor of what a plan has put off or cancelled is told; None if no plan has."""
    mine = line.centre_id == centre_id, line.appointment_id == appointment_id, line.state == APPLIED
    rows = select(func.max(plan.tell_at)).join(m.CoverLine.__table__, line.plan_id == plan.id)
    return session.execute(rows.where(*mine, line.action.in_(PUT_OFF))).scalar()


# ── plans and lines ───────────────────────────────────────────────────────────────────────────────────────────────


def add_plan(session: Session, **values: Any) -> int:
    return int(session.execute(insert(m.CoverPlan).returning(m.CoverPlan.id), values).scalar_one())


def add_lines(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    session.execute(insert(m.CoverLine), rows)


def plan_of(session: Session, centre_id: int, plan_id: int) -> PlanRow | None:
    rows = select(*(plan[name] for name in PlanRow._fields)).where(plan.centre_id == centre_id, plan.id == plan_id)
    row = session.execute(rows).first()
    return PlanRow._make(row) if row else None


def plans_since(session: Session, centre_id: int, since: datetime, now: datetime) -> list[PlanRow]:
    """Applied since then, or earlier with somebody whose time is still ahead and who was not ticked as called; the
    newest first."""
    open_ = select(line.plan_id).join(m.Appointment.__table__, a.id == line.appointment_id).where(
        line.centre_id == centre_id, line.called_at.is_(None), a.starts_at > now,
        or_(line.action.in_(PUT_OFF), line.state == RETURNED),
    )  # fmt: skip
    rows = select(*(plan[name] for name in PlanRow._fields)).where(
        plan.centre_id == centre_id, or_(plan.applied_at >= since, plan.id.in_(open_))
    )
    return [PlanRow._make(row) for row in session.execute(rows.order_by(plan.applied_at.desc(), plan.id.desc()))]


def lines_of(session: Session, centre_id: int, plan_ids: Iterable[int]) -> list[LineRow]:
    rows = _LINES.where(line.centre_id == centre_id, line.plan_id.in_(tuple(plan_ids)))
    return [LineRow._make(row) for row in session.execute(rows)]


def line_of(session: Session, centre_id: int, line_id: int) -> LineRow | None:
    row = session.execute(_LINES.where(line.centre_id == centre_id, line.id == line_id)).first()
    return LineRow._make(row) if row else None


def line_of_hold(session: Session, centre_id: int, hold_id: int) -> LineRow | None:
    row = session.execute(_LINES.where(line.centre_id == centre_id, line.hold_id == hold_id)).first()
    return LineRow._make(row) if row else None


def change_line(session: Session, centre_id: int, line_id: int, **values: Any) -> bool:
    """True if there is such a line."""
    row = update(m.CoverLine).where(line.centre_id == centre_id, line.id == line_id).values(**values)
    return bool(session.execute(row).rowcount == 1)  # type: ignore[attr-defined]


def change_lines(session: Session, centre_id: int, line_ids: Collection[int], **values: Any) -> None:
    if line_ids:
        mine = update(m.CoverLine).where(line.centre_id == centre_id, line.id.in_(tuple(line_ids)))
        session.execute(mine.values(**values))


def add_grant(session: Session, centre_id: int, staff_id: int, appointment_id: int, now: datetime) -> bool:
    """False if she had it already."""
    if has_grant(session, centre_id, staff_id, appointment_id):
        return False
    row = {"staff_id": staff_id, "appointment_id": appointment_id, "centre_id": centre_id, "at": now}
    session.execute(insert(m.CoverGrant), row)
    return True


def drop_grant(session: Session, centre_id: int, staff_id: int, appointment_id: int) -> None:
    g = m.CoverGrant.__table__.c
    mine = g.centre_id == centre_id, g.staff_id == staff_id, g.appointment_id == appointment_id
    session.execute(delete(m.CoverGrant).where(*mine))


def has_grant(session: Session, centre_id: int, staff_id: int, appointment_id: int) -> bool:
    g = m.CoverGrant.__table__.c
    mine = g.centre_id == centre_id, g.staff_id == staff_id, g.appointment_id == appointment_id
    return session.execute(select(g.staff_id).where(*mine)).first() is not None


# ── who is told ───────────────────────────────────────────────────────────────────────────────────────────────────


def told(session: Session, centre_id: int, appointment_ids: Iterable[int]) -> set[int]:
    """Those appointments whose visitors agreed to messages and can get them."""
    mine = v.centre_id == centre_id, v.appointment_id.in_(tuple(appointment_ids))
    rows = select(v.appointment_id).where(*mine, v.reminders_agreed.is_not(None), v.phone.is_not(None))
    return set(session.scalars(rows))


def messages_of(session: Session, appointment_ids: Iterable[int]) -> dict[int, list[Sent]]:
    """All messages of these appointments, by appointment; those without any are left out."""
    found: dict[int, list[Sent]] = {}
    message = m.Message.__table__.c
    rows = select(message.appointment_id, *(message[name] for name in Sent._fields)).order_by(message.id)
    for id_, *row in session.execute(rows.where(message.appointment_id.in_(tuple(appointment_ids)))):
        found.setdefault(id_, []).append(Sent._make(row))
    return found


def unmake_messages(session: Session, centre_id: int, ids: Collection[int]) -> bool:
    """Messages that nobody will ever send and that were never due: a plan was taken back in time. False if one of them
    is on its way: somebody was first."""
    mine = m.Message.centre_id == centre_id, m.Message.id.in_(tuple(ids)), m.Message.state == DUE
    gone = session.execute(delete(m.Message).where(*mine)).rowcount if ids else 0  # type: ignore[attr-defined]
    return bool(gone == len(ids))
