"""What may stand in a roster: checks that refuse with what and when, before anything is saved."""

import math
from collections.abc import Collection, Iterable, Sequence
from datetime import date, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from booking.domain.centre_changes import Term
from booking.domain.errors import Invalid, NotAllowed, NotFound, ShiftsOverlap
from booking.domain.roster import (
    CLOSURE_KINDS,
    DESK_ONLY,
    OFF,
    OPEN,
    SHIFT_KINDS,
    Closure,
    DayShift,
    Shift,
    weeks_between,
)
from booking.domain.staff import leads_all, plans_for
from booking.domain.times import DAY, GRAIN_MINUTES, Span, day_span, days_from, instant, times_shown

SICK, LEAVE, TRAINING = ABSENCE_KINDS = ("sick", "leave", "training")
AWAY = "away"  # of long ago: that somebody was not there still counts, why is nobody's business any more
# Why a lead lets a plan leave the centre empty; words for them in templates/roster.
OVERRIDES = ("team-knows", "desk-is-there", "hours-will-end", "no-other-way")
LONGEST = 3 * 366  # days: a parental leave
MOST_WEEKS = 8


class Spell(NamedTuple):
    """From a wall time of the first day to a wall time of the last; None: the whole of that day."""

    first_day: date
    last_day: date
    starts: time | None = None
    ends: time | None = None


class Pattern(NamedTuple):
    """The same line on several weekdays (Monday is 0); see domain/roster.Shift. `site_id`: where outreach goes."""

    weekdays: frozenset[int]
    starts: time
    ends: time
    valid_from: date
    valid_until: date | None
    kind: str
    every_weeks: int = 1
    site_id: int | None = None

    def shifts(self, staff_id: int) -> list[Shift]:
        return [Shift(staff_id, day, *self[1:7]) for day in sorted(self.weekdays)]


class Part(NamedTuple):
    """A part of a single day."""

    kind: str
    starts: time
    ends: time


def span_of(spell: Spell, zone: ZoneInfo) -> Span:
    """The time of an absence. Refusal: Invalid, if it ends before it starts, or is longer than anything is."""
    if spell.last_day < spell.first_day:
        raise Invalid("last_day", "ends-before-start")
    _not_too_long(spell.first_day, spell.last_day)
    whole = day_span(spell.first_day, zone, (spell.last_day - spell.first_day).days + 1)
    starts = whole.starts if spell.starts is None else instant(spell.first_day, spell.starts, zone)
    ends = whole.ends if spell.ends is None else instant(spell.last_day, spell.ends, zone)
    if ends <= starts:
        raise Invalid("ends", "ends-before-start")
    return Span(starts, ends)


def check_pattern(pattern: Pattern) -> None:
    """Refusal: Invalid, naming the field."""
    if not pattern.weekdays or not pattern.weekdays <= set(range(7)):
        raise Invalid("weekdays", "weekday-missing")
    if pattern.kind not in SHIFT_KINDS:
        raise Invalid("kind", "choice-unknown")
    if not 1 <= pattern.every_weeks <= MOST_WEEKS:
        raise Invalid("every_weeks", "choice-unknown")
    _wall_times(pattern.starts, pattern.ends)
    if pattern.valid_until is not None and pattern.valid_until < pattern.valid_from:
        raise Invalid("valid_until", "ends-before-start")


def check_weeks(old: Shift, new: Pattern) -> None:
    """A line every few weeks that is changed stays in its weeks, unless it gets another rhythm. Refusal: Invalid."""
    if new.every_weeks == old.every_weeks and weeks_between(old.valid_from, new.valid_from) % old.every_weeks:
        raise Invalid("valid_from", "other-weeks")


def next_on(shift: Shift, day: date) -> date:
    """The first day from `day` on for which a line holds; `day` itself where there is none."""
    days = days_from(max(day, shift.valid_from), 7 * shift.every_weeks)
    return next((one for one in days if shift.on(one)), day)


def check_no_clash(new: Iterable[Shift], others: Sequence[Shift]) -> None:
    """No two lines of one person and one kind at the same time. Refusal: ShiftsOverlap, with the first such day."""
    for shift in new:
        for other in others:
            day = meeting(shift, other)
            if day is not None:
                raise ShiftsOverlap(day, other.starts, other.ends)


