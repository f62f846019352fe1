"""What becomes of a ticket beside a talk: it rests, comes back, is given up, sent on, refused, or seen to at the desk.

Each verb is a step that names the state it starts from, and can be taken back for ten seconds (services/undo).
`of`: the counsellor whose ticket it must be; None for reception, and for the visitor herself at her own ticket.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from booking.domain import queue, tickets
from booking.domain.actors import By
from booking.domain.errors import Invalid, WrongState
from booking.services.steps import queueing
from booking.store import centres as centre_store
from booking.store import tickets as store
from booking.store.db import transaction
from booking.store.tickets import TicketRow as TicketRow


def park(centre_id: int, ticket_id: int, *, of: int | None = None, by: By, now: datetime) -> TicketRow:
    """She fetches a paper, a child, some air: her points stand still, as they were when she was called if she was.

    Refusals: NotFound, WrongState.
    """

    def values(ticket: TicketRow) -> dict[str, Any]:
        return {**queueing.UNCALLED, "parked_at": ticket.called_at or now}

    return _step("park", centre_id, ticket_id, of, by, now, values)


def unpark(centre_id: int, ticket_id: int, *, by: By, now: datetime) -> TicketRow:
    """She is back and waits with the points she had. Refusals: NotFound, WrongState."""

    def values(ticket: TicketRow) -> dict[str, Any]:
        return {"parked_at": None, "since": ticket.since + (now - (ticket.parked_at or now))}

    return _step("unpark", centre_id, ticket_id, None, by, now, values)


def come_back(centre_id: int, ticket_id: int, *, by: By, now: datetime) -> TicketRow:
    """Who missed her call waits again in the front third, once, within an hour.

    A booked visitor is checked in once more instead, see services/tickets.
    Refusals: NotFound, WrongState (also "back-before", "back-too-late", "booked").
    """
    with transaction(centre_id) as session:
        ticket = queueing.ticket_of(session, centre_id, ticket_id)
        if ticket.state != tickets.MISSED:
            raise WrongState(ticket.state)
        if ticket.appointment_id is not None:
            raise WrongState("booked")
        tickets.check_come_back(ticket.ended_at, returned=ticket.returned, now=now)
        others = store.queue(session, centre_id, ticket.day)
        since = queue.since_for_place(ticket.waiting, others, now)
        again = {**queueing.UNCALLED, "ended_at": None, "returned": True, "since": since}
        queueing.take(session, centre_id, ticket, "return", now, by, **again)
        return queueing.ticket_of(session, centre_id, ticket_id)


def withdraw(centre_id: int, ticket_id: int, *, by: By, now: datetime) -> TicketRow:
    """She gives up her place; a booked time is cancelled. Refusals: NotFound, WrongState."""
    return _step("withdraw", centre_id, ticket_id, None, by, now, lambda _: {"ended_at": now, "parked_at": None})


def refer(centre_id: int, ticket_id: int, partner: str, *, of: int | None = None, by: By, now: datetime) -> TicketRow:
    """She is sent on to a partner of the centre, by its slug. Refusals: NotFound, Invalid("partner", …), WrongState."""
    with transaction(centre_id) as session:
        ticket = queueing.hers(session, centre_id, ticket_id, of)
        if partner not in {known.slug for known in centre_store.partners(session, centre_id)}:
            raise Invalid("partner", "choice-unknown")
        sent: dict[str, Any] = {"ended_at": now, "parked_at": None, "referred_to": partner}
        queueing.take(session, centre_id, ticket, "refer", now, by, **sent)
        return queueing.ticket_of(session, centre_id, ticket_id)


def refuse(centre_id: int, ticket_id: int, *, by: By, now: datetime) -> TicketRow:
    """Nobody can see her today. A booked time is a promise, and a crisis is never sent away.

    Refusals: NotFound, WrongState (also "booked", "crisis").
    """

    def values(ticket: TicketRow) -> dict[str, Any]:
        if ticket.appointment_id is not None:
            raise WrongState("booked")
        if ticket.kind == tickets.CRISIS:
            raise WrongState("crisis")
        return {"ended_at": now, "parked_at": None}

    return _step("refuse", centre_id, ticket_id, None, by, now, values)


def serve(centre_id: int, ticket_id: int, *, by: By, now: datetime) -> TicketRow:
    """A short matter, a guest or a call back, seen to at the desk.

    Refusals: NotFound, WrongState (also "needs-a-talk").
    """

    def values(ticket: TicketRow) -> dict[str, Any]:
        if ticket.kind not in tickets.AT_THE_DESK:
            raise WrongState("needs-a-talk")
        return {"ended_at": now}

    return _step("serve", centre_id, ticket_id, None, by, now, values)


def _step(
    name: str, centre_id: int, ticket_id: int, of: int | None, by: By, now: datetime,
    values: Callable[[TicketRow], dict[str, Any]],
) -> TicketRow:  # fmt: skip
    with transaction(centre_id) as session:
        ticket = queueing.hers(session, centre_id, ticket_id, of)
        tickets.step(name, ticket.state)
        queueing.take(session, centre_id, ticket, name, now, by, **values(ticket))
        return queueing.ticket_of(session, centre_id, ticket_id)
