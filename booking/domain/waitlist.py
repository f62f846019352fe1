"""The wait list: whom a freed time fits, until when she may answer, and when nobody is disturbed.

The oldest entry goes first among those whom a time fits. No auction: one person at a time, for a stated time.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from booking.domain.places import Age, Programme, serves, serves_area
from booking.domain.times import DAY, Span, instant, local_day

WAITING, BOOKED, WITHDRAWN, OVER = "waiting", "booked", "withdrawn", "over"
OPEN, ACCEPTED, DECLINED, LAPSED, LOST = "open", "accepted", "declined", "lapsed", "lost"

ANSWER_WITHIN = timedelta(hours=2)
LEAST_TO_ANSWER = BEFORE_START = timedelta(minutes=30)
MORNING, EVENING = time(8), time(20)  # nobody is told anything between, and no hour of it counts
MOST_UNANSWERED = 3  # whoever never answers would keep every freed time from all others for two hours


class Served(NamedTuple):
    """The ids of the programmes that serve her on every day until `last_day`."""

    programmes: list[int]
    last_day: date


def served(programmes: Iterable[Programme], age: Age | None, area: int | None, first: date, last: date) -> Served:
    """Whoever has that birthday meanwhile waits until the day before it: another programme serves her from then on."""
    now = [p for p in programmes if serves_area(p, area) and serves(p, age, first)]
    always = [p.id for p in now if serves(p, age, last)]
    if always or age is None or age.on is None:
        return Served(always, last)
    return Served([p.id for p in now], age.on - DAY)


def is_daytime(now: datetime, zone: ZoneInfo) -> bool:
    return MORNING <= now.astimezone(zone).time() < EVENING


def answer_by(now: datetime, starts_at: datetime, zone: ZoneInfo) -> datetime | None:
    """Two hours of daytime from now, but half an hour before it begins at the latest; None: that is too soon."""
    if not is_daytime(now, zone):
        return None
    today = local_day(now, zone)
    evening, morning = instant(today, EVENING, zone), instant(today + DAY, MORNING, zone)
    until = now + ANSWER_WITHIN
    if until > evening:
        until = morning + (until - evening)
    until = min(until, starts_at - BEFORE_START)
    if evening < until < morning:
        until = evening
    return until if until - now >= LEAST_TO_ANSWER else None


class Chance(NamedTuple):
    """A start that can be offered, and until when she may answer."""

    start: datetime
    answer_by: datetime


def fitting(
    starts: Iterable[datetime], length: timedelta, refused: Collection[Span], last_day: date, now: datetime,
    zone: ZoneInfo,
) -> Chance | None:  # fmt: skip
    """The first of these starts that can be offered: none that overlaps with what she has not taken before."""
    for start in starts:
        until = answer_by(now, start, zone)
        again = any(start < span.ends and span.starts < start + length for span in refused)
        if until is not None and not again and local_day(start, zone) <= last_day:
            return Chance(start, until)
    return None


def last_days(today: date, horizon_days: int) -> list[date]:
    """Until when somebody may wait: a week, two, four, as far as the horizon goes, and always to its end."""
    weeks = [today + days * DAY for days in (7, 14, 28) if days < horizon_days]
    return [*weeks, today + horizon_days * DAY]
