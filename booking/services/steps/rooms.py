"""To which room a visitor is called."""

from datetime import datetime, timedelta

from booking.domain.errors import Invalid, NoRoom
from booking.domain.queue import Waiting
from booking.domain.times import Span
from booking.services.steps.attendance import Attendance
from booking.store import appointments as appointment_store
from booking.store import roster as roster_store
from booking.store import tickets as store

# A colleague's appointment keeps its room for so long, if its visitor has not come (domain.md 5.2).
GRACE = timedelta(minutes=10)
# How long a talk with a walk-in usually takes (domain.md 5.4, and the walk-in minutes of section 7).
WALK_IN = timedelta(minutes=20)


def choose(who: Attendance, counsellor_id: int, chosen: Waiting, wanted: str | None, used: set[int]) -> int:
    """The wanted room (a slug), else the appointment's own, else the first of hers; each only if it is free.

    Nobody is called to a room where a colleague's appointment begins before the talk will be over. One exception: a
    visitor whose own time has come takes the room that was booked for her, and only that one. `used`: rooms with
    somebody in them. Refusals: Invalid("room", "room-unknown") for one that is not hers today, NoRoom.
    """
    hers = roster_store.rooms_of(who.session, who.centre_id, counsellor_id, who.day)
    if wanted is not None and wanted not in {room.slug for room in hers}:
        raise Invalid("room", "room-unknown")
    booked = store.booked(who.session, who.centre_id, chosen.id) if chosen.due_at is not None else None
    own, length = (booked.room_id, booked.ends_at - booked.starts_at) if booked else (None, WALK_IN)
    due = chosen.due_at is not None and chosen.due_at <= who.now
    needed = _needed(who, counsellor_id, length)
    free = [
        room for room in hers
        if room.id not in used
        and (room.id not in needed or (due and room.id == own and needed[room.id] > who.now))
    ]  # fmt: skip
    if not free:
        raise NoRoom
    return min(free, key=lambda room: (room.slug != wanted, room.id != own)).id


def _needed(who: Attendance, counsellor_id: int, length: timedelta) -> dict[int, datetime]:
    """Rooms that appointments of colleagues need before a talk of that length is over, and from when on."""
    soon = appointment_store.rooms_needed(
        who.session, who.centre_id, counsellor_id, Span(who.now - GRACE, who.now), who.now + length
    )
    needed: dict[int, datetime] = {}
    for row in soon:
        if who.here(row.counsellor_id, max(who.now, row.starts_at)):
            needed.setdefault(row.room_id, row.starts_at)
    return needed
