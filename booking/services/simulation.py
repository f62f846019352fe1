"""Some weeks of a centre, simulated from its file: what pooling and the rule of presence are worth. No database."""

from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from booking.domain import roster, simulation
from booking.domain.availability import Counsellor, Programme
from booking.domain.centre_checks import OFFICE
from booking.domain.centres import Description, Staff
from booking.domain.places import Room
from booking.domain.roster import Closure, Hours, Shift
from booking.domain.simulated_demand import Demand, Topic, days
from booking.domain.simulation import House
from booking.domain.simulation import Result as Result
from booking.domain.simulation import Scenario as Scenario
from booking.domain.staff import COUNSELLOR
from booking.domain.times import days_from
from booking.gateways import festivals
from booking.services.steps.centre_text import described

# Who comes where nothing else is known: the order of local use, each language half as often as the one before.
FIRST_LANGUAGES = 6


class Scale(NamedTuple):
    """Per open day, and per walk-in session."""

    bookings: int
    walk_ins: int


def simulate(text: str, first: date, weeks: int, scale: Scale, seed: int) -> Iterator[Result]:
    """Every scenario with the same visitors. `text`: a centre's file. Refusal: BadCentre."""
    centre = described(text)
    house = _house(centre, first, weeks)
    play = days(_demand(centre, house, scale), _sessions(house, first, weeks), seed)
    for scenario in simulation.SCENARIOS:
        yield simulation.run(house, play, scenario)


class _Ids(NamedTuple):
    carriers: dict[str, int]
    programmes: dict[str, int]
    rooms: dict[str, int]


def _ids(centre: Description) -> _Ids:
    named = ([row.slug for row in rows] for rows in (centre.carriers, centre.programmes, centre.rooms))
    return _Ids(*({slug: n for n, slug in enumerate(slugs, 1)} for slugs in named))


def _house(centre: Description, first: date, weeks: int) -> House:
    ids, about = _ids(centre), centre.centre
    staff = [person for person in centre.staff if person.role == COUNSELLOR]
    last = first + timedelta(weeks=weeks, days=about.horizon_days + 7)
    return House(
        zone=ZoneInfo(about.zone), hours=centre.hours, closures=_closures(centre, ids),
        holidays=frozenset(festivals.within(about.region, first, last)), shifts=_shifts(staff),
        staff=tuple(_counsellor(n, person, ids) for n, person in enumerate(staff, 1)),
        contracts={n: person.contract_minutes for n, person in enumerate(staff, 1)},
        rooms=tuple(
            Room(ids.rooms[room.slug], room.seats, bool(room.step_free), room.quiet, (0,))
            for room in centre.rooms
            if room.kind == OFFICE
        ),
        programmes=_programmes(centre, ids), interpreted=frozenset(about.interpreted),
        interpreter_lead=timedelta(minutes=max(about.interpreter_lead_minutes - about.lead_minutes, 0)),
        lead=timedelta(minutes=about.lead_minutes), horizon_days=about.horizon_days,
        buffer_minutes=about.buffer_minutes, start_every=about.start_every_minutes, min_present=about.min_present,
        min_reachable=about.min_reachable,
    )  # fmt: skip


def _counsellor(number: int, person: Staff, ids: _Ids) -> Counsellor:
    programmes = frozenset(ids.programmes[slug] for slug in person.programmes)
    rooms = tuple(ids.rooms[slug] for slug in person.rooms)
    carrier = ids.carriers[person.carrier or ""]
    return Counsellor(number, carrier, person.duty, programmes, frozenset(person.languages), rooms, 0)


def _shifts(staff: list[Staff]) -> tuple[Shift, ...]:
    return tuple(Shift(n, *shift[:-1]) for n, person in enumerate(staff, 1) for shift in person.shifts)


def _closures(centre: Description, ids: _Ids) -> tuple[Closure, ...]:
    return tuple(
        Closure(c.first_day, c.last_day, ids.carriers[c.carrier] if c.carrier else None, c.kind, c.starts, c.ends)
        for c in centre.closures
    )


def _programmes(centre: Description, ids: _Ids) -> Mapping[int, Programme]:
    return {
        ids.programmes[p.slug]: Programme(
            ids.programmes[p.slug], p.from_birthday, p.before_birthday, p.first_day, p.last_day, p.confidential
        )
        for p in centre.programmes
    }


def _demand(centre: Description, house: House, scale: Scale) -> Demand:
    ids = _ids(centre)
    carriers: dict[int, set[int]] = {}
    for person in house.staff:
        carriers.setdefault(person.carrier_id, set()).update(person.programmes)
    served = frozenset().union(*carriers.values())
    topics = [Topic(tuple(ids.programmes[p] for p in t.programmes), t.minutes) for t in centre.topics]
    return Demand(
        scale.bookings, scale.walk_ins, tuple(t for t in topics if served.intersection(t.programmes)),
        {tag: 0.5**place for place, tag in enumerate(centre.centre.languages[:FIRST_LANGUAGES])}, carriers,
        {id_: _young(programme) for id_, programme in house.programmes.items()}, tuple(c.id for c in house.staff),
    )  # fmt: skip


def _young(programme: Programme) -> bool | None:
    """Whether it serves the young only (True), the others only (False), or everybody (None)."""
    if programme.before_birthday is not None:
        return True
    return None if programme.from_birthday is None else False


def _sessions(house: House, first: date, weeks: int) -> dict[date, list[tuple[time, time]]]:
    """The walk-in periods of every day the centre is open."""
    all_days = tuple(days_from(first, weeks * 7))
    cal = roster.calendar(house.zone, all_days, house.closures, house.holidays)
    by_day: dict[date, list[Hours]] = {day: [] for day in cal.open_days}
    for day in cal.open_days:
        by_day[day] = [h for h in house.hours if h.weekday == day.weekday()]
    return {day: [(h.starts, h.ends) for h in hours if h.walk_in] for day, hours in by_day.items() if hours}
