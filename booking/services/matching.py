"""Double counselling, seen without a shared file: that there is another open appointment, and nothing else of it."""

from datetime import datetime

from booking.store import visitors as visitor_store
from booking.store.db import reading


def others(centre_id: int, appointment_id: int, *, now: datetime) -> list[datetime]:
    """When the same number has other open appointments, at any carrier of the centre; only where both visitors agreed.

    Families share a number, so this is a hint for a question, never a reason to refuse.
    """
    with reading() as session:
        return visitor_store.open_of_same_number(session, centre_id, appointment_id, now)
