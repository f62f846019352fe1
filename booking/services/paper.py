"""When the server is away: a desk's block of numbers, set aside beforehand, written by hand and entered afterwards."""

import secrets
from collections.abc import Mapping
from datetime import datetime, time
from itertools import pairwise
from typing import NamedTuple

from booking.domain import tickets
from booking.domain.actors import By
from booking.domain.errors import Invalid, WrongState
from booking.domain.times import instant, local_day
from booking.services.steps import planning
from booking.services.steps.recording import board_changed, desk_changed, ticket_step
from booking.store import paper as store
from booking.store import tickets as ticket_store
from booking.store.db import reading, transaction
from booking.store.paper import PaperLine as PaperLine

BLOCK = 10


class Written(NamedTuple):
    """What stands on the paper: a wall time of today, and the language if it is known."""

    at: time
    language: str | None


def block(centre_id: int, staff_id: int, *, now: datetime) -> list[PaperLine]:
    """Today's numbers of this desk, entered ones included."""
    with reading() as session:
        day = local_day(now, planning.rules_of(session, centre_id).zone)
        return store.of_desk(session, centre_id, day, staff_id)


def reserve(centre_id: int, staff_id: int, *, now: datetime) -> None:
    """So many that ten are free. They are of the day's series, so that nobody else is given them.

    Refusal: NumbersUsedUp.
    """
    with transaction(centre_id) as session:
        day = local_day(now, planning.rules_of(session, centre_id).zone)
        free = sum(line.is_free for line in store.of_desk(session, centre_id, day, staff_id))
        for _ in range(BLOCK - free):
            first, given = ticket_store.next_number(session, centre_id, day, 1 + secrets.randbelow(tickets.NUMBERS))
            store.add(session, centre_id, day, tickets.number(first, given), staff_id, now)
        desk_changed(session, centre_id)


def enter(centre_id: int, staff_id: int, written: Mapping[int, Written], *, by: By, now: datetime) -> int:
    """What was given by hand, by the id of each number: they wait from the time that was written on. Answers how many.

    Refusals: WrongState (a number that is no longer free here), Invalid("written", "paper-order") where a later number
    has an earlier time, Invalid("written", "paper-later") for a time that is not over.
    """
    with transaction(centre_id) as session:
        zone = planning.rules_of(session, centre_id).zone
        day = local_day(now, zone)
        lines = store.of_desk(session, centre_id, day, staff_id)
        given = {id_: instant(day, one.at, zone) for id_, one in written.items()}
        if not set(given) <= {line.id for line in lines if line.is_free}:
            raise WrongState("paper-entered")
        times = [line.taken_at or given[line.id] for line in lines if line.taken_at or line.id in given]
        if any(later < earlier for earlier, later in pairwise(times)):
            raise Invalid("written", "paper-order")
        if any(at > now for at in given.values()):
            raise Invalid("written", "paper-later")
        for line in lines:
            if line.id in given:
                at = given[line.id]
                ticket_id = ticket_store.add(
                    session, centre_id=centre_id, day=day, number=line.number, kind=tickets.WALK_IN,
                    state=tickets.WAITING, language=written[line.id].language, taken_at=at, since=at,
                )  # fmt: skip
                store.enter(session, centre_id, line.id, ticket_id)
                ticket_step(session, centre_id, ticket_id, "taken", at, by)
        board_changed(session, centre_id)
        return len(given)
