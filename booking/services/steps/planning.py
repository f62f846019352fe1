"""Loads what the rules of presence and availability need, as plain values."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy.orm import Session

from booking.domain import presence, roster, whereabouts
from booking.domain.assignment import WEEKS, Load
from booking.domain.errors import NotFound
from booking.domain.places import (
    Busy,
    Counsellor,
    Interpreter,
    Plan,
    Programme,
    Room,
    Taken,
    busy,
    places_left,
)
from booking.domain.reserve import kept_back, released, still_to_come
from booking.domain.roster import NOT_PLANNED, Calendar, Closure, Opening, Work
from booking.domain.staff import plans_for
from booking.domain.times import Span, day_span, days_from, local_day
from booking.domain.whereabouts import Said
from booking.gateways import festivals
from booking.store import appointments as appointment_store
from booking.store import roster as roster_store
from booking.store import whereabouts as whereabouts_store
from booking.store.roster import InterpreterRow, Person, Rules, TalkRoom

NOTHING_SAID: Mapping[int, Said] = MappingProxyType({})
NOTHING_TAKEN = Busy({}, {}, {})


class House(NamedTuple):
    """Who works when, over some days. By staff id: `planned` as rostered, `at_work` what is left of it when nobody is
    counted who is away; both only within each person's first and last day. `said`: what they say of themselves."""

    rules: Rules
    calendar: Calendar
    opening: Opening
    people: dict[int, Person]
    planned: dict[int, Work]
    at_work: dict[int, Work]
    said: Mapping[int, Said] = NOTHING_SAID

    @property
    def on_duty(self) -> dict[int, int]:
        """The steps in which those who count for presence are in the house."""
        return {id_: work.house for id_, work in self.at_work.items() if self.people[id_].duty}


class Planned(NamedTuple):
    """A centre's next weeks; `window`: the starts that may be booked now."""

    rules: Rules
    plan: Plan
    window: Span
    taken: list[Taken]
    contracts: dict[int, int]


def rules_of(session: Session, centre_id: int) -> Rules:
    found = roster_store.rules(session, centre_id)
    if found is None:
        raise NotFound
    return found


def person_of(session: Session, centre_id: int, staff_id: int, carrier_id: int | None) -> Person:
    """A counsellor of the roster. `carrier_id`: of the lead who asks, None: of all carriers.

    Refusal: NotFound, also for another carrier's.
    """
    for person in roster_store.people(session, centre_id):
        if person.id == staff_id and plans_for(carrier_id, person.carrier_id):
            return person
    raise NotFound


def house(session: Session, centre_id: int, rules: Rules, days: tuple[date, ...]) -> House:
    """Who works when on these days, which follow each other."""
    closures = roster_store.closures(session, centre_id, days[0])
    cal = _calendar(rules, days, closures)
    hours = roster.opening(cal, roster_store.opening_hours(session, centre_id))
    shifts = roster_store.shifts(session, centre_id)
    planned = roster.rostered(cal, shifts, roster_store.day_shifts(session, centre_id, days[0], days[-1]))
    away, carriers = _away(session, centre_id, cal), roster.carriers_away(cal, closures)
    people = {p.id: p for p in roster_store.people(session, centre_id)}
    terms = {p.id: cal.whole_days(p.first_day, p.last_day) for p in people.values()}
    own = {id_: planned.get(id_, NOT_PLANNED).within(terms[id_]) for id_ in people}
    at_work = {
        p.id: own[p.id].within(~(away.get(p.id, 0) | carriers.get(p.carrier_id, 0))) for p in people.values()
    }  # fmt: skip
    return House(rules, cal, hours, people, own, at_work)


def calendar(session: Session, centre_id: int, rules: Rules, days: tuple[date, ...]) -> Calendar:
    """On which of these days, which follow each other, the centre is not shut."""
    return _calendar(rules, days, roster_store.closures(session, centre_id, days[0]))


def _calendar(rules: Rules, days: tuple[date, ...], closures: Collection[Closure]) -> Calendar:
    return roster.calendar(rules.zone, days, closures, festivals.within(rules.region, days[0], days[-1]))


def today(session: Session, centre_id: int, now: datetime) -> House:
    """The house on the centre's present day, as the roster has it and as those who are here say."""
    rules = rules_of(session, centre_id)
    day = local_day(now, rules.zone)
    found = house(session, centre_id, rules, (day,))
    said = whereabouts_store.newest(session, centre_id, day)
    grid = found.calendar.grid
    own = {
        id_: whereabouts.work(grid, found.planned[id_], found.at_work[id_], one, now)
        for id_, one in said.items() if id_ in found.people
    }  # fmt: skip
    return found._replace(at_work={**found.at_work, **own}, said=said)


def load(session: Session, centre_id: int, now: datetime, *, without: Collection[int] = ()) -> Planned:
    """The plan from today to the horizon. `without`: an appointment that is to be moved and so takes no place; holds
    that are the visitor's own, by their negative ids."""
    rules = rules_of(session, centre_id)
    first = local_day(now, rules.zone)
    days = tuple(days_from(first, max(rules.horizon_days + 1, WEEKS * 7)))
    here = house(session, centre_id, rules, days)
    held = appointment_store.taken(session, centre_id, day_span(first, rules.zone, len(days)), now)
    taken = [row for row in held if row.id not in without]
    plan = _plan(_rows(session, centre_id, here), busy(here.calendar.grid, taken), now)
    window = Span(now + rules.lead, released(here.calendar, here.opening.open_steps, now, rules.horizon_days))
    return Planned(rules, plan, window, taken, {p.id: p.contract_minutes for p in here.people.values()})


