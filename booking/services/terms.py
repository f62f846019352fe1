"""First and last days of sites, rooms and programmes: nothing is bookable outside; what is booked there is named first.

Only who leads the whole centre sets them (`carrier_id` None, or of the only carrier). An end is a plan, or a fact: a
room that is lost today is lost.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from booking.domain import rostering
from booking.domain.actors import By
from booking.domain.centre_changes import Term
from booking.domain.errors import NotAllowed, NotFound, StillBooked
from booking.domain.staff import leads_all
from booking.services.steps.changing import Change, changed, recorded
from booking.services.steps.changing import Saved as Saved
from booking.store import rostering as store
from booking.store.db import reading, transaction
from booking.store.rostering import TermRow as TermRow

KINDS = ("site", "room", "programme")


def listed(centre_id: int, *, carrier_id: int | None) -> list[TermRow]:
    """All sites, then rooms, then programmes. Refusal: NotAllowed."""
    with reading() as session:
        _check(session, centre_id, carrier_id)
        return [row for kind in KINDS for row in store.terms(session, centre_id, kind)]


def one(centre_id: int, kind: str, id_: int, *, carrier_id: int | None) -> TermRow:
    """Refusals: NotAllowed, NotFound."""
    with reading() as session:
        _check(session, centre_id, carrier_id)
        return _row(session, centre_id, kind, id_)


def set_term(
    centre_id: int, kind: str, id_: int, term: Term, *, carrier_id: int | None, fact: bool = False,
    knowing: Collection[int] = (), override: str | None = None, by: By, now: datetime,
) -> Saved:  # fmt: skip
    """Its first and last day (None: without). `knowing`: appointments then outside, by id.

    Refusals: NotAllowed, NotFound, Invalid; of a plan StillBooked, unless all are named, and LeavesCentreEmpty.
    """
    with transaction(centre_id) as session:
        _check(session, centre_id, carrier_id)
        row = _row(session, centre_id, kind, id_)
        change = Change(session, centre_id, by, now, fact, override)
        was = row.first_day, row.last_day
        rostering.check_term(was, term, change.today)

        def write() -> None:
            store.change(session, kind, centre_id, id_, first_day=term[0], last_day=term[1])
            recorded(change, f"{kind}-dated")

        ends = rostering.first_change((None, was[1]), (None, term[1]), change.today)
        saved = changed(change, rostering.first_change(was, term, change.today), None, write, (ends, None))
        if not fact and not {one.id for one in saved.outside} <= set(knowing):
            raise StillBooked(saved.outside)
        return saved


def _check(session: Session, centre_id: int, carrier_id: int | None) -> None:
    if not leads_all(carrier_id, store.carrier_names(session, centre_id)):
        raise NotAllowed


def _row(session: Session, centre_id: int, kind: str, id_: int) -> TermRow:
    found = [row for row in store.terms(session, centre_id, kind) if row.id == id_] if kind in KINDS else []
    if not found:
        raise NotFound
    return found[0]
