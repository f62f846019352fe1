"""What can be booked: sets of five-minute steps per counsellor and room, joined by plain bit operations.

A start is offered only if everything holds, and everything offered can be booked: `starts` and `offers_at` read the
same masks. What is kept back for walk-ins stands in domain/reserve.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from booking.domain.places import IN_PERSON, Room, serves_area
from booking.domain.places import Age as Age
from booking.domain.places import Counsellor as Counsellor
from booking.domain.places import Offer as Offer
from booking.domain.places import Plan as Plan
from booking.domain.places import Programme as Programme
from booking.domain.places import Request as Request
from booking.domain.places import Wish as Wish
from booking.domain.places import asks_age as asks_age
from booking.domain.places import serves as serves
from booking.domain.places import with_interpreter as with_interpreter
from booking.domain.reserve import Reserve
from booking.domain.times import Span, grains, runs, steps_of


def starts(plan: Plan, request: Request) -> list[datetime]:
    """Every start that can be booked, ascending."""
    together = 0
    for _, mask in _ways(plan, request):
        together |= mask
    return [plan.calendar.grid.at(step) for step in steps_of(together)]


def offers_at(plan: Plan, request: Request, start: datetime) -> list[Offer]:
    """Every way to keep that start; empty if it is not offered."""
    grid = plan.calendar.grid
    step = grid.floor(start)
    if grid.at(step) != start or not 0 <= step < grid.steps:
        return []
    return [offer for offer, mask in _ways(plan, request) if mask >> step & 1]


class _Words(NamedTuple):
    """How counsellor and visitor understand each other: `begin` are starts, `free` the steps an interpreter has."""

    interpreter: bool
    interpreter_id: int | None
    minutes: int
    begin: int
    free: int


def _ways(plan: Plan, request: Request) -> Iterator[tuple[Offer, int]]:
    window = _window(plan, request)
    eligible = {p: window & _programme_steps(plan, plan.programmes[p], request) for p in request.programmes}
    eligible = {p: steps for p, steps in eligible.items() if steps}
    reserve, helped = Reserve(plan), list(_interpreted(plan, request))
    spoken = [_Words(False, None, request.minutes, plan.calendar.grid.whole, plan.calendar.grid.whole)]
    for c in plan.counsellors:
        if not c.free or not _wanted(c, request):
            continue
        for words in spoken if request.language in c.languages else helped:
            busy = words.minutes + plan.buffer_minutes
            for programme in sorted(c.programmes.intersection(eligible)):
                allowed = eligible[programme] & words.begin
                for room in _rooms(plan, c, programme, request, words) if allowed else ():
                    usable = c.free & words.free & room.free[0] & plan.open_steps & ~reserve.steps(c, room)
                    mask = runs(usable, grains(busy)) & allowed
                    if mask:
                        mask &= ~reserve.starts(c, room, programme, grains(busy))
                    if mask:
                        yield _offer(c, room, programme, words, busy), mask


def _offer(c: Counsellor, room: Room, programme: int, words: _Words, busy: int) -> Offer:
    return Offer(c.id, room.id, programme, c.carrier_id, words.interpreter, words.minutes, busy, words.interpreter_id)


def _wanted(c: Counsellor, request: Request) -> bool:
    return (
        request.carrier_id in (None, c.carrier_id)
        and request.counsellor_id in (None, c.id)
        and (not request.woman or c.woman is True)
    )


def _interpreted(plan: Plan, request: Request) -> Iterable[_Words]:
    """Those who could interpret. Who answers the telephone is not known, so that is nothing for "a woman, please"."""
    minutes, whole = with_interpreter(request.minutes), plan.calendar.grid.whole
    for person in plan.interpreters:
        if request.language in person.languages and (not request.woman or person.woman is True):
            yield _Words(True, person.id, minutes, _after(plan, request, person.lead), person.free)
    if request.language in plan.interpreted and not request.woman:
        yield _Words(True, None, minutes, _after(plan, request, plan.interpreter_lead), whole)


def _rooms(plan: Plan, c: Counsellor, programme: int, request: Request, words: _Words) -> Iterable[Room]:
    """Her rooms that suit: quiet for what is confidential, and for who comes a seat each and no step if asked."""
    quiet = plan.programmes[programme].confidential
    comes = request.mode == IN_PERSON
    seats = request.people + 1 + (words.interpreter_id is not None) if comes else 1
    step_free = comes and request.step_free
    for id_ in c.rooms:
        room = plan.rooms.get(id_)
        if room and room.seats >= seats and (room.quiet or not quiet) and (room.step_free or not step_free):
            yield room


def _window(plan: Plan, request: Request) -> int:
    grid = plan.calendar.grid
    return grid.inside(request.window) & grid.marks(plan.start_every)


def _after(plan: Plan, request: Request, lead: timedelta) -> int:
    grid = plan.calendar.grid
    return grid.inside(Span(request.window.starts + lead, grid.at(grid.steps)))


def _programme_steps(plan: Plan, programme: Programme, request: Request) -> int:
    if not serves_area(programme, request.area):
        return 0
    return _days_served(plan, programme, request.age)


def _days_served(plan: Plan, programme: Programme, age: Age | None) -> int:
    cal = plan.calendar
    valid = cal.whole_days(programme.first_day, programme.last_day)
    if age is None or age.on is None:
        return valid if serves(programme, age, cal.days[0]) else 0
    birthday = cal.whole_days(age.on, None)
    before = valid & ~birthday if serves(programme, age, date.min) else 0
    return before | (valid & birthday if serves(programme, age, age.on) else 0)
