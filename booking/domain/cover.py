"""One plan for all appointments that can no longer be kept where they are, with the fewest changes to people.

Best is whoever keeps the most visitors at their time; then moves the fewest whom nothing has happened to, then needs
the fewest interpreters, then follows the order of assignment. A greedy does the everyday case; where it leaves
somebody without her time, or moves her to an interpreter, the solver tries as well, and the better of the two wins.

A line's "rule" in `because`: that of assignment ("only", "language", "share", "recent"), "swap" (kept because of a
swap), "makes-room" (moved for it); for those without their time why: "nobody" there for this programme, "language",
"busy", "room", "walk-ins" (the last who can be reached), "hours" (contract hours are used up), "needs" (what she
asked for, or the interpreter's time).
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from booking.domain import assignment, cover_solver
from booking.domain.assignment import Load
from booking.domain.availability import Plan, offers_at, starts
from booking.domain.cover_values import (
    CANCEL,
    COLLEAGUE,
    OFFER,
    SWAP,
    Inputs,
    Line,
    Place,
    Talk,
    freed,
    judged,
    lost,
    more_booked,
    overlap,
    place_of,
    reachable,
    steps_of_place,
    taken,
    ways,
    within_hours,
)
from booking.domain.times import local_day

SOLVER_SECONDS = 1.2


class Found(NamedTuple):
    """A way to keep talks at their time: new places by talk id, and why the greedy chose them."""

    places: dict[int, Place]
    why: dict[int, dict[str, Any]]


class Proposal(NamedTuple):
    """`fingerprint` of the inputs; `answer_by`: until when new times are held."""

    lines: tuple[Line, ...]
    fingerprint: str
    answer_by: datetime


def propose(inputs: Inputs, seconds: float = SOLVER_SECONDS) -> Proposal:
    """The plan for everybody affected; no lines if nobody is."""
    affected = {talk.id: why for talk in inputs.talks if (why := lost(inputs, talk)) is not None}
    base = baseline(inputs, affected)
    eased = _eased(inputs, affected)
    found = _kept(eased, affected, base, seconds) if affected else Found({}, {})
    lines = _lines(eased, affected, base, found)
    return Proposal(tuple(_chained(lines)), fingerprint(inputs), inputs.answer_by)


def _eased(inputs: Inputs, affected: Iterable[int]) -> Inputs:
    """What has lost its place takes nobody's hours, not even hers with whom it was."""
    gone, loads = set(affected), dict(inputs.loads)
    for talk in inputs.talks:
        if talk.id in gone:
            loads = more_booked(loads, talk.place, -1)
    return inputs._replace(loads=loads)


def baseline(inputs: Inputs, affected: Iterable[int]) -> Plan:
    """The plan when nobody affected has a place. Walk-in time that is not kept even then is no reason against cover;
    nor is what is only kept back from new bookings."""
    ids = set(affected)
    plan = freed(inputs, inputs.plan, [talk.place for talk in inputs.talks if talk.id in ids])
    return plan._replace(walk_in_steps=plan.walk_in_steps & reachable(plan), crisis_minutes=0, kept_back=())


def score(inputs: Inputs, affected: Mapping[int, str], places: Mapping[int, Place]) -> tuple[int, int, int]:
    """(visitors kept at their time, unaffected who stay untouched, talks without a new interpreter), counted so that
    more is better."""
    kept = sum(id_ in places for id_ in affected)
    touched = sum(id_ not in affected for id_ in places)
    before = {talk.id: talk.place.interpreter for talk in inputs.talks}
    return kept, -touched, -sum(place.interpreter and not before[id_] for id_, place in places.items())


# ── at their own time ─────────────────────────────────────────────────────────────────────────────────────────────


def _kept(inputs: Inputs, affected: Mapping[int, str], base: Plan, seconds: float) -> Found:
    best = greedy(inputs, affected, base)
    hard = [group for group in groups(inputs, affected) if _worth_solving(inputs, affected, group, best)]
    for group in hard:
        others = {id_: place for id_, place in best.places.items() if id_ not in {talk.id for talk in group}}
        solved = cover_solver.solve(inputs, affected, group, base, others, seconds / len(hard))
        merged = {**others, **solved} if solved is not None else best.places
        if score(inputs, affected, merged) > score(inputs, affected, best.places):
            best = Found(merged, {id_: best.why[id_] for id_ in best.why if best.places[id_] == merged.get(id_)})
    return best


def greedy(inputs: Inputs, affected: Mapping[int, str], base: Plan) -> Found:
    """Whoever has the fewest ways first, each with whom a booking would choose."""
    mine = [(talk, len(ways(inputs, base, talk))) for talk in inputs.talks if talk.id in affected]
    found, plan, loads = Found({}, {}), base, dict(inputs.loads)
    for talk, _count in sorted(mine, key=lambda one: (one[1], one[0].place.starts_at, one[0].id)):
        offers = [o for o in ways(inputs, plan, talk) if within_hours(loads, o)]
        if not offers:
            continue
        choice = assignment.choose(offers, loads, {c.id: c.rooms for c in plan.counsellors})
        place = place_of(choice.offer, talk.place.starts_at)
        found.places[talk.id] = place
        found.why[talk.id] = {"rule": choice.because, "among": choice.among, "share": choice.share_percent}
        plan, loads = taken(plan, place), more_booked(loads, place)
    return found


