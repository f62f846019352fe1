"""What is kept back from booking, so that whoever walks in, calls today, or is in need finds somebody.

The rule of the house: in a walk-in period the last counsellors who could still see somebody are never sold (reference:
"immer mindestens ein Fachberater präsent"). A hole a period is left for a crisis (domain.md 5.3), and of a coming
day a share of each programme's minutes until the evening before.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, time
from functools import reduce
from itertools import pairwise
from operator import or_
from typing import NamedTuple

from booking.domain.places import Counsellor, Kept, Plan, Room
from booking.domain.roster import Calendar
from booking.domain.times import DAY, Span, day_span, grains, instant, runs, steps_of

EVENING = time(18)


class Reserve:
    """What one more talk would take from walk-ins. At times when there is too little anyway nothing is lost: that is a
    gap for the lead, not a reason to refuse a booking."""

    def __init__(self, plan: Plan) -> None:
        self._walk_in_steps = plan.walk_in_steps
        self._reached = _WithoutOne(plan, lambda steps: steps) if plan.min_reachable == 1 else None
        self._matched = _lost_matches(plan) if plan.min_reachable > 1 else {}
        self._crisis = _Crisis(plan) if plan.crisis_minutes and plan.walk_in_steps else None
        self._shares = _Shares(plan)

    def steps(self, counsellor: Counsellor, room: Room) -> int:
        """The steps at which a talk of hers in this room would leave fewer reachable than the centre wants."""
        if self._reached is None or not self._walk_in_steps:
            return self._matched.get((counsellor.id, room.id), 0)
        at_stake = self._walk_in_steps & self._reached.now & ~self._reached.elsewhere(room)
        return at_stake & ~self._reached.left(counsellor, room) if at_stake else 0

    def starts(self, counsellor: Counsellor, room: Room, programme: int, length: int) -> int:
        """The starts at which a talk of so many steps would take the last hole for a crisis, or of the kept share."""
        kept = self._shares.full(programme, length)
        return kept | self._crisis.starts(counsellor, room, length) if self._crisis else kept


class _WithoutOne:
    """Leave-one-out over (counsellor, room): when can somebody with duty be reached without her and with one talk more
    in that room? `shape` makes the starts of whatever is looked for of the steps at which a pair is free."""

    def __init__(self, plan: Plan, shape: Callable[[int], int]) -> None:
        self._plan, self._shape = plan, shape
        self._on_duty = [c for c in plan.counsellors if c.duty and c.free]
        self._reach = {c.id: self._reachable(c, 0) for c in self._on_duty}
        self._elsewhere: dict[int, int] = {}
        self.now = reduce(or_, self._reach.values(), 0)

    def left(self, counsellor: Counsellor, room: Room) -> int:
        """She uses that room; so those who do not are reached as before."""
        found = self.elsewhere(room)
        for c in self._on_duty:
            if room.id in c.rooms and c.id != counsellor.id:
                found |= self._reachable(c, room.id)
        return found

    def beside(self, counsellor: Counsellor, room: Room) -> int:
        """Through the others who use that room, as it is left."""
        others = (c for c in self._on_duty if room.id in c.rooms and c.id != counsellor.id)
        return reduce(or_, (self._shape(c.free & room.free[0]) for c in others), 0)

    def elsewhere(self, room: Room) -> int:
        """Through those who never use that room."""
        found = self._elsewhere.get(room.id)
        if found is None:
            found = 0
            for c in self._on_duty:
                if found == self.now:  # with many people the first few are enough
                    break
                if room.id not in c.rooms:
                    found |= self._reach[c.id]
            self._elsewhere[room.id] = found
        return found

    def _reachable(self, counsellor: Counsellor, taken: int) -> int:
        found = 0
        for id_ in counsellor.rooms:
            room = self._plan.rooms.get(id_)
            if room is not None:
                found |= self._shape(counsellor.free & (room.with_one_more if id_ == taken else room.free[0]))
        return found


# ── one hole a walk-in period for a crisis ────────────────────────────────────────────────────────────────────────


class _Crisis:
    """A hole is so many minutes in a row in which one counsellor with duty is free, in one room."""

    def __init__(self, plan: Plan) -> None:
        self._length = grains(plan.crisis_minutes)
        self._holes = _WithoutOne(plan, lambda steps: runs(steps & plan.walk_in_steps, self._length))
        self._periods = [period for period in _stretches(plan.walk_in_steps) if self._holes.now & period]
        self._at_stake: dict[int, list[int]] = {}

    def starts(self, counsellor: Counsellor, room: Room, length: int) -> int:
        """Where no hole is left without her and this room, one before or after the talk must be."""
        if room.id not in self._at_stake:
            elsewhere = self._holes.elsewhere(room)
            self._at_stake[room.id] = [period for period in self._periods if not elsewhere & period]
        lost = 0
        left = self._holes.left(counsellor, room) if self._at_stake[room.id] else 0
        for period in self._at_stake[room.id]:
            if not left & period:
                holes = self._holes.now & period
                first, last = (holes & -holes).bit_length() - 1, holes.bit_length() - 1
                taking = _between(last - length + 1, first + self._length)
                lost |= self._unless_beside(counsellor, room, taking, length, period)
        return lost

    def _unless_beside(self, counsellor: Counsellor, room: Room, starts: int, length: int, period: int) -> int:
        """Of these starts, those after which nobody else has a hole in that room: a group room may hold both."""
        if not room.with_one_more & period:
            return starts
        talks = ((step, room.taken(_between(step, step + length))) for step in steps_of(starts))
        return sum(1 << step for step, left in talks if not self._holes.beside(counsellor, left) & period)


def _stretches(steps: int) -> Iterable[int]:
    """Each unbroken run of steps."""
    starts, ends = steps & ~(steps << 1), steps & ~(steps >> 1)
    for first, last in zip(steps_of(starts), steps_of(ends), strict=True):
        yield _between(first, last + 1)


def _between(first: int, end: int) -> int:
    first = max(first, 0)
    return ((1 << (end - first)) - 1) << first if end > first else 0


# ── more than one who can be reached ──────────────────────────────────────────────────────────────────────────────


class _House(NamedTuple):
    """Who is free for whom comes at one time: the people with duty, and the places left in each room."""

    people: tuple[int, ...]
    places: tuple[tuple[int, int], ...]


def _lost_matches(plan: Plan) -> dict[tuple[int, int], int]:
    """For each counsellor and room the steps at which a talk would leave fewer pairs of people and rooms than wanted,
    and than there are. Times at which the same people and rooms are free are looked at once."""
    known: dict[_House, list[tuple[int, int]]] = {}
    lost: dict[tuple[int, int], int] = {}
    for steps in _unchanged(plan):
        at = (steps & -steps).bit_length() - 1
        house = _House(
            tuple(c.id for c in plan.counsellors if c.duty and c.free >> at & 1),
            tuple((id_, sum(free >> at & 1 for free in room.free)) for id_, room in plan.rooms.items()),
        )
        if house not in known:
            known[house] = _pairs_that_matter(plan, house)
        for pair in known[house]:
            lost[pair] = lost.get(pair, 0) | steps
    return lost


def _unchanged(plan: Plan) -> Iterable[int]:
    """The walk-in steps, parted where somebody or a room becomes free or taken."""
    masks = [c.free for c in plan.counsellors] + [free for room in plan.rooms.values() for free in room.free]
    changed = 0
    for mask in masks:
        changed |= mask ^ mask << 1
    for stretch in _stretches(plan.walk_in_steps):
        first, end = (stretch & -stretch).bit_length() - 1, stretch.bit_length()
        marks = [first, *steps_of(changed & stretch & ~(1 << first)), end]
        for begin, until in pairwise(marks):
            yield _between(begin, until)


def _pairs_that_matter(plan: Plan, house: _House) -> list[tuple[int, int]]:
    least, rooms = plan.min_reachable, {c.id: c.rooms for c in plan.counsellors}
    places = dict(house.places)
    now = _matching(house.people, rooms, places, least + 2)
    if now == least + 2:  # a talk takes two pairs at most
        return []
    return [
        (c.id, room)
        for c in plan.counsellors
        for room in c.rooms
        if places.get(room)
        and _matching([p for p in house.people if p != c.id], rooms, {**places, room: places[room] - 1}, least)
        < min(now, least)
    ]


def _matching(people: Iterable[int], rooms: dict[int, tuple[int, ...]], places: dict[int, int], most: int) -> int:
    """How many people find a room each, up to `most` (augmenting paths)."""
    held: dict[int, list[int]] = {room: [] for room in places}

    def find(person: int, tried: set[int]) -> bool:
        for room in rooms[person]:
            if room in held and room not in tried:
                tried.add(room)
                if len(held[room]) < places[room]:
                    held[room].append(person)
                    return True
                for i, other in enumerate(held[room]):
                    if find(other, tried):
                        held[room][i] = person
                        return True
        return False

    found = 0
    for person in people:
        found += find(person, set())
        if found == most:
            break
    return found


# ── the share that is sold on the day itself ──────────────────────────────────────────────────────────────────────


class _Shares:
    """Days on which a programme has sold all that may be sold before the evening before."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._left: dict[int, list[tuple[Kept, int]]] = {}
        self._full: dict[tuple[int, int], int] = {}

    def full(self, programme: int, length: int) -> int:
        """The steps of the days on which a talk so long would take of the share."""
        if (programme, length) not in self._full:
            if programme not in self._left:
                self._left[programme] = self._more(programme)
            days = (_between(day.first, day.end) for day, more in self._left[programme] if length > more)
            self._full[programme, length] = reduce(or_, days, 0)
        return self._full[programme, length]

    def _more(self, programme: int) -> list[tuple[Kept, int]]:
        """Each day with the steps that may still be sold of it."""
        kept = [k for k in self._plan.kept_back if k.programme_id == programme]
        left = bookable(self._plan, programme, [(k.first, k.end) for k in kept])
        return [(k, have - k.steps) for k, have in zip(kept, left, strict=True)]


