"""Whether the lines of a plan may be carried out: a second opinion that knows nothing of how they were found.

It walks step by step and person by person, as a careful receptionist would with paper and pencil.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from booking.domain.availability import Counsellor, with_interpreter
from booking.domain.cover_values import CANCEL, COLLEAGUE, MINUTE, OFFER, SWAP, Inputs, Line, Place, Talk, lost
from booking.domain.places import IN_PERSON, serves
from booking.domain.presence import Head, can_be_reached
from booking.domain.times import GRAIN, local_day

Taken = tuple[str, int, int]
_NOTHING: Counter[Taken] = Counter()


class Violation(NamedTuple):
    """`kind`: "unknown", "twice", "untouched" (an appointment that is not affected may only change places), "time",
    "length", "late", "closed", "absent", "taken", "room", "needs", "programme", "language", "hours" or "walk-ins"
    (of no single appointment: None)."""

    kind: str
    talk_id: int | None


def check(inputs: Inputs, lines: Sequence[Line]) -> list[Violation]:
    """Everything that is wrong with these lines, which may be a part of a plan; nothing, if all is well."""
    talks = {talk.id: talk for talk in inputs.talks}
    found = [Violation("twice", id_) for id_, n in Counter(line.talk_id for line in lines).items() if n > 1]
    found += [Violation("unknown", line.talk_id) for line in lines if line.talk_id not in talks]
    if found:
        return found
    for line in lines:
        found += [Violation(kind, line.talk_id) for kind in _faults(inputs, talks[line.talk_id], line)]
    found += _collisions(inputs, lines, talks)
    return [*found, *_hours(inputs, lines, talks), *_walk_ins(inputs, lines, talks)]


def _faults(inputs: Inputs, talk: Talk, line: Line) -> Iterator[str]:
    affected, after = lost(inputs, talk) is not None, line.after
    if line.before != talk.place or (not affected and line.action != SWAP):
        yield "untouched"
    if (after is None) != (line.action == CANCEL):
        yield "time"
    if after is None:
        return
    yield from _time_faults(inputs, talk, line.action, after)
    person = next((c for c in inputs.plan.counsellors if c.id == after.counsellor_id), None)
    if person is None:
        yield "absent"
        return
    yield from _person_faults(inputs, talk, person, after)


def _time_faults(inputs: Inputs, talk: Talk, action: str, after: Place) -> Iterator[str]:
    if action in (COLLEAGUE, SWAP) and after.starts_at != talk.place.starts_at:
        yield "time"
    if action == OFFER and not (inputs.offered.starts <= after.starts_at < inputs.offered.ends):
        yield "late"
    if action == OFFER and after.starts_at <= inputs.answer_by:
        yield "late"
    if not all(_bit(inputs.plan.open_steps, step) for step in _steps(inputs, after)):
        yield "closed"


def _person_faults(inputs: Inputs, talk: Talk, person: Counsellor, after: Place) -> Iterator[str]:
    request, plan = talk.request, inputs.plan
    if not all(_bit(inputs.there.get(person.id, 0), step) for step in _steps(inputs, after)):
        yield "absent"
    yield from _room_faults(inputs, talk, person, after)
    day = local_day(after.starts_at, plan.calendar.zone)
    serving = {p for p in request.programmes if serves(plan.programmes[p], request.age, day)}
    if person.programmes.isdisjoint(serving):
        yield "programme"
    if request.woman and person.woman is not True:
        yield "needs"
    speaks = request.language in person.languages
    if after.interpreter == speaks:
        yield "language"
    if after.interpreter:
        yield from _interpreter_faults(inputs, talk, after)
    minutes = request.minutes if speaks else with_interpreter(request.minutes)
    if after.minutes != minutes or after.busy_until != after.ends_at + plan.buffer_minutes * MINUTE:
        yield "length"


def _room_faults(inputs: Inputs, talk: Talk, person: Counsellor, after: Place) -> Iterator[str]:
    request, room = talk.request, inputs.plan.rooms.get(after.room_id)
    if room is None or after.room_id not in person.rooms:
        yield "room"
        return
    if not all(_bit(inputs.rooms.get(room.id, 0), step) for step in _steps(inputs, after)):
        yield "room"
    comes = request.mode == IN_PERSON
    if comes and room.seats < request.people + 1 + (after.interpreter_id is not None):
        yield "needs"
    if comes and request.step_free and not room.step_free:
        yield "needs"
    shared = person.programmes.intersection(request.programmes)
    if shared and not room.quiet and all(inputs.plan.programmes[p].confidential for p in shared):
        yield "needs"


def _interpreter_faults(inputs: Inputs, talk: Talk, after: Place) -> Iterator[str]:
    request = talk.request
    if after.interpreter_id is None:
        if request.language not in inputs.plan.interpreted or request.woman:
            yield "language"
        return
    helpers = [i for i in inputs.plan.interpreters if i.id == after.interpreter_id and request.language in i.languages]
    if not helpers or (request.woman and helpers[0].woman is not True):
        yield "language"
    if not all(_bit(inputs.interpreters.get(after.interpreter_id, 0), step) for step in _steps(inputs, after)):
        yield "absent"


def _collisions(inputs: Inputs, lines: Sequence[Line], talks: dict[int, Talk]) -> Iterator[Violation]:
    """A person or a room that somebody else has: another line, or whoever stays where she is."""
    back, taken = Counter(_all_taken(inputs, [line.before for line in lines])), Counter[Taken]()
    for line in lines:
        taken.update(_takes(inputs, line.after) if line.after else ())
    for line in lines:
        ours = _takes(inputs, line.after) if line.after else []
        if any(taken[one] > _left(inputs, one, back) for one in ours):
            yield Violation("taken", line.talk_id)


def _hours(inputs: Inputs, lines: Sequence[Line], talks: dict[int, Talk]) -> Iterator[Violation]:
    """What has lost its place takes no hours, whether or not these lines settle it."""
    booked = {id_: load.booked_minutes for id_, load in inputs.loads.items()}
    moved = {line.talk_id for line in lines}
    gone = [talk.place for talk in talks.values() if talk.id in moved or lost(inputs, talk) is not None]
    for place, sign in [(place, -1) for place in gone] + [(line.after, 1) for line in lines if line.after]:
        booked[place.counsellor_id] = booked.get(place.counsellor_id, 0) + sign * place.minutes
    for line in lines:
        load = inputs.loads.get(line.after.counsellor_id) if line.after else None
        if load is None or line.after is None or not load.contract_minutes:
            continue
        more = line.after.counsellor_id != line.before.counsellor_id or line.after.minutes > line.before.minutes
        if more and booked[line.after.counsellor_id] > load.contract_minutes * 4:
            yield Violation("hours", line.talk_id)


def _walk_ins(inputs: Inputs, lines: Sequence[Line], talks: dict[int, Talk]) -> Iterator[Violation]:
    """As many as the centre wants, or as could be reached without the plan where those are fewer, can be with it."""
    affected = [talk.place for talk in talks.values() if lost(inputs, talk) is not None]
    others = [line.before for line in lines if line.before not in affected]
    before = Counter(_all_taken(inputs, affected))
    back = before + Counter(_all_taken(inputs, others))
    taken = Counter(_all_taken(inputs, [line.after for line in lines if line.after]))
    least = inputs.plan.min_reachable
    guarded = inputs.plan.walk_in_steps if least else 0
    for step in sorted({step for _kind, _id, step in [*back, *taken] if _bit(guarded, step)}):
        wanted = next(n for n in range(least, -1, -1) if _reached(inputs, n, step, before))
        if not _reached(inputs, wanted, step, back, taken):
            yield Violation("walk-ins", None)
            return


def _reached(
    inputs: Inputs, count: int, step: int, back: Counter[Taken], taken: Counter[Taken] = _NOTHING
) -> bool:  # fmt: skip
    """Whether so many on duty could see somebody at once, each in a room of hers: the rule of domain/presence."""

    def left(kind: str, id_: int) -> int:
        return _left(inputs, (kind, id_, step), back) - taken[kind, id_, step]

    heads = [Head(1, int(left("c", one.id) > 0), one.rooms) for one in inputs.plan.counsellors if one.duty]
    rooms = {room: [1] * left("r", room) for head in heads if head.free for room in head.rooms}
    return bool(can_be_reached(count, heads, rooms, 1))


def _left(inputs: Inputs, one: Taken, back: Counter[Taken]) -> int:
    """How many talks this person or room could take in that step, when what is given back is free."""
    kind, id_, step = one
    if not _there(inputs, one):
        return 0
    if kind == "r":
        return sum(_bit(free, step) for free in inputs.plan.rooms[id_].free) + back[one]
    people = inputs.plan.counsellors if kind == "c" else inputs.plan.interpreters
    return sum(_bit(person.free, step) for person in people if person.id == id_) + back[one]


def _there(inputs: Inputs, one: Taken) -> bool:
    kind, id_, step = one
    there = {"c": inputs.there, "r": inputs.rooms, "i": inputs.interpreters}[kind]
    return _bit(there.get(id_, 0), step) and (kind != "r" or id_ in inputs.plan.rooms)


def _all_taken(inputs: Inputs, places: Iterable[Place]) -> list[Taken]:
    return [one for place in places for one in _takes(inputs, place)]


def _takes(inputs: Inputs, place: Place) -> list[Taken]:
    whom = (("c", place.counsellor_id), ("r", place.room_id), ("i", place.interpreter_id))
    steps = list(_steps(inputs, place))
    return [(kind, id_, step) for kind, id_ in whom if id_ is not None for step in steps]


def _steps(inputs: Inputs, place: Place) -> Iterable[int]:
    grid, at = inputs.plan.calendar.grid, place.starts_at
    while at < place.busy_until:
        yield grid.floor(at)
        at = _next(at)


def _next(at: datetime) -> datetime:
    return at + GRAIN


def _bit(mask: int, step: int) -> bool:
    return step >= 0 and bool(mask >> step & 1)
