"""Wall time and instants. The only module that joins a local day, a wall time and a zone.

Everything else works on aware UTC instants, or on a grid of five-minute steps kept as bits of one integer:
bit i is the step that begins `origin + i * 5 min`. All starts, lengths and buffers are multiples of five minutes.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

GRAIN_MINUTES = 5
GRAIN = timedelta(minutes=GRAIN_MINUTES)
DAY = timedelta(days=1)


class Span(NamedTuple):
    """From `starts` up to, not including, `ends`; aware UTC."""

    starts: datetime
    ends: datetime


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """The centre's day at that instant: numbers, lists and figures restart with it."""
    return instant.astimezone(zone).date()


@lru_cache(maxsize=2**12)
def instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The UTC instant of a wall time.

    A time skipped in spring is read as if the clock had not yet been put forward (02:30 becomes 03:30 summer time);
    a time that exists twice in autumn means the first.
    """
    return datetime.combine(day, wall, zone).astimezone(UTC)


def times_shown(day: date, wall: time, zone: ZoneInfo) -> int:
    """How often a clock on the wall shows that time on that day: not at all in the hour that is skipped in spring,
    twice in the one that comes again in autumn."""
    first, second = (datetime.combine(day, wall, zone).replace(fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return 1
    return 2 if instant(day, wall, zone).astimezone(zone).time() == wall else 0


def day_span(first: date, zone: ZoneInfo, days: int = 1) -> Span:
    """From midnight to midnight; 23, 24 or 25 hours a day."""
    return Span(instant(first, time(0), zone), instant(first + days * DAY, time(0), zone))


def days_from(first: date, count: int) -> list[date]:
    return [first + i * DAY for i in range(count)]


class Grid(NamedTuple):
    """Five-minute steps from `origin` (UTC, on a five-minute mark); sets of steps are integers."""

    origin: datetime
    steps: int

    @classmethod
    def over(cls, first: date, days: int, zone: ZoneInfo) -> "Grid":
        span = day_span(first, zone, days)
        return cls(span.starts, (span.ends - span.starts) // GRAIN)

    def floor(self, at: datetime) -> int:
        return (at - self.origin) // GRAIN

    def ceil(self, at: datetime) -> int:
        return -((self.origin - at) // GRAIN)

    def at(self, step: int) -> datetime:
        return self.origin + step * GRAIN

    def inside(self, span: Span) -> int:
        """The steps that lie wholly inside the span: for time that is available."""
        return self._bits(self.ceil(span.starts), self.floor(span.ends))

    def touched(self, span: Span) -> int:
        """Every step the span touches: for time that is taken."""
        return self._bits(self.floor(span.starts), self.ceil(span.ends))

    def spans(self, mask: int) -> list[Span]:
        """The set steps as spans of time, ascending."""
        starts, ends = mask & ~(mask << 1), mask & ~(mask >> 1)
        return [Span(self.at(a), self.at(b + 1)) for a, b in zip(steps_of(starts), steps_of(ends), strict=True)]

    def _bits(self, first: int, end: int) -> int:
        first, end = max(first, 0), min(end, self.steps)
        return ((1 << (end - first)) - 1) << first if end > first else 0

    @property
    def whole(self) -> int:
        return (1 << self.steps) - 1

    def marks(self, minutes: int) -> int:
        """The steps that begin on a multiple of `minutes` in UTC; zones differ from it by quarter hours."""
        every = max(minutes // GRAIN_MINUTES, 1)
        offset = -int(self.origin.timestamp() // 60 // GRAIN_MINUTES) % every
        ones, width = 1, every
        while width < self.steps:
            ones |= ones << width
            width *= 2
        return (ones << offset) & self.whole


def runs(mask: int, length: int) -> int:
    """The steps at which `length` set steps in a row begin."""
    have = 1
    while have < length:
        shift = min(have, length - have)
        mask &= mask >> shift
        have += shift
    return mask


def steps_of(mask: int) -> Iterator[int]:
    """The set steps in ascending order. (Reading the digits is faster than `x & -x` on a long integer.)"""
    digits = bin(mask)[:1:-1]
    at = digits.find("1")
    while at >= 0:
        yield at
        at = digits.find("1", at + 1)


def grains(minutes: int) -> int:
    """Minutes in five-minute steps, rounded up."""
    return -(-minutes // GRAIN_MINUTES)
