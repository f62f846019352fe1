"""What happened to a ticket last, and taking it back."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from booking.domain.tickets import WAITING
from booking.store import models as m

s = m.Step.__table__.c


class StepRow(NamedTuple):
    """A step of a ticket, and what the ticket was `before` it; None: it cannot be taken back."""

    id: int
    ticket_id: int
    name: str
    at: datetime
    staff_id: int | None
    before: dict[str, Any] | None


_STEP = select(*(s[name] for name in StepRow._fields)).where(
    s.centre_id == bindparam("centre"), s.id == bindparam("step")
)
_LAST_BY = (
    select(*(s[name] for name in StepRow._fields))
    .where(s.centre_id == bindparam("centre"), s.staff_id == bindparam("staff"), s.ticket_id.is_not(None),
           s.at >= bindparam("since"))
    .order_by(s.id.desc())
    .limit(1)
)  # fmt: skip
_LAST_STEP = select(func.max(s.id)).where(s.centre_id == bindparam("centre"), s.ticket_id == bindparam("of"))
_ARRIVED = (
    select(m.Ticket.number)
    .join(m.Step, m.Step.ticket_id == m.Ticket.id)
    .where(s.centre_id == bindparam("centre"), s.door == bindparam("door"), s.name == "taken",
           s.at >= bindparam("since"), m.Ticket.state == WAITING)
    .order_by(s.id.desc())
)  # fmt: skip
_UNDONE = update(m.Step).where(s.id == bindparam("step"), s.undone.is_(False)).values(undone=True)


def step(session: Session, centre_id: int, step_id: int) -> StepRow | None:
    """A ticket's step; None for one of anything else."""
    row = session.connection().execute(_STEP.where(s.ticket_id.is_not(None)), {"centre": centre_id, "step": step_id})
    found = row.first()
    return StepRow._make(found) if found else None


def last_by(session: Session, centre_id: int, staff_id: int, since: datetime) -> StepRow | None:
    """The newest step of a ticket that this person took since then, if it can be taken back and still is the last."""
    wanted = {"centre": centre_id, "staff": staff_id, "since": since}
    row = session.connection().execute(_LAST_BY, wanted).first()
    if row is None or row.before is None or last_step(session, centre_id, row.ticket_id) != row.id:
        return None
    return StepRow._make(row)


def last_step(session: Session, centre_id: int, ticket_id: int) -> int | None:
    """The id of what happened last to a ticket."""
    return session.connection().execute(_LAST_STEP, {"centre": centre_id, "of": ticket_id}).scalar()


def undone(session: Session, step_id: int) -> bool:
    """Mark a step as taken back; False if it was."""
    return session.connection().execute(_UNDONE, {"step": step_id}).rowcount == 1


def arrived(session: Session, centre_id: int, door: str, since: datetime) -> list[int]:
    """The numbers that came through this door since then and still wait, newest first."""
    rows = session.connection().execute(_ARRIVED, {"centre": centre_id, "door": door, "since": since})
    return list(rows.scalars())
