"""A new time that cover proposes: the visitor says yes or no, by her link or at the desk, or its hour passes.

Until a plan's messages go out nobody knows of it, so nothing of it is shown or can be answered: undo stays exact.
"""

from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from booking.domain import tickets
from booking.domain.actors import By
from booking.domain.appointments import BOOKED, CANCELLED
from booking.domain.cover_values import ACCEPTED, APPLIED, CAME, LAPSED, PUT_OFF
from booking.domain.errors import NotFound, SlotTaken, TooLate, WrongState
from booking.domain.times import DAY, local_day
from booking.services.steps import covering, messages, offering, placing, planning, queueing
from booking.services.steps.recording import appointment_step, board_changed, desk_changed, ticket_step
from booking.store import appointments as appointment_store
from booking.store import cover as store
from booking.store import holds as hold_store
from booking.store import tickets as ticket_store
from booking.store import visitors as visitor_store
from booking.store.appointments import Card
from booking.store.cover import LineRow
from booking.store.db import reading, transaction
from booking.store.holds import HoldRow
from booking.store.tickets import TicketRow

WORKER = By("worker")
ROUND = timedelta(seconds=5)  # of the worker: what is due before it looks again


class Offer(NamedTuple):
    """The proposed time; `answer_by`: until when it is held."""

    starts_at: datetime
    ends_at: datetime
    answer_by: datetime


class Known(NamedTuple):
    """An appointment as its visitor knows it, and the new time that waits for her answer."""

    card: Card
    offer: Offer | None


def known(card: Card, *, now: datetime) -> Known:
    """What a plan has put off or cancelled is still booked to her until she is told."""
    if card.state != CANCELLED:
        return Known(card, None)
    with reading() as session:
        if _is_quiet(session, card.centre_id, card.id, now):
            return Known(card._replace(state=BOOKED, sequence=card.sequence - 1), None)
        held = hold_store.offer_of(session, card.centre_id, card.id)
        waits = held is not None and now < held.expires_at
        return Known(card, Offer(held.starts_at, held.ends_at, held.expires_at) if held and waits else None)


def accept(centre_id: int, appointment_id: int, *, by: By, now: datetime) -> Card:
    """The new time is hers.

    Refusals: NotFound (nothing waits, or she is not told yet), TooLate, WrongState; SlotTaken, if somebody or something
    of that place is not there any more: `near` then holds the time that is held for her instead, where there is one.
    """
    try:
        with transaction(centre_id) as session:
            held, card = (
                _held(session, centre_id, appointment_id, now),
                placing.card(session, centre_id, appointment_id),
            )
            if now >= held.expires_at:
                raise TooLate(held.expires_at, "offer")
            if offering.is_lost(session, held, now):
                raise SlotTaken
            _take(session, held, card)
            _rearrange(session, held, card, by, now)
            return placing.card(session, centre_id, appointment_id)
    except SlotTaken:
        raise SlotTaken(_propose_anew(centre_id, appointment_id, by, now)) from None


def decline(centre_id: int, appointment_id: int, *, by: By, now: datetime) -> None:
    """The new time goes back to everybody; the appointment stays cancelled. Refusal: NotFound, as for a yes."""
    with transaction(centre_id) as session:
        held = _held(session, centre_id, appointment_id, now)
        messages.withdraw(session, appointment_id, now, by)
        offering.end(session, held, LAPSED)
        desk_changed(session, centre_id)


def lapse_due(now: datetime) -> int:
    """Offers whose hour has come are over, and their visitors are told; answers how many there were."""
    with reading() as session:
        overdue = hold_store.overdue_offers(session, now)
    for centre_id, appointment_id in overdue:
        with transaction(centre_id) as session:
            found = hold_store.offer_of(session, centre_id, appointment_id)
            if found is not None and found.expires_at <= now:
                offering.lapse(session, found, WORKER, now)
    return len(overdue)


def renew(centre_id: int, appointment_id: int, *, by: By, now: datetime) -> None:
    """A proposed time that is gone itself: the next best is held and told, or she is told that there is none.

    Refusals: NotFound (nothing waits), WrongState (the time is still there).
    """
    with transaction(centre_id) as session:
        held = hold_store.offer_of(session, centre_id, appointment_id)
        if held is None:
            raise NotFound
        if not offering.is_lost(session, held, now):
            raise WrongState("offer-stands")
        offering.renew(session, held, by, now)


def renew_due(now: datetime) -> int:
    """Nobody is told of a time that is gone: proposals whose message is about to go out are looked at once more;
    answers how many were gone."""
    with reading() as session:
        soon = hold_store.offers_told_by(session, now + ROUND)
    return sum(_renew_if_lost(centre_id, appointment_id, now) for centre_id, appointment_id in soon)


