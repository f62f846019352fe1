"""The queue is closed for today: nobody gets a number any more but in a crisis, and all screens say so."""

from datetime import datetime
from typing import NamedTuple

from booking.domain import tickets
from booking.domain.actors import By
from booking.domain.times import local_day
from booking.services.steps import planning, queueing, standing
from booking.services.steps.recording import board_changed, ticket_step
from booking.store import stops as store
from booking.store.db import reading, transaction


class Stand(NamedTuple):
    """`stopped`: closed for today; `full`: it should be, for whoever comes now will probably not be helped before the
    day is over (domain.md 5.5; with 80 %)."""

    stopped: bool
    full: bool


def stand(centre_id: int, *, now: datetime) -> Stand:
    with reading() as session:
        day = local_day(now, planning.rules_of(session, centre_id).zone)
        return Stand(store.stopped(session, centre_id, day), standing.outlook(session, centre_id, now).full)


def stop(centre_id: int, *, by: int, now: datetime) -> None:
    """Close it for today. `by`: who of staff. A second time changes nothing."""
    with transaction(centre_id) as session:
        day = local_day(now, planning.rules_of(session, centre_id).zone)
        if not store.stopped(session, centre_id, day):
            store.add(session, centre_id, day, by, now)
            board_changed(session, centre_id)


def reopen(centre_id: int, *, by: int, now: datetime) -> None:
    """Numbers are given again. A second time changes nothing."""
    with transaction(centre_id) as session:
        day = local_day(now, planning.rules_of(session, centre_id).zone)
        if store.reopen(session, centre_id, day, by, now):
            board_changed(session, centre_id)


def turn_away(centre_id: int, *, language: str | None, by: By, now: datetime) -> int:
    """Somebody has come for whom there is no time today: counted as refused, with a number for her slip.

    Answers the ticket's id. Refusal: NumbersUsedUp.
    """
    with transaction(centre_id) as session:
        day = local_day(now, planning.rules_of(session, centre_id).zone)
        ticket_id = queueing.number(session, centre_id, day, now, kind=tickets.WALK_IN, language=language)
        ticket_step(session, centre_id, ticket_id, "taken", now, by)
        queueing.step(session, centre_id, ticket_id, tickets.WAITING, "refuse", now, by, before=None, ended_at=now)
        return ticket_id
