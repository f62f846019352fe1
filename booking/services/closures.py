"""Closing the centre, or one carrier's part of it: planned, as an emergency, or today with one press.

A planned closure on booked days names the appointments first; they are settled in the cover room.

`carrier_id`: of the lead who closes, and so all that she may close, where there are others; None: she leads them all.
"""

from collections.abc import Collection
from datetime import datetime

from booking.domain import rostering
from booking.domain.actors import By
from booking.domain.errors import Invalid, NotFound, StillBooked
from booking.domain.roster import Closure
from booking.domain.times import DAY
from booking.services.steps.changing import Change, changed, recorded
from booking.services.steps.changing import Saved as Saved
from booking.services.steps.recording import board_changed
from booking.store import rostering as store
from booking.store.db import transaction

LONGEST_REASON = 80


def close(
    centre_id: int, closure: Closure, reason: str, *, carrier_id: int | None, fact: bool = False,
    knowing: Collection[int] = (), override: str | None = None, by: By, now: datetime,
) -> Saved:  # fmt: skip
    """The centre's, or one carrier's, other plan for some days. `knowing`: appointments in that time, by id.

    Refusals: NotFound, NotAllowed, Invalid; of a plan StillBooked, unless all are named, and LeavesCentreEmpty.
    """
    rostering.check_closure(closure)
    if len(reason) > LONGEST_REASON:
        raise Invalid("reason", "field-too-long")
    with transaction(centre_id) as session:
        change = Change(session, centre_id, by, now, fact, override)
        rostering.check_closer(closure, carrier_id, store.carrier_names(session, centre_id))
        saved = changed(
            change, closure.first_day, closure.last_day, lambda: _write_closure(change, closure, reason.strip())
        )
        if not fact and not {one.id for one in saved.outside} <= set(knowing):
            raise StillBooked(saved.outside)
        board_changed(session, centre_id)
        return saved


def close_today(centre_id: int, *, carrier_id: int | None, by: By, now: datetime) -> Saved:
    """Closed for the rest of the day, whatever is planned; a second press changes nothing. Refusal: NotAllowed."""
    with transaction(centre_id) as session:
        change = Change(session, centre_id, by, now, fact=True)
        today = change.today
        closure = Closure(today, today, None)
        rostering.check_closer(closure, carrier_id, store.carrier_names(session, centre_id))
        if any(row.closure.shuts(today) for row in store.closures(session, centre_id, today)):
            return Saved()
        board_changed(session, centre_id)
        return changed(change, today, today, lambda: _write_closure(change, closure, ""))


def end_closure(
    centre_id: int, closure_id: int, *, carrier_id: int | None, override: str | None = None, by: By, now: datetime
) -> Saved:
    """Open again from today on; a closure that has not begun is taken back.

    Refusals: NotFound, NotAllowed, LeavesCentreEmpty.
    """
    with transaction(centre_id) as session:
        row = store.closure_by_id(session, centre_id, closure_id)
        if row is None:
            raise NotFound
        rostering.check_closer(row.closure, carrier_id, store.carrier_names(session, centre_id))
        change = Change(session, centre_id, by, now, override=override)
        today = change.today

        def write() -> None:
            if row.closure.first_day >= today:
                store.remove(session, "closure", centre_id, row.id)
            elif row.closure.last_day >= today:
                store.change(session, "closure", centre_id, row.id, last_day=today - DAY)
            recorded(change, "closure-ended")

        board_changed(session, centre_id)
        return changed(change, today, row.closure.last_day, write)


def _write_closure(change: Change, closure: Closure, reason: str) -> None:
    store.add(change.session, "closure", centre_id=change.centre_id, reason=reason, fact=change.fact,
              **closure._asdict())  # fmt: skip
    recorded(change, "closure-saved")
