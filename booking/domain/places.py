"""What availability knows and is asked: people, rooms, interpreters and programmes as sets of five-minute steps."""

import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import NamedTuple

from booking.domain.roster import Calendar
from booking.domain.times import GRAIN_MINUTES, Grid, Span, grains

IN_PERSON, PHONE, VIDEO = MODES = ("in_person", "phone", "video")
FIRST, FOLLOW_UP, SHORT = LENGTHS = ("first", "follow_up", "short")
ELSEWHERE = 0  # an area that no programme names


class Counsellor(NamedTuple):
    """`free`: steps she is planned, not away and not taken. `duty`: counts for presence. `rooms` in her order.

    `woman`: None where the centre does not say.
    """

    id: int
    carrier_id: int
    duty: bool
    programmes: frozenset[int]
    languages: frozenset[str]
    rooms: tuple[int, ...]
    free: int
    woman: bool | None = None


class Room(NamedTuple):
    """`free[n]`: the steps at which n + 1 more talks find a place. An office has one, a group room may have several."""

    id: int
    seats: int
    step_free: bool
    quiet: bool
    free: tuple[int, ...]

    @property
    def with_one_more(self) -> int:
        """The steps at which somebody would still find a place after one more talk."""
        return self.free[1] if len(self.free) > 1 else 0

    def taken(self, steps: int) -> "Room":
        """With one more talk in these steps."""
        more = (*self.free[1:], 0)
        return self._replace(
            free=tuple(own & ~steps | of_more & steps for own, of_more in zip(self.free, more, strict=True))
        )


class Interpreter(NamedTuple):
    """Somebody who comes, for one talk at a time. `lead`: how much later than others a talk with her may begin."""

    id: int
    languages: frozenset[str]
    woman: bool | None
    lead: timedelta
    free: int


class Programme(NamedTuple):
    """`from_birthday`: for people who had that birthday; `before_birthday`: for those who had not. None: no rule.

    `areas`: for people who live there; empty: no rule. `confidential`: only in quiet rooms.
    """

    id: int
    from_birthday: int | None
    before_birthday: int | None
    first_day: date | None
    last_day: date | None
    confidential: bool = False
    areas: frozenset[int] = frozenset()


class Kept(NamedTuple):
    """So many steps of a programme's day are not sold before the evening before; the day is `first` up to `end`."""

    programme_id: int
    first: int
    end: int
    steps: int


class Plan(NamedTuple):
    """Everything the rules need to know about one centre and some weeks.

    `interpreted`: the languages of the service by telephone, which always has somebody, after `interpreter_lead`.
    `walk_in_steps`, `min_reachable`, `crisis_minutes`, `kept_back`: what is not sold, see domain/reserve.
    """

    calendar: Calendar
    open_steps: int
    walk_in_steps: int
    counsellors: tuple[Counsellor, ...]
    rooms: Mapping[int, Room]
    interpreters: tuple[Interpreter, ...]
    programmes: Mapping[int, Programme]
    interpreted: frozenset[str]
    interpreter_lead: timedelta
    buffer_minutes: int
    start_every: int
    min_reachable: int
    crisis_minutes: int = 0
    kept_back: tuple[Kept, ...] = ()


class Age(NamedTuple):
    """The answer to the one age question, about one birthday (the 27th): reached, not soon, or on a coming day."""

    reached: bool
    on: date | None = None


class Wish(NamedTuple):
    """What a visitor asks for: a topic's slug, a language, the answers to the questions about age and area where there
    are any (`area`: a slug, or "" for elsewhere), and what she needs. `people`: those who come, herself included.

    `woman`: counsellor and interpreter; `carrier_id`, `counsellor_id`: nobody else's times.
    """

    topic: str
    language: str
    age: Age | None
    area: str | None = None
    people: int = 1
    woman: bool = False
    step_free: bool = False
    carrier_id: int | None = None
    counsellor_id: int | None = None
    mode: str = IN_PERSON
    length: str = FIRST


class Request(NamedTuple):
    """`programmes`: those the topic belongs to; `minutes` without interpreter; `age`, `area` None where not asked.

    `carrier_id`: only this carrier's counsellors (a moved appointment keeps its lead carrier); `counsellor_id`: only
    her. The others as in Wish; rooms matter only to who comes in person.
    """

    programmes: tuple[int, ...]
    minutes: int
    language: str
    age: Age | None
    window: Span
    carrier_id: int | None = None
    counsellor_id: int | None = None
    area: int | None = None
    people: int = 1
    woman: bool = False
    step_free: bool = False
    mode: str = IN_PERSON


