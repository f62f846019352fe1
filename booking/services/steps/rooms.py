"""To which room a visitor is called."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from booking.domain.errors import Invalid, NoRoom
from booking.domain.queue import Waiting
from booking.domain.tickets import CRISIS
from booking.domain.times import DAY, Span
from booking.services.steps.attendance import Attendance
from booking.store import alarms as alarm_store
from booking.store import appointments as appointment_store
from booking.store import roster as roster_store
from booking.store import tickets as store
from booking.store.appointments import Needed

# A colleague's appointment keeps its room for so long, if its visitor has not come (domain.md 5.2).
GRACE = timedelta(minutes=10)
# How long a talk with a walk-in usually takes (domain.md 5.4, and the walk-in minutes of section 7).
WALK_IN = timedelta(minutes=20)


class RoomNow(NamedTuple):
    """A room of hers, seen with the visitor who is next: whether somebody is in it, when a colleague's appointment
    needs it before that talk would be over, whether it was booked for this visitor, and whether an alarm keeps it free.
    """

    id: int
    slug: str
    name: str
    in_use: bool
    needed_at: datetime | None
    is_own: bool
    is_free: bool
    is_reserved: bool = False


def choose(who: Attendance, counsellor_id: int, chosen: Waiting, wanted: str | None, used: set[int]) -> int:
    """The wanted room (a slug), else the appointment's own, else the first of hers; each only if it is free.

    Refusals: Invalid("room", "room-unknown") for one that is not hers today, NoRoom.
    """
    hers = rooms_now(who, counsellor_id, chosen, used)
    if wanted is not None and wanted not in {room.slug for room in hers}:
        raise Invalid("room", "room-unknown")
    free = [room for room in hers if room.is_free]
    if not free:
        raise no_room(who, counsellor_id, chosen, hers)
    return min(free, key=lambda room: (room.slug != wanted, not room.is_own)).id


def rooms_now(who: Attendance, counsellor_id: int, chosen: Waiting, used: set[int]) -> list[RoomNow]:
    """Her rooms, offices and group rooms, in her own order. `used`: rooms with somebody in them.

    Nobody is called to a room where a colleague's appointment begins before the talk will be over. One exception: a
    visitor whose own time has come takes the room that was booked for her, and only that one. To the room that an
    alarm keeps free, only a crisis is called.
    """
    own, length = _talk(who, chosen)
    due = chosen.due_at is not None and chosen.due_at <= who.now
    needed: dict[int, datetime] = {}
    for row in _needed(who, counsellor_id, who.now + length):
        needed.setdefault(row.room_id, row.starts_at)
    reserved = alarm_store.reserved(who.session, who.centre_id) if chosen.kind != CRISIS else None
    found = []
    for room in roster_store.rooms_of(who.session, who.centre_id, counsellor_id, who.day):
        at, is_own = needed.get(room.id), room.id == own
        kept = at is not None and not (due and is_own and at > who.now)
        is_free = room.id not in used and not kept and room.id != reserved
        found.append(RoomNow(room.id, room.slug, room.name, room.id in used, at, is_own, is_free, room.id == reserved))
    return found


def no_room(who: Attendance, counsellor_id: int, chosen: Waiting, hers: Sequence[RoomNow]) -> NoRoom:
    """What is known of the room that is free again first. When a talk ends that goes on now, nobody knows."""
    _own, length = _talk(who, chosen)
    later = _needed(who, counsellor_id, who.now + DAY)
    kept = [
        (_free_from(who.now, length, [row for row in later if row.room_id == room.id]), room)
        for room in hers if not room.in_use and not room.is_reserved
    ]  # fmt: skip
    if not kept:
        return NoRoom()
    until, first = min(kept, key=lambda one: one[0])
    return NoRoom(until, first.name, first.needed_at)


def _free_from(now: datetime, length: timedelta, needed: Sequence[Needed]) -> datetime:
    """From when on a talk of that length fits before what comes next. `needed`: the room's, the earliest first."""
    free = now
    for row in needed:
        if row.starts_at < free + length:
            free = max(free, row.busy_until)
    return free


def _talk(who: Attendance, chosen: Waiting) -> tuple[int | None, timedelta]:
    """The room that was booked for this visitor, and how long the talk will take."""
    booked = store.booked(who.session, who.centre_id, chosen.id) if chosen.due_at is not None else None
    return (booked.room_id, booked.ends_at - booked.starts_at) if booked else (None, WALK_IN)


def _needed(who: Attendance, counsellor_id: int, until: datetime) -> list[Needed]:
    """What colleagues who are here need before that, the earliest first."""
    soon = appointment_store.rooms_needed(
        who.session, who.centre_id, counsellor_id, Span(who.now - GRACE, who.now), until
    )  # fmt: skip
    return [row for row in soon if who.here(row.counsellor_id, max(who.now, row.starts_at))]