def bookable(plan: Plan, programme: int, days: Sequence[tuple[int, int]]) -> list[int]:
    """Steps of each day that a programme's people and their rooms leave together: at each time as many as there are of
    the fewer, less those who are kept for walk-ins. `days`: the first step of each, and the end."""
    if not days:
        return []
    people = [c for c in plan.counsellors if programme in c.programmes]
    rooms = {room for c in people for room in c.rooms if room in plan.rooms}
    free = _levels(c.free & plan.open_steps for c in people)
    places = _levels(mask for room in sorted(rooms) for mask in plan.rooms[room].free)
    found = [0] * len(days)
    for n, both in enumerate(a & b for a, b in zip(free, places, strict=False)):
        sold = both & ~plan.walk_in_steps if n < plan.min_reachable else both
        for i, (first, end) in enumerate(days):
            found[i] += (sold >> first & ((1 << end - first) - 1)).bit_count()
    return found


def _levels(masks: Iterable[int]) -> list[int]:
    """The steps that at least one, two, … of the masks have."""
    levels: list[int] = []
    for mask in masks:
        for n, level in enumerate(levels):
            levels[n], mask = level | mask, level & mask
        if mask:
            levels.append(mask)
    return levels


def kept_back(plan: Plan, percent: int, now: datetime) -> tuple[Kept, ...]:
    """What is to be kept of each day to come until the evening before; `plan` with nothing booked yet."""
    cal = plan.calendar
    wanted = [day for day in cal.open_days if now < instant(day - DAY, EVENING, cal.zone)] if percent else []
    spans = [day_span(day, cal.zone) for day in wanted]
    days = [(max(cal.grid.ceil(s.starts), 0), min(cal.grid.floor(s.ends), cal.grid.steps)) for s in spans]
    return tuple(
        Kept(programme, first, end, -(-steps * percent // 100))
        for programme in plan.programmes
        for (first, end), steps in zip(days, bookable(plan, programme, days), strict=True)
        if steps
    )


def released(cal: Calendar, open_steps: int, now: datetime, horizon_days: int) -> datetime:
    """Until when times are offered: the newest day only from today's opening on, so that nobody has to be awake at
    midnight; on a day without opening hours it is not offered."""
    today = open_steps & cal.grid.inside(day_span(cal.days[0], cal.zone))
    opened = today and now >= cal.grid.at((today & -today).bit_length() - 1)
    last = cal.days[horizon_days if opened else horizon_days - 1]
    return day_span(last, cal.zone).ends


def still_to_come(cal: Calendar, now: datetime) -> int:
    return cal.grid.inside(Span(now, cal.grid.at(cal.grid.steps)))
