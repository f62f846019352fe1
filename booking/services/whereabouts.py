"""Here, on a break, away until: said by counsellors with one key, heard by every desk at once."""

from datetime import datetime, time

from booking.domain import whereabouts
from booking.domain.errors import NotFound
from booking.domain.times import instant, local_day
from booking.domain.whereabouts import Said as Said
from booking.services.steps import planning
from booking.services.steps.recording import board_changed
from booking.store import roster as roster_store
from booking.store import whereabouts as store
from booking.store.db import reading, transaction


def of(centre_id: int, staff_id: int, *, now: datetime) -> Said | None:
    """What she said last today, if it still holds."""
    with reading() as session:
        day = local_day(now, planning.rules_of(session, centre_id).zone)
        said = store.newest(session, centre_id, day).get(staff_id)
    return said if said is not None and said.holds(now) else None


def say(centre_id: int, staff_id: int, state: str, *, until: time | None = None, now: datetime) -> None:
    """`until`: a wall time of today, for a break and for being away.

    Refusals: NotFound (nobody of this centre who works today), Invalid("state", …), Invalid("until", …).
    """
    with transaction(centre_id) as session:
        zone = planning.rules_of(session, centre_id).zone
        day = local_day(now, zone)
        ends = instant(day, until, zone) if until is not None else None
        whereabouts.check(state, ends, now)
        people = roster_store.people(session, centre_id)
        if not any(person.id == staff_id and person.works_on(day) for person in people):
            raise NotFound
        store.add(session, centre_id, day, Said(staff_id, state, now, ends))
        board_changed(session, centre_id)  # who is here decides how long others wait
