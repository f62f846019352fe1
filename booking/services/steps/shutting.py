"""Telling everybody booked for the rest of the day that the centre is closed. Opens no transaction.

For three minutes nobody is told: whoever opens again until then has closed for nobody. Their appointments stay booked,
so that cover can propose new times; what it settles is told instead, see services/cover.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from booking.domain import roster
from booking.domain.centre_changes import Booked
from booking.domain.reminders import CLOSED, DROPPED, DUE, RESTORED, TELL_AFTER, UNSENT
from booking.domain.roster import SHUT, Closure
from booking.domain.times import DAY, Span, local_day
from booking.services.steps import messages, planning
from booking.store import cover as cover_store
from booking.store import messages as message_store
from booking.store import rostering as store

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
    """Once for each time an appointment was given."""
    waiting = set(_of_today(session, centre_id, closure, now)) - set(message_store.of_kind(session, centre_id, CLOSED))
    rows = cover_store.of_ids(session, centre_id, waiting)
    for id_ in sorted(cover_store.told(session, centre_id, waiting)):
        messages.tell(
            session, centre_id=centre_id, appointment_id=id_, starts_at=rows[id_].starts_at,
            language=rows[id_].language, kind=CLOSED, due_at=now + TELL_AFTER,
        )  # fmt: skip


def untell(session: Session, centre_id: int, closure: Closure, now: datetime) -> None:
    """Open again: who has not been told hears nothing; who has, that the appointment takes place after all.

    What cover has withdrawn is gone too, or undoing its plan would tell of a closure that is over.
    """
    sent = message_store.of_kind(session, centre_id, CLOSED)
    message_store.unmake(session, centre_id, CLOSED, now - DAY)
    told = {id_ for id_, message in sent.items() if message.state not in UNTOLD | {DUE}}
    again = told & set(_of_today(session, centre_id, closure, now))
    again -= set(message_store.of_kind(session, centre_id, RESTORED))
    rows = cover_store.of_ids(session, centre_id, again)
    for id_ in sorted(again):
        messages.tell(
            session, centre_id=centre_id, appointment_id=id_, starts_at=rows[id_].starts_at,
            language=rows[id_].language, kind=RESTORED, due_at=now,
        )  # fmt: skip


def told(session: Session, centre_id: int, closure: Closure, now: datetime) -> Told:
    booked = _of_today(session, centre_id, closure, now)
    sent = message_store.of_kind(session, centre_id, CLOSED)
    reached = {id_: row for id_, row in booked.items() if id_ in sent and sent[id_].state not in UNTOLD}
    due = [sent[id_].due_at for id_ in reached if sent[id_].state == DUE and now < sent[id_].due_at]
    to_call = {id_: row for id_, row in booked.items() if id_ not in reached}
    return Told(reached, to_call, max(due, default=None))


def _of_today(session: Session, centre_id: int, closure: Closure, now: datetime) -> dict[int, Booked]:
    """What is booked for the rest of the day and lies in the closure, by id."""
    zone = planning.rules_of(session, centre_id).zone
    today = local_day(now, zone)
    if not closure.covers(today):
        return {}
    cal = roster.calendar(zone, (today,), (), ())
    shut = roster.closed_steps(cal, closure)
    return {
        id_: row
        for id_, row in store.booked(session, centre_id, now)
        if cal.grid.touched(Span(row.starts_at, row.ends_at)) & shut
    }
