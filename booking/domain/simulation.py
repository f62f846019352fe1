"""A quarter of a centre, played with invented visitors: what pooling four carriers and the rule of presence are worth.

It runs the real rules (availability, assignment, cover, queue), not a copy. The same visitors, no-shows and sick days
come in every scenario: drawn once from the seed, in domain/simulated_demand.
"""

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from booking.domain import assignment, cover, presence, roster
from booking.domain.assignment import WEEKS, Load
from booking.domain.availability import Counsellor, Plan, Programme, Request, offers_at, starts
from booking.domain.cover_values import Inputs, Place, Talk, place_of, taken
from booking.domain.places import Room
from booking.domain.presence import Head, Watch
from booking.domain.roster import Closure, Hours, Opening, Shift, Work
from booking.domain.simulated_demand import Day, Visitor
from booking.domain.simulated_session import Booked, Seen, play
from booking.domain.times import DAY, Span, day_span, instant

QUARTER_WEEKS = 13
SICK_CALL = time(7, 40)
SOLVER_SECONDS = 0.3


class House(NamedTuple):
    """A centre as its file describes it, with numbers for ids. `staff`: nobody is taken yet."""

    zone: ZoneInfo
    hours: tuple[Hours, ...]
    closures: tuple[Closure, ...]
    holidays: frozenset[date]
    shifts: tuple[Shift, ...]
    staff: tuple[Counsellor, ...]
    contracts: Mapping[int, int]
    rooms: tuple[Room, ...]
    programmes: Mapping[int, Programme]
    interpreted: frozenset[str]
    interpreter_lead: timedelta
    lead: timedelta
    horizon_days: int
    buffer_minutes: int
    start_every: int
    min_present: int
    min_reachable: int


class Scenario(NamedTuple):
    """`pooled`: every counsellor may see every visitor, else only those of the carrier she came to. `rule`: the last
    who can be reached is not sold."""

    pooled: bool
    rule: bool


SCENARIOS = tuple(Scenario(pooled, rule) for pooled in (True, False) for rule in (True, False))


@dataclass
class Tally:
    """What a scenario's quarter came to. `ahead`: days until each appointment; `covered`: lines of cover by action."""

    asked: int = 0
    refused: int = 0
    ahead: list[int] = field(default_factory=list)
    walk_ins: list[Seen] = field(default_factory=list)
    covered: Counter[str] = field(default_factory=Counter)
    present: int = 0
    open_minutes: int = 0
    reachable: int = 0
    walk_in_minutes: int = 0


class Result(NamedTuple):
    """Percents and minutes as people read them; None where nothing was counted."""

    scenario: Scenario
    asked: int
    refused_percent: float
    days_ahead: float | None
    walk_ins: int
    turned_away_percent: float
    wait_median: float | None
    wait_ninetieth: float | None
    present_percent: float
    reachable_percent: float
    kept_at_time: int
    offered_another: int
    cancelled: int


def run(house: House, days: Sequence[Day], scenario: Scenario) -> Result:
    """One scenario's quarter."""
    state = _State(house, scenario)
    for day in days:
        state.live(day)
    return _result(scenario, state.tally)


