"""How long the waiting still wait, from the roster of today: what domain/waiting plays, read from the rows."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from booking.domain import waiting
from booking.domain.appointments import BOOKED
from booking.domain.queue import Waiting
from booking.domain.times import Span
from booking.domain.waiting import Counsellor, Forecast, Ticket
from booking.services.steps.planning import House
from booking.store.appointments import Line
from booking.store.tickets import CurrentLine

WALK_IN_MINUTES = 20.0  # a short matter in open hours (domain.md 2.3)
MINUTE = timedelta(minutes=1)


def forecasts(
    today: House, skills: dict[int, list[int]], ordered: Sequence[Waiting], current: Sequence[CurrentLine],
    appointments: Sequence[Line], now: datetime,
) -> dict[int, Forecast]:  # fmt: skip
    """By ticket id. `ordered`: the waiting tickets in their order; `appointments`: all of today's."""
    talks = {line.counsellor_id: line for line in current}
    people = tuple(
        Counsellor(
            id_, frozenset(skills.get(id_, ())), _windows(today, id_, appointments, now), _talk(talks.get(id_), now)
        )
        for id_ in today.at_work
    )
    tickets = tuple(_ticket(ticket, appointments, now) for ticket in ordered)
    return _played(people, tickets)


@lru_cache(maxsize=256)
def _played(people: tuple[Counsellor, ...], tickets: tuple[Ticket, ...]) -> dict[int, Forecast]:
    """Two desks, and a page that asks again within the minute, need one play."""
    return waiting.project(people, tickets)


def _windows(
    today: House, staff_id: int, appointments: Sequence[Line], now: datetime
) -> tuple[tuple[float, float], ...]:  # fmt: skip
    """Minutes from now in which she may see who waits: at work for talks, without what is booked and still expected."""
    grid = today.calendar.grid
    free = today.at_work[staff_id].talks & ~grid.inside(Span(grid.origin, now))
    for line in appointments:
        if line.counsellor_id == staff_id and line.state == BOOKED:
            free &= ~grid.touched(Span(line.starts_at, line.ends_at))
    return tuple((_minutes(span.starts, now), _minutes(span.ends, now)) for span in grid.spans(free))


def _talk(line: CurrentLine | None, now: datetime) -> tuple[float, float] | None:
    if line is None:
        return None
    return max(_minutes(now, line.started_at or line.called_at), 0.0), WALK_IN_MINUTES


def _ticket(ticket: Waiting, appointments: Sequence[Line], now: datetime) -> Ticket:
    if ticket.due_at is None:
        return Ticket(ticket.id, ticket.programme_id, ticket.bound_to, None, WALK_IN_MINUTES)
    due = _minutes(ticket.due_at, now)
    own = (line for line in appointments if (line.starts_at, line.counsellor_id) == (ticket.due_at, ticket.bound_to))
    usual = next((_minutes(line.ends_at, line.starts_at) for line in own), WALK_IN_MINUTES)
    return Ticket(ticket.id, ticket.programme_id, ticket.bound_to, due, usual)


def _minutes(at: datetime, since: datetime) -> float:
    """Whole minutes: who looks within the same one sees the same forecast."""
    return float((at - since) // MINUTE)