def came_anyway(centre_id: int, line_id: int, *, by: By, now: datetime) -> TicketRow:
    """Somebody whose appointment was put off or cancelled stands at the desk: a number at her original time, for
    whoever is free. It is hers alone: once more answers the same, and no other time waits for her.

    Refusals: NotFound, WrongState (nothing was put off, or it was on another day), NumbersUsedUp.
    """
    with transaction(centre_id) as session:
        line = covering.line(session, centre_id, line_id)
        card, zone = placing.card(session, centre_id, line.appointment_id), planning.rules_of(session, centre_id).zone
        day, due_at = local_day(now, zone), covering.read(line.before).starts_at
        if line.action not in PUT_OFF or line.state not in (APPLIED, LAPSED, CAME) or card.state != CANCELLED:
            raise WrongState("changed")
        if local_day(due_at, zone) != day:
            raise WrongState("other-day")
        earlier = ticket_store.of_appointment(session, centre_id, card.id)
        if earlier is not None:
            return _once_more(session, earlier, by, now)
        ticket_id = queueing.number(
            session, centre_id, day, now, kind=tickets.APPOINTMENT, language=card.language,
            programme_id=card.programme_id, appointment_id=card.id, due_at=due_at,
        )  # fmt: skip
        ticket_step(session, centre_id, ticket_id, "taken", now, by)
        _end_line(session, line, card, by, now)
        board_changed(session, centre_id)
        return queueing.ticket_of(session, centre_id, ticket_id)


def _renew_if_lost(centre_id: int, appointment_id: int, now: datetime) -> bool:
    with transaction(centre_id) as session:
        held = hold_store.offer_of(session, centre_id, appointment_id)
        if held is None or not offering.is_lost(session, held, now):
            return False
        offering.renew(session, held, WORKER, now)
        return True


# ── yes ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _is_quiet(session: Session, centre_id: int, appointment_id: int, now: datetime) -> bool:
    until = store.quiet_until(session, centre_id, appointment_id)
    return until is not None and now < until


def _held(session: Session, centre_id: int, appointment_id: int, now: datetime) -> HoldRow:
    found = hold_store.offer_of(session, centre_id, appointment_id)
    if found is None or _is_quiet(session, centre_id, appointment_id, now):
        raise NotFound
    return found


def _take(session: Session, held: HoldRow, card: Card) -> None:
    place = covering.place_of(held)
    values = {**covering.columns(place), "because": held.because, "sequence": card.sequence + 1}
    if not appointment_store.change(session, held.centre_id, card.id, CANCELLED, BOOKED, **values):
        raise WrongState(card.state)
    hold_store.give_to_appointment(session, held.centre_id, held.id, card.id)
    offering.end(session, held, ACCEPTED)


def _rearrange(session: Session, held: HoldRow, card: Card, by: By, now: datetime) -> None:
    """What follows from the new time: who may see her, the erasure date, the messages, and a row that says so."""
    rules_ = planning.rules_of(session, held.centre_id)
    if store.carrier_of(session, held.counsellor_id) != held.carrier_id:
        store.add_grant(session, held.centre_id, held.counsellor_id, card.id, now)
    day = local_day(held.starts_at, rules_.zone) + rules_.erase_after_days * DAY
    visitor_store.postpone_erasure(session, held.centre_id, card.id, day)
    messages.withdraw(session, card.id, now, by)
    if card.id in store.told(session, held.centre_id, [card.id]):
        _plan_messages(session, held, card, now, rules_.zone)
    appointment_step(session, held.centre_id, card.id, "moved", now, by)
    desk_changed(session, held.centre_id)


def _plan_messages(session: Session, held: HoldRow, card: Card, now: datetime, zone: ZoneInfo) -> None:
    messages.plan(
        session, centre_id=held.centre_id, appointment_id=card.id, starts_at=held.starts_at, language=card.language,
        now=now, zone=zone,
    )  # fmt: skip


def _propose_anew(centre_id: int, appointment_id: int, by: By, now: datetime) -> tuple[datetime, ...]:
    """The lost time ends, and the next best is held instead; nothing, if there is none: then it stays cancelled."""
    with transaction(centre_id) as session:
        held = hold_store.offer_of(session, centre_id, appointment_id)
        if held is None:  # somebody else was first
            return ()
        if not offering.is_lost(session, held, now):  # she is there after all
            return (held.starts_at,)
        place = offering.renew(session, held, by, now)
        return (place.starts_at,) if place else ()


# ── the end of an offer ───────────────────────────────────────────────────────────────────────────────────────────


def _end_line(session: Session, line: LineRow, card: Card, by: By, now: datetime) -> None:
    """She is here: what was proposed is free again, and no message tells her of it any more."""
    messages.withdraw(session, card.id, now, by)
    store.change_line(session, card.centre_id, line.id, state=CAME)
    if line.hold_id is not None:
        hold_store.drop_holds(session, card.centre_id, [line.hold_id])


def _once_more(session: Session, ticket: TicketRow, by: By, now: datetime) -> TicketRow:
    """The number she has; if it was missed it waits again."""
    if ticket.state == tickets.MISSED:
        queueing.wait_again(session, ticket.centre_id, ticket, now, by)
    return queueing.ticket_of(session, ticket.centre_id, ticket.id)