class _State:
    """The centre as it stands while the days go by: who is booked, and who is sick until when."""

    def __init__(self, house: House, scenario: Scenario) -> None:
        self.house, self.scenario, self.tally = house, scenario, Tally()
        self._talks: dict[int, Talk] = {}
        self._sick: dict[int, date] = {}
        self._next = 0

    def live(self, day: Day) -> None:
        """One day: the sick call, the bookings as they come, the open doors."""
        self._talks = {id_: t for id_, t in self._talks.items() if t.place.ends_at >= self._at(day.day, time(0))}
        for staff_id, last in day.sick.items():
            self._sick[staff_id] = max(last, self._sick.get(staff_id, last))
        if any(last >= day.day for last in self._sick.values()):
            self._cover(day.day)
        before = [v for v in day.bookings if v.at < time(9)]
        self._book(day.day, before)
        self._open_doors(day)
        self._book(day.day, day.bookings[len(before) :])

    # ── cover ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _cover(self, day: date) -> None:
        now = self._at(day, SICK_CALL)
        inputs = self._inputs(day, now)
        for line in cover.propose(inputs, SOLVER_SECONDS).lines:
            self.tally.covered[line.action] += 1
            if line.after is None:
                del self._talks[line.talk_id]
            else:
                self._talks[line.talk_id] = self._talks[line.talk_id]._replace(place=line.after)

    def _inputs(self, day: date, now: datetime) -> Inputs:
        cal, _, work = self._planned(day)
        plan = self._plan(day)
        talks = tuple(t for t in self._talks.values() if t.place.starts_at > now)
        span = Span(now + self.house.lead, day_span(day + self.house.horizon_days * DAY, self.house.zone).ends)
        there = {id_: w.talks for id_, w in work.items()}
        rooms = {room.id: cal.grid.whole for room in self.house.rooms}
        return Inputs(plan, talks, there, rooms, {}, self._loads(day), span, now)

    # ── bookings ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _book(self, day: date, visitors: Iterable[Visitor]) -> None:
        plan, loads = self._plan(day), self._loads(day)
        for visitor in visitors:
            now = self._at(day, visitor.at)
            request = self._request(visitor, now)
            own = plan if self.scenario.pooled else self._of_carrier(plan, visitor.carrier_id)
            self.tally.asked += 1
            found = starts(own, request)
            if not found:
                self.tally.refused += 1
                continue
            offers = offers_at(own, request, found[0])
            choice = assignment.choose(offers, loads, {c.id: c.rooms for c in plan.counsellors})
            place = place_of(choice.offer, found[0])
            plan = taken(plan, place)
            loads = self._booked(loads, place, now)
            self._talks[self._next] = Talk(self._next, place, request)
            self._next += 1
            self.tally.ahead.append((found[0] - now) // DAY)

    def _of_carrier(self, plan: Plan, carrier_id: int) -> Plan:
        """The plan of a carrier by itself: its own people, the last of whom it keeps for walk-ins."""
        people = tuple(c for c in plan.counsellors if c.carrier_id == carrier_id)
        return plan._replace(counsellors=people)

    def _request(self, visitor: Visitor, now: datetime) -> Request:
        last = day_span(now.astimezone(self.house.zone).date() + self.house.horizon_days * DAY, self.house.zone).ends
        carrier = None if self.scenario.pooled else visitor.carrier_id
        window = Span(now + self.house.lead, last)
        return Request(
            visitor.programmes, visitor.minutes, visitor.language, visitor.age, window, carrier_id=carrier
        )  # fmt: skip

    def _booked(self, loads: Mapping[int, Load], place: Place, now: datetime) -> dict[int, Load]:
        old = loads[place.counsellor_id]
        new = Load(old.booked_minutes + place.minutes, old.contract_minutes, now)
        return {**loads, place.counsellor_id: new}

    def _loads(self, day: date) -> dict[int, Load]:
        until = day_span(day, self.house.zone, WEEKS * 7).ends
        minutes: Counter[int] = Counter()
        for place in [talk.place for talk in self._talks.values() if talk.place.starts_at < until]:
            minutes[place.counsellor_id] += place.minutes
        return {c.id: Load(minutes[c.id], self.house.contracts[c.id], None) for c in self.house.staff}

    # ── the open doors ────────────────────────────────────────────────────────────────────────────────────────────

    def _open_doors(self, day: Day) -> None:
        cal, hours, work = self._planned(day.day)
        whole = day_span(day.day, self.house.zone)
        today = cal.grid.inside(whole)
        of_today = [t for t in self._talks.values() if whole.starts <= t.place.starts_at < whole.ends]
        self._count_presence(cal, hours, work, today, of_today)
        missing = day.missing(of_today)
        booked = [Booked(t.place, t.id in missing) for t in of_today]
        at_work = {id_: cal.grid.spans(w.talks & today) for id_, w in work.items()}
        for period in cal.grid.spans(hours.walk_in & today):
            arrivals = [(at, v) for v in day.walk_ins if period.starts <= (at := self._at(day.day, v.at)) < period.ends]
            self.tally.walk_ins += play(
                period, self.house.staff, at_work, booked, arrivals, pooled=self.scenario.pooled
            )  # fmt: skip

    def _count_presence(
        self, cal: roster.Calendar, hours: Opening, work: Mapping[int, Work], today: int, talks: Iterable[Talk]
    ) -> None:
        """Pooled there is one house; apart, every carrier is a house of its own that may stand empty."""
        busy: dict[int, int] = {}
        rooms = {room.id: today for room in self.house.rooms}
        for talk in talks:
            steps = cal.grid.touched(Span(talk.place.starts_at, talk.place.busy_until))
            busy[talk.place.counsellor_id] = busy.get(talk.place.counsellor_id, 0) | steps
            rooms[talk.place.room_id] &= ~steps
        places = {id_: (free,) for id_, free in rooms.items()}
        opening = Opening(hours.open_steps & today, hours.walk_in & today, hours.sold_alone & today)
        for carrier in {None} if self.scenario.pooled else {c.carrier_id for c in self.house.staff}:
            heads = tuple(
                Head(work[c.id].house & today, work[c.id].talks & ~busy.get(c.id, 0) & today, c.rooms)
                for c in self.house.staff
                if c.duty and carrier in (None, c.carrier_id)
            )
            watch = Watch(cal, opening, heads, places, self.house.min_present, self.house.min_reachable)
            self._count(watch, presence.missing(watch))

    def _count(self, watch: Watch, missing: presence.Missing) -> None:
        opening = watch.opening
        self.tally.open_minutes += opening.open_steps.bit_count()
        self.tally.present += (opening.open_steps & ~missing.present).bit_count()
        self.tally.walk_in_minutes += opening.walk_in.bit_count()
        self.tally.reachable += (opening.walk_in & ~missing.present & ~missing.reachable).bit_count()

    # ── the plan ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _planned(self, day: date) -> tuple[roster.Calendar, Opening, dict[int, Work]]:
        days = tuple(day + n * DAY for n in range(max(self.house.horizon_days + 1, WEEKS * 7)))
        cal = roster.calendar(self.house.zone, days, self.house.closures, self.house.holidays)
        carriers = roster.carriers_away(cal, self.house.closures)
        planned = roster.rostered(cal, self.house.shifts)
        work = {
            c.id: planned.get(c.id, roster.NOT_PLANNED).within(
                ~(carriers.get(c.carrier_id, 0) | self._away(cal, c.id, day))
            )
            for c in self.house.staff
        }
        return cal, roster.opening(cal, self.house.hours), work

    def _away(self, cal: roster.Calendar, staff_id: int, day: date) -> int:
        last = self._sick.get(staff_id)
        return 0 if last is None or last < day else cal.whole_days(day, last)

    def _plan(self, day: date) -> Plan:
        cal, hours, work = self._planned(day)
        house = self.house
        on_duty = [work[c.id].house for c in house.staff if c.duty]
        plan = Plan(
            calendar=cal, open_steps=hours.open_steps, walk_in_steps=presence.kept_for_walk_ins(hours, on_duty),
            counsellors=tuple(c._replace(free=work[c.id].talks) for c in house.staff),
            rooms={room.id: room._replace(free=(cal.grid.whole,)) for room in house.rooms}, interpreters=(),
            programmes=house.programmes, interpreted=house.interpreted, interpreter_lead=house.interpreter_lead,
            buffer_minutes=house.buffer_minutes, start_every=house.start_every,
            min_reachable=house.min_reachable if self.scenario.rule else 0,
        )  # fmt: skip
        for talk in self._talks.values():
            plan = taken(plan, talk.place)
        return plan

    def _at(self, day: date, wall: time) -> datetime:
        return instant(day, wall, self.house.zone)


def _result(scenario: Scenario, tally: Tally) -> Result:
    waits = sorted(seen.waited for seen in tally.walk_ins if seen.waited is not None)
    away = sum(seen.waited is None for seen in tally.walk_ins)
    return Result(
        scenario, tally.asked, _percent(tally.refused, tally.asked),
        statistics.mean(tally.ahead) if tally.ahead else None, len(tally.walk_ins),
        _percent(away, len(tally.walk_ins)), statistics.median(waits) if waits else None,
        waits[int(0.9 * (len(waits) - 1))] if waits else None, _percent(tally.present, tally.open_minutes),
        _percent(tally.reachable, tally.walk_in_minutes), tally.covered["colleague"] + tally.covered["swap"],
        tally.covered["offer"], tally.covered["cancel"],
    )  # fmt: skip


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 100.0
