"""Days on which somebody is missing: invented ones for tests and bench, and two oracles of another kind.

The oracles know nothing of masks, of the greedy or of the solver's model in the house: one tries everything, the other
is a programme over (counsellor, room) pairs, five minutes by five minutes. They answer a score: visitors kept, minus
unaffected who are moved, minus new interpreters, in this order.
"""

import random
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import highspy
import numpy as np

from booking.domain.assignment import Load
from booking.domain.availability import Counsellor, Plan, Programme, Request, offers_at
from booking.domain.cover_values import Inputs, Place, Talk, lost, place_of, taken
from booking.domain.places import Room
from booking.domain.roster import Calendar
from booking.domain.times import Grid, Span, days_from, instant

BERLIN = ZoneInfo("Europe/Berlin")
TUESDAY = date(2027, 3, 2)
NOW = instant(TUESDAY, time(7, 40), BERLIN)
MINUTE = timedelta(minutes=1)
LANGUAGES = ("de", "en", "ar", "uk", "tr", "fa")
GERMAN = frozenset({"de"})
Score = tuple[int, int, int]


def wall(clock: str, day: date = TUESDAY) -> datetime:
    return instant(day, time.fromisoformat(clock), BERLIN)


def a_calendar(days: int = 4) -> Calendar:
    every = tuple(days_from(TUESDAY, days))
    return Calendar(BERLIN, Grid.over(TUESDAY, days, BERLIN), every, every)


def hours(cal: Calendar, *spans: str) -> int:
    """The steps of "09:00-12:00" on every day."""
    found = 0
    for day in cal.days:
        for span in spans:
            first, last = span.split("-")
            found |= cal.grid.inside(Span(wall(first, day), wall(last, day)))
    return found


def a_room(id_: int, cal: Calendar, **values) -> Room:
    return Room(id_, 3, True, True, (cal.grid.whole,))._replace(**values)


def a_day(
    people: list[Counsellor], rooms: list[Room], cal: Calendar, *, open_="09:00-12:00 13:00-16:00", walk_in="", **values
) -> Plan:
    return Plan(
        calendar=cal, open_steps=hours(cal, *open_.split()), walk_in_steps=hours(cal, *walk_in.split()),
        counsellors=tuple(people), rooms={room.id: room for room in rooms}, interpreters=(),
        programmes={id_: Programme(id_, None, None, None, None) for id_ in (1, 2)}, interpreted=frozenset(),
        interpreter_lead=timedelta(0), buffer_minutes=5, start_every=15, min_reachable=1,
    )._replace(**values)  # fmt: skip


def a_person(id_: int, free: int, rooms=(1,), languages=GERMAN, programmes=(1,), **values) -> Counsellor:
    return Counsellor(id_, 7, True, frozenset(programmes), frozenset(languages), tuple(rooms), free, **values)


def a_request(cal: Calendar, language="de", programme=1, minutes=30, **values) -> Request:
    return Request((programme,), minutes, language, None, Span(NOW, cal.grid.at(cal.grid.steps)), **values)


def inputs_of(plan: Plan, talks: list[Talk], there: dict[int, int], **values) -> Inputs:
    """With every talk's place taken of the plan, in which all are free."""
    for talk in talks:
        plan = taken(plan, talk.place)
    people = tuple(c._replace(free=c.free & there.get(c.id, 0)) for c in plan.counsellors)
    cal = plan.calendar
    whole = Span(wall("09:00", cal.days[-2]), cal.grid.at(cal.grid.steps))
    return Inputs(
        plan._replace(counsellors=people), tuple(talks), there, dict.fromkeys(plan.rooms, cal.grid.whole),
        {i.id: cal.grid.whole for i in plan.interpreters}, {c.id: Load(0, 2340, None) for c in plan.counsellors},
        whole, wall("18:00", cal.days[-3]),
    )._replace(**values)  # fmt: skip


class Size(NamedTuple):
    people: int
    rooms: int
    talks: int
    absent: int


def an_instance(seed: int, size: Size, days: int = 4) -> Inputs:
    """A booked Tuesday of invented people, some of whom are missing; every talk in a place it could be booked into."""
    rng, cal = random.Random(seed), a_calendar(days)
    shifts = (hours(cal, "09:00-12:00", "13:00-16:00"), hours(cal, "09:00-12:00"), hours(cal, "13:00-16:00"))
    people = [
        a_person(
            n, rng.choices(shifts, (3, 1, 1))[0], rooms=rng.sample(range(1, size.rooms + 1), min(size.rooms, own)),
            languages={"de", *rng.sample(LANGUAGES, rng.randint(0, 3))}, programmes=rng.choice(((1,), (2,), (1, 2))),
        )._replace(duty=rng.random() < 0.9)
        for n in range(1, size.people + 1)
        for own in (rng.randint(1, 4),)
    ]  # fmt: skip
    plan = a_day(
        people, [a_room(n, cal) for n in range(1, size.rooms + 1)], cal, walk_in=rng.choice(("", "09:00-12:00")),
        interpreted=frozenset(rng.sample(LANGUAGES, rng.randint(0, 2))),
    )  # fmt: skip
    talks = _booked(rng, plan, size.talks)
    gone = {talk.place.counsellor_id for talk in talks}
    gone = set(rng.sample(sorted(gone), min(size.absent, len(gone))))
    there = {c.id: 0 if c.id in gone else c.free for c in people}
    loads = {c.id: Load(rng.randrange(0, 1200, 30), 2340, None) for c in people}
    return inputs_of(plan, talks, there, loads=loads)


