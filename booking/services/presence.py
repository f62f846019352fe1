"""What the lead looks at: who works when, the strip of presence, gaps, weak spots, the share kept."""

from datetime import date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from booking.domain import presence
from booking.domain.presence import DayStrip, Gap, Kept, Skilled
from booking.domain.roster import DayShift, Shift
from booking.domain.staff import LEAD, leads_all, plans_for
from booking.domain.times import DAY, Grid, Span, day_span, days_from, local_day
from booking.gateways import festivals
from booking.services.steps import planning, watching
from booking.services.steps.watching import Outside, Seen
from booking.store import roster as roster_store
from booking.store import rostering as store
from booking.store.db import reading
from booking.store.rostering import AbsenceRow as AbsenceRow
from booking.store.rostering import ClosureRow as ClosureRow
from booking.store.rostering import OverrideRow

WATCHED = 28  # days


class Strips(NamedTuple):
    """One strip a day; `hours`: the wall hours of their cells; `min_present`: what the centre asks for."""

    hours: range
    days: list[DayStrip]
    min_present: int


class GapLine(NamedTuple):
    """`reason`: why a lead let it, None where nobody did."""

    gap: Gap
    reason: str | None


class Part(NamedTuple):
    """A part of somebody's day by the roster."""

    kind: str
    starts: time
    ends: time


class Away(NamedTuple):
    """An absence on one day. `kind`: None where it is no business of the one who looks.

    `starts`, `ends`: the part of the day, None: from its beginning, or to its end.
    """

    id: int
    kind: str | None
    starts: time | None = None
    ends: time | None = None

    @property
    def whole(self) -> bool:
        return self.starts is None and self.ends is None


class PersonDay(NamedTuple):
    """`single`: the day stands for the weekly pattern."""

    day: date
    parts: tuple[Part, ...]
    away: tuple[Away, ...]
    single: bool


class PersonWeek(NamedTuple):
    """`hers`: the one who looks plans for this person."""

    id: int
    hers: bool
    name: str
    days: tuple[PersonDay, ...]


class CoverLine(NamedTuple):
    """Who can stand in for whom, by names; `hanging`: (name, minutes in four weeks in which she is the only one)."""

    programme: dict[str, str]
    language: str
    who: tuple[str, ...]
    hanging: tuple[tuple[str, int], ...]


class View(NamedTuple):
    """`days`: those of the table; strips, gaps and covers are of the four weeks from today on.

    `kept_before`: of the four weeks before today; `closures`: those not over; `holidays`: of all days shown, by name.
    `whole`: the one who looks may close the whole centre.
    """

    today: date
    days: list[date]
    people: list[PersonWeek]
    strips: Strips
    gaps: list[GapLine]
    closures: list[ClosureRow]
    holidays: dict[date, str]
    carriers: dict[int, str]
    whole: bool
    outside: list[Outside]
    covers: list[CoverLine]
    kept_before: Kept
    kept_ahead: Kept


def view(centre_id: int, first: date | None, days: int, *, role: str, carrier_id: int | None, now: datetime) -> View:
    """`first`: of the table's days, None: Monday of this week.

    `role` and `carrier_id`: of the one who looks; why somebody is away is for a lead of the same carrier, or of none.
    """
    with reading() as session:
        rules = planning.rules_of(session, centre_id)
        today = local_day(now, rules.zone)
        shown = days_from(first or today - today.weekday() * DAY, days)
        ahead = watching.seen(session, centre_id, days_from(today, WATCHED))
        before = watching.seen(session, centre_id, days_from(today - WATCHED * DAY, WATCHED))
        last, carriers = max(shown[-1], today + WATCHED * DAY), store.carrier_names(session, centre_id)
        return View(
            today, shown, _people(session, centre_id, shown, ahead, _planned_by(role, carrier_id, ahead)),
            _strips(session, centre_id, ahead), _gaps(session, centre_id, ahead, now),
            store.closures(session, centre_id, min(today, shown[0])),
            festivals.names(rules.region, min(today, shown[0]), last), carriers,
            role == LEAD and leads_all(carrier_id, carriers),
            watching.left_outside(session, centre_id, now), _covers(session, centre_id, ahead),
            presence.kept(before.watch), presence.kept(ahead.watch),
        )  # fmt: skip


def today_strip(centre_id: int, *, now: datetime) -> Strips:
    """Today's strip, for the desk."""
    with reading() as session:
        day = local_day(now, planning.rules_of(session, centre_id).zone)
        return _strips(session, centre_id, watching.seen(session, centre_id, [day]))


def min_present(centre_id: int) -> int:
    """How many the centre asks for in every open minute."""
    with reading() as session:
        return planning.rules_of(session, centre_id).min_present


