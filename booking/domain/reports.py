"""Figures for those who plan and those who pay: access numbers, never a person or a case (domain.md 2.5).

A period is a month, a quarter or a year: single days could be set against each other until a person shows. Cells under
five are hidden, and a second one beside a hidden cell, or the total would give it away.
"""

import re
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from booking.domain import appointments, tickets
from booking.domain.errors import Invalid
from booking.domain.times import DAY

SMALLEST_CELL = 5
LONG_WAIT = 30
_PERIOD = re.compile(r"(2\d{3})(?:-(?:(0[1-9]|1[0-2])|Q([1-4])))?")


class Period(NamedTuple):
    """`name` as in addresses: 2027, 2027-Q1 or 2027-03. First and last day included."""

    name: str
    first: date
    last: date


class Visit(NamedTuple):
    """One number of the queue. `waited`: minutes to the first call, from the booked time or, without one, the door."""

    kind: str
    state: str
    programme: str | None
    language: str | None
    waited: int | None


class Cell(NamedTuple):
    """`number` None: hidden. `key` None: not known."""

    key: str | None
    number: int | None


class Waits(NamedTuple):
    """Minutes until the first call, and how many of a hundred waited longer than LONG_WAIT. None: too few to tell."""

    kind: str
    called: int | None
    median: int | None
    ninetieth: int | None
    long_percent: int | None


class Figures(NamedTuple):
    """`seen`: how many were; `missed_percent`: of the appointments that were kept or missed."""

    seen: int | None
    by_kind: list[Cell]
    by_programme: list[Cell]
    by_language: list[Cell]
    waits: list[Waits]
    appointments: list[Cell]
    missed_percent: int | None


def period(name: str) -> Period:
    """Refusal: Invalid("period", …)."""
    found = _PERIOD.fullmatch(name)
    if found is None:
        raise Invalid("period", "period-unknown")
    year, month, quarter = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    first, months = (month, 1) if month else (quarter * 3 - 2, 3) if quarter else (1, 12)
    after = date(year + (first + months > 12), (first + months - 1) % 12 + 1, 1)
    return Period(name, date(year, first, 1), after - DAY)


def quarter_of(day: date) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"


def periods(today: date) -> list[str]:
    """This year and the last, each with its quarters and months."""
    parts = [f"-Q{n}" for n in range(1, 5)] + [f"-{n:02d}" for n in range(1, 13)]
    return [f"{year}{part}" for year in (today.year, today.year - 1) for part in ("", *parts)]


def figures(visits: Sequence[Visit], outcomes: Iterable[str]) -> Figures:
    """`outcomes`: the states of the period's appointments."""
    seen = [v for v in visits if v.state in (tickets.IN_TALK, tickets.DONE)]
    states = Counter(outcomes)
    kept, missed = states[appointments.ARRIVED] + states[appointments.DONE], states[appointments.MISSED]
    return Figures(
        _shown(len(seen)),
        cells(Counter(v.kind for v in seen)),
        cells(Counter(v.programme for v in seen)),
        cells(Counter(v.language for v in seen)),
        waits(visits),
        cells(states),
        round(100 * missed / (kept + missed)) if kept + missed >= SMALLEST_CELL else None,
    )  # fmt: skip


def cells(counted: Counter[str] | Counter[str | None]) -> list[Cell]:
    """Largest first. Where one cell alone would be hidden, the next smallest is hidden with it."""
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0] or ""))
    hidden = sum(0 < count < SMALLEST_CELL for _, count in ordered)
    shown = len(ordered) - (2 if hidden == 1 else hidden)
    return [Cell(key, count if place < shown else None) for place, (key, count) in enumerate(ordered)]


def waits(visits: Sequence[Visit]) -> list[Waits]:
    """By kind. Where one kind is too small to be counted, the other is not counted either."""
    found = [_waits(kind, visits) for kind in (tickets.WALK_IN, tickets.APPOINTMENT)]
    return [row._replace(called=None) for row in found] if any(row.called is None for row in found) else found


def _waits(kind: str, visits: Iterable[Visit]) -> Waits:
    waited = [v.waited for v in visits if v.kind == kind and v.waited is not None]
    if len(waited) < SMALLEST_CELL:
        return Waits(kind, _shown(len(waited)), None, None, None)
    ninetieth = statistics.quantiles(waited, n=10, method="inclusive")[-1]
    late = sum(minutes > LONG_WAIT for minutes in waited)
    return Waits(
        kind, len(waited), round(statistics.median(waited)), round(ninetieth), round(100 * late / len(waited))
    )  # fmt: skip


def _shown(count: int) -> int | None:
    return None if 0 < count < SMALLEST_CELL else count