class Offer(NamedTuple):
    """One way to keep a start. `busy_minutes` is the talk with the buffer after it.

    `interpreter` without an `interpreter_id` is the service by telephone.
    """

    counsellor_id: int
    room_id: int
    programme_id: int
    carrier_id: int
    interpreter: bool
    minutes: int
    busy_minutes: int
    interpreter_id: int | None = None


class Taken(NamedTuple):
    """Time that an appointment takes of a counsellor, a room and perhaps an interpreter; `ends` ends the buffer."""

    id: int
    counsellor_id: int
    room_id: int
    starts: datetime
    ends: datetime
    talk_ends: datetime
    interpreter_id: int | None


class Busy(NamedTuple):
    """Steps that are taken: of each counsellor and interpreter; of each room, one mask a talk."""

    people: Mapping[int, int]
    interpreters: Mapping[int, int]
    rooms: Mapping[int, list[int]]


def busy(grid: Grid, taken: Iterable[Taken]) -> Busy:
    people: dict[int, list[int]] = {}
    rooms: dict[int, list[int]] = {}
    interpreters: dict[int, list[int]] = {}
    known: dict[tuple[datetime, datetime], int] = {}  # many appointments begin and end together
    for _, counsellor_id, room_id, starts, ends, _, interpreter_id in taken:
        steps = known.get((starts, ends))
        if steps is None:
            steps = known[starts, ends] = grid.touched(Span(starts, ends))
        people.setdefault(counsellor_id, []).append(steps)
        rooms.setdefault(room_id, []).append(steps)
        if interpreter_id is not None:
            interpreters.setdefault(interpreter_id, []).append(steps)
    return Busy(_together(people), _together(interpreters), rooms)


def _together(masks: Mapping[int, list[int]]) -> dict[int, int]:
    return {id_: reduce(or_, found) for id_, found in masks.items()}


def places_left(valid: int, talks: int, taken: Iterable[int]) -> tuple[int, ...]:
    """For a room that holds `talks` at once: the steps with at least one, two … places left, see Room.free."""
    if talks == 1:
        return (valid & ~reduce(or_, taken, 0),)
    held = [0] * talks  # held[n]: steps at which more than n talks are held
    for steps in taken:
        for n in range(talks - 1, 0, -1):
            held[n] |= held[n - 1] & steps
        held[0] |= steps
    return tuple(valid & ~held[n] for n in range(talks - 1, -1, -1))


def minutes_of(length: str, first: int, follow_up: int | None, short: int | None) -> int:
    """How long a topic's talk takes; where a topic has no other time for it, as long as the first."""
    return {FIRST: None, FOLLOW_UP: follow_up, SHORT: short}[length] or first


def lengths_of(follow_up: int | None, short: int | None) -> tuple[str, ...]:
    """The kinds of talk that take a time of their own; only FIRST where all take the same."""
    return (FIRST, *([FOLLOW_UP] if follow_up else []), *([SHORT] if short else []))


def with_interpreter(minutes: int) -> int:
    """Half as long again, at least a quarter of an hour more, in five-minute steps (domain.md 2.3)."""
    return max(grains(math.ceil(minutes * 1.5)) * GRAIN_MINUTES, minutes + 15)


def asks_age(programmes: Iterable[Programme]) -> int | None:
    """The birthday at which a topic's responsibility changes, if any of its programmes has an age rule."""
    ages = {age for p in programmes for age in (p.from_birthday, p.before_birthday) if age is not None}
    return min(ages) if ages else None


def asks_area(programmes: Iterable[Programme]) -> frozenset[int]:
    """The areas a topic's responsibility turns on; empty where it turns on none."""
    return frozenset().union(*(p.areas for p in programmes))


def serves(programme: Programme, age: Age | None, day: date) -> bool:
    """Whether the programme serves that age on that day; unasked means any. The birthday itself counts as reached."""
    if age is None:
        return True
    reached = age.reached or (age.on is not None and age.on <= day)
    if programme.from_birthday is not None and not reached:
        return False
    return programme.before_birthday is None or not reached


def serves_area(programme: Programme, area: int | None) -> bool:
    """Whether the programme serves those who live there; unasked means anywhere."""
    return area is None or not programme.areas or area in programme.areas
