"""Who is planned to be where, and when the centre is open: local weekdays and wall times made into sets of steps."""

from collections.abc import Collection, Iterable
from datetime import date, time
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from booking.domain.times import Grid, Span, day_span, instant


class Hours(NamedTuple):
    """Opening hours of a weekday (Monday is 0); `walk_in` marks the part in which walk-ins are welcome."""

    weekday: int
    starts: time
    ends: time
    walk_in: bool


class Shift(NamedTuple):
    """Planned presence of one person on a weekday, from `valid_from` to `valid_until` (both included)."""

    staff_id: int
    weekday: int
    starts: time
    ends: time
    valid_from: date
    valid_until: date | None


class Absence(NamedTuple):
    staff_id: int
    span: Span


class Closure(NamedTuple):
    """The centre shut, first and last day included; with a carrier, only that carrier's staff are away."""

    first_day: date
    last_day: date
    carrier_id: int | None

    def covers(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


class Calendar(NamedTuple):
    """The days a plan looks at, as a grid, and those of them on which the centre is not shut."""

    zone: ZoneInfo
    grid: Grid
    days: tuple[date, ...]
    open_days: tuple[date, ...]

    def wall(self, day: date, starts: time, ends: time) -> int:
        """The steps between two wall times of a day, through the days with 23 and 25 hours."""
        return self.grid.inside(Span(instant(day, starts, self.zone), instant(day, ends, self.zone)))

    def whole_days(self, first: date | None, last: date | None) -> int:
        """The steps from the first to the last day, both included; None means without end on that side."""
        if (first is None or first <= self.days[0]) and (last is None or self.days[-1] <= last):
            return self.grid.whole
        steps = 0
        for day in self.days:
            if (first is None or first <= day) and (last is None or day <= last):
                steps |= self.grid.inside(day_span(day, self.zone))
        return steps


def shut_on(day: date, closures: Iterable[Closure], holidays: Collection[date]) -> bool:
    """Public holidays and closures without a carrier shut the whole centre."""
    return day in holidays or any(c.carrier_id is None and c.covers(day) for c in closures)


def calendar(
    zone: ZoneInfo, days: tuple[date, ...], closures: Collection[Closure], holidays: Collection[date]
) -> Calendar:
    open_days = tuple(day for day in days if not shut_on(day, closures, holidays))
    return Calendar(zone, Grid.over(days[0], len(days), zone), days, open_days)


def opening(cal: Calendar, hours: Iterable[Hours]) -> tuple[int, int]:
    """Steps in which the centre is open, and those of them in which walk-ins are welcome."""
    open_steps = walk_in_steps = 0
    by_weekday = _by_weekday(hours)
    for day in cal.open_days:
        for h in by_weekday.get(day.weekday(), ()):
            steps = cal.wall(day, h.starts, h.ends)
            open_steps |= steps
            walk_in_steps |= steps if h.walk_in else 0
    return open_steps, walk_in_steps


def rostered(cal: Calendar, shifts: Iterable[Shift]) -> dict[int, int]:
    """Steps each person is planned for, by staff id; none on days the centre is shut."""
    planned: dict[int, int] = {}
    by_weekday = _by_weekday(shifts)
    for day in cal.open_days:
        known: dict[tuple[time, time], int] = {}  # most shifts of a day begin and end together
        for shift in by_weekday.get(day.weekday(), ()):
            if shift.valid_from <= day and (shift.valid_until is None or day <= shift.valid_until):
                wall = (shift.starts, shift.ends)
                steps = known.get(wall)
                if steps is None:
                    steps = known[wall] = cal.wall(day, *wall)
                planned[shift.staff_id] = planned.get(shift.staff_id, 0) | steps
    return planned


def carriers_away(cal: Calendar, closures: Iterable[Closure]) -> dict[int, int]:
    """Steps on which a carrier's own closure keeps its staff away, by carrier id."""
    away: dict[int, int] = {}
    for closure in closures:
        if closure.carrier_id is not None:
            steps = cal.whole_days(closure.first_day, closure.last_day)
            away[closure.carrier_id] = away.get(closure.carrier_id, 0) | steps
    return away


Weekly = TypeVar("Weekly", Hours, Shift)


def _by_weekday(rows: Iterable[Weekly]) -> dict[int, list[Weekly]]:
    found: dict[int, list[Weekly]] = {}
    for row in rows:
        found.setdefault(row.weekday, []).append(row)
    return found