def groups(inputs: Inputs, affected: Mapping[int, str]) -> list[list[Talk]]:
    """Talks that could get into each other's way: chains of overlapping times, those with somebody affected."""
    found: list[list[Talk]] = []
    end: datetime | None = None
    for talk in sorted(inputs.talks, key=lambda talk: (talk.place.starts_at, talk.id)):
        if end is None or talk.place.starts_at >= end:
            found.append([])
            end = talk.place.starts_at
        found[-1].append(talk)
        longest = talk.place.starts_at + timedelta(minutes=2 * talk.request.minutes + inputs.plan.buffer_minutes)
        end = max(end, talk.place.busy_until, longest)
    return [group for group in found if any(talk.id in affected for talk in group)]


def _worth_solving(inputs: Inputs, affected: Mapping[int, str], group: Sequence[Talk], best: Found) -> bool:
    mine = [talk for talk in group if talk.id in affected]
    missing = [talk for talk in mine if talk.id not in best.places]
    strangers = [t for t in mine if t.id in best.places and best.places[t.id].interpreter and not t.place.interpreter]
    return bool(strangers) or any(_anybody(inputs, talk) for talk in missing)


def _anybody(inputs: Inputs, talk: Talk) -> bool:
    """Whether, were nobody else booked, she could be kept."""
    plan = inputs.plan
    people = tuple(c._replace(free=inputs.there.get(c.id, 0)) for c in plan.counsellors)
    helpers = tuple(i._replace(free=inputs.interpreters.get(i.id, 0)) for i in plan.interpreters)
    rooms = {id_: room._replace(free=(inputs.rooms.get(id_, 0),)) for id_, room in plan.rooms.items()}
    empty = plan._replace(walk_in_steps=0, counsellors=people, interpreters=helpers, rooms=rooms)
    return bool(judged(empty, talk))


# ── lines ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _lines(inputs: Inputs, affected: Mapping[int, str], base: Plan, found: Found) -> list[Line]:
    swaps = _in_swaps(inputs, affected, found.places)
    plan = _applied(inputs, affected, base, found.places)
    lines, loads = [], _with_kept(inputs, affected, found.places)
    for talk in sorted(inputs.talks, key=lambda talk: (talk.place.starts_at, talk.id)):
        after = found.places.get(talk.id)
        if talk.id in affected and after is None:
            line = _elsewhen(inputs, affected[talk.id], plan, loads, talk)
            if line.after is not None:
                plan, loads = taken(plan, line.after), more_booked(loads, line.after)
            lines.append(line)
        elif after is not None:
            why = {"rule": "swap"} if talk.id in swaps else found.why.get(talk.id, {"rule": "only"})
            because = {"lost": affected[talk.id], **why} if talk.id in affected else {"rule": "makes-room"}
            lines.append(Line(talk.id, SWAP if talk.id in swaps else COLLEAGUE, 0, talk.place, after, because))
    return lines


def _applied(inputs: Inputs, affected: Mapping[int, str], base: Plan, places: Mapping[int, Place]) -> Plan:
    """The plan when all that is kept has its new place."""
    moved = [talk.place for talk in inputs.talks if talk.id in places and talk.id not in affected]
    plan = freed(inputs, base, moved)
    for place in places.values():
        plan = taken(plan, place)
    return plan


def _with_kept(inputs: Inputs, affected: Mapping[int, str], places: Mapping[int, Place]) -> dict[int, Load]:
    """The hours when all that is kept has its new place."""
    loads = dict(inputs.loads)
    for talk in inputs.talks:
        if talk.id in places:
            loads = more_booked(loads, places[talk.id])
            loads = loads if talk.id in affected else more_booked(loads, talk.place, -1)
    return loads


def _in_swaps(inputs: Inputs, affected: Mapping[int, str], places: Mapping[int, Place]) -> set[int]:
    """Those moved for somebody, and whoever has got a place that was theirs."""
    moved = {talk.id: talk.place for talk in inputs.talks if talk.id in places and talk.id not in affected}
    gained = {id_ for id_, place in places.items() if any(_same_taken(place, old) for old in moved.values())}
    return moved.keys() | gained


def _elsewhen(inputs: Inputs, why: str, plan: Plan, loads: Mapping[int, Load], talk: Talk) -> Line:
    """Another time that is offered; else it is cancelled."""
    because = {"lost": why, "rule": _hindrance(inputs, plan, loads, talk)}
    place = _another_time(inputs, plan, loads, talk)
    return Line(talk.id, OFFER if place else CANCEL, 0, talk.place, place, because)


def another_time(inputs: Inputs, talk: Talk) -> Place | None:
    """What a plan would propose to her alone, as everything is booked now."""
    return _another_time(inputs, inputs.plan, inputs.loads, talk)


