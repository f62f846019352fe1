"""How much of each post is booked: what the assignment evens out, for the lead to see. By name, never by size."""

from datetime import datetime
from typing import NamedTuple

from booking.domain.times import local_day
from booking.services.steps import planning
from booking.store import roster as roster_store
from booking.store import rostering as store
from booking.store.db import reading


class Post(NamedTuple):
    """`hours`: contract hours a week; `percent`: of the hours of the coming four weeks, what is booked."""

    name: str
    carrier: str
    hours: float
    percent: int


def posts(centre_id: int, *, now: datetime) -> list[Post]:
    """Those who work today or later and have contract hours, by carrier and name: no order of who has more."""
    with reading() as session:
        planned = planning.load(session, centre_id, now)
        loads = planning.loads(session, centre_id, planned, now)
        names, carriers = roster_store.names(session, centre_id), store.carrier_names(session, centre_id)
        today = local_day(now, planned.rules.zone)
        found = [
            Post(names[one.id], carriers[one.carrier_id], one.contract_minutes / 60, round(100 * loads[one.id].share))
            for one in roster_store.people(session, centre_id)
            if one.contract_minutes and one.id in loads and (one.last_day is None or one.last_day >= today)
        ]
    return sorted(found, key=lambda post: (post.carrier, post.name))
