"""What the rules alone cost: all starts of 30 days with 50 counsellors and 5,000 appointments, without a database."""

import random
from datetime import UTC, date, datetime, time, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

from booking.domain import availability
from booking.domain.places import Counsellor, Interpreter, Plan, Programme, Request, Room, Taken, busy, places_left
from booking.domain.reserve import kept_back
from booking.domain.roster import Calendar
from booking.domain.times import Grid, Span, days_from

DAYS, COUNSELLORS, APPOINTMENTS, PROGRAMMES = 30, 50, 5000, 4
BERLIN = ZoneInfo("Europe/Berlin")
FIRST = date(2027, 3, 1)
NOW = datetime(2027, 3, 1, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OPEN, WALK_IN = (time(8), time(18)), (time(9), time(12))


def a_plan() -> Plan:
    """Everybody speaks German and one other language; in the mornings walk-ins are welcome."""
    days = tuple(days_from(FIRST, DAYS))
    cal = Calendar(BERLIN, Grid.over(FIRST, DAYS, BERLIN), days, days)
    open_steps = walk_in = 0
    for day in days:
        open_steps |= cal.wall(day, *OPEN)
        walk_in |= cal.wall(day, *WALK_IN)
    programmes = {n: Programme(n, None, None, None, None) for n in range(PROGRAMMES)}
    people = tuple(
        Counsellor(n, n % 4, True, frozenset({n % PROGRAMMES}), frozenset({"de", "ar" if n % 5 else "tr"}),
                   (n, 1 + n % COUNSELLORS), open_steps)
        for n in range(1, COUNSELLORS + 1)
    )  # fmt: skip
    rooms = {n: Room(n, 3, False, False, (cal.grid.whole,)) for n in range(1, COUNSELLORS + 1)}
    helper = Interpreter(1, frozenset({"so"}), None, timedelta(0), open_steps)
    empty = Plan(cal, open_steps, walk_in, people, rooms, (helper,), programmes, frozenset({"fa"}), timedelta(0),
                 5, 15, 1, 20)  # fmt: skip
    return empty._replace(kept_back=kept_back(empty, 25, NOW))


def booked() -> list[Taken]:
    """So many talks of 35 minutes, nobody in two of them."""
    chance, found = random.Random(2009), []
    places = [(c, day, n) for c in range(1, COUNSELLORS + 1) for day in range(DAYS) for n in range(12)]
    for id_, (counsellor, day, n) in enumerate(chance.sample(places, APPOINTMENTS)):
        starts = NOW + day * timedelta(days=1) + n * 45 * MINUTE
        found.append(Taken(id_, counsellor, counsellor, starts, starts + 35 * MINUTE, starts + 30 * MINUTE, None))
    return found


def with_taken(plan: Plan, taken: list[Taken]) -> Plan:
    used = busy(plan.calendar.grid, taken)
    return plan._replace(
        counsellors=tuple(c._replace(free=c.free & ~used.people.get(c.id, 0)) for c in plan.counsellors),
        rooms={
            n: room._replace(free=places_left(room.free[0], 1, used.rooms.get(n, ()))) for n, room in plan.rooms.items()
        },
    )


class Rules:
    """One centre's plan without its appointments, which each measurement reads into it anew."""

    def __init__(self) -> None:
        self._plan = a_plan()
        self._taken = booked()
        window = Span(NOW, self._plan.calendar.grid.at(self._plan.calendar.grid.steps))
        self._request = Request(tuple(range(PROGRAMMES)), 30, "ar", None, window)

    def timed(self) -> float:
        """Seconds from the appointments to every start that can be booked."""
        began = perf_counter()
        availability.starts(with_taken(self._plan, self._taken), self._request)
        return perf_counter() - began
