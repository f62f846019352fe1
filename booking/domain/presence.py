"""The rule of the house: in every open minute somebody is present, in walk-in periods somebody can be reached.

"Immer mindestens ein Fachberater präsent" (sources: Ludwigsburg). Present: marked for duty, rostered in the house, not
away. Reachable: also not in an appointment, and with a free room she may use. Everything here is sets of five-minute
steps, see domain/times.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, time, timedelta
from typing import NamedTuple

from booking.domain.roster import Calendar, Hours, Opening
from booking.domain.times import GRAIN_MINUTES, Span, instant, local_day

PRESENT, REACHABLE = RULES = ("present", "reachable")
HOUR = timedelta(hours=1)


class Head(NamedTuple):
    """Somebody on duty. `house`: the steps she is in the house; `free`: those in which she could see somebody;
    `rooms`: those she may use."""

    house: int
    free: int
    rooms: tuple[int, ...]


class Watch(NamedTuple):
    """All that the rule looks at, over some days. `rooms`: the steps in which each has one, two … places, as Room.free
    of domain/places."""

    calendar: Calendar
    opening: Opening
    heads: tuple[Head, ...]
    rooms: Mapping[int, Sequence[int]]
    min_present: int
    min_reachable: int

    @property
    def in_house(self) -> list[int]:
        return [head.house for head in self.heads]


class Gap(NamedTuple):
    """`rule`: PRESENT (too few in the house) or REACHABLE (somebody is there, but could see nobody)."""

    rule: str
    span: Span


class Missing(NamedTuple):
    """The steps in which a rule is broken. Where too few are present, reachability is not asked any more."""

    present: int
    reachable: int


def at_least(count: int, masks: Iterable[int], everywhere: int) -> int:
    """The steps of `everywhere` that at least `count` of the masks have."""
    have = [everywhere] + [0] * count
    for mask in masks:
        for n in range(count, 0, -1):
            have[n] |= have[n - 1] & mask
    return have[count] & everywhere


def kept_for_walk_ins(opening: Opening, present: Collection[int]) -> int:
    """Walk-in steps whose last reachable counsellor is never sold.

    Where one counsellor alone covers the period by the roster, the centre says what it is for: `sold_alone`. So the
    rule never leaves a small centre with nothing to book.
    """
    alone = opening.walk_in & ~at_least(2, present, opening.walk_in)
    return opening.walk_in & ~(alone & opening.sold_alone)


def nobody_present(opening: Opening, present: Iterable[int], least: int) -> int:
    """Open steps in which fewer than `least` of those on duty are in the house; none where the rule is 0."""
    return opening.open_steps & ~at_least(least, present, opening.open_steps)


def can_be_reached(count: int, heads: Sequence[Head], rooms: Mapping[int, Sequence[int]], everywhere: int) -> int:
    """The steps of `everywhere` in which `count` of the heads could see somebody at once, each with a place of her own
    in one of her rooms."""
    if count == 0:
        return everywhere
    found = 0
    for place, head in enumerate(heads):
        for room in head.rooms:
            free, *more = rooms.get(room) or (0,)
            here = everywhere & head.free & free & ~found
            if here:
                left = {**rooms, room: more} if count > 1 else rooms
                found |= can_be_reached(count - 1, heads[place + 1 :], left, here)
    return found


# ── gaps ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def missing(watch: Watch) -> Missing:
    absent = nobody_present(watch.opening, watch.in_house, watch.min_present)
    return Missing(absent, _unreachable(watch, absent, watch.min_reachable))


def _unreachable(watch: Watch, absent: int, least: int) -> int:
    """Walk-in steps, but for the `absent` ones, in which fewer than `least` could be reached."""
    asked = kept_for_walk_ins(watch.opening, watch.in_house) & ~absent
    return asked & ~can_be_reached(least, watch.heads, watch.rooms, asked)


def gaps(watch: Watch) -> list[Gap]:
    """Every gap, ascending."""
    return _gaps(watch, missing(watch))


def opened(before: Watch, after: Watch) -> list[Gap]:
    """The gaps that a change opens or makes worse: of two that are asked for one was there, and now nobody is.

    Both are of the same days.
    """
    was, found = missing(before).present, missing(after).present
    fewer = unreachable = 0
    for least in range(1, after.min_present + 1):
        had = nobody_present(before.opening, before.in_house, least)
        fewer |= nobody_present(after.opening, after.in_house, least) & ~had
    for least in range(1, after.min_reachable + 1):
        unreachable |= _unreachable(after, found, least) & ~_unreachable(before, was, least)
    return _gaps(after, Missing(fewer, unreachable & ~was))


def left_of(before: Watch, after: Watch, gap: Gap) -> list[Span]:
    """What of a gap was there all the time. Where nobody is present, nobody can be reached either."""
    grid = after.calendar.grid
    steps = grid.touched(gap.span)
    for found in (missing(before), missing(after)):
        steps &= found.present if gap.rule == PRESENT else found.present | found.reachable
    return grid.spans(steps)


def _gaps(watch: Watch, found: Missing) -> list[Gap]:
    spans = watch.calendar.grid.spans
    return sorted(
        [Gap(PRESENT, span) for span in spans(found.present)]
        + [Gap(REACHABLE, span) for span in spans(found.reachable)],
        key=lambda gap: (gap.span, gap.rule),
    )


class Kept(NamedTuple):
    """How many of the open minutes had, or will have, somebody present."""

    minutes: int
    of: int

    @property
    def percent(self) -> int | None:
        """Rounded down, so that 100 means all; None where nothing was open."""
        return 100 * self.minutes // self.of if self.of else None


def kept(watch: Watch) -> Kept:
    open_steps = watch.opening.open_steps.bit_count()
    broken = missing(watch).present.bit_count()
    return Kept((open_steps - broken) * GRAIN_MINUTES, open_steps * GRAIN_MINUTES)


# ── the strip ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Cell(NamedTuple):
    """One wall hour of a day. `heads`: how many are present in its emptiest open minute, None where nothing is open.

    `empty`: fewer than the rule asks for are present at some time; `unreachable`: nobody could be seen at some time.
    """

    hour: int
    heads: int | None
    empty: bool
    unreachable: bool


class DayStrip(NamedTuple):
    """`gaps`: those of the day, ascending."""

    day: date
    cells: tuple[Cell, ...]
    gaps: tuple[Gap, ...]


def hours_shown(hours: Collection[Hours]) -> range:
    """The wall hours that hold all opening hours of a week."""
    if not hours:
        return range(0)
    last = max(h.ends for h in hours)
    return range(min(h.starts for h in hours).hour, last.hour + (1 if last.replace(hour=0) > time(0) else 0))


def strips(watch: Watch, hours: range) -> list[DayStrip]:
    """One strip a day."""
    cal, found, counted = watch.calendar, missing(watch), _counted(watch)
    all_gaps = _gaps(watch, found)
    return [
        DayStrip(
            day,
            tuple(_cell(watch, found, counted, day, hour) for hour in hours),
            tuple(gap for gap in all_gaps if local_day(gap.span.starts, cal.zone) == day),
        )
        for day in cal.days
    ]


def _counted(watch: Watch) -> list[int]:
    """The n-th (from 0): open steps in which more than n are present."""
    masks = [mask for mask in watch.in_house if mask]
    return [at_least(n, masks, watch.opening.open_steps) for n in range(1, len(masks) + 1)]


def _cell(watch: Watch, found: Missing, counted: list[int], day: date, hour: int) -> Cell:
    cal = watch.calendar
    begins = instant(day, time(hour), cal.zone)
    steps = cal.grid.inside(Span(begins, begins + HOUR)) & watch.opening.open_steps
    if not steps:
        return Cell(hour, None, False, False)
    heads = sum(1 for mask in counted if not steps & ~mask)
    return Cell(hour, heads, bool(steps & found.present), bool(steps & found.reachable))


# ── who can cover whom ────────────────────────────────────────────────────────────────────────────────────────────


class Skilled(NamedTuple):
    """A counsellor with what she can do; `talks`: the steps she may see somebody."""

    id: int
    programmes: frozenset[int]
    languages: frozenset[str]
    talks: int


class Cover(NamedTuple):
    """Who can stand in for whom: all of `who` advise for this programme in this language.

    `hanging`: (staff id, minutes in which she is the only one of them), most first. A weak spot before it hurts.
    """

    programme_id: int
    language: str
    who: tuple[int, ...]
    hanging: tuple[tuple[int, int], ...]


def covers(people: Sequence[Skilled], open_steps: int) -> list[Cover]:
    """One line for each programme and each language that somebody speaks for it, by programme and language."""
    pairs = {(programme, tag) for p in people for programme in p.programmes for tag in p.languages}
    return [_cover([p for p in people if pair[0] in p.programmes and pair[1] in p.languages], pair, open_steps)
            for pair in sorted(pairs)]  # fmt: skip


def _cover(able: Sequence[Skilled], pair: tuple[int, str], open_steps: int) -> Cover:
    masks = [p.talks for p in able]
    alone = at_least(1, masks, open_steps) & ~at_least(2, masks, open_steps)
    minutes = [(p.id, (p.talks & alone).bit_count() * GRAIN_MINUTES) for p in able]
    hanging = sorted((line for line in minutes if line[1]), key=lambda line: (-line[1], line[0]))
    return Cover(*pair, tuple(p.id for p in able), tuple(hanging))