def _booked(rng: random.Random, plan: Plan, count: int) -> list[Talk]:
    cal, talks = plan.calendar, []
    starts = [wall(f"{hour:02}:{minute:02}") for hour in (9, 10, 11, 13, 14, 15) for minute in (0, 15, 30, 45)]
    for _try in range(count * 8):
        request = a_request(cal, rng.choice(LANGUAGES), rng.choice((1, 2)), rng.choice((30, 45)))
        start = rng.choice(starts)
        offers = offers_at(plan, request, start)
        if offers and len(talks) < count:
            place = place_of(rng.choice(offers), start)
            plan = taken(plan, place)
            talks.append(Talk(len(talks) + 1, place, request))
    return talks


# ── what is possible, by hand ─────────────────────────────────────────────────────────────────────────────────────


class Way(NamedTuple):
    """`own`: where an unaffected talk is now."""

    counsellor: int
    room: int
    ends: datetime
    new_interpreter: bool
    own: bool

    def meets(self, start: datetime, other: "Way", other_start: datetime) -> bool:
        same = self.counsellor == other.counsellor or self.room == other.room
        return same and start < other.ends and other_start < self.ends


def possible(inputs: Inputs, talk: Talk) -> list[Way]:
    """Ways to keep a talk at its time if nobody else were booked."""
    start, plan, gone = talk.place.starts_at, inputs.plan, lost(inputs, talk)
    found = []
    for c in plan.counsellors:
        speaks = talk.request.language in c.languages
        if (not speaks and talk.request.language not in plan.interpreted) or talk.request.programmes[
            0
        ] not in c.programmes:
            continue
        minutes = talk.request.minutes
        minutes = minutes if speaks else max(-(-minutes * 3 // 2 // 5) * 5, minutes + 15)
        ends = start + (minutes + plan.buffer_minutes) * MINUTE
        for room in c.rooms:
            if all(at_work(inputs, c, at) and is_open(inputs, at) for at in clock(start, ends)):
                new = not speaks and not talk.place.interpreter
                own = gone is None and (c.id, room) == talk.place[:2]
                found.append(Way(c.id, room, ends, new, own))
    return found


def clock(start: datetime, ends: datetime) -> list[datetime]:
    return [start + n * 5 * MINUTE for n in range((ends - start) // (5 * MINUTE))]


def at_work(inputs: Inputs, c: Counsellor, at: datetime) -> bool:
    return bool(inputs.there[c.id] >> inputs.plan.calendar.grid.floor(at) & 1)


def is_open(inputs: Inputs, at: datetime) -> bool:
    return bool(inputs.plan.open_steps >> inputs.plan.calendar.grid.floor(at) & 1)


def witnesses(inputs: Inputs, at: datetime, busy: set[tuple[str, int]]) -> list[tuple[int, int]]:
    return [
        (c.id, room) for c in inputs.plan.counsellors for room in c.rooms
        if c.duty and at_work(inputs, c, at) and not {("c", c.id), ("r", room)} & busy
    ]  # fmt: skip


def guarded(inputs: Inputs) -> list[datetime]:
    """Walk-in time in which, without the affected, somebody could see a walk-in."""
    grid, stay = inputs.plan.calendar.grid, [t for t in inputs.talks if lost(inputs, t) is None]
    found = []
    for step in range(grid.floor(wall("09:00")), grid.floor(wall("16:00"))):
        at = grid.at(step)
        if inputs.plan.walk_in_steps >> step & 1 and witnesses(inputs, at, busy_at(at, [(t.place, t) for t in stay])):
            found.append(at)
    return found


def busy_at(at: datetime, places) -> set[tuple[str, int]]:
    now = [place for place, _talk in places if place.starts_at <= at < place.busy_until]
    return {("c", p.counsellor_id) for p in now} | {("r", p.room_id) for p in now}


# ── the oracle that tries everything ──────────────────────────────────────────────────────────────────────────────


def brute_force(inputs: Inputs) -> Score:
    """For up to eight talks."""
    talks = sorted(inputs.talks, key=lambda talk: (lost(inputs, talk) is not None, talk.place.starts_at))
    options = [possible(inputs, talk) for talk in talks]
    options = [sorted(ways, key=lambda way: (not way.own, way.new_interpreter)) for ways in options]
    affected = [lost(inputs, talk) is not None for talk in talks]
    times, best = guarded(inputs), [(-1, 0, 0)]

    def walk_ins(chosen: list[Way | None]) -> bool:
        places = [(Place(w.counsellor, w.room, t.place.starts_at, w.ends, w.ends), t)
                  for w, t in zip(chosen, talks, strict=False) if w]  # fmt: skip
        return all(witnesses(inputs, at, busy_at(at, places)) for at in times)

    def go(chosen: list[Way | None], score: Score) -> None:
        at = len(chosen)
        if at == len(talks):
            if score > best[0] and walk_ins(chosen):
                best[0] = score
            return
        if (score[0] + sum(affected[at:]), score[1], score[2]) <= best[0]:
            return
        start = talks[at].place.starts_at
        for way in options[at]:
            meets = any(w and w.meets(t.place.starts_at, way, start) for w, t in zip(chosen, talks, strict=False))
            if not meets:
                more = (affected[at], -(not affected[at] and not way.own), -way.new_interpreter)
                go([*chosen, way], tuple(a + b for a, b in zip(score, more, strict=True)))
        if affected[at]:
            go([*chosen, None], score)

    go([], (0, 0, 0))
    return best[0]


# ── the oracle of another formulation ─────────────────────────────────────────────────────────────────────────────


def by_parts(inputs: Inputs, seconds: float = 60) -> Score:
    """Columns for counsellors and rooms apart, and for each witness, in each five minutes."""
    model = _Model(seconds)
    uses: dict[object, list[int]] = defaultdict(list)
    for talk in inputs.talks:
        _add_talk(model, uses, inputs, talk)
    for at in guarded(inputs):
        seen = []
        for counsellor, room in witnesses(inputs, at, set()):
            seen.append(model.column(0))
            uses[at, "c", counsellor].append(seen[-1])
            uses[at, "r", room].append(seen[-1])
        model.row(1, len(seen), dict.fromkeys(seen, 1))
    for columns in uses.values():
        model.row(0, 1, dict.fromkeys(columns, 1))
    kept, below = divmod(-round(model.best()), 10_000)
    return -kept, -(below // 100), -(below % 100)


def _add_talk(model: "_Model", uses: dict[object, list[int]], inputs: Inputs, talk: Talk) -> None:
    affected, options = lost(inputs, talk) is not None, possible(inputs, talk)
    new = {(w.counsellor, w.ends): w.new_interpreter for w in options}
    people = {one: model.column((1e4 if affected else -100) - new[one]) for one in new}
    rooms = {one: model.column(0) for one in {(w.room, w.ends) for w in options}}
    for (who, ends), column in people.items():
        fitting = {w.room for w in options if (w.counsellor, w.ends) == (who, ends)}
        model.row(-1, 0, {column: 1, **{rooms[room, ends]: -1 for room in fitting}})
    model.row(0, 0, {**dict.fromkeys(people.values(), 1), **dict.fromkeys(rooms.values(), -1)})
    model.row(0 if affected else 1, 1, dict.fromkeys(people.values(), 1))
    for own in (way for way in options if way.own):
        stays = model.column(100)
        model.row(-1, 0, {stays: 1, people[own.counsellor, own.ends]: -1})
        model.row(-1, 0, {stays: 1, rooms[own.room, own.ends]: -1})
    for kind, columns in (("c", people), ("r", rooms)):
        for (id_, ends), column in columns.items():
            for at in clock(talk.place.starts_at, ends):
                uses[at, kind, id_].append(column)


class _Model:
    def __init__(self, seconds: float) -> None:
        self._highs, self._columns = highspy.Highs(), 0
        for name, value in (("output_flag", False), ("time_limit", seconds), ("mip_rel_gap", 0.0)):
            self._highs.setOptionValue(name, value)

    def column(self, worth: float) -> int:
        self._highs.addVar(0, 1)
        self._highs.changeColIntegrality(self._columns, highspy.HighsVarType.kInteger)
        self._highs.changeColCost(self._columns, worth)
        self._columns += 1
        return self._columns - 1

    def row(self, least: float, most: float, parts: dict[int, float]) -> None:
        self._highs.addRow(
            least, most, len(parts), np.array(list(parts), dtype=np.int32), np.array(list(parts.values()), dtype=float)
        )

    def best(self) -> float:
        self._highs.changeObjectiveSense(highspy.ObjSense.kMaximize)
        self._highs.run()
        assert self._highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return self._highs.getInfo().objective_function_value


def own_score(inputs: Inputs, lines) -> Score:
    kept = [line for line in lines if line.action in ("colleague", "swap")]
    affected = [line for line in kept if "lost" in line.because]
    new = sum(line.after.interpreter and not line.before.interpreter for line in kept)
    return len(affected), -(len(kept) - len(affected)), -new
