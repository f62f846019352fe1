"""What can be booked: sets of five-minute steps per counsellor and room, joined by plain bit operations.

A start is offered only if everything holds, and everything offered can be booked: `starts` and `offers_at` read the
same masks. The rule of the house is in `_reserved`: in a walk-in period the last counsellor who could still see
somebody is never sold (reference: "immer mindestens ein Fachberater präsent").
"""

import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from booking.domain.roster import Calendar
from booking.domain.times import GRAIN_MINUTES, Span, grains, runs, steps_of


class Counsellor(NamedTuple):
    """`free`: steps she is planned, not away and not taken. `duty`: counts for presence. `rooms` in her order."""

    id: int
    carrier_id: int
    duty: bool
    programmes: frozenset[int]
    languages: frozenset[str]
    rooms: tuple[int, ...]
    free: int


class Programme(NamedTuple):
    """`from_birthday`: for people who had that birthday; `before_birthday`: for those who had not. None: no rule."""

    id: int
    from_birthday: int | None
    before_birthday: int | None
    first_day: date | None
    last_day: date | None


class Plan(NamedTuple):
    """Everything the rules need to know about one centre and some weeks."""

    calendar: Calendar
    open_steps: int
    walk_in_steps: int
    counsellors: tuple[Counsellor, ...]
    rooms_free: Mapping[int, int]
    programmes: Mapping[int, Programme]
    interpreted: frozenset[str]
    interpreter_lead: timedelta
    buffer_minutes: int
    start_every: int
    min_reachable: int


class Age(NamedTuple):
    """The answer to the one age question, about one birthday (the 27th): reached, not soon, or on a coming day."""

    reached: bool
    on: date | None = None


class Wish(NamedTuple):
    """What a visitor asks for: a topic's slug, a language, and the answer to the age question where there is one."""

    topic: str
    language: str
    age: Age | None


class Request(NamedTuple):
    """`programmes`: those the topic belongs to; `minutes` without interpreter; `age` None where none was asked.

    `carrier_id`: only this carrier's counsellors (a moved appointment keeps its lead carrier).
    """

    programmes: tuple[int, ...]
    minutes: int
    language: str
    age: Age | None
    window: Span
    carrier_id: int | None = None


class Offer(NamedTuple):
    """One way to keep a start. `busy_minutes` is the talk with the buffer after it."""

    counsellor_id: int
    room_id: int
    programme_id: int
    carrier_id: int
    interpreter: bool
    minutes: int
    busy_minutes: int


def with_interpreter(minutes: int) -> int:
    """Half as long again, at least a quarter of an hour more, in five-minute steps (domain.md 2.3)."""
    return max(grains(math.ceil(minutes * 1.5)) * GRAIN_MINUTES, minutes + 15)


def asks_age(programmes: Iterable[Programme]) -> int | None:
    """The birthday at which a topic's responsibility changes, if any of its programmes has an age rule."""
    ages = {age for p in programmes for age in (p.from_birthday, p.before_birthday) if age is not None}
    return min(ages) if ages else None


def serves(programme: Programme, age: Age | None, day: date) -> bool:
    """Whether the programme serves that age on that day; unasked means any. The birthday itself counts as reached."""
    if age is None:
        return True
    reached = age.reached or (age.on is not None and age.on <= day)
    if programme.from_birthday is not None and not reached:
        return False
    return programme.before_birthday is None or not reached


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


def _ways(plan: Plan, request: Request) -> Iterable[tuple[Offer, int]]:
    window = _window(plan, request)
    eligible = {p: window & _programme_steps(plan, plan.programmes[p], request.age) for p in request.programmes}
    reserved = _Reserve(plan)
    for c in plan.counsellors:
        if not c.free or request.carrier_id not in (None, c.carrier_id):
            continue
        speaks = request.language in c.languages
        if not speaks and request.language not in plan.interpreted:
            continue
        minutes = request.minutes if speaks else with_interpreter(request.minutes)
        busy = minutes + plan.buffer_minutes
        for programme in sorted(c.programmes.intersection(eligible)):
            allowed = eligible[programme] if speaks else eligible[programme] & _after_lead(plan, request)
            if not allowed:
                continue
            for room in c.rooms:
                usable = c.free & plan.rooms_free.get(room, 0) & plan.open_steps & ~reserved.steps(c, room)
                mask = runs(usable, grains(busy)) & allowed
                if mask:
                    yield Offer(c.id, room, programme, c.carrier_id, not speaks, minutes, busy), mask


def _window(plan: Plan, request: Request) -> int:
    grid = plan.calendar.grid
    return grid.inside(request.window) & grid.marks(plan.start_every)


def _after_lead(plan: Plan, request: Request) -> int:
    grid = plan.calendar.grid
    return grid.inside(Span(request.window.starts + plan.interpreter_lead, grid.at(grid.steps)))


def _programme_steps(plan: Plan, programme: Programme, age: Age | None) -> int:
    cal = plan.calendar
    valid = cal.whole_days(programme.first_day, programme.last_day)
    if age is None or age.on is None:
        return valid if serves(programme, age, cal.days[0]) else 0
    birthday = cal.whole_days(age.on, None)
    before = valid & ~birthday if serves(programme, age, date.min) else 0
    return before | (valid & birthday if serves(programme, age, age.on) else 0)


class _Reserve:
    """The steps at which a booking of one counsellor in one room would leave nobody reachable for walk-ins.

    Leave-one-out over (counsellor, room): somebody else with duty must be free, in another room she may use. Steps at
    which nobody is reachable anyway are a gap for the lead, not a reason to refuse a booking.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._by_room: dict[int, dict[int, int]] = {}

    def steps(self, counsellor: Counsellor, room: int) -> int:
        if self._plan.min_reachable == 0:
            return 0
        now = self._others(0)[0]
        left = self._others(room).get(counsellor.id, self._others(room)[0])
        return self._plan.walk_in_steps & now & ~left

    def _others(self, room: int) -> dict[int, int]:
        """For the house without `room` (0: with every room): who is reachable at all (key 0) and without each one."""
        if room not in self._by_room:
            self._by_room[room] = self._leave_one_out(room)
        return self._by_room[room]

    def _leave_one_out(self, room: int) -> dict[int, int]:
        on_duty = [c for c in self._plan.counsellors if c.duty]
        reach = [self._reachable(c, room) for c in on_duty]
        before = [0]
        for mask in reach:
            before.append(before[-1] | mask)
        found = {0: before[-1]}
        after = 0
        for i in range(len(on_duty) - 1, -1, -1):
            found[on_duty[i].id] = before[i] | after
            after |= reach[i]
        return found

    def _reachable(self, counsellor: Counsellor, without: int) -> int:
        rooms = 0
        for room in counsellor.rooms:
            if room != without:
                rooms |= self._plan.rooms_free.get(room, 0)
        return counsellor.free & rooms
