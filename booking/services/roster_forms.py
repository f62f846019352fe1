"""What the roster's forms need: who can be chosen, one person's lines, single rows.

`carrier_id`: of the lead who asks, and so whose staff she sees here; None: everybody's (S25).
"""

from datetime import date, datetime, time
from typing import NamedTuple

from booking.domain import rostering
from booking.domain.errors import NotFound
from booking.domain.roster import DayShift
from booking.domain.staff import leads_all, plans_for
from booking.domain.times import DAY, Span, instant, local_day
from booking.services.steps import planning
from booking.store import roster as roster_store
from booking.store import rostering as store
from booking.store.db import reading
from booking.store.rostering import AbsenceRow as AbsenceRow
from booking.store.rostering import ClosureRow as ClosureRow
from booking.store.rostering import ShiftRow as ShiftRow
from booking.store.rostering import SiteRow as SiteRow


class Choice(NamedTuple):
    """`due`: she is planned for today."""

    id: int
    name: str
    due: bool


class Choices(NamedTuple):
    """People: those planned for today first, then by name. `carriers`: those she may close; `whole`: all at once."""

    today: date
    people: list[Choice]
    carriers: dict[int, str]
    whole: bool
    sites: list[SiteRow]


class PersonPage(NamedTuple):
    """`days`: single days that are not over; `absences`: those that are not over."""

    id: int
    name: str
    lines: list[ShiftRow]
    days: list[DayShift]
    absences: list[AbsenceRow]


def choices(centre_id: int, *, carrier_id: int | None, now: datetime) -> Choices:
    with reading() as session:
        here, names = planning.today(session, centre_id, now), roster_store.names(session, centre_id)
        (day,) = here.calendar.days
        hers = [p for p in here.people.values() if p.works_on(day) and plans_for(carrier_id, p.carrier_id)]
        people = [Choice(p.id, names[p.id], any(here.planned[p.id])) for p in hers]
        people.sort(key=lambda choice: (not choice.due, choice.name, choice.id))
        carriers = store.carrier_names(session, centre_id)
        closed = {id_: name for id_, name in carriers.items() if plans_for(carrier_id, id_)}
        whole = leads_all(carrier_id, carriers)
        return Choices(day, people, closed, whole, store.sites(session, centre_id))


def person(centre_id: int, staff_id: int, *, carrier_id: int | None, now: datetime) -> PersonPage:
    """Refusal: NotFound."""
    with reading() as session:
        rules = planning.rules_of(session, centre_id)
        planning.person_of(session, centre_id, staff_id, carrier_id)
        today = local_day(now, rules.zone)
        coming = Span(now, instant(date.max - DAY, time(0), rules.zone))
        return PersonPage(
            staff_id, roster_store.names(session, centre_id)[staff_id], store.shifts_of(session, centre_id, staff_id),
            [d for d in roster_store.day_shifts(session, centre_id, today, date.max) if d.staff_id == staff_id],
            [row for row in store.absences(session, centre_id, coming) if row.staff_id == staff_id],
        )  # fmt: skip


def absence(centre_id: int, absence_id: int, *, carrier_id: int | None) -> tuple[AbsenceRow, str]:
    """With the person's name. Refusal: NotFound."""
    with reading() as session:
        row = store.absence_by_id(session, centre_id, absence_id)
        if row is None:
            raise NotFound
        planning.person_of(session, centre_id, row.staff_id, carrier_id)
        return row, roster_store.names(session, centre_id)[row.staff_id]


def line(centre_id: int, shift_id: int, *, carrier_id: int | None) -> tuple[ShiftRow, str]:
    """With the person's name. Refusal: NotFound."""
    with reading() as session:
        row = store.shift_by_id(session, centre_id, shift_id)
        if row is None:
            raise NotFound
        planning.person_of(session, centre_id, row.shift.staff_id, carrier_id)
        return row, roster_store.names(session, centre_id)[row.shift.staff_id]


def closure(centre_id: int, closure_id: int, *, carrier_id: int | None) -> ClosureRow:
    """Refusals: NotFound, NotAllowed."""
    with reading() as session:
        row = store.closure_by_id(session, centre_id, closure_id)
        if row is None:
            raise NotFound
        rostering.check_closer(row.closure, carrier_id, store.carrier_names(session, centre_id))
        return row
