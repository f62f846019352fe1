"""What planning of cover speaks of: talks, the places they have and could have, and the lines of a plan.

Everything that could be booked is judged by domain/availability; here a plan of it is only given and taken places.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from booking.domain.assignment import WEEKS, Load
from booking.domain.availability import Offer, Plan, Request, offers_at
from booking.domain.places import Room, serves
from booking.domain.times import GRAIN_MINUTES, Span, local_day

COLLEAGUE, SWAP, OFFER, CANCEL = ACTIONS = ("colleague", "swap", "offer", "cancel")
PUT_OFF = (OFFER, CANCEL)  # her time does not take place, and she must be told
APPLIED, UNDONE, ACCEPTED, LAPSED, RETURNED, CAME = LINE_STATES = (
    "applied", "undone", "accepted", "lapsed", "returned", "came",
)  # fmt: skip
ABSENT, ROOM, CLOSED, PROGRAMME, INTERPRETER = CAUSES = ("absent", "room", "closed", "programme", "interpreter")
MINUTE = timedelta(minutes=1)


class Place(NamedTuple):
    """Who keeps a talk, where and when. `busy_until`: the end of the buffer after it."""

    counsellor_id: int
    room_id: int
    starts_at: datetime
    ends_at: datetime
    busy_until: datetime
    interpreter: bool = False
    interpreter_id: int | None = None

    @property
    def minutes(self) -> int:
        return (self.ends_at - self.starts_at) // MINUTE


class Talk(NamedTuple):
    """A booked appointment that has not begun. `request`: what its visitor needs; its window begins now.

    `wished`: she asked for this counsellor, and must be told if it is another one.
    """

    id: int
    place: Place
    request: Request
    wished: bool = False


class Inputs(NamedTuple):
    """A centre from now on. `plan`: every talk in its place; `there`, `rooms`, `interpreters`: the steps in which a
    counsellor is at work for talks, a room is there, an interpreter could come, whoever has them. `offered`: where new
    times may begin; they are held until `answer_by`."""

    plan: Plan
    talks: tuple[Talk, ...]
    there: Mapping[int, int]
    rooms: Mapping[int, int]
    interpreters: Mapping[int, int]
    loads: Mapping[int, Load]
    offered: Span
    answer_by: datetime


class Line(NamedTuple):
    """What happens to one appointment, and why. `after` is None where it is cancelled. Lines of a `chain` hold or
    fall together. `because`: {"lost": one of CAUSES} for an affected one, and "rule", see domain/cover."""

    talk_id: int
    action: str
    chain: int
    before: Place
    after: Place | None
    because: dict[str, Any]


def span(place: Place) -> Span:
    """All the time that a place takes."""
    return Span(place.starts_at, place.busy_until)


def steps_of_place(plan: Plan, place: Place) -> int:
    return plan.calendar.grid.touched(span(place))


def lost(inputs: Inputs, talk: Talk) -> str | None:
    """Why a talk cannot be kept where it is; None if it can."""
    place, plan = talk.place, inputs.plan
    steps = plan.calendar.grid.touched(Span(place.starts_at, place.ends_at))
    if steps & ~plan.open_steps:
        return CLOSED
    if steps & ~inputs.there.get(place.counsellor_id, 0):
        return ABSENT
    if steps & ~inputs.rooms.get(place.room_id, 0):
        return ROOM
    if place.interpreter_id is not None and steps & ~inputs.interpreters.get(place.interpreter_id, 0):
        return INTERPRETER
    day = local_day(place.starts_at, plan.calendar.zone)
    programmes = (plan.programmes[p] for p in talk.request.programmes)
    programmes = (programme for programme in programmes if serves(programme, talk.request.age, day))
    runs = (plan.calendar.whole_days(p.first_day, p.last_day) for p in programmes)
    return PROGRAMME if all(steps & ~days for days in runs) else None


def taken(plan: Plan, place: Place) -> Plan:
    """The plan with that place gone."""
    steps = steps_of_place(plan, place)
    return _changed(plan, place, lambda free, _id: free & ~steps, lambda room: room.taken(steps))


def freed(inputs: Inputs, plan: Plan, places: Iterable[Place]) -> Plan:
    """The plan with those places given back, as far as counsellor, room and interpreter are there."""
    for place in places:
        steps = steps_of_place(plan, place)
        there = {"c": inputs.there, "i": inputs.interpreters}
        plan = _changed(
            plan, place,
            lambda free, one, steps=steps, there=there: free | steps & there[one[0]].get(one[1], 0),
            lambda room, steps=steps: _one_more(room, steps, inputs.rooms.get(room.id, 0)),
        )  # fmt: skip
    return plan


def _changed(plan: Plan, place: Place, person: Any, room: Any) -> Plan:
    people = tuple(
        c._replace(free=person(c.free, ("c", c.id))) if c.id == place.counsellor_id else c for c in plan.counsellors
    )
    interpreters = tuple(
        i._replace(free=person(i.free, ("i", i.id))) if i.id == place.interpreter_id else i for i in plan.interpreters
    )
    rooms = dict(plan.rooms)
    if place.room_id in rooms:
        rooms[place.room_id] = room(rooms[place.room_id])
    return plan._replace(counsellors=people, interpreters=interpreters, rooms=rooms)


def _one_more(room: Room, steps: int, there: int) -> Room:
    more = (there, *room.free[:-1])
    return room._replace(free=tuple(f & ~steps | m & steps for f, m in zip(room.free, more, strict=True)))


def reachable(plan: Plan) -> int:
    """Steps in which somebody on duty is free, with a free room she may use."""
    found = 0
    for person in plan.counsellors:
        if person.duty:
            rooms = (plan.rooms[id_].free[0] for id_ in person.rooms if id_ in plan.rooms)
            found |= person.free & reduce(or_, rooms, 0)
    return found


def ways(inputs: Inputs, plan: Plan, talk: Talk) -> list[Offer]:
    """How a talk could be kept at its own time, by whom may be booked that much."""
    return [o for o in judged(plan, talk) if within_hours(inputs.loads, o)]


def judged(plan: Plan, talk: Talk) -> list[Offer]:
    """What is offered for a talk at its own time, whenever talks begin nowadays. An interpreter who is ordered already
    need not be found in time."""
    own = _ordered(plan, talk.place)._replace(start_every=GRAIN_MINUTES)
    return offers_at(own, talk.request, talk.place.starts_at)


def _ordered(plan: Plan, place: Place) -> Plan:
    if not place.interpreter:
        return plan
    if place.interpreter_id is None:
        return plan._replace(interpreter_lead=timedelta(0))
    people = (i._replace(lead=timedelta(0)) if i.id == place.interpreter_id else i for i in plan.interpreters)
    return plan._replace(interpreters=tuple(people))


def within_hours(loads: Mapping[int, Load], offer: Offer) -> bool:
    """Whether it stays within her contract hours of four weeks; without a contract nothing is known of them."""
    load = loads.get(offer.counsellor_id)
    return load is None or not load.contract_minutes or left_of(load) >= offer.minutes


def left_of(load: Load) -> int:
    return load.contract_minutes * WEEKS - load.booked_minutes


def place_of(offer: Offer, start: datetime) -> Place:
    return Place(
        offer.counsellor_id, offer.room_id, start, start + offer.minutes * MINUTE, start + offer.busy_minutes * MINUTE,
        offer.interpreter, offer.interpreter_id,
    )  # fmt: skip


def more_booked(loads: Mapping[int, Load], place: Place, sign: int = 1) -> dict[int, Load]:
    """The loads with that place added to its counsellor's (or taken off, with sign -1)."""
    load = loads.get(place.counsellor_id)
    if load is None:
        return dict(loads)
    return {**loads, place.counsellor_id: load._replace(booked_minutes=load.booked_minutes + sign * place.minutes)}


def overlap(one: Place, other: Place) -> bool:
    return one.starts_at < other.busy_until and other.starts_at < one.busy_until