def _another_time(inputs: Inputs, plan: Plan, loads: Mapping[int, Load], talk: Talk) -> Place | None:
    """The nearest to her own."""
    kept = inputs.plan
    sold = plan._replace(
        walk_in_steps=kept.walk_in_steps, crisis_minutes=kept.crisis_minutes, kept_back=kept.kept_back
    )  # fmt: skip
    own, first, last = talk.place.starts_at, *inputs.offered
    later = [start for start in starts(sold, talk.request) if inputs.answer_by < start and first <= start < last]
    for start in sorted(later, key=lambda start: (abs(start - own), start)):
        offers = [o for o in offers_at(sold, talk.request, start) if within_hours(loads, o)]
        if offers:
            choice = assignment.choose(offers, loads, {c.id: c.rooms for c in plan.counsellors})
            return place_of(choice.offer, start)
    return None


def _hindrance(inputs: Inputs, plan: Plan, loads: Mapping[int, Load], talk: Talk) -> str:
    """Why nobody keeps her time: the first thing that is missing."""
    steps = steps_of_place(plan, talk.place)
    there = [c for c in plan.counsellors if not steps & ~inputs.there.get(c.id, 0)]
    serving = [c for c in there if not c.programmes.isdisjoint(talk.request.programmes)]
    if not serving or steps & ~plan.open_steps:
        return "nobody"
    helped = plan.interpreted.union(*(i.languages for i in plan.interpreters))
    speaking = [c for c in serving if talk.request.language in helped | c.languages]
    if not speaking:
        return "language"
    free = [c for c in speaking if not steps & ~c.free]
    if not free:
        return "busy"
    if not any(not steps & ~plan.rooms[room].free[0] for c in free for room in c.rooms if room in plan.rooms):
        return "room"
    open_ = judged(plan._replace(walk_in_steps=0), talk)
    if any(within_hours(loads, offer) for offer in open_):
        return "walk-ins"
    return "hours" if open_ else "needs"


def _chained(lines: Sequence[Line]) -> list[Line]:
    """Numbered so that lines of which one takes what another gives back hold or fall together."""
    root = list(range(len(lines)))

    def top(i: int) -> int:
        while root[i] != i:
            i = root[i]
        return i

    for i, line in enumerate(lines):
        for j, other in enumerate(lines):
            if i != j and line.after is not None and _same_taken(line.after, other.before):
                root[max(top(i), top(j))] = min(top(i), top(j))
    numbers: dict[int, int] = {}
    return [line._replace(chain=numbers.setdefault(top(i), len(numbers) + 1)) for i, line in enumerate(lines)]


def _same_taken(place: Place, other: Place) -> bool:
    same = place.counsellor_id == other.counsellor_id or place.room_id == other.room_id
    helper = place.interpreter_id is not None and place.interpreter_id == other.interpreter_id
    return (same or helper) and overlap(place, other)


# ── the inputs' fingerprint ───────────────────────────────────────────────────────────────────────────────────────


def fingerprint(inputs: Inputs) -> str:
    """The same for the same affected talks on the same days; what is booked on other days does not change it, nor does
    what goes by before the first of them."""
    plan, cal = inputs.plan, inputs.plan.calendar
    affected = [talk for talk in inputs.talks if lost(inputs, talk) is not None]
    days = 0
    for day in sorted({local_day(talk.place.starts_at, cal.zone) for talk in affected}):
        days |= cal.whole_days(day, day)
    first = min((talk.place.starts_at for talk in affected), default=cal.grid.origin)
    ahead = days & ~((1 << cal.grid.floor(first)) - 1)
    talks = sorted(t._replace(request=t.request._replace(window=None)) for t in inputs.talks)  # type: ignore[arg-type]
    content = (
        cal.grid.origin, [t for t in talks if t.place.starts_at >= first and steps_of_place(plan, t.place) & days],
        plan.open_steps & days, plan.walk_in_steps & ahead, [c._replace(free=c.free & days) for c in plan.counsellors],
        [r._replace(free=tuple(f & days for f in r.free)) for r in plan.rooms.values()],
        [i._replace(free=i.free & days) for i in plan.interpreters],
        [{id_: steps & days for id_, steps in there.items()} for there in inputs[2:5]],
        plan.programmes, plan.interpreted, plan.buffer_minutes, plan.min_reachable,
    )  # fmt: skip
    return hashlib.sha256(_stable(content).encode()).hexdigest()


def _stable(value: Any) -> str:
    """A text that is the same in every process: sets and mappings in order, long integers in hexadecimal."""
    if isinstance(value, bool) or value is None:
        return repr(value)
    if isinstance(value, int):
        return hex(value)
    if isinstance(value, Mapping):
        return "{" + ",".join(sorted(f"{_stable(k)}:{_stable(v)}" for k, v in value.items())) + "}"
    if isinstance(value, set | frozenset):
        return "<" + ",".join(sorted(map(_stable, value))) + ">"
    if isinstance(value, tuple | list):
        return "(" + ",".join(map(_stable, value)) + ")"
    return value.key if isinstance(value, ZoneInfo) else repr(value)
