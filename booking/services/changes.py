"""Moving and cancelling what is booked, by the visitor herself or by the desk."""

from datetime import datetime

from sqlalchemy.orm import Session

from booking.domain import appointments as rules
from booking.domain.actors import By
from booking.domain.availability import Age
from booking.domain.errors import WrongState
from booking.domain.reminders import CANCELLATION
from booking.services.steps import messages, placing
from booking.services.steps.placing import Offers, Search
from booking.services.steps.recording import appointment_step, desk_changed
from booking.store import appointments as store
from booking.store import visitors as visitor_store
from booking.store.appointments import Card as Card
from booking.store.db import reading, transaction


def new_times(centre_id: int, appointment_id: int, age: Age | None, *, now: datetime) -> Offers:
    """The starts an appointment can be moved to. Refusals as for `move`."""
    with reading() as session:
        moved = placing.card(session, centre_id, appointment_id)
        rules.may_change(moved.state, moved.starts_at, now)
        return placing.search_again(session, moved, age, now).offers


def move(centre_id: int, appointment_id: int, start: datetime, age: Age | None, *, by: By, now: datetime) -> Card:
    """Give the old time back and take a new one, or nothing. Refusals: SlotTaken, TooLate, WrongState, Invalid."""
    with transaction(centre_id) as session:
        moved = placing.card(session, centre_id, appointment_id)
        rules.may_change(moved.state, moved.starts_at, now)
        if moved.starts_at == start:
            return moved
        found = placing.search_again(session, moved, age, now)
        choice = placing.choose(found, start)
        store.release(session, centre_id, moved.id)
        placing.take(found, choice, start, appointment_id=moved.id)
        needs = {name: value for name, value in moved.needs.items() if name != rules.CHANGES_ON}
        needs |= placing.age_needs(found, start)
        placed = {**placing.placed(start, choice), "sequence": moved.sequence + 1, "needs": needs}
        if not store.change(session, centre_id, moved.id, rules.BOOKED, rules.BOOKED, **placed):
            raise WrongState("changed")
        _rearrange(session, moved, start, found, now, by)
        return placing.card(session, centre_id, appointment_id)


def cancel(centre_id: int, appointment_id: int, *, by: By, now: datetime) -> Card:
    """Give the time back. Who agreed to messages is told, unless she cancels herself.

    Refusals: TooLate, WrongState (a second click finds it cancelled).
    """
    with transaction(centre_id) as session:
        gone = placing.card(session, centre_id, appointment_id)
        rules.may_change(gone.state, gone.starts_at, now)
        sequence = gone.sequence + 1
        if not store.change(session, centre_id, gone.id, rules.BOOKED, rules.CANCELLED, sequence=sequence):
            raise WrongState("changed")
        store.release(session, centre_id, gone.id)
        messages.withdraw(session, gone.id, now, by)
        if by.staff_id is not None:
            _tell(session, gone, now)
        appointment_step(session, centre_id, gone.id, "cancelled", now, by)
        desk_changed(session, centre_id)
        return placing.card(session, centre_id, appointment_id)


def _tell(session: Session, gone: Card, now: datetime) -> None:
    person = visitor_store.visitor(session, gone.centre_id, gone.id)
    if person is not None and person.phone is not None and person.reminders_agreed is not None:
        messages.tell(
            session, centre_id=gone.centre_id, appointment_id=gone.id, starts_at=gone.starts_at,
            language=gone.language, kind=CANCELLATION, due_at=now,
        )  # fmt: skip


def _rearrange(session: Session, moved: Card, start: datetime, found: Search, now: datetime, by: By) -> None:
    """What follows from a new time: the erasure date, the messages, and a row that says so."""
    visitor_store.postpone_erasure(session, moved.centre_id, moved.id, placing.erase_on(found, start))
    messages.withdraw(session, moved.id, now, by)
    person = visitor_store.visitor(session, moved.centre_id, moved.id)
    if person is not None and person.reminders_agreed is not None:
        messages.plan(
            session, centre_id=moved.centre_id, appointment_id=moved.id, starts_at=start, language=moved.language,
            now=now, zone=found.planned.rules.zone,
        )  # fmt: skip
    appointment_step(session, moved.centre_id, moved.id, "moved", now, by)
    desk_changed(session, moved.centre_id)
