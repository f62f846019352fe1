"""Taking a ticket's last step back, within ten seconds, by whoever took it: all is as it was before."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from booking.domain import tickets
from booking.domain.actors import By
from booking.domain.errors import NotFound, WrongState
from booking.domain.times import Span
from booking.services.steps import queueing
from booking.services.steps.recording import appointment_step, board_changed, ticket_step
from booking.store import appointments as appointment_store
from booking.store import steps as store
from booking.store import tickets as ticket_store
from booking.store.appointments import Place
from booking.store.db import reading, transaction
from booking.store.steps import StepRow
from booking.store.tickets import TicketRow as TicketRow


def last_by(centre_id: int, staff_id: int, *, now: datetime) -> StepRow | None:
    """The step that this person can still take back; None if there is none."""
    with reading() as session:
        return store.last_by(session, centre_id, staff_id, now - tickets.UNDO)


def undo_step(centre_id: int, step_id: int, *, by: By, now: datetime) -> TicketRow:
    """The ticket as it was before this step. A call disappears from the screens; a number given by mistake stays given.

    Refusals: NotFound (also for a step of somebody else), WrongState ("undo-over" after ten seconds, "moved-on" when
    something else happened to the ticket, or its counsellor, room or booked time are no longer free).
    """
    with transaction(centre_id) as session:
        done = store.step(session, centre_id, step_id)
        if done is None or done.staff_id != by.staff_id:
            raise NotFound
        if done.before is None or store.last_step(session, centre_id, done.ticket_id) != step_id:
            raise WrongState("moved-on")
        tickets.check_undo(done.at, now)
        before = dict(done.before)
        appointment, claims = before.pop("appointment", None), before.pop("claims", False)
        ticket = queueing.ticket_of(session, centre_id, done.ticket_id)
        if not ticket_store.change(session, centre_id, ticket.id, ticket.state, **_restored(before)):
            raise WrongState("moved-on")
        if not store.undone(session, step_id):
            raise WrongState("moved-on")
        ticket_step(session, centre_id, ticket.id, "undo", now, by)
        if appointment is not None and ticket.appointment_id is not None:
            _restore_appointment(session, ticket, appointment, claims=claims)
            appointment_step(session, centre_id, ticket.appointment_id, "undo", now, by)
        board_changed(session, centre_id)
        return queueing.ticket_of(session, centre_id, ticket.id)


def _restored(before: dict[str, Any]) -> dict[str, Any]:
    """As `ticket_store.change` takes it: instants read from their text, the state under `new`."""
    values = {
        name: datetime.fromisoformat(value) if value is not None and _is_instant(name) else value
        for name, value in before.items()
    }
    return {"new": values.pop("state"), **values}


def _is_instant(column: str) -> bool:
    return column == "since" or column.endswith("_at")


def _restore_appointment(session: Session, ticket: TicketRow, state: str, *, claims: bool) -> None:
    """Its time is claimed again where the step had given it back, if nobody has taken it meanwhile."""
    id_ = ticket.appointment_id or 0
    card = appointment_store.card(session, ticket.centre_id, id_)
    if card is None or not appointment_store.change(session, card.centre_id, id_, card.state, state):
        raise WrongState("moved-on")
    booked = ticket_store.booked(session, card.centre_id, ticket.id) if claims else None
    if booked is None:
        return
    place = Place(booked.counsellor_id, booked.interpreter_id, booked.room_id, booked.talks)
    span = Span(booked.starts_at, booked.busy_until)
    if not appointment_store.claim(session, card.centre_id, place, span, appointment_id=id_):
        raise WrongState("moved-on")
