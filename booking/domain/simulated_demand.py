"""Invented visitors, no-shows and sick days of a simulated quarter, drawn once and the same in every scenario."""

import random
from collections.abc import Collection, Mapping, Sequence
from datetime import date, time, timedelta
from typing import NamedTuple, Protocol

from booking.domain.availability import Age
from booking.domain.waiting import drawn_length

NO_SHOW = 0.2  # domain.md 2.3
SICK_A_DAY, LONGEST_SICK = 0.03, 5
AT_THE_DOOR = 0.4  # of a session's walk-ins come before the doors open (domain.md 5.4)
WALK_IN_MINUTES = 20
YOUNG = 0.35


class Topic(NamedTuple):
    programmes: tuple[int, ...]
    minutes: int


class Visitor(NamedTuple):
    """`at`: the wall time at which she asks or comes. `programme`: the one her age leads to; `carrier_id`: to whom she
    goes where carriers work apart; `talk`: how long it really takes, of a walk-in."""

    at: time
    programmes: tuple[int, ...]
    minutes: int
    language: str
    age: Age
    programme: int
    carrier_id: int
    talk: float = 0.0


class Known(Protocol):
    @property
    def id(self) -> int: ...


class Day(NamedTuple):
    """`sick`: who calls in sick this morning, until which day; `chances` decide who of the booked does not come."""

    day: date
    bookings: tuple[Visitor, ...]
    walk_ins: tuple[Visitor, ...]
    sick: Mapping[int, date]
    chances: tuple[float, ...]

    def missing(self, talks: Sequence[Known]) -> set[int]:
        """The ids of those who do not come."""
        return {talk.id for talk in talks if self.chances[talk.id % len(self.chances)] < NO_SHOW}


class Demand(NamedTuple):
    """Per open day and per walk-in session. `languages`: with their weights. `carriers`: who runs which programmes."""

    bookings_a_day: int
    walk_ins_a_session: int
    topics: tuple[Topic, ...]
    languages: Mapping[str, float]
    carriers: Mapping[int, Collection[int]]
    age_of: Mapping[int, bool | None]
    staff: tuple[int, ...]


def days(demand: Demand, sessions: Mapping[date, Sequence[tuple[time, time]]], seed: int) -> list[Day]:
    """One Day for each day of `sessions` (the walk-in periods of every open day, none for a day without)."""
    chance = random.Random(seed)  # noqa: S311 - a play, not a secret
    return [_day(demand, day, periods, chance) for day, periods in sorted(sessions.items())]


def _day(demand: Demand, day: date, periods: Sequence[tuple[time, time]], chance: random.Random) -> Day:
    bookings = sorted(_visitor(demand, chance, time(7, 0), time(20, 0)) for _ in range(demand.bookings_a_day))
    walk_ins = [v for period in periods for v in _session(demand, chance, *period)]
    sick = {
        staff_id: day + timedelta(days=chance.randrange(LONGEST_SICK))
        for staff_id in demand.staff
        if chance.random() < SICK_A_DAY
    }
    return Day(day, tuple(bookings), tuple(sorted(walk_ins)), sick, tuple(chance.random() for _ in range(97)))


def _session(demand: Demand, chance: random.Random, starts: time, ends: time) -> list[Visitor]:
    """A crowd at the door, then one after the other until half an hour before the end."""
    found = []
    for _ in range(demand.walk_ins_a_session):
        visitor = _visitor(demand, chance, starts, _earlier(ends, 30))
        if chance.random() < AT_THE_DOOR:
            visitor = visitor._replace(at=starts)
        found.append(visitor._replace(talk=drawn_length(WALK_IN_MINUTES, chance)))
    return found


def _visitor(demand: Demand, chance: random.Random, first: time, last: time) -> Visitor:
    topic = chance.choice(demand.topics)
    language = chance.choices(list(demand.languages), list(demand.languages.values()))[0]
    young = chance.random() < YOUNG and any(demand.age_of[p] in (None, True) for p in topic.programmes)
    fitting = [p for p in topic.programmes if demand.age_of[p] in (None, young)]
    carriers = sorted(c for c, programmes in demand.carriers.items() if not set(programmes).isdisjoint(fitting))
    at = first.hour * 60 + first.minute
    minute = at + chance.randrange(max(last.hour * 60 + last.minute - at, 1))
    return Visitor(
        time(minute // 60, minute % 60), topic.programmes, topic.minutes, language, Age(reached=not young),
        fitting[0], chance.choice(carriers),
    )  # fmt: skip


def _earlier(wall: time, minutes: int) -> time:
    total = wall.hour * 60 + wall.minute - minutes
    return time(total // 60, total % 60)
