"""The forecast that people are shown, kept per centre: played beside the calls, never on the way of one."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from booking.domain import following, queue
from booking.domain.queue import Waiting
from booking.domain.times import day_span
from booking.services.steps import forecasting, planning
from booking.services.steps.attendance import Attendance
from booking.services.steps.forecasting import Scene
from booking.store import appointments as appointment_store
from booking.store import forecasts as store
from booking.store import tickets as ticket_store
from booking.store.db import announce, reading, transaction
from booking.store.forecasts import NEWCOMER, Kept

EVERY = timedelta(minutes=1)


def due(*, now: datetime) -> list[int]:
    """Centres in which something has happened since the last forecast, and busy ones a minute after it."""
    with reading() as session:
        return store.due(session, now - EVERY)


def refresh(centre_id: int, *, now: datetime) -> None:
    """Play the rest of the day once more. What is shown changes only where it has moved by five minutes or more.

    Screens and phones hear of it if anything they show has changed; the board's version stays.
    """
    with reading() as session:
        version, alone, closes, scene = _seen(session, centre_id, now)
    found = forecasting.forecasts(scene)
    full = closes is not None and found[NEWCOMER].over > (closes - now) / forecasting.MINUTE
    played = {id_: following.minutes(one) for id_, one in found.items()}
    busy = len(played) > 1 or any(person.talk for person in scene.counsellors)
    with transaction(centre_id) as session:
        before = store.of_centre(session, centre_id)
        earlier = {} if before is None else before.lines
        kept = {id_: following.steady(earlier.get(id_), fresh) for id_, fresh in played.items()}
        forecast = Kept(version, now, busy, alone, full, kept)
        store.keep(session, centre_id, forecast)
        store.promise(session, centre_id, forecast)
        if before is None or (before.alone, earlier) != (alone, kept):
            announce(session, centre_id, "board")
        if before is not None and before.full != full:
            announce(session, centre_id, "desk")


def _seen(session: Session, centre_id: int, now: datetime) -> tuple[int, bool, datetime | None, Scene]:
    """The board's version, whether at most one counsellor is here, when the day is over for walk-ins, and all that a
    play needs."""
    today = planning.today(session, centre_id, now)
    (day,), zone = today.calendar.days, today.calendar.zone
    version = ticket_store.public_state(session, centre_id, day).version
    current = ticket_store.current(session, centre_id, day)
    who = Attendance(session, centre_id, day, now, current, house=today)
    order = who.unbound(queue.order(ticket_store.queue(session, centre_id, day), now), 0)
    newcomer = Waiting(NEWCOMER, 0, None, None, None, now)
    lines = appointment_store.between(session, centre_id, day_span(day, zone))
    here = sum(who.here(staff_id, now) for staff_id in today.at_work)
    scene = forecasting.scene(session, centre_id, today, [*order, newcomer], current, lines, now)
    return version, here <= 1, forecasting.closes_at(today, now), scene
