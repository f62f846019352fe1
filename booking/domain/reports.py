"""Figures for those who plan and those who pay: access numbers, never a person or a case (domain.md 2.5).

A period is a month, a quarter or a year. Every number is rounded to fives by itself and hidden below five; the total is
the sum of what is shown, percents are of rounded numbers. So a page has no exact number to take others from.
"""

import re
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from booking.domain import appointments, tickets
from booking.domain.errors import Invalid
from booking.domain.taps import Told
from booking.domain.times import DAY

FIVE = 5
LONG_WAIT = 30
WITHOUT_A_TALK = (tickets.REFUSED, tickets.REFERRED, tickets.WITHDRAWN, tickets.MISSED)
_PERIOD = re.compile(r"(2[0-9]{3})(?:-(?:(0[1-9]|1[0-2])|Q([1-4])))?")


class Period(NamedTuple):
    """`name` as in addresses: 2027, 2027-Q1 or 2027-03. First and last day included."""

    name: str
    first: date
    last: date


class Visit(NamedTuple):
    """One number of the queue. `waited`: minutes to the first call, from the booked time or, without one, the door;
    `partner`: to whom it was sent on."""

    kind: str
    state: str
    programme: str | None
    language: str | None
    waited: int | None
    partner: str | None = None


class Cell(NamedTuple):
    """`number` None: hidden, there were one to four. `key` None: not known."""

    key: str | None
    number: int | None


class Waits(NamedTuple):
    """Minutes until the first call, and how many of a hundred waited longer than LONG_WAIT. None: too few to tell."""

    kind: str
    called: int | None
    median: int | None
    ninetieth: int | None
    long_percent: int | None


class Taps(NamedTuple):
    """What counsellors tapped after their talks. `visits`: "first" or "again"; `interpreters`: "yes" or "no"."""

    talks: int | None
    people: int | None
    topics: list[Cell]
    visits: list[Cell]
    areas: list[Cell]
    languages: list[Cell]
    interpreters: list[Cell]


class Figures(NamedTuple):
    """`seen`: the sum of what is shown by kind; `missed_percent`: of the appointments that were kept or missed.

    `endings`: the numbers that came to no talk, by their last state: refused, referred, withdrawn, missed;
    `referrals`: by the partner they were sent on to.
    """

    seen: int | None
    by_kind: list[Cell]
    by_programme: list[Cell]
    by_language: list[Cell]
    waits: list[Waits]
    appointments: list[Cell]
    missed_percent: int | None
    endings: list[Cell]
    referrals: list[Cell]


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
    by_kind = cells(Counter(v.kind for v in seen))
    return Figures(
        _sum(by_kind),
        by_kind,
        cells(Counter(v.programme for v in seen)),
        cells(Counter(v.language for v in seen)),
        [_waits(kind, visits) for kind in (tickets.WALK_IN, tickets.APPOINTMENT)],
        cells(states),
        _percent(missed, kept + missed),
        cells(Counter(v.state for v in visits if v.state in WITHOUT_A_TALK)),
        cells(Counter(v.partner for v in visits if v.state == tickets.REFERRED)),
    )


def taps(told: Sequence[Told]) -> Taps:
    """People are hidden where the talks are."""
    talks = rounded(len(told))
    return Taps(
        talks,
        None if talks is None else rounded(sum(one.people for one in told)),
        cells(Counter(one.topic for one in told)),
        cells(Counter(_either(one.first, "first", "again") for one in told)),
        cells(Counter(one.area for one in told)),
        cells(Counter(one.language for one in told)),
        cells(Counter(_either(one.interpreter, "yes", "no") for one in told)),
    )


def cells(counted: Counter[str] | Counter[str | None]) -> list[Cell]:
    """Largest first; what is rounded alike, by its key, so that the order tells no more than the numbers."""
    found = [Cell(key, rounded(count)) for key, count in counted.items()]
    return sorted(found, key=lambda cell: (-(cell.number or 0), cell.key or ""))


def _either(answer: bool | None, yes: str, no: str) -> str | None:
    return None if answer is None else yes if answer else no


def _sum(shown: Sequence[Cell]) -> int | None:
    """None where all is hidden."""
    numbers = [cell.number for cell in shown if cell.number is not None]
    return sum(numbers) if numbers or not shown else None


def rounded(count: int) -> int | None:
    """To the nearest five; None for one to four, which are hidden."""
    return None if 0 < count < FIVE else FIVE * round(count / FIVE)


def _waits(kind: str, visits: Iterable[Visit]) -> Waits:
    waited = [v.waited for v in visits if v.kind == kind and v.waited is not None]
    if len(waited) < FIVE:
        return Waits(kind, rounded(len(waited)), None, None, None)
    ninetieth = statistics.quantiles(waited, n=10, method="inclusive")[-1]
    late = _percent(sum(minutes > LONG_WAIT for minutes in waited), len(waited))
    return Waits(kind, rounded(len(waited)), round(statistics.median(waited)), round(ninetieth), late)


def _percent(part: int, whole: int) -> int | None:
    """To the nearest five, of numbers that are rounded themselves; None where either is hidden or there is nothing."""
    shown, of = rounded(part), rounded(whole)
    return None if shown is None or not of else min(FIVE * round(20 * shown / of), 100)
