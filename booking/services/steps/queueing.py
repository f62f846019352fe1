"""A ticket and its steps, and what they make of the appointment behind it."""

import secrets
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from booking.domain import appointments, tickets
from booking.domain.actors import By
from booking.domain.errors import NotFound, WrongState
from booking.services.steps.recording import appointment_step, board_changed, ticket_step
from booking.store import appointments as appointment_store
from booking.store import tickets as store
from booking.store.tickets import TicketRow

OVERNIGHT = By("worker")
# What finishing or missing a checked-in visitor's ticket makes of the appointment.
_OUTCOME = {"finish": appointments.DONE, "missing": appointments.MISSED}


class Held(Protocol):
    """What must be known of a ticket before it takes a step."""

    @property
    def id(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def appointment_id(self) -> int | None: ...


def ticket_of(session: Session, centre_id: int, ticket_id: int) -> TicketRow:
    """Refusal: NotFound, also for a ticket of another centre."""
    row = store.ticket(session, centre_id, ticket_id)
    if row is None:
        raise NotFound
    return row


def number(session: Session, centre_id: int, day: date, now: datetime, **values: Any) -> int:
    """The next number of the centre's day, as a waiting ticket; answers the ticket's id. Refusal: NumbersUsedUp."""
    first, given = store.next_number(session, centre_id, day, 1 + secrets.randbelow(tickets.NUMBERS))
    return store.add(
        session, centre_id=centre_id, day=day, number=tickets.number(first, given), state=tickets.WAITING, taken_at=now,
        **values,
    )  # fmt: skip


def step(
    session: Session, centre_id: int, ticket_id: int, old: str, name: str, now: datetime, by: By, **values: Any
) -> None:
    """A step of domain.tickets.STEPS from the state `old`, which the update names.

    Refusal: WrongState, also if somebody was first.
    """
    if not store.change(session, centre_id, ticket_id, old, tickets.step(name, old), **values):
        raise WrongState("changed")
    ticket_step(session, centre_id, ticket_id, name, now, by)
    board_changed(session, centre_id)


def take(session: Session, centre_id: int, ticket: Held, name: str, now: datetime, by: By, **values: Any) -> None:
    """A step, and the end of the appointment behind the ticket where it is its last. Refusal: WrongState."""
    step(session, centre_id, ticket.id, ticket.state, name, now, by, **values)
    if ticket.appointment_id is not None and name in _OUTCOME:
        end_appointment(session, centre_id, ticket.appointment_id, appointments.ARRIVED, _OUTCOME[name], now, by)


def wait_again(session: Session, centre_id: int, ticket: Held, now: datetime, by: By) -> None:
    """A number that was missed, at its own time as before. Refusal: WrongState."""
    uncalled = {"counsellor_id": None, "room_id": None, "calls": 0, "called_at": None, "ended_at": None}
    take(session, centre_id, ticket, "return", now, by, **uncalled)


def close(session: Session, centre_id: int, ticket: Held, now: datetime) -> None:
    """End a ticket of a past day; when its visitor went nobody knows, so `ended_at` stays empty.

    Never refused for the appointment's sake: a centre must be able to work in the morning.
    """
    name = tickets.last_step(ticket.state)
    step(session, centre_id, ticket.id, ticket.state, name, now, OVERNIGHT)
    if ticket.appointment_id is None:
        return
    card = appointment_store.card(session, centre_id, ticket.appointment_id)
    if card is not None and card.state == appointments.ARRIVED:
        end_appointment(session, centre_id, card.id, card.state, _OUTCOME[name], now, OVERNIGHT)


def end_appointment(
    session: Session, centre_id: int, appointment_id: int, old: str, outcome: str, now: datetime, by: By
) -> None:
    """To done or missed; what is left of its time can be booked again. Refusal: WrongState.

    Nothing of a cancelled one is left to end: its visitor came although it had been put off.
    """
    if not appointment_store.change(session, centre_id, appointment_id, old, outcome):
        card = appointment_store.card(session, centre_id, appointment_id)
        if card is not None and card.state == appointments.CANCELLED:
            return
        raise WrongState("changed")
    appointment_store.release(session, centre_id, appointment_id)
    appointment_step(session, centre_id, appointment_id, outcome, now, by)
