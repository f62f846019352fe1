"""How long the waiting still wait, from the roster of today: what domain/waiting plays, read from the rows."""

import threading
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy.orm import Session

from booking.domain import tickets, waiting
from booking.domain.appointments import BOOKED
from booking.domain.queue import Waiting
from booking.domain.times import Grid, Span
from booking.domain.waiting import Counsellor, Forecast, Talk, Ticket, Windows
from booking.services.steps.planning import House
from booking.services.steps.rooms import WALK_IN
from booking.store import appointments as appointment_store
from booking.store import roster as roster_store
from booking.store.appointments import Line
from booking.store.tickets import CurrentLine

MINUTE = timedelta(minutes=1)
SHORT = timedelta(minutes=5)  # a letter, a stamp (domain.md 5.1)
_one_play = threading.Lock()


class Scene(NamedTuple):
    """All that a play needs, so that it can be played when nothing is read any more."""

    counsellors: tuple[Counsellor, ...]
    rooms: tuple[tuple[int, Windows], ...]
    tickets: tuple[Ticket, ...]


def scene(
    session: Session, centre_id: int, today: House, ordered: Sequence[Waiting], current: Sequence[CurrentLine],
    of_today: Sequence[Line], now: datetime,
) -> Scene:  # fmt: skip
    """`ordered`: the waiting tickets in their order, of which those for an event are called by nobody; `of_today`: all
    appointments of today."""
    grid = today.calendar.grid
    span = Span(grid.origin, grid.at(grid.steps))
    room_of = {row.id: row.room_id for row in appointment_store.taken(session, centre_id, span, now)}
    expected = [line for line in of_today if line.state == BOOKED]
    rooms = {
        room.id: _windows(grid, grid.whole, (line for line in expected if room_of.get(line.id) == room.id), now)
        for room in roster_store.talk_rooms(session, centre_id)
    }
    called = [one for one in ordered if one.kind != tickets.EVENT or one.bound_to is not None]
    skills, rooms_of = roster_store.skills(session, centre_id), roster_store.rooms_used(session, centre_id)
    languages = roster_store.languages(session, centre_id)
    carriers = {person.id: person.carrier_id for person in roster_store.people(session, centre_id)}
    talks = {line.counsellor_id: line for line in current}
    people = [
        Counsellor(
            id_, frozenset(skills.get(id_, ())), tuple(room for room in rooms_of.get(id_, ()) if room in rooms),
            _windows(grid, work.talks, (line for line in expected if line.counsellor_id == id_), now),
            _talk(talks.get(id_), now), frozenset(languages.get(id_, ())), carriers.get(id_),
        )
        for id_, work in today.at_work.items()
    ]  # fmt: skip
    return Scene(tuple(people), tuple(rooms.items()), tuple(_ticket(one, of_today, now) for one in called))


def forecasts(seen: Scene) -> dict[int, Forecast]:
    """By ticket id. One play at a time: two desks, and a page that asks again within the minute, need only one."""
    with _one_play:
        return _played(seen)


@lru_cache(maxsize=256)
def _played(seen: Scene) -> dict[int, Forecast]:
    return waiting.project(seen.counsellors, dict(seen.rooms), seen.tickets)


def closes_at(today: House, now: datetime) -> datetime | None:
    """When today's last open hours without an appointment end; of all hours, in a centre that has no such. None if
    they are over."""
    spans = today.calendar.grid.spans(today.opening.walk_in or today.opening.open_steps)
    return spans[-1].ends if spans and spans[-1].ends > now else None


def _windows(grid: Grid, steps: int, kept_for: Iterable[Line], now: datetime) -> Windows:
    """Minutes from now of these steps, from this one on, without the time of those appointments."""
    free = steps & ~grid.inside(Span(grid.origin, now))
    for line in kept_for:
        free &= ~grid.touched(Span(line.starts_at, line.ends_at))
    return tuple((_minutes(span.starts, now), _minutes(span.ends, now)) for span in grid.spans(free))


def _talk(line: CurrentLine | None, now: datetime) -> Talk | None:
    if line is None:
        return None
    return Talk(max(_minutes(now, line.started_at or line.called_at), 0.0), WALK_IN / MINUTE, line.room_id)


def _ticket(ticket: Waiting, of_today: Sequence[Line], now: datetime) -> Ticket:
    due = None if ticket.turn_at is None else _minutes(ticket.turn_at, now)
    own = (line for line in of_today if (line.starts_at, line.counsellor_id) == (ticket.due_at, ticket.bound_to))
    known = next((line.ends_at - line.starts_at for line in own), SHORT if ticket.kind == tickets.SHORT else WALK_IN)
    return Ticket(
        ticket.id, ticket.programme_id, ticket.bound_to, due, known / MINUTE, _minutes(ticket.counts_from, now),
        ticket.raised, ticket.kind == tickets.CRISIS, ticket.language, ticket.carrier_id,
    )  # fmt: skip


def _minutes(at: datetime, since: datetime) -> float:
    """Whole minutes: who looks within the same one sees the same forecast."""
    return float((at - since) // MINUTE)
