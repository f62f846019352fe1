"""Who is planned to be where, and when the centre is open: local weekdays and wall times made into sets of steps."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, time
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from booking.domain.times import DAY, GRAIN_MINUTES, Grid, Span, day_span, instant

HOUR_STEPS = 60 // GRAIN_MINUTES


TALKS, ADMIN, OUTREACH, BREAK, OFF = "talks", "admin", "outreach", "break", "off"
SHIFT_KINDS = (TALKS, ADMIN, OUTREACH, BREAK)
SHUT, DESK_ONLY, OPEN = CLOSURE_KINDS = ("shut", "desk_only", "open")
WALK_INS, APPOINTMENTS, ALTERNATING = ALONE = ("walk_ins", "appointments", "alternating")


class Hours(NamedTuple):
    """Opening hours of a weekday (Monday is 0); `walk_in` marks the part in which walk-ins are welcome.

    `alone`: what a walk-in period is for at times when only one counsellor could see somebody.
    """

    weekday: int
    starts: time
    ends: time
    walk_in: bool
    alone: str = WALK_INS


class Shift(NamedTuple):
    """One line of a person's weekly pattern, from `valid_from` to `valid_until` (both included).

    Every `every_weeks`-th week, counted from the week of `valid_from`. `kind`: TALKS, ADMIN (in the house, no talks),
    OUTREACH (working elsewhere) or BREAK; what is not TALKS takes its time out of the talks.
    """

    staff_id: int
    weekday: int
    starts: time
    ends: time
    valid_from: date
    valid_until: date | None
    kind: str = TALKS
    every_weeks: int = 1

    def on(self, day: date) -> bool:
        return (
            day.weekday() == self.weekday
            and self.valid_from <= day
            and (self.valid_until is None or day <= self.valid_until)
            and (self.every_weeks == 1 or weeks_between(self.valid_from, day) % self.every_weeks == 0)
        )


class DayShift(NamedTuple):
    """A part of one person's single day; its rows stand for her weekly pattern. Kind OFF: she does not work."""

    staff_id: int
    day: date
    kind: str
    starts: time | None
    ends: time | None


class Absence(NamedTuple):
    staff_id: int
    span: Span


