"""Numbers: given at the door, or to a booked visitor who has come."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from booking.domain import appointments, tickets
from booking.domain.actors import By
from booking.domain.errors import Invalid, NotFound, QueueStopped, WrongState
from booking.domain.times import local_day
from booking.services.steps import links, placing, planning, queueing
from booking.services.steps.recording import appointment_step, board_changed, ticket_step
from booking.store import appointments as appointment_store
from booking.store import roster as roster_store
from booking.store import stops as stop_store
from booking.store import tickets as store
from booking.store.appointments import Card
from booking.store.db import reading, transaction
from booking.store.tickets import TicketRow as TicketRow

NUMBER = re.compile(r"[0-9]{3}")


class Given(NamedTuple):
    """`repeated`: the same key (or a second check-in) found the number it was given before."""

    ticket: TicketRow
    repeated: bool


def take(
    centre_id: int, *, language: str | None, programme: str | None, key: str, secret: str, by: By, now: datetime,
    kind: str = tickets.WALK_IN, needs: Iterable[str] = (), deadline_today: bool = False, all_the_same: bool = False,
) -> Given:  # fmt: skip
    """A number for whoever comes without an appointment. `programme`: the slug of one that runs today and is not
    confidential, or None: "please help me". `kind`: one of tickets.GIVEN; `needs`: of tickets.NEEDS.

    `all_the_same`: also when the queue is closed for today, as only the desk may decide.
    Refusals: QueueStopped, NumbersUsedUp, Invalid("programme", …), Invalid("kind", …), Invalid("needs", …), KeyReused.
    """
    if kind not in tickets.GIVEN:
        raise Invalid("kind", "choice-unknown")
    stated = tickets.needs(needs)
    fingerprint = links.fingerprint(secret, "ticket", language, programme, kind, stated, deadline_today)
    with transaction(centre_id) as session:
        if before := links.earlier(session, centre_id, key, fingerprint):
            return Given(queueing.ticket_of(session, centre_id, before.id), True)
        day = local_day(now, planning.rules_of(session, centre_id).zone)
        if not all_the_same and kind in tickets.ENDED_BY_A_STOP and stop_store.stopped(session, centre_id, day):
            raise QueueStopped
        programme_id = roster_store.programme_id(session, centre_id, programme, day) if programme else None
        if programme and programme_id is None:
            raise Invalid("programme", "programme-unknown")
        ticket_id = queueing.number(
            session, centre_id, day, now, kind=kind, language=language, programme_id=programme_id, needs=stated,
            deadline_today=deadline_today, raised=tickets.raised(stated, deadline_today=deadline_today),
        )  # fmt: skip
        links.remember(session, centre_id, key, fingerprint, links.new_salt(), now, ticket_id=ticket_id)
        ticket_step(session, centre_id, ticket_id, "taken", now, by, before={"state": tickets.WITHDRAWN})
        board_changed(session, centre_id)
        return Given(queueing.ticket_of(session, centre_id, ticket_id), False)


def check_in(centre_id: int, appointment_id: int, *, by: By, now: datetime) -> Given:
    """A booked visitor has come: a number at her time, bound to her counsellor.

    A second time answers the same number. Who was missing when her number was called waits again, with that number
    (domain.md 5.3), and so does who was checked in by mistake before.
    Refusals: NotFound, WrongState (cancelled, done, or of another day).
    """
    with transaction(centre_id) as session:
        card = placing.card(session, centre_id, appointment_id)
        zone = planning.rules_of(session, centre_id).zone
        day = local_day(now, zone)
        if card.state == appointments.CANCELLED:  # said first, whatever its day: it is why nobody waits for her
            raise WrongState(card.state)
        if local_day(card.starts_at, zone) != day:
            raise WrongState("other-day", card.starts_at)
        earlier = store.of_appointment(session, centre_id, appointment_id)
        if earlier is not None:
            return Given(_once_more(session, earlier, card, by, now), True)
        _arrive(session, card, appointments.BOOKED, by, now)
        ticket_id = queueing.number(
            session, centre_id, day, now, kind=tickets.APPOINTMENT, language=card.language,
            programme_id=card.programme_id, appointment_id=card.id, bound_to=card.counsellor_id, due_at=card.starts_at,
        )  # fmt: skip
        before = {"state": tickets.WITHDRAWN, "appointment": appointments.BOOKED, "claims": False}
        ticket_step(session, centre_id, ticket_id, "taken", now, by, before=before)
        board_changed(session, centre_id)
        return Given(queueing.ticket_of(session, centre_id, ticket_id), False)


def check_in_by_code(centre_id: int, code: str, *, by: By, now: datetime) -> Given:
    """Check in with the eight digits alone, at the desk. Refusals: Invalid("code", …), then as `check_in`."""
    read = appointments.read_code(code)
    if read is None:
        raise Invalid("code", "code-unreadable")
    with reading() as session:
        appointment_id = appointment_store.id_by_code(session, centre_id, read)
    if appointment_id is None:
        raise NotFound
    return check_in(centre_id, appointment_id, by=by, now=now)


def ticket(centre_id: int, ticket_id: int) -> TicketRow:
    with reading() as session:
        return queueing.ticket_of(session, centre_id, ticket_id)


def numbered(centre_id: int, typed: str, *, now: datetime) -> int | None:
    """The id of today's ticket with these three digits, in whatever script; None if there is none."""
    digits = appointments.latin_digits(typed.strip())
    if not NUMBER.fullmatch(digits):
        return None
    with reading() as session:
        day = local_day(now, planning.rules_of(session, centre_id).zone)
        return store.id_by_number(session, centre_id, day, int(digits))


def _once_more(session: Session, ticket: TicketRow, card: Card, by: By, now: datetime) -> TicketRow:
    """The number she has: as it is while it waits or is called; if it was missed it waits again, at its own time.

    Refusal: WrongState (done). What was given back of her time stays given back.
    """
    if ticket.state in tickets.OPEN:
        return ticket
    old = appointments.BOOKED if ticket.state == tickets.WITHDRAWN else appointments.MISSED
    queueing.wait_again(session, card.centre_id, ticket, now, by, appointment=old)
    _arrive(session, card, old, by, now)
    return queueing.ticket_of(session, card.centre_id, ticket.id)


def _arrive(session: Session, card: Card, old: str, by: By, now: datetime) -> None:
    if not appointment_store.change(session, card.centre_id, card.id, old, appointments.ARRIVED):
        raise WrongState(card.state)
    appointment_step(session, card.centre_id, card.id, "arrived", now, by)
