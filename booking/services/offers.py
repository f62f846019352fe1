"""A new time that cover proposes: the visitor says yes or no, by her link or at the desk, or its hour passes."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from booking.domain import tickets
from booking.domain.actors import By
from booking.domain.appointments import BOOKED, CANCELLED
from booking.domain.cover_values import CANCEL, OFFER
from booking.domain.errors import NotFound, TooLate, WrongState
from booking.domain.reminders import APOLOGY
from booking.domain.times import DAY, local_day
from booking.services.steps import covering, messages, placing, planning, queueing
from booking.services.steps.covering import ACCEPTED, LAPSED
from booking.services.steps.recording import appointment_step, board_changed, desk_changed, ticket_step
from booking.store import appointments as appointment_store
from booking.store import cover as store
from booking.store.appointments import Card
from booking.store.cover import HoldRow
from booking.store.db import reading, transaction
from booking.store.tickets import TicketRow

WORKER = By("worker")


class Offer(NamedTuple):
    """The proposed time; `answer_by`: until when it is held."""

    starts_at: datetime
    ends_at: datetime
    answer_by: datetime


def pending(centre_id: int, appointment_id: int, *, now: datetime) -> Offer | None:
    """What waits for this visitor's answer."""
    with reading() as session:
        held = store.offer_of(session, centre_id, appointment_id)
        return Offer(held.starts_at, held.ends_at, held.expires_at) if held and now < held.expires_at else None


def accept(centre_id: int, appointment_id: int, *, by: By, now: datetime) -> Card:
    """The new time is hers. Refusals: NotFound (nothing waits), TooLate, WrongState."""
    with transaction(centre_id) as session:
        held, card = _held(session, centre_id, appointment_id), placing.card(session, centre_id, appointment_id)
        if now >= held.expires_at:
            raise TooLate(held.expires_at)
        place = covering.place_of(held)
        values = {**covering.columns(place), "because": held.because, "sequence": card.sequence + 1}
        if not appointment_store.change(session, centre_id, card.id, CANCELLED, BOOKED, **values):
            raise WrongState(card.state)
        store.give_to_appointment(session, centre_id, held.id, card.id)
        _end(session, held, ACCEPTED)
        _rearrange(session, held, card, by, now)
        return placing.card(session, centre_id, appointment_id)


def decline(centre_id: int, appointment_id: int, *, by: By, now: datetime) -> None:
    """The new time goes back to everybody; the appointment stays cancelled. Refusal: NotFound (nothing waits)."""
    with transaction(centre_id) as session:
        held = _held(session, centre_id, appointment_id)
        messages.withdraw(session, appointment_id, now, by)
        _end(session, held, LAPSED)
        desk_changed(session, centre_id)


def lapse_due(now: datetime) -> int:
    """Offers whose hour has come are over, and their visitors are told; answers how many there were."""
    with reading() as session:
        overdue = store.overdue_offers(session, now)
    for held in overdue:
        with transaction(held.centre_id) as session:
            found = store.offer_of(session, held.centre_id, held.appointment_id)
            if found is not None and found.expires_at <= now:
                _lapse(session, found, now)
    return len(overdue)


def came_anyway(centre_id: int, line_id: int, *, by: By, now: datetime) -> TicketRow:
    """Somebody whose appointment was put off or cancelled stands at the desk: a number at her original time, for
    whoever is free. Refusals: NotFound, WrongState (nothing was put off, or it was on another day), NumbersUsedUp.
    """
    with transaction(centre_id) as session:
        line = covering.line(session, centre_id, line_id)
        day = local_day(now, planning.rules_of(session, centre_id).zone)
        old, card = covering.read(line.before), placing.card(session, centre_id, line.appointment_id)
        if line.action not in (OFFER, CANCEL) or card.state != CANCELLED:
            raise WrongState(card.state)
        if local_day(old.starts_at, planning.rules_of(session, centre_id).zone) != day:
            raise WrongState("other-day")
        ticket_id = queueing.number(
            session, centre_id, day, now, kind=tickets.APPOINTMENT, language=card.language,
            programme_id=card.programme_id, due_at=old.starts_at,
        )  # fmt: skip
        ticket_step(session, centre_id, ticket_id, "taken", now, by)
        board_changed(session, centre_id)
        return queueing.ticket_of(session, centre_id, ticket_id)


def _held(session: Session, centre_id: int, appointment_id: int) -> HoldRow:
    found = store.offer_of(session, centre_id, appointment_id)
    if found is None:
        raise NotFound
    return found


def _end(session: Session, held: HoldRow, state: str) -> None:
    line = store.line_of_hold(session, held.centre_id, held.id)
    if line is not None:
        store.change_line(session, held.centre_id, line.id, state=state)
    store.drop_holds(session, held.centre_id, [held.id])


def _lapse(session: Session, held: HoldRow, now: datetime) -> None:
    card = placing.card(session, held.centre_id, held.appointment_id)
    messages.withdraw(session, card.id, now, WORKER)
    _end(session, held, LAPSED)
    if card.id in store.told(session, held.centre_id, [card.id]):
        messages.tell(
            session, centre_id=held.centre_id, appointment_id=card.id, starts_at=now + DAY, language=card.language,
            kind=APOLOGY, due_at=now,
        )  # fmt: skip
    desk_changed(session, held.centre_id)


def _rearrange(session: Session, held: HoldRow, card: Card, by: By, now: datetime) -> None:
    """What follows from the new time: who may see her, the erasure date, the messages, and a row that says so."""
    rules = planning.rules_of(session, held.centre_id)
    if store.carrier_of(session, held.counsellor_id) != held.carrier_id:
        store.add_grant(session, held.centre_id, held.counsellor_id, card.id, now)
    day = local_day(held.starts_at, rules.zone) + rules.erase_after_days * DAY
    appointment_store.postpone_erasure(session, held.centre_id, card.id, day)
    messages.withdraw(session, card.id, now, by)
    if card.id in store.told(session, held.centre_id, [card.id]):
        _plan_messages(session, held, card, now, rules.zone)
    appointment_step(session, held.centre_id, card.id, "moved", now, by)
    desk_changed(session, held.centre_id)


def _plan_messages(session: Session, held: HoldRow, card: Card, now: datetime, zone: ZoneInfo) -> None:
    messages.plan(
        session, centre_id=held.centre_id, appointment_id=card.id, starts_at=held.starts_at, language=card.language,
        now=now, zone=zone,
    )  # fmt: skip
