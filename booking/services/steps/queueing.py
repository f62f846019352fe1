"""A ticket and its steps, and what they make of the appointment behind it."""

import secrets
from collections.abc import Mapping
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
# What the end of a checked-in visitor's ticket makes of the appointment.
_OUTCOME = {
    "finish": appointments.DONE, "serve": appointments.DONE, "refer": appointments.DONE,
    "missing": appointments.MISSED, "withdraw": appointments.CANCELLED,
}  # fmt: skip
# A waiting ticket is called to nobody: the table has a constraint that says so.
UNCALLED: Mapping[str, Any] = {
    "counsellor_id": None, "room_id": None, "calls": 0, "called_at": None, "started_at": None,
}  # fmt: skip


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


def hers(session: Session, centre_id: int, ticket_id: int, counsellor_id: int | None) -> TicketRow:
    """The ticket, if this counsellor called it; None: reception, which may touch all. Refusal: NotFound."""
    ticket = ticket_of(session, centre_id, ticket_id)
    if counsellor_id is not None and ticket.counsellor_id != counsellor_id:
        raise NotFound
    return ticket


def number(session: Session, centre_id: int, day: date, now: datetime, **values: Any) -> int:
    """The next number of the centre's day, as a waiting ticket; answers the ticket's id. Refusal: NumbersUsedUp."""
    first, given = store.next_number(session, centre_id, day, 1 + secrets.randbelow(tickets.NUMBERS))
    return store.add(
        session, centre_id=centre_id, day=day, number=tickets.number(first, given), state=tickets.WAITING, taken_at=now,
        since=now, **values,
    )  # fmt: skip


def step(
    session: Session, centre_id: int, ticket_id: int, old: str, name: str, now: datetime, by: By, *,
    before: Mapping[str, Any] | None, reason: str | None = None, **values: Any,
) -> None:  # fmt: skip
    """A step of domain.tickets.STEPS from the state `old`, which the update names.

    `before`: what else the ticket was, for taking it back; None: that cannot be.
    Refusal: WrongState, also if somebody was first.
    """
    if not store.change(session, centre_id, ticket_id, old, tickets.step(name, old), **values):
        raise WrongState("changed")
    known = None if before is None else {"state": old, **before}
    ticket_step(session, centre_id, ticket_id, name, now, by, before=known, reason=reason)
    board_changed(session, centre_id)


def take(
    session: Session, centre_id: int, ticket: TicketRow, name: str, now: datetime, by: By, *,
    reason: str | None = None, **values: Any,
) -> None:  # fmt: skip
    """A step, and the end of the appointment behind the ticket where it is its last. Refusal: WrongState."""
    tickets.step(name, ticket.state)
    before = {key: getattr(ticket, key) for key in values}
    outcome, released = _OUTCOME.get(name), None
    if ticket.appointment_id is not None and outcome is not None:
        released = _end(session, centre_id, ticket.appointment_id, appointments.ARRIVED, outcome)
    if released is not None:
        before.update(appointment=appointments.ARRIVED, claims=released)
    step(session, centre_id, ticket.id, ticket.state, name, now, by, before=before, reason=reason, **values)
    if released is not None and ticket.appointment_id is not None:
        appointment_step(session, centre_id, ticket.appointment_id, str(outcome), now, by)


def wait_again(
    session: Session, centre_id: int, ticket: TicketRow, now: datetime, by: By, *, appointment: str | None = None
) -> None:
    """A number that was missed, at its own time as before. Refusal: WrongState.

    `appointment`: the state of the one behind it until now, if that changes too.
    """
    again = {**UNCALLED, "ended_at": None, "since": now}
    before = {name: getattr(ticket, name) for name in again}
    if appointment is not None:
        before.update(appointment=appointment, claims=False)
    step(session, centre_id, ticket.id, ticket.state, "return", now, by, before=before, **again)


def close(session: Session, centre_id: int, ticket: Held, now: datetime) -> None:
    """End a ticket of a past day; when its visitor went nobody knows, so `ended_at` stays empty.

    Never refused for the appointment's sake: a centre must be able to work in the morning.
    """
    name = tickets.last_step(ticket.state)
    step(session, centre_id, ticket.id, ticket.state, name, now, OVERNIGHT, before=None, parked_at=None)
    if ticket.appointment_id is None:
        return
    card = appointment_store.card(session, centre_id, ticket.appointment_id)
    if card is not None and card.state == appointments.ARRIVED:
        end_appointment(session, centre_id, card.id, card.state, _OUTCOME[name], now, OVERNIGHT)


def end_appointment(
    session: Session, centre_id: int, appointment_id: int, old: str, outcome: str, now: datetime, by: By
) -> None:
    """To done or missed; what is left of its time can be booked again. Refusal: WrongState."""
    if _end(session, centre_id, appointment_id, old, outcome) is not None:
        appointment_step(session, centre_id, appointment_id, outcome, now, by)


def _end(session: Session, centre_id: int, appointment_id: int, old: str, outcome: str) -> bool | None:
    """Whether it still had claims to give back.

    None: it was cancelled and has nothing to end; its visitor came although it had been put off.
    """
    if not appointment_store.change(session, centre_id, appointment_id, old, outcome):
        card = appointment_store.card(session, centre_id, appointment_id)
        if card is not None and card.state == appointments.CANCELLED:
            return None
        raise WrongState("changed")
    return appointment_store.release(session, centre_id, appointment_id)
