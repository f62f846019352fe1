"""The crisis key: all counsellors and the desk hear of it at once and without a sound; no reason is asked.

The quiet room is kept free until it is over. Nothing of it is ever public.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from booking.domain.errors import WrongState
from booking.domain.times import local_day
from booking.services.steps import planning
from booking.services.steps.recording import desk_changed
from booking.store import alarms as store
from booking.store import roster as roster_store
from booking.store import tickets as ticket_store
from booking.store.alarms import AlarmRow as AlarmRow
from booking.store.db import reading, transaction


def current(centre_id: int) -> AlarmRow | None:
    """The alarm that is not over."""
    with reading() as session:
        return store.current(session, centre_id)


def ring(centre_id: int, *, by: int, now: datetime) -> None:
    """`by`: who of staff. Pressed again, by whomever, it is still the same alarm."""
    with transaction(centre_id) as session:
        if store.current(session, centre_id) is None:
            busy = {ticket.counsellor_id: ticket.room_id for ticket in ticket_store.all_current(session, centre_id)}
            quiet = _quiet_room(session, centre_id, set(busy.values()), now)
            store.add(session, centre_id, room_id=quiet, from_room_id=busy.get(by), by=by, now=now)
            desk_changed(session, centre_id)


def acknowledge(centre_id: int, alarm_id: int, *, by: int, now: datetime) -> None:
    """A counsellor is on her way. Refusal: WrongState (somebody else is, or it is over)."""
    with transaction(centre_id) as session:
        if not store.acknowledge(session, centre_id, alarm_id, by, now):
            raise WrongState("alarm-answered")
        desk_changed(session, centre_id)


def release(centre_id: int, alarm_id: int, *, by: int, now: datetime) -> None:
    """It is over, and the quiet room is there for everybody again. Refusal: WrongState (it was over before)."""
    with transaction(centre_id) as session:
        if not store.release(session, centre_id, alarm_id, by, now):
            raise WrongState("alarm-over")
        desk_changed(session, centre_id)


def _quiet_room(session: Session, centre_id: int, used: set[int], now: datetime) -> int | None:
    """One in which nobody is, else the first; None where the centre has no quiet room."""
    day = local_day(now, planning.rules_of(session, centre_id).zone)
    quiet = [room.id for room in roster_store.talk_rooms(session, centre_id) if room.quiet and room.there(day)]
    return next((id_ for id_ in quiet if id_ not in used), quiet[0] if quiet else None)
