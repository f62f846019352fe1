"""What a visitor is asked about a topic beside when she can come: only what changes something in this centre."""

from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session

from booking.domain.errors import NotFound
from booking.services.steps import placing
from booking.store import centres as centre_store
from booking.store import roster as store
from booking.store.db import reading
from booking.store.roster import Person, TalkRoom

MOST_PEOPLE = 6


class CarrierName(NamedTuple):
    slug: str
    name: str


class Asked(NamedTuple):
    """`languages`: those in which a talk about this topic can be held, in the order of local use; `modes`: how it can.

    `people`: the most who find a seat (1: not asked); `woman`, `step_free`: whether asking for it could be met.
    `carriers`: whose people help with this, where there are several.
    """

    languages: tuple[str, ...]
    modes: tuple[str, ...]
    people: int
    woman: bool
    step_free: bool
    carriers: tuple[CarrierName, ...]


def carrier_id(centre_id: int, slug: str) -> int | None:
    """None for no carrier of this centre."""
    with reading() as session:
        return next((row.id for row in centre_store.carriers(session, centre_id) if row.slug == slug), None)


def asked(centre_id: int, topic: str, today: date) -> Asked:
    """Refusal: NotFound."""
    with reading() as session:
        centre = centre_store.centre_by_id(session, centre_id)
        if centre is None:
            raise NotFound
        _row, programmes = placing.topic_of(session, centre_id, topic)
        people = _helpers(session, centre_id, frozenset(programmes), today)
        rooms = _rooms(session, centre_id, people)
        known = _languages(session, centre_id, people)
        carriers = _carriers(session, centre_id, people)
    order = [tag for tag in centre.languages if tag in known]
    return Asked(
        (*order, *sorted(known.difference(order))), tuple(centre.modes),
        max(1, min(MOST_PEOPLE, max((room.seats - 1 for room in rooms), default=1))),
        any(person.woman for person in people), {room.step_free for room in rooms} == {True, False},
        carriers if len(carriers) > 1 else (),
    )  # fmt: skip


def _helpers(session: Session, centre_id: int, programmes: frozenset[int], today: date) -> list[Person]:
    skills = store.skills(session, centre_id)
    return [
        person
        for person in store.people(session, centre_id)
        if (person.last_day or date.max) >= today and programmes.intersection(skills.get(person.id, ()))
    ]


def _rooms(session: Session, centre_id: int, people: list[Person]) -> list[TalkRoom]:
    of_person = store.rooms_used(session, centre_id)
    used = {room for person in people for room in of_person.get(person.id, ())}
    return [room for room in store.talk_rooms(session, centre_id) if room.id in used]


def _carriers(session: Session, centre_id: int, people: list[Person]) -> tuple[CarrierName, ...]:
    theirs = {person.carrier_id for person in people}
    rows = centre_store.carriers(session, centre_id)
    return tuple(CarrierName(row.slug, row.name) for row in rows if row.id in theirs)


def _languages(session: Session, centre_id: int, people: list[Person]) -> set[str]:
    rules, speaks = store.rules(session, centre_id), store.languages(session, centre_id)
    own = {tag for person in people for tag in speaks.get(person.id, ())}
    booked_along = {tag for row in store.interpreters(session, centre_id) for tag in row.languages}
    return own | booked_along | (set(rules.interpreted) if rules else set())
