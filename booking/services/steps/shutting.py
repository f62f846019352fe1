"""Telling everybody booked for the rest of the day that the centre is closed. Opens no transaction.

For three minutes nobody is told: whoever opens again until then has closed for nobody. Their appointments stay booked,
so that cover can propose new times; what it settles is told instead, see services/cover.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from booking.domain import roster
from booking.domain.actors import By
from booking.domain.centre_changes import Booked
from booking.domain.reminders import CLOSED, DROPPED, DUE, RESTORED, TELL_AFTER, UNSENT
from booking.domain.roster import OPEN, SHUT, Closure
from booking.domain.times import DAY, Grid, Span, local_day
from booking.services.steps import messages, planning
from booking.services.steps.recording import appointment_step
from booking.store import cover as cover_store
from booking.store import messages as message_store
from booking.store import rostering as store
from booking.store.messages import Sent
from booking.store.rostering import ClosureRow

UNTOLD = UNSENT | {DROPPED}


class Told(NamedTuple):
    """Who is told of a closure: appointment ids by whether a message reaches them. `until`: nobody is told before."""

    reached: dict[int, Booked]
    to_call: dict[int, Booked]
    until: datetime | None


def is_told(closure: Closure, fact: bool) -> bool:
    """Of a plan its appointments are settled first; and a carrier's colleagues may take over what was booked there."""
    return fact and closure.kind == SHUT and closure.carrier_id is None


def tell(session: Session, centre_id: int, closure: Closure, now: datetime) -> None:
    """Once for each time an appointment was given, and once more if it was said since that it takes place after all."""
    booked = _of_today(session, centre_id, closure, now)
    last = _last_said(session, centre_id)
    unsaid = {id_ for id_ in booked if id_ in last and last[id_].kind == RESTORED and last[id_].state == DUE}
    message_store.unmake(session, centre_id, [last[id_].id for id_ in unsaid])
    waiting = {id_ for id_ in booked if id_ not in last or last[id_].kind == RESTORED} - unsaid
    _queue(session, centre_id, waiting, last, CLOSED, now + TELL_AFTER)


def untell(session: Session, centre_id: int, row: ClosureRow, by: By, now: datetime) -> None:
    """Open again: who has not been told hears nothing; who has, that the appointment takes place after all. Who was
    called has to be called anew, should it be closed once more.

    What cover has withdrawn is gone too, or undoing its plan would tell of a closure that is over. What another
    closure covers as well stays told.
    """
    last = _last_said(session, centre_id)
    shut = _shut_today(session, centre_id, row, now)
    unmade = message_store.unmade(session, centre_id, CLOSED, now - DAY)
    message_store.unmake(session, centre_id, [one.id for one in unmade if not shut.holds(one.span)])
    booked = {
        id_: one
        for id_, one in _of_today(session, centre_id, row.closure, now).items()
        if not shut.holds(Span(one.starts_at, one.ends_at))
    }
    told = {id_ for id_ in booked if id_ in last and last[id_].kind == CLOSED and last[id_].state not in UNTOLD | {DUE}}
    _queue(session, centre_id, told, last, RESTORED, now)
    called = {id_ for id_, ticks in store.phoned(session, centre_id, booked).items() if ticks % 2}
    for id_ in sorted(called):
        appointment_step(session, centre_id, id_, store.OPEN_AGAIN, now, by)


def told(session: Session, centre_id: int, closure: Closure, now: datetime) -> Told:
    booked = _of_today(session, centre_id, closure, now)
    sent = {id_: one for id_, one in _last_said(session, centre_id).items() if one.kind == CLOSED}
    reached = {id_: row for id_, row in booked.items() if id_ in sent and sent[id_].state not in UNTOLD}
    due = [sent[id_].due_at for id_ in reached if sent[id_].state == DUE and now < sent[id_].due_at]
    to_call = {id_: row for id_, row in booked.items() if id_ not in reached}
    return Told(reached, to_call, max(due, default=None))


def _last_said(session: Session, centre_id: int) -> dict[int, Sent]:
    """Whether an appointment's visitor heard last that it is closed, or that it is not."""
    return message_store.latest_of(session, centre_id, (CLOSED, RESTORED))


def _queue(session: Session, centre_id: int, ids: set[int], last: dict[int, Sent], kind: str, due_at: datetime) -> None:
    rows = cover_store.of_ids(session, centre_id, ids)
    for id_ in sorted(cover_store.told(session, centre_id, ids)):
        messages.tell(
            session, centre_id=centre_id, appointment_id=id_, starts_at=rows[id_].starts_at,
            language=rows[id_].language, kind=kind, due_at=due_at, of=last[id_].id if id_ in last else None,
        )  # fmt: skip


class _Shut(NamedTuple):
    """Steps of a day in which nobody counsels."""

    grid: Grid
    steps: int

    def holds(self, span: Span) -> bool:
        return bool(self.grid.touched(span) & self.steps)


def _shut_today(session: Session, centre_id: int, but: ClosureRow, now: datetime) -> _Shut:
    """What all closures of the centre but that one shut today, whether planned or not."""
    zone = planning.rules_of(session, centre_id).zone
    today = local_day(now, zone)
    cal, steps = roster.calendar(zone, (today,), (), ()), 0
    for row in store.closures(session, centre_id, today):
        if row.id != but.id and row.closure.carrier_id is None and row.closure.kind != OPEN:
            steps |= roster.closed_steps(cal, row.closure)
    return _Shut(cal.grid, steps)


def _of_today(session: Session, centre_id: int, closure: Closure, now: datetime) -> dict[int, Booked]:
    """What is booked for the rest of the day and lies in the closure, by id."""
    zone = planning.rules_of(session, centre_id).zone
    today = local_day(now, zone)
    if not closure.covers(today):
        return {}
    cal = roster.calendar(zone, (today,), (), ())
    shut = _Shut(cal.grid, roster.closed_steps(cal, closure))
    return {
        id_: row for id_, row in store.booked(session, centre_id, now) if shut.holds(Span(row.starts_at, row.ends_at))
    }