def closed_today(centre_id: int, *, now: datetime) -> ClosureRow | None:
    """The closure that shuts the whole centre all day today, an emergency before a plan; None on all other days."""
    with reading() as session:
        day = local_day(now, planning.rules_of(session, centre_id).zone)
        shut = [row for row in store.closures(session, centre_id, day) if row.closure.shuts(day)]
        return max(shut, key=lambda row: row.fact, default=None)


def _strips(session: Session, centre_id: int, seen: Seen) -> Strips:
    hours = presence.hours_shown(roster_store.opening_hours(session, centre_id))
    return Strips(hours, presence.strips(seen.watch, hours), seen.watch.min_present)


def _gaps(session: Session, centre_id: int, seen: Seen, now: datetime) -> list[GapLine]:
    """Those that are not over. An override shows as long as the gap it was given for is there."""
    grid = seen.watch.calendar.grid
    let = store.overrides(session, centre_id, Span(grid.origin, grid.at(grid.steps)))
    found = [gap for gap in presence.gaps(seen.watch) if gap.span.ends > now]
    return [GapLine(gap, _reason(grid, let, gap)) for gap in found]


def _reason(grid: Grid, let: list[OverrideRow], gap: Gap) -> str | None:
    """The newest reason, where leads have let the whole of it."""
    mine = [row for row in let if row.gap.rule == gap.rule and grid.touched(row.gap.span) & grid.inside(gap.span)]
    left = grid.inside(gap.span)
    for row in mine:
        left &= ~grid.touched(row.gap.span)
    return mine[0].reason if mine and not left else None


def _covers(session: Session, centre_id: int, seen: Seen) -> list[CoverLine]:
    skills, languages = roster_store.skills(session, centre_id), roster_store.languages(session, centre_id)
    people = [
        Skilled(id_, frozenset(skills.get(id_, ())), frozenset(languages.get(id_, ())), work.talks)
        for id_, work in seen.house.at_work.items()
        if work.talks
    ]
    names, programmes = roster_store.names(session, centre_id), store.programmes(session, centre_id)
    return [
        CoverLine(
            programmes[c.programme_id], c.language, tuple(names[id_] for id_ in c.who),
            tuple((names[id_], minutes) for id_, minutes in c.hanging),
        )
        for c in presence.covers(people, seen.watch.opening.open_steps)
    ]  # fmt: skip


# ── who works when ────────────────────────────────────────────────────────────────────────────────────────────────


def _planned_by(role: str, carrier_id: int | None, seen: Seen) -> set[int]:
    """The ids of those whom the one who looks plans for."""
    people = seen.house.people.values()
    return {p.id for p in people if role == LEAD and plans_for(carrier_id, p.carrier_id)}


def _people(
    session: Session, centre_id: int, days: list[date], seen: Seen, planned_by_her: set[int]
) -> list[PersonWeek]:
    """Everybody who works here in these days, by name."""
    zone, names = seen.house.rules.zone, roster_store.names(session, centre_id)
    shifts = roster_store.shifts(session, centre_id)
    single = roster_store.day_shifts(session, centre_id, days[0], days[-1])
    away = store.absences(session, centre_id, day_span(days[0], zone, len(days)))
    found = []
    for person in sorted(seen.house.people.values(), key=lambda p: (names[p.id], p.id)):
        if any(person.works_on(day) for day in days):
            own = ([s for s in shifts if s.staff_id == person.id], [s for s in single if s.staff_id == person.id])
            hers = person.id in planned_by_her
            gone = [a for a in away if a.staff_id == person.id]
            week = (
                _day(day, *own, _on(day_span(day, zone), gone, hers, zone)) if person.works_on(day) else _nothing(day)
                for day in days
            )
            found.append(PersonWeek(person.id, hers, names[person.id], tuple(week)))
    return found


def _nothing(day: date) -> PersonDay:
    return PersonDay(day, (), (), False)


def _on(span: Span, away: list[AbsenceRow], hers: bool, zone: ZoneInfo) -> tuple[Away, ...]:
    return tuple(
        Away(
            row.id, row.kind if hers else None,
            row.starts_at.astimezone(zone).time() if span.starts < row.starts_at else None,
            row.ends_at.astimezone(zone).time() if row.ends_at < span.ends else None,
        )
        for row in away
        if row.starts_at < span.ends and span.starts < row.ends_at
    )  # fmt: skip


def _day(day: date, shifts: list[Shift], single: list[DayShift], away: tuple[Away, ...]) -> PersonDay:
    of_day = [row for row in single if row.day == day]
    lines: list[Shift] | list[DayShift] = of_day or [s for s in shifts if s.on(day)]
    parts = sorted(
        (
            Part(line.kind, line.starts, line.ends)
            for line in lines
            if line.starts is not None and line.ends is not None
        ),
        key=lambda part: (part.starts, part.kind),
    )
    return PersonDay(day, tuple(parts), away, bool(of_day))