def loads(session: Session, centre_id: int, planned: Planned, now: datetime) -> dict[int, Load]:
    """Booked minutes of the coming four weeks against contract hours, by counsellor."""
    day = local_day(now, planned.rules.zone)
    span = day_span(day, planned.rules.zone, WEEKS * 7)
    booked = dict.fromkeys(planned.contracts, timedelta(0))
    for row in planned.taken:
        if row.id > 0 and row.starts < span.ends:
            booked[row.counsellor_id] = booked.get(row.counsellor_id, timedelta(0)) + (row.talk_ends - row.starts)
    last = appointment_store.last_booked(session, centre_id, span.starts)
    return {
        id_: Load(booked[id_] // timedelta(minutes=1), contract, last.get(id_))
        for id_, contract in planned.contracts.items()
    }


def _away(session: Session, centre_id: int, cal: Calendar) -> dict[int, int]:
    """Steps that absences take, by staff id."""
    away: dict[int, int] = {}
    for absence in roster_store.absences(session, centre_id, Span(cal.grid.origin, cal.grid.at(cal.grid.steps))):
        away[absence.staff_id] = away.get(absence.staff_id, 0) | cal.grid.touched(absence.span)
    return away


class _Rows(NamedTuple):
    """What of a plan does not depend on what is taken."""

    here: House
    programmes: dict[int, Programme]
    skills: dict[int, list[int]]
    languages: dict[int, list[str]]
    rooms_of: dict[int, list[int]]
    rooms: list[TalkRoom]
    interpreters: list[InterpreterRow]


def _rows(session: Session, centre_id: int, here: House) -> _Rows:
    return _Rows(
        here,
        roster_store.programmes(session, centre_id),
        roster_store.skills(session, centre_id),
        roster_store.languages(session, centre_id),
        roster_store.rooms_used(session, centre_id),
        roster_store.talk_rooms(session, centre_id),
        roster_store.interpreters(session, centre_id),
    )


def _plan(rows: _Rows, used: Busy, now: datetime) -> Plan:
    here, rules = rows.here, rows.here.rules
    kept = presence.kept_for_walk_ins(here.opening, here.on_duty.values())
    plan = Plan(
        calendar=here.calendar,
        open_steps=here.opening.open_steps,
        walk_in_steps=kept & still_to_come(here.calendar, now),
        counsellors=_counsellors(rows, used),
        rooms=_rooms(rows, used),
        interpreters=_interpreters(rows, used),
        programmes=rows.programmes,
        interpreted=rules.interpreted,
        interpreter_lead=_later(rules.interpreter_lead, rules),
        buffer_minutes=rules.buffer_minutes,
        start_every=rules.start_every,
        min_reachable=rules.min_reachable,
        crisis_minutes=rules.crisis_minutes,
    )
    if not rules.same_day_percent:
        return plan
    empty = plan._replace(counsellors=_counsellors(rows, NOTHING_TAKEN), rooms=_rooms(rows, NOTHING_TAKEN))
    return plan._replace(kept_back=kept_back(empty, rules.same_day_percent, now))


def _counsellors(rows: _Rows, used: Busy) -> tuple[Counsellor, ...]:
    here = rows.here
    return tuple(
        Counsellor(
            p.id, p.carrier_id, p.duty, frozenset(rows.skills.get(p.id, ())), frozenset(rows.languages.get(p.id, ())),
            tuple(rows.rooms_of.get(p.id, ())), here.at_work[p.id].talks & ~used.people.get(p.id, 0), p.woman,
        )
        for p in here.people.values()
    )  # fmt: skip


def _rooms(rows: _Rows, used: Busy) -> dict[int, Room]:
    cal = rows.here.calendar
    return {
        row.id: Room(
            row.id, row.seats, row.step_free, row.quiet,
            places_left(within(cal, row.days), row.talks, used.rooms.get(row.id, ())),
        )
        for row in rows.rooms
    }  # fmt: skip


def _interpreters(rows: _Rows, used: Busy) -> tuple[Interpreter, ...]:
    """Each at her own hours, on days that the centre is open."""
    cal, rules = rows.here.calendar, rows.here.rules
    return tuple(
        Interpreter(
            row.id, row.languages, row.woman, _later(row.lead, rules),
            roster.weekly(cal, row.hours) & within(cal, [(row.first_day, row.last_day)])
            & ~used.interpreters.get(row.id, 0),
        )
        for row in rows.interpreters
    )  # fmt: skip


def within(cal: Calendar, terms: Iterable[tuple[date | None, date | None]]) -> int:
    """The steps of the days that lie in all of these terms (first and last day)."""
    steps = cal.grid.whole
    for first, last in terms:
        steps &= cal.whole_days(first, last)
    return steps


def _later(lead: timedelta, rules: Rules) -> timedelta:
    """How much longer than the centre's own lead time somebody needs."""
    return max(lead - rules.lead, timedelta(0))
