"""Loads what the rules of availability need, as plain values."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from booking.domain import roster
from booking.domain.assignment import WEEKS, Load
from booking.domain.availability import Counsellor, Plan
from booking.domain.errors import NotFound
from booking.domain.roster import Calendar, Closure
from booking.domain.times import DAY, Span, day_span, days_from, local_day
from booking.gateways import festivals
from booking.store import appointments as appointment_store
from booking.store import roster as roster_store
from booking.store.appointments import Taken
from booking.store.roster import Person, Rules


class Planned(NamedTuple):
    """A centre's next weeks; `window`: the starts that may be booked now."""

    rules: Rules
    plan: Plan
    window: Span
    taken: list[Taken]
    contracts: dict[int, int]


class Today(NamedTuple):
    """`rostered`: planned steps by staff id; `present`: those of them in which she is not away."""

    rules: Rules
    calendar: Calendar
    open_steps: int
    rostered: dict[int, int]
    present: dict[int, int]
    duty: frozenset[int]


def rules_of(session: Session, centre_id: int) -> Rules:
    found = roster_store.rules(session, centre_id)
    if found is None:
        raise NotFound
    return found


def load(session: Session, centre_id: int, now: datetime, *, without: int | None = None) -> Planned:
    """The plan from today to the horizon; `without`: an appointment that is to be moved and so takes no place."""
    rules = rules_of(session, centre_id)
    today = local_day(now, rules.zone)
    days = tuple(days_from(today, max(rules.horizon_days + 1, WEEKS * 7)))
    closures = roster_store.closures(session, centre_id, today)
    cal = roster.calendar(rules.zone, days, closures, festivals.within(rules.region, days[0], days[-1]))
    open_steps, walk_in_steps = roster.opening(cal, roster_store.opening_hours(session, centre_id))
    people = roster_store.people(session, centre_id)
    held = appointment_store.taken(session, centre_id, day_span(today, rules.zone, len(days)))
    taken = [row for row in held if row.id != without]
    of_people, of_rooms = _busy(cal, taken)
    rostered = roster.rostered(cal, roster_store.shifts(session, centre_id))
    planned = _presence(session, centre_id, cal, closures, people, rostered)
    plan = Plan(
        calendar=cal,
        open_steps=open_steps,
        walk_in_steps=walk_in_steps,
        counsellors=_counsellors(session, centre_id, people, planned, of_people),
        rooms_free=_rooms_free(session, centre_id, cal, of_rooms),
        programmes=roster_store.programmes(session, centre_id),
        interpreted=rules.interpreted,
        interpreter_lead=max(rules.interpreter_lead - rules.lead, timedelta(0)),
        buffer_minutes=rules.buffer_minutes,
        start_every=rules.start_every,
        min_reachable=rules.min_reachable,
    )
    window = Span(now + rules.lead, day_span(today + rules.horizon_days * DAY, rules.zone).ends)
    return Planned(rules, plan, window, taken, {p.id: p.contract_minutes for p in people})


def loads(session: Session, centre_id: int, planned: Planned, now: datetime) -> dict[int, Load]:
    """Booked minutes of the coming four weeks against contract hours, by counsellor."""
    day = local_day(now, planned.rules.zone)
    span = day_span(day, planned.rules.zone, WEEKS * 7)
    booked = dict.fromkeys(planned.contracts, timedelta(0))
    for row in planned.taken:
        if row.starts < span.ends:
            booked[row.counsellor_id] = booked.get(row.counsellor_id, timedelta(0)) + (row.talk_ends - row.starts)
    last = appointment_store.last_booked(session, centre_id, span.starts)
    return {
        id_: Load(booked[id_] // timedelta(minutes=1), contract, last.get(id_))
        for id_, contract in planned.contracts.items()
    }


def today(session: Session, centre_id: int, now: datetime) -> Today:
    """Who is planned, and who of them is not away, on the centre's present day."""
    rules = rules_of(session, centre_id)
    day = local_day(now, rules.zone)
    closures = roster_store.closures(session, centre_id, day)
    cal = roster.calendar(rules.zone, (day,), closures, festivals.public_holidays(rules.region, day.year))
    people = roster_store.people(session, centre_id)
    rostered = roster.rostered(cal, roster_store.shifts(session, centre_id))
    open_steps, _walk_in = roster.opening(cal, roster_store.opening_hours(session, centre_id))
    present = _presence(session, centre_id, cal, closures, people, rostered)
    duty = frozenset(p.id for p in people if p.duty)
    return Today(rules, cal, open_steps, {p.id: rostered.get(p.id, 0) for p in people}, present, duty)


def _presence(
    session: Session, centre_id: int, cal: Calendar, closures: Collection[Closure], people: Collection[Person],
    rostered: Mapping[int, int],
) -> dict[int, int]:  # fmt: skip
    """Steps in which each counsellor is planned and not away."""
    planned, carriers = dict(rostered), roster.carriers_away(cal, closures)
    span = Span(cal.grid.origin, cal.grid.at(cal.grid.steps))
    for absence in roster_store.absences(session, centre_id, span):
        planned[absence.staff_id] = planned.get(absence.staff_id, 0) & ~cal.grid.touched(absence.span)
    return {
        p.id: planned.get(p.id, 0) & ~carriers.get(p.carrier_id, 0) & cal.whole_days(p.first_day, p.last_day)
        for p in people
    }


def _busy(cal: Calendar, taken: Iterable[Taken]) -> tuple[dict[int, int], dict[int, int]]:
    """Steps taken by appointments: by counsellor, and by room."""
    people: dict[int, int] = {}
    rooms: dict[int, int] = {}
    known: dict[tuple[datetime, datetime], int] = {}  # many appointments begin and end together
    for row in taken:
        span = (row.starts, row.ends)
        steps = known.get(span)
        if steps is None:
            steps = known[span] = cal.grid.touched(Span(*span))
        people[row.counsellor_id] = people.get(row.counsellor_id, 0) | steps
        rooms[row.room_id] = rooms.get(row.room_id, 0) | steps
    return people, rooms


def _counsellors(
    session: Session, centre_id: int, people: Iterable[Person], planned: dict[int, int], busy: dict[int, int]
) -> tuple[Counsellor, ...]:
    skills = roster_store.skills(session, centre_id)
    languages = roster_store.languages(session, centre_id)
    rooms = roster_store.rooms_used(session, centre_id)
    return tuple(
        Counsellor(
            p.id, p.carrier_id, p.duty, frozenset(skills.get(p.id, ())), frozenset(languages.get(p.id, ())),
            tuple(rooms.get(p.id, ())), planned[p.id] & ~busy.get(p.id, 0),
        )
        for p in people
    )  # fmt: skip


def _rooms_free(session: Session, centre_id: int, cal: Calendar, busy: dict[int, int]) -> dict[int, int]:
    return {
        room.id: cal.whole_days(room.first_day, room.last_day) & ~busy.get(room.id, 0)
        for room in roster_store.offices(session, centre_id)
    }
