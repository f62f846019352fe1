"""Where everybody who waits stands, and how long it may take: read from the queue and the last forecast."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from booking.domain import following, queue
from booking.domain.following import Minutes
from booking.store import forecasts as store
from booking.store import tickets as ticket_store

Place = tuple[int, int | None, int | None]


class Outlook(NamedTuple):
    """The last forecast, or nothing where it is too old. `alone`: at most one counsellor is here; `full`: whoever comes
    now will probably not be helped today."""

    at: datetime | None
    alone: bool
    lines: dict[int, Minutes]
    full: bool = False

    def minutes(self, ticket_id: int) -> tuple[int, int] | None:
        """From-to, as people read them."""
        return following.told(self.lines.get(ticket_id))


def outlook(session: Session, centre_id: int, now: datetime) -> Outlook:
    kept = store.of_centre(session, centre_id)
    if kept is None or following.is_old(kept.at, now):
        return Outlook(None, False, {})
    return Outlook(kept.at, kept.alone, kept.lines, kept.full)


def line(session: Session, centre_id: int, day: date, seen: Outlook, now: datetime) -> dict[str, Place]:
    """By each waiting ticket's tag: how many are before it, and from-to minutes where they are known."""
    tags = ticket_store.tags(session, centre_id, day)
    ordered = queue.order(ticket_store.queue(session, centre_id, day), now)
    return {tags[one.id]: (place, *(seen.minutes(one.id) or (None, None))) for place, one in enumerate(ordered)}