class Closure(NamedTuple):
    """Days with another plan, first and last included; with times only that part of each day.

    `kind`: SHUT (with a carrier, only that carrier's staff are away), DESK_ONLY (reception is there, nobody counsels),
    OPEN (although it is a public holiday).
    """

    first_day: date
    last_day: date
    carrier_id: int | None
    kind: str = SHUT
    starts: time | None = None
    ends: time | None = None

    def covers(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day

    @property
    def whole_day(self) -> bool:
        return self.starts is None or self.ends is None

    def shuts(self, day: date) -> bool:
        """The whole centre, all day long."""
        return self.covers(day) and self.kind == SHUT and self.carrier_id is None and self.whole_day


class Work(NamedTuple):
    """What a person is planned for, as steps. `house`: in the house, talks or not; `talks`: may see somebody;
    `outreach`: working elsewhere."""

    house: int
    talks: int
    outreach: int

    def within(self, steps: int) -> "Work":
        return Work(self.house & steps, self.talks & steps, self.outreach & steps)


NOT_PLANNED = Work(0, 0, 0)


class Calendar(NamedTuple):
    """The days a plan looks at, as a grid, and those of them on which the centre is not shut.

    `no_talks`: steps of the open days in which nobody counsels: shut for a part of the day, or only the desk is there.
    """

    zone: ZoneInfo
    grid: Grid
    days: tuple[date, ...]
    open_days: tuple[date, ...]
    no_talks: int = 0

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
    """Public holidays and whole-day closures without a carrier shut the centre; a day declared OPEN is no holiday."""
    here = [c for c in closures if c.carrier_id is None and c.covers(day)]
    holiday = day in holidays and not any(c.kind == OPEN for c in here)
    return holiday or any(c.shuts(day) for c in here)


def calendar(
    zone: ZoneInfo, days: tuple[date, ...], closures: Collection[Closure], holidays: Collection[date]
) -> Calendar:
    open_days = tuple(day for day in days if not shut_on(day, closures, holidays))
    cal = Calendar(zone, Grid.over(days[0], len(days), zone), days, open_days)
    return cal._replace(no_talks=_no_talks(cal, [c for c in closures if c.carrier_id is None and c.kind != OPEN]))


def _no_talks(cal: Calendar, closures: Iterable[Closure]) -> int:
    steps = 0
    for closure in closures:
        if closure.kind == DESK_ONLY or not closure.whole_day:
            steps |= closed_steps(cal, closure)
    return steps


def closed_steps(cal: Calendar, closure: Closure) -> int:
    """The steps a closure covers of the calendar's days."""
    if closure.starts is None or closure.ends is None:
        return cal.whole_days(closure.first_day, closure.last_day)
    steps = 0
    for day in cal.days:
        if closure.covers(day):
            steps |= cal.wall(day, closure.starts, closure.ends)
    return steps


class Opening(NamedTuple):
    """Steps in which the centre counsels, those of them in which walk-ins are welcome, and of these, those that may be
    sold while only one counsellor could see somebody (`alone`)."""

    open_steps: int
    walk_in: int
    sold_alone: int


def opening(cal: Calendar, hours: Iterable[Hours]) -> Opening:
    open_steps = walk_in = sold_alone = 0
    by_weekday = _by_weekday(hours)
    for day in cal.open_days:
        for h in by_weekday.get(day.weekday(), ()):
            steps = cal.wall(day, h.starts, h.ends)
            open_steps |= steps
            if h.walk_in:
                walk_in |= steps
                sold_alone |= _sold_alone(h, steps)
    return Opening(open_steps & ~cal.no_talks, walk_in & ~cal.no_talks, sold_alone & ~cal.no_talks)


def _sold_alone(hours: Hours, steps: int) -> int:
    """Of a walk-in period that one counsellor covers: all, nothing, or every other hour, the first for appointments."""
    if hours.alone != ALTERNATING:
        return steps if hours.alone == APPOINTMENTS else 0
    first, hour = (steps & -steps).bit_length(), (1 << HOUR_STEPS) - 1
    return steps & sum(hour << at - 1 for at in range(first, steps.bit_length() + 1, 2 * HOUR_STEPS) if at)


def weekly(cal: Calendar, hours: Iterable[tuple[int, time, time]]) -> int:
    """The steps of weekly hours (weekday, from, to) on the days the centre is not shut."""
    steps, lines = 0, list(hours)
    for day in cal.open_days:
        for weekday, starts, ends in lines:
            if weekday == day.weekday():
                steps |= cal.wall(day, starts, ends)
    return steps


def rostered(cal: Calendar, shifts: Iterable[Shift], single: Iterable[DayShift] = ()) -> dict[int, Work]:
    """What each person is planned for, by staff id; nothing on days the centre is shut."""
    parts: dict[int, dict[str, int]] = {}
    changed: dict[date, list[DayShift]] = {}
    for row in single:
        changed.setdefault(row.day, []).append(row)
    by_weekday = _by_weekday(shifts)
    for day in cal.open_days:
        known: dict[tuple[time, time], int] = {}  # most shifts of a day begin and end together
        of_day = changed.get(day, ())
        else_where = {row.staff_id for row in of_day}
        weekly = (s for s in by_weekday.get(day.weekday(), ()) if s.on(day) and s.staff_id not in else_where)
        for line in (*weekly, *of_day):
            if line.starts is not None and line.ends is not None:
                wall = (line.starts, line.ends)
                steps = known.get(wall)
                if steps is None:
                    steps = known[wall] = cal.wall(day, *wall)
                own = parts.setdefault(line.staff_id, {})
                own[line.kind] = own.get(line.kind, 0) | steps
    return {staff_id: _work(own, cal.no_talks) for staff_id, own in parts.items()}


def _work(parts: Mapping[str, int], no_talks: int) -> Work:
    """Breaks and outreach are not in the house; what is not talks takes its time out of the talks."""
    out, admin, gone = parts.get(OUTREACH, 0), parts.get(ADMIN, 0), parts.get(BREAK, 0)
    house = (parts.get(TALKS, 0) | admin) & ~out & ~gone
    return Work(house & ~no_talks, house & ~admin & ~no_talks, out & ~gone)


def carriers_away(cal: Calendar, closures: Iterable[Closure]) -> dict[int, int]:
    """Steps on which a carrier's own closure keeps its staff away, by carrier id."""
    away: dict[int, int] = {}
    for closure in closures:
        if closure.carrier_id is not None and closure.kind != OPEN:
            steps = closed_steps(cal, closure)
            away[closure.carrier_id] = away.get(closure.carrier_id, 0) | steps
    return away


def weeks_between(first: date, day: date) -> int:
    """Calendar weeks (Monday to Sunday) from that of `first` to that of `day`."""
    return ((day - day.weekday() * DAY) - (first - first.weekday() * DAY)).days // 7


Weekly = TypeVar("Weekly", Hours, Shift)


def _by_weekday(rows: Iterable[Weekly]) -> dict[int, list[Weekly]]:
    found: dict[int, list[Weekly]] = {}
    for row in rows:
        found.setdefault(row.weekday, []).append(row)
    return found