def meeting(one: Shift, other: Shift) -> date | None:
    """The first day on which two lines of one kind stand at the same time, None if there is none."""
    apart = one.ends <= other.starts or other.ends <= one.starts
    if one.staff_id != other.staff_id or one.kind != other.kind or one.weekday != other.weekday or apart:
        return None
    begin = max(one.valid_from, other.valid_from)
    first = begin + (one.weekday - begin.weekday()) % 7 * DAY
    turns = math.lcm(one.every_weeks, other.every_weeks)  # after so many weeks everything comes again
    days = (first + 7 * week * DAY for week in range(turns))
    return next((day for day in days if one.on(day) and other.on(day)), None)


def day_rows(staff_id: int, day: date, parts: Sequence[Part]) -> list[DayShift]:
    """What a single day becomes; without parts she does not work. Refusals: Invalid, ShiftsOverlap."""
    for place, part in enumerate(parts):
        if part.kind not in SHIFT_KINDS:
            raise Invalid("kind", "choice-unknown")
        _wall_times(part.starts, part.ends)
        for other in parts[:place]:
            if other.kind == part.kind and other.starts < part.ends and part.starts < other.ends:
                raise ShiftsOverlap(day, other.starts, other.ends)
    return [DayShift(staff_id, day, *part) for part in parts] or [DayShift(staff_id, day, OFF, None, None)]


def check_shown(day: date, parts: Iterable[Part], zone: ZoneInfo) -> None:
    """Each time is one that a clock on the wall shows on that day. Refusal: Invalid."""
    for part in parts:
        for name, wall in (("starts", part.starts), ("ends", part.ends)):
            if not times_shown(day, wall, zone):
                raise Invalid(name, "no-such-time")


def check_closure(closure: Closure) -> None:
    """Refusal: Invalid, naming the field. A part of a day needs both times; a holiday is opened for whole days."""
    if closure.kind not in CLOSURE_KINDS:
        raise Invalid("kind", "choice-unknown")
    if closure.carrier_id is not None and closure.kind in (OPEN, DESK_ONLY):
        raise Invalid("carrier", "closure-of-all-only")
    if closure.last_day < closure.first_day:
        raise Invalid("last_day", "ends-before-start")
    _not_too_long(closure.first_day, closure.last_day)
    if (closure.starts is None) != (closure.ends is None):
        raise Invalid("ends" if closure.ends is None else "starts", "both-times")
    if closure.starts is not None and closure.ends is not None:
        if closure.kind == OPEN:
            raise Invalid("starts", "opened-whole-days")
        _wall_times(closure.starts, closure.ends)


def check_holidays(closure: Closure, holidays: Collection[date]) -> None:
    """Only public holidays are opened, with the days between them. Refusal: Invalid."""
    for field in ("first_day", "last_day"):
        if closure.kind == OPEN and getattr(closure, field) not in holidays:
            raise Invalid(field, "no-holiday")


def check_closer(closure: Closure, carrier_id: int | None, carriers: Collection[int]) -> None:
    """Who may close so, or open again: a lead of one carrier among several (all are `carriers`) only its part.

    Refusals: NotAllowed for the whole centre, NotFound for another carrier's part, or that of none there is.
    """
    if closure.carrier_id is None:
        if not leads_all(carrier_id, carriers):
            raise NotAllowed
    elif closure.carrier_id not in carriers or not plans_for(carrier_id, closure.carrier_id):
        raise NotFound


def check_from(field: str, day: date, earliest: date) -> None:
    """What is over stays as it was: the figures of past weeks are read from these lines. Refusal: Invalid."""
    if day < earliest:
        raise Invalid(field, "past-stays")


def check_term(old: Term, new: Term, today: date) -> None:
    """First and last day of a site, a room or a programme. Refusal: Invalid, also for what would change the past."""
    first, last = new
    if first is not None and last is not None and last < first:
        raise Invalid("last_day", "ends-before-start")
    if first is not None and first != old[0]:
        check_from("first_day", first, today)
    if last is not None and last != old[1]:
        check_from("last_day", last, today - DAY)


def first_change(old: Term, new: Term, today: date) -> date:
    """The first day on which these terms differ, today at the earliest."""
    days = [min(old[0] or date.min, new[0] or date.min)] if old[0] != new[0] else []
    days += [min(old[1] or date.max, new[1] or date.max, date.max - DAY) + DAY] if old[1] != new[1] else []
    return max(min(days, default=today), today)


def _wall_times(starts: time, ends: time) -> None:
    for name, wall in (("starts", starts), ("ends", ends)):
        if wall.minute % GRAIN_MINUTES or wall.second:
            raise Invalid(name, "five-minutes")
    if ends <= starts:
        raise Invalid("ends", "ends-before-start")


def _not_too_long(first: date, last: date) -> None:
    if (last - first).days >= LONGEST:
        raise Invalid("last_day", "too-long")
