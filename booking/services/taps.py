"""After a talk, two optional taps for the figures."""

from datetime import datetime
from typing import NamedTuple

from booking.domain import taps
from booking.domain.errors import WrongState
from booking.domain.places import FIRST
from booking.domain.taps import Told as Told
from booking.domain.tickets import DONE
from booking.domain.times import local_day
from booking.services.steps import planning, queueing
from booking.store import taps as store
from booking.store import topics as topic_store
from booking.store.db import reading, transaction


class Asked(NamedTuple):
    """The talk she finished last today, what is known of it (`likely`), and what can be chosen: (slug, name)."""

    ticket_id: int
    number: int
    likely: Told
    topics: list[tuple[str, dict[str, str]]]
    areas: list[tuple[str, dict[str, str]]]


def asked(centre_id: int, counsellor_id: int, *, now: datetime) -> Asked | None:
    """None when she has finished nobody today, or has told it."""
    with reading() as session:
        day = local_day(now, planning.rules_of(session, centre_id).zone)
        last = store.last_finished(session, centre_id, day, counsellor_id)
        if last is None or last.tapped:
            return None
        topics = [(row.slug, row.name) for row in topic_store.topics(session, centre_id)]
        areas = [(row.slug, row.name) for row in topic_store.areas(session, centre_id)]
        topic = last.topic if last.topic in dict(topics) else None
        first = None if last.length is None else last.length == FIRST
        likely = Told(topic, 1, first, None, last.language, last.interpreter)
        return Asked(last.id, last.number, likely, topics, areas)


def tell(centre_id: int, ticket_id: int, counsellor_id: int, told: Told, *, now: datetime) -> bool:
    """Count a finished talk, in a row that names neither her nor her number; False if it was counted before.

    Refusals: NotFound (not hers), WrongState (not finished, or another day's), Invalid("topic", "area" or "people", …).
    """
    with transaction(centre_id) as session:
        ticket = queueing.hers(session, centre_id, ticket_id, counsellor_id)
        if ticket.state != DONE:
            raise WrongState(ticket.state)
        if ticket.day != local_day(now, planning.rules_of(session, centre_id).zone):
            raise WrongState("other-day")
        topics = {row.slug for row in topic_store.topics(session, centre_id)}
        taps.check(told, topics, {row.slug for row in topic_store.areas(session, centre_id)})
        if not store.mark(session, centre_id, ticket_id):
            return False
        store.add(session, centre_id, ticket.day, told)
        return True
