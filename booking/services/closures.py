"""Closing the centre, or one carrier's part of it: planned, as an emergency, or today with one press.

A planned closure on booked days names the appointments first; they are settled in the cover room.

`carrier_id`: of the lead who closes, and so all that she may close, where there are others; None: she leads them all.
"""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from booking.domain import rostering
from booking.domain.actors import By
from booking.domain.errors import Affected, Invalid, NotFound, StillBooked
from booking.domain.roster import Closure
from booking.domain.times import DAY, local_day
from booking.gateways import festivals
from booking.services.steps import planning, shutting
from booking.services.steps.changing import Change, changed, recorded
from booking.services.steps.changing import Saved as Saved
from booking.services.steps.recording import appointment_step, board_changed, desk_changed
from booking.store import rostering as store
from booking.store.db import reading, transaction
from booking.store.rostering import ClosureRow

LONGEST_REASON = 80


def close(
    centre_id: int, closure: Closure, reason: str, *, carrier_id: int | None, fact: bool = False,
    knowing: Collection[int] = (), override: str | None = None, by: By, now: datetime,
) -> Saved:  # fmt: skip
    """The centre's, or one carrier's, other plan for some days, from today on at the earliest, be it a fact or not.
    `knowing`: appointments in that time, by id.

    Refusals: NotFound, NotAllowed, Invalid; of a plan StillBooked, unless all are named, and LeavesCentreEmpty.
    """
    rostering.check_closure(closure)
    if len(reason) > LONGEST_REASON:
        raise Invalid("reason", "field-too-long")
    with transaction(centre_id) as session:
        change = Change(session, centre_id, by, now, fact, override)
        rostering.check_closer(closure, carrier_id, store.carrier_names(session, centre_id))
        rostering.check_from("first_day", closure.first_day, change.today)
        region = planning.rules_of(session, centre_id).region
        rostering.check_holidays(closure, festivals.within(region, closure.first_day, closure.last_day))
        saved = changed(
            change, closure.first_day, closure.last_day, lambda: _write_closure(change, closure, reason.strip())
        )
        if shutting.is_told(closure, fact):
            shutting.tell(session, centre_id, closure, now)
        _check_known(change, saved, knowing)
        board_changed(session, centre_id)
        return saved


def close_today(centre_id: int, *, carrier_id: int | None, by: By, now: datetime) -> Saved:
    """Closed for the rest of the day, whatever is planned; a second press changes nothing.

    Everybody booked is told after three minutes. Refusal: NotAllowed.
    """
    with transaction(centre_id) as session:
        change = Change(session, centre_id, by, now, fact=True)
        today = change.today
        closure = Closure(today, today, None)
        rostering.check_closer(closure, carrier_id, store.carrier_names(session, centre_id))
        if any(row.closure.shuts(today) for row in store.closures(session, centre_id, today)):
            return Saved()
        board_changed(session, centre_id)
        saved = changed(change, today, today, lambda: _write_closure(change, closure, ""))
        shutting.tell(session, centre_id, closure, now)
        return saved


def end_closure(
    centre_id: int, closure_id: int, *, carrier_id: int | None, knowing: Collection[int] = (),
    override: str | None = None, by: By, now: datetime,
) -> Saved:  # fmt: skip
    """Open again from today on; a closure that has not begun, or was declared today, is taken back.

    Who was told of it is told again; within three minutes nobody was. `knowing`: appointments on a holiday that is
    open no more, by id. Refusals: NotFound, NotAllowed; of a plan StillBooked, unless all are named, and
    LeavesCentreEmpty. That an emergency is over is a fact.
    """
    with transaction(centre_id) as session:
        row = store.closure_by_id(session, centre_id, closure_id)
        if row is None:
            raise NotFound
        rostering.check_closer(row.closure, carrier_id, store.carrier_names(session, centre_id))
        change = Change(session, centre_id, by, now, row.fact, override)
        today = change.today
        if shutting.is_told(row.closure, row.fact):
            shutting.untell(session, centre_id, row, by, now)

        def write() -> None:
            if row.closure.first_day >= today:
                store.remove(session, "closure", centre_id, row.id)
            elif row.closure.last_day >= today:
                store.change(session, "closure", centre_id, row.id, last_day=today - DAY)
            recorded(change, "closure-ended")

        saved = changed(change, row.closure.first_day, row.closure.last_day, write)
        _check_known(change, saved, knowing)
        board_changed(session, centre_id)
        return saved


class ToCall(NamedTuple):
    """An appointment whose visitor no message reaches. `called`: somebody has ticked her."""

    appointment: Affected
    called: bool


class Telling(NamedTuple):
    """Who hears of an emergency closure of today. `reached`: how many get a message, none of them before `until`;
    None once that has passed."""

    closure_id: int
    reached: int
    until: datetime | None
    to_call: list[ToCall]


def telling(centre_id: int, *, now: datetime) -> Telling | None:
    """None where no emergency has closed the centre today."""
    with reading() as session:
        row = _emergency(session, centre_id, now)
        if row is None:
            return None
        told = shutting.told(session, centre_id, row.closure, now)
        ticks = store.phoned(session, centre_id, told.to_call)
        to_call = [
            ToCall(Affected(id_, booked.code, booked.starts_at), ticks.get(id_, 0) % 2 == 1)
            for id_, booked in told.to_call.items()
        ]
        return Telling(row.id, len(told.reached), told.until, to_call)


def phoned(centre_id: int, appointment_id: int, *, by: By, now: datetime) -> None:
    """Tick or untick somebody of `to_call`. Refusal: NotFound."""
    with transaction(centre_id) as session:
        row = _emergency(session, centre_id, now)
        if row is None or appointment_id not in shutting.told(session, centre_id, row.closure, now).to_call:
            raise NotFound
        appointment_step(session, centre_id, appointment_id, store.PHONED, now, by)
        desk_changed(session, centre_id)


def _emergency(session: Session, centre_id: int, now: datetime) -> ClosureRow | None:
    today = local_day(now, planning.rules_of(session, centre_id).zone)
    rows = [row for row in store.closures(session, centre_id, today) if row.closure.covers(today)]
    return next((row for row in rows if shutting.is_told(row.closure, row.fact)), None)


def _check_known(change: Change, saved: Saved, knowing: Collection[int]) -> None:
    """A plan leaves nobody without a place unnamed. Refusal: StillBooked."""
    if not change.fact and not {one.id for one in saved.outside} <= set(knowing):
        raise StillBooked(saved.outside)


def _write_closure(change: Change, closure: Closure, reason: str) -> None:
    store.add(change.session, "closure", centre_id=change.centre_id, reason=reason, fact=change.fact,
              **closure._asdict())  # fmt: skip
    recorded(change, "closure-saved")
